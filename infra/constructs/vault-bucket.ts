/** How a bucket that holds the vault is made; the second copy in another region is made the same way. */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type BucketProps, type LifecycleRule, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { archiveFolders, PICTURE_DAYS, reportPagePrefix, SNAPSHOT_FOLDER } from '../../functions/core/keys.ts';
import { archiveDays, KEEP_CLASSES, KEEP_TAG, snapshotDays } from '../../functions/core/snapshot/keep-classes.ts';
import { ALL_KINDS } from '../../functions/kinds/all-kinds.ts';
import type { VaultSettings } from '../../functions/settings/vault.ts';
import type { Settings } from '../../functions/settings.ts';
import { encryptedWith } from './guarded-bucket.ts';

export const VAULT_KEY_PURPOSE = 'the archives and snapshots of the vault';

export const vaultBucketProps = (settings: Settings, key: IKey | undefined): BucketProps => ({
  ...encryptedWith(key),
  ...(settings.vault.objectLock && { objectLockDefaultRetention: lockRetention(settings.vault.objectLock) }),
  lifecycleRules: [...keepRules(settings), ...otherRules(settings.retentionDays, Object.keys(settings.instances))],
});

const lockRetention = ({ mode, days }: NonNullable<VaultSettings['objectLock']>): ObjectLockRetention =>
  mode === 'compliance'
    ? ObjectLockRetention.compliance(Duration.days(days))
    : ObjectLockRetention.governance(Duration.days(days));

/**
 * One rule for each class of snapshots and for each class of archives, by the tag that backups give
 * (functions/core/snapshot/keeping.ts). What has no tag is needed, or nobody knows better: it stays. So the newest complete
 * snapshot never goes, whatever becomes of the backups after it.
 *
 * A snapshot that was removed or written over can be brought back for `retentionDays`. What it names is there even then.
 */
const keepRules = ({ retentionDays, vault: { keep } }: Settings): LifecycleRule[] =>
  KEEP_CLASSES.flatMap((name) => {
    const tagFilters = { [KEEP_TAG]: name };
    return [
      {
        id: `Snapshots-${name}`,
        prefix: SNAPSHOT_FOLDER,
        tagFilters,
        expiration: Duration.days(snapshotDays(name, { retentionDays, keep })),
        noncurrentVersionExpiration: Duration.days(retentionDays),
      },
      ...archiveFolders(ALL_KINDS).map((folder) => ({
        id: `${folder}-${name}`,
        prefix: `${folder}/`,
        tagFilters,
        noncurrentVersionExpiration: Duration.days(archiveDays(name, { retentionDays, keep })),
      })),
    ];
  });

/**
 * A page is there for as long as any snapshot; of one that is kept longer it can be made again. Pictures, notes and the
 * latest page lie below the same prefix and stay longer: a page that is still there links to no picture that is gone. The
 * earliest of all rules that fit an object counts.
 */
const otherRules = (retentionDays: number, instances: readonly string[]): LifecycleRule[] => [
  // What a rule with a tag may not say: that a marker below which nothing is left goes.
  ...[...archiveFolders(ALL_KINDS).map((folder) => `${folder}/`), SNAPSHOT_FOLDER].map((prefix) => ({
    id: `Markers-${prefix.slice(0, -1)}`,
    prefix,
    expiredObjectDeleteMarker: true,
  })),
  ...[
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
  { id: 'Scrubs', prefix: 'scrub/', noncurrentVersionExpiration: Duration.days(1) },
  { id: 'Runs', prefix: 'runs/', expiration: Duration.days(14), noncurrentVersionExpiration: Duration.days(1) },
  { id: 'UnfinishedUploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
];
