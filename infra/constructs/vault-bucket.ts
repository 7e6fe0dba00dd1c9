/** How a bucket that holds the vault is made; the second copy in another region is made the same way. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { BucketEncryption, type BucketProps, type LifecycleRule, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ARCHIVE_FOLDERS } from '../../functions/core/keys.ts';
import type { Settings, VaultSettings } from '../../functions/settings.ts';

export const createVaultKey = (scope: Construct): Key =>
  new Key(scope, 'Key', {
    description: 'oic-lifecycle: the archives and snapshots of the vault',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });

export const vaultBucketProps = ({ vault, retentionDays }: Settings, key: IKey | undefined): BucketProps => ({
  ...(key && { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
  ...(vault.objectLock && { objectLockDefaultRetention: lockRetention(vault.objectLock) }),
  lifecycleRules: lifecycleRules(retentionDays),
});

const lockRetention = ({ mode, days }: NonNullable<VaultSettings['objectLock']>): ObjectLockRetention =>
  mode === 'compliance'
    ? ObjectLockRetention.compliance(Duration.days(days))
    : ObjectLockRetention.governance(Duration.days(days));

/**
 * A snapshot never outlives the archive versions it names. A version is superseded after the last snapshot that names it
 * was taken; both are removed at a midnight after so many days, in any order, so versions are kept one day longer.
 */
const lifecycleRules = (retentionDays: number): LifecycleRule[] => [
  ...ARCHIVE_FOLDERS.map((folder) => ({
    id: `Superseded${folder === 'integrations' ? 'Archives' : folder}`,
    prefix: `${folder}/`,
    noncurrentVersionExpiration: Duration.days(retentionDays + 1),
    expiredObjectDeleteMarker: true,
  })),
  ...['snapshots', 'reports'].map((kind) => ({
    id: `Old${kind}`,
    prefix: `${kind}/`,
    expiration: Duration.days(retentionDays),
    noncurrentVersionExpiration: Duration.days(1),
  })),
  {
    id: 'SafetyCopies',
    prefix: 'safety/',
    noncurrentVersionExpiration: Duration.days(retentionDays),
    expiredObjectDeleteMarker: true,
  },
  { id: 'Runs', prefix: 'runs/', expiration: Duration.days(14), noncurrentVersionExpiration: Duration.days(1) },
  { id: 'UnfinishedUploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
];
