/** What S3 copies of the vault into a bucket of another region: everything but the markers of runs, and no deletion. */
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';

export interface ReplicaDestination {
  readonly bucketArn: string;
  /** Present when the copies are encrypted with a key of their own region. */
  readonly key: { readonly aliasName: string; readonly aliasArn: string; readonly anyKeyArn: string } | undefined;
}

export interface Replication {
  readonly from: Bucket;
  readonly key: IKey | undefined;
  readonly to: ReplicaDestination;
  readonly isLocked: boolean;
}

/** Those of the first version keep their places; what came later follows. */
const PREFIXES = ['integrations/', 'snapshots/', 'reports/', 'safety/', 'projects/', 'lookups/', 'libraries/'];

export const replicate = (scope: Construct, replication: Replication): void => {
  const { from, to } = replication;
  const role = new Role(scope, 'ReplicationRole', { assumedBy: new ServicePrincipal('s3.amazonaws.com') });
  for (const statement of statementsOf(replication)) {
    role.addToPolicy(statement);
    acknowledgeWildcards(role, statement.resources, 'S3 copies every object of the vault');
  }
  (from.node.defaultChild as CfnBucket).replicationConfiguration = {
    role: role.roleArn,
    rules: PREFIXES.map((prefix, n) => ({
      id: prefix.slice(0, -1),
      status: 'Enabled',
      priority: n + 1,
      filter: { prefix },
      deleteMarkerReplication: { status: 'Disabled' },
      destination: {
        bucket: to.bucketArn,
        ...(to.key && { encryptionConfiguration: { replicaKmsKeyId: to.key.aliasArn } }),
      },
      ...(to.key && { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } } }),
    })),
  };
};

const statementsOf = ({ from, key, to, isLocked }: Replication): PolicyStatement[] => {
  const allow = (actions: string[], resource: string, conditions?: Record<string, object>): PolicyStatement =>
    new PolicyStatement({ effect: Effect.ALLOW, actions, resources: [resource], ...(conditions && { conditions }) });
  const lockActions = isLocked ? ['s3:GetObjectRetention', 's3:GetObjectLegalHold'] : [];
  return [
    allow(['s3:GetReplicationConfiguration', 's3:ListBucket'], from.bucketArn),
    allow(
      ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging', ...lockActions],
      from.arnForObjects('*'),
    ),
    allow(['s3:ReplicateObject', 's3:ReplicateTags'], `${to.bucketArn}/*`),
    ...(key ? [allow(['kms:Decrypt'], key.keyArn)] : []),
    ...(to.key
      ? [
          allow(['kms:Encrypt'], to.key.anyKeyArn, {
            'ForAnyValue:StringEquals': { 'kms:ResourceAliases': to.key.aliasName },
          }),
        ]
      : []),
  ];
};
