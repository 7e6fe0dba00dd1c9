/** How a bucket that holds the vault is made; the second copy in another region is made the same way. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { BucketEncryption, type BucketProps, type LifecycleRule, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ARCHIVE_FOLDERS, PICTURE_DAYS, reportPagePrefix } from '../../functions/core/keys.ts';
import type { Settings, VaultSettings } from '../../functions/settings.ts';

export const createVaultKey = (scope: Construct): Key =>
  new Key(scope, 'Key', {
    description: 'oic-lifecycle: the archives and snapshots of the vault',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });

export const vaultBucketProps = (
  { vault, retentionDays, instances }: Settings,
  key: IKey | undefined,
): BucketProps => ({
  ...(key && { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
  ...(vault.objectLock && { objectLockDefaultRetention: lockRetention(vault.objectLock) }),
  lifecycleRules: lifecycleRules(retentionDays, Object.keys(instances)),
});

const lockRetention = ({ mode, days }: NonNullable<VaultSettings['objectLock']>): ObjectLockRetention =>
  mode === 'compliance'
    ? ObjectLockRetention.compliance(Duration.days(days))
    : ObjectLockRetention.governance(Duration.days(days));

/**
 * A snapshot never outlives the archive versions it names. A version is superseded after the last snapshot that names it
 * was taken; both are removed at a midnight after so many days, in any order, so versions are kept one day longer.
 *
 * A page goes with its snapshot. Pictures, notes and the latest page lie below the same prefix and stay longer: a page that
 * is still there links to no picture that is gone. The earliest of all rules that fit an object counts.
 */
const lifecycleRules = (retentionDays: number, instances: readonly string[]): LifecycleRule[] => [
  ...ARCHIVE_FOLDERS.map((folder) => ({
    id: `Superseded${folder === 'integrations' ? 'Archives' : folder}`,
    prefix: `${folder}/`,
    noncurrentVersionExpiration: Duration.days(retentionDays + 1),
    expiredObjectDeleteMarker: true,
  })),
  ...[
    { id: 'Oldsnapshots', prefix: 'snapshots/', days: retentionDays },
    { id: 'Oldreports', prefix: 'reports/', days: retentionDays + PICTURE_DAYS },
    ...instances.map((name) => ({ id: `Pages-${name}`, prefix: reportPagePrefix(name), days: retentionDays })),
  ].map(({ id, prefix, days }) => ({
    id,
    prefix,
    expiration: Duration.days(days),
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
