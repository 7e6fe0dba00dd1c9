/** What S3 copies of the vault into a bucket of another region or account: everything but the markers of runs, and no deletion. */
import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';

export interface ReplicaDestination {
  readonly bucketArn: string;
  readonly bucketName: string;
  /** Present when it is not the vault's own. */
  readonly account: string | undefined;
  /** Present when the copies are encrypted with a key of where they are: how S3 is told of it, and who it is for IAM. */
  readonly key:
    | { readonly id: string; readonly arn: string; readonly conditions?: Readonly<Record<string, object>> }
    | undefined
    | '';
}

/** What S3 does at the other end. */
export const REPLICATE_ACTIONS = ['s3:ReplicateObject', 's3:ReplicateTags'];

const ROLE = 'ReplicationRole';

/** As CloudFormation will call the role: stack, path, something random. */
export const replicationRolePattern = (account: string, stackName: string): string =>
  `arn:${Aws.PARTITION}:iam::${account}:role/${stackName}-Vault${ROLE}*`;

export interface Replication {
  readonly from: Bucket;
  readonly key: IKey | undefined;
  readonly to: ReplicaDestination;
  readonly isLocked: boolean;
}

/** Those of the first version keep their places; what came later follows. */
export const REPLICATED = ['integrations/', 'snapshots/', 'reports/', 'safety/', 'projects/', 'lookups/', 'libraries/'];

/** What S3 calls the rule, in its metrics too. */
export const ruleOf = (prefix: string): string => prefix.slice(0, -1);

export const replicate = (scope: Construct, replication: Replication): void => {
  const { from, to } = replication;
  const role = new Role(scope, ROLE, { assumedBy: new ServicePrincipal('s3.amazonaws.com') });
  for (const statement of statementsOf(replication)) {
    role.addToPolicy(statement);
    acknowledgeWildcards(role, statement.resources, 'S3 copies every object of the vault');
  }
  (from.node.defaultChild as CfnBucket).replicationConfiguration = {
    role: role.roleArn,
    rules: REPLICATED.map((prefix, n) => ({
      id: ruleOf(prefix),
      status: 'Enabled',
      priority: n + 1,
      filter: { prefix },
      deleteMarkerReplication: { status: 'Disabled' },
      destination: {
        bucket: to.bucketArn,
        metrics: { status: 'Enabled' },
        ...(to.account !== undefined && { account: to.account, accessControlTranslation: { owner: 'Destination' } }),
        ...(to.key && { encryptionConfiguration: { replicaKmsKeyId: to.key.id } }),
      },
      ...(to.key && { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } } }),
    })),
  };
};

const statementsOf = ({ from, key, to, isLocked }: Replication): PolicyStatement[] => {
  const allow = (actions: string[], resource: string, conditions?: Readonly<Record<string, object>>): PolicyStatement =>
    new PolicyStatement({ effect: Effect.ALLOW, actions, resources: [resource], ...(conditions && { conditions }) });
  const ownerActions = to.account === undefined ? [] : ['s3:ObjectOwnerOverrideToBucketOwner'];
  const lockActions = isLocked ? ['s3:GetObjectRetention', 's3:GetObjectLegalHold'] : [];
  return [
    allow(['s3:GetReplicationConfiguration', 's3:ListBucket'], from.bucketArn),
    allow(
      ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging', ...lockActions],
      from.arnForObjects('*'),
    ),
    allow([...REPLICATE_ACTIONS, ...ownerActions], `${to.bucketArn}/*`),
    ...(key ? [allow(['kms:Decrypt'], key.keyArn)] : []),
    ...(to.key ? [allow(['kms:Encrypt'], to.key.arn, to.key.conditions)] : []),
  ];
};
