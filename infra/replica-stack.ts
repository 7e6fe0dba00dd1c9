/**
 * The second copy of the vault, in another region. Its names are fixed, so that the vault's stack can speak of them
 * without a reference across regions.
 */
import { Aws, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../functions/settings.ts';
import { AccessLogs } from './constructs/access-logs.ts';
import { createGuardedBucket } from './constructs/guarded-bucket.ts';
import { guardLock } from './constructs/lock-guard.ts';
import type { ReplicaDestination } from './constructs/replication.ts';
import { createVaultKey, vaultBucketProps } from './constructs/vault-bucket.ts';

export interface ReplicaStackProps extends StackProps {
  readonly settings: Settings;
}

export class ReplicaStack extends Stack {
  readonly destination: ReplicaDestination;

  constructor(scope: Construct, id: string, { settings, ...props }: ReplicaStackProps) {
    super(scope, id, props);
    const bucketName = `${id.toLowerCase()}-${Aws.ACCOUNT_ID}-${this.region}`;
    const aliasName = `alias/${id}`;
    const key = settings.vault.customerKey ? createVaultKey(this) : undefined;
    key?.addAlias(aliasName);
    const logs = new AccessLogs(this, 'AccessLogs', settings.retentionDays);
    const about = { ...vaultBucketProps(settings, key), bucketName };
    const bucket = createGuardedBucket(this, 'Replica', { bucket: logs.bucket, prefix: 'replica/' }, about);
    guardLock(bucket, settings.vault);
    const kms = (resource: string): string => `arn:${Aws.PARTITION}:kms:${this.region}:${Aws.ACCOUNT_ID}:${resource}`;
    this.destination = {
      bucketArn: `arn:${Aws.PARTITION}:s3:::${bucketName}`,
      key: key && { aliasName, aliasArn: kms(aliasName), anyKeyArn: kms('key/*') },
    };
  }
}
