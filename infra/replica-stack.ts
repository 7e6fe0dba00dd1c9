/**
 * The second copy of the vault, in another region or in another account. Its names are fixed, so that the vault's stack can
 * speak of them without a reference across regions.
 */
import { Aws, Stack, type StackProps } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Settings } from '../functions/settings.ts';
import { AccessLogs } from './constructs/access-logs.ts';
import { createCustomerKey } from './constructs/customer-key.ts';
import { createGuardedBucket } from './constructs/guarded-bucket.ts';
import { guardLock } from './constructs/lock-guard.ts';
import { REPLICATE_ACTIONS, type ReplicaDestination, replicationRolePattern } from './constructs/replication.ts';
import { VAULT_KEY_PURPOSE, vaultBucketProps } from './constructs/vault-bucket.ts';
import { stackNames } from './installation.ts';

export interface ReplicaStackProps extends StackProps {
  readonly settings: Settings;
}

export class ReplicaStack extends Stack {
  readonly destination: ReplicaDestination;

  constructor(scope: Construct, id: string, { settings, ...props }: ReplicaStackProps) {
    super(scope, id, props);
    const { replica, objectLock, breakGlassRole } = settings.vault;
    const bucketName = replica?.bucket ?? `${id.toLowerCase()}-${Aws.ACCOUNT_ID}-${this.region}`;
    const key = replica ? undefined : this.createKey(settings);
    const logs = new AccessLogs(this, 'AccessLogs', settings.retentionDays);
    const about = { ...vaultBucketProps(settings, key?.key), bucketName };
    const bucket = createGuardedBucket(this, 'Replica', { bucket: logs.bucket, prefix: 'replica/' }, about);
    const role = replica ? replica.breakGlassRole : breakGlassRole;
    // In an account of its own it is there for the day on which the other one is in the wrong hands.
    if (replica || objectLock) guardLock(bucket, { role, lockDays: objectLock?.days });
    if (replica) this.letIn(bucket, settings);
    this.destination = {
      bucketArn: `arn:${Aws.PARTITION}:s3:::${bucketName}`,
      bucketName,
      account: replica?.account,
      key: replica ? replica.key && { id: replica.key, arn: replica.key } : key?.destination,
    };
  }

  /** Of this region, and known by its alias. */
  private createKey({ vault: { customerKey } }: Settings) {
    if (!customerKey) return undefined;
    const aliasName = `alias/${this.stackName}`;
    const key = createCustomerKey(this, 'Replica', VAULT_KEY_PURPOSE);
    key.addAlias(aliasName);
    const arnOf = (resource: string): string => `arn:${Aws.PARTITION}:kms:${this.region}:${Aws.ACCOUNT_ID}:${resource}`;
    const conditions = { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': aliasName } };
    return { key, destination: { id: arnOf(aliasName), arn: arnOf('key/*'), conditions } };
  }

  /** The one role of the other account by which S3 copies. It is not there yet, so it is known by how it will be called. */
  private letIn(bucket: Bucket, settings: Settings): void {
    const { account = '' } = settings;
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'CopiesOfTheVault',
        principals: [new AccountPrincipal(account)],
        actions: [...REPLICATE_ACTIONS, 's3:ObjectOwnerOverrideToBucketOwner'],
        resources: [bucket.arnForObjects('*')],
        conditions: {
          ArnLike: { 'aws:PrincipalArn': replicationRolePattern(account, stackNames(settings).vault) },
        },
      }),
    );
  }
}
