/**
 * The vault: the bucket of archives and snapshots, and what each kind of function may do in it. A grant gives all of it in
 * one call, permissions and the variable that says where the vault is.
 */
import { Stack } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import {
  archiveFolders,
  archivePrefixes,
  reportPrefix,
  runPrefix,
  SNAPSHOT_FOLDER,
  safetyPrefix,
  scrubKey,
  snapshotPrefix,
} from '../../functions/core/keys.ts';
import { ALL_KINDS } from '../../functions/kinds/all-kinds.ts';
import { VAULT_VARIABLE } from '../../functions/lambda/names.ts';
import type { Settings } from '../../functions/settings.ts';
import { createCustomerKey } from './customer-key.ts';
import { createGuardedBucket } from './guarded-bucket.ts';
import type { JobFunction } from './job-function.ts';
import { guardLock } from './lock-guard.ts';
import { createPrefixAccess, type PrefixAccess } from './prefix-access.ts';
import { type ReplicaDestination, replicate } from './replication.ts';
import { VAULT_KEY_PURPOSE, vaultBucketProps } from './vault-bucket.ts';

export interface VaultProps {
  readonly settings: Settings;
  readonly accessLogs: Bucket;
  readonly replica: ReplicaDestination | undefined;
}

export class Vault extends Construct {
  readonly bucket: Bucket;
  readonly replica: ReplicaDestination | undefined;
  private readonly access: PrefixAccess;
  private readonly isLocked: boolean;

  constructor(scope: Construct, id: string, { settings, accessLogs, replica }: VaultProps) {
    super(scope, id);
    const { customerKey, objectLock, breakGlassRole } = settings.vault;
    const key = customerKey ? createCustomerKey(this, 'Vault', VAULT_KEY_PURPOSE) : undefined;
    this.bucket = createGuardedBucket(
      this,
      'Bucket',
      { bucket: accessLogs, prefix: 'vault/' },
      vaultBucketProps(settings, key),
    );
    if (objectLock) guardLock(this.bucket, { role: breakGlassRole, lockDays: objectLock.days });
    this.isLocked = objectLock !== undefined;
    this.replica = replica;
    if (replica) replicate(this, { from: this.bucket, key, to: replica, isLocked: this.isLocked });
    this.access = createPrefixAccess(this.bucket, key, 'Vault');
    const stack = Stack.of(this);
    // Nothing imports it any more but functions of the release before. It goes when none of those is left.
    if (key) stack.exportValue(key.keyArn, { name: `${stack.stackName}-VaultKeyArn` });
  }

  /** The bucket, as the command line writes it. */
  get location(): string {
    return this.access.location;
  }

  /** As another stack may call it. */
  get bucketName(): string {
    return this.access.bucketName;
  }

  /** Takes snapshots of the instance, and says how long each version is kept. It deletes nothing. */
  grantBackup(to: JobFunction, instance: string): void {
    const others = [snapshotPrefix, reportPrefix, runPrefix].map((prefixOf) => prefixOf(instance));
    this.access.readAndWrite(to, [...archivePrefixes(instance, ALL_KINDS), ...others]);
    // What was damaged is exported again.
    this.access.read(to, [scrubKey(instance)]);
    this.access.mark(to, 's3:PutObjectTagging', [snapshotPrefix(instance)]);
    this.access.mark(to, 's3:PutObjectVersionTagging', archivePrefixes(instance, ALL_KINDS));
    if (this.isLocked) {
      const prefixes = [...archivePrefixes(instance, ALL_KINDS), snapshotPrefix(instance)];
      this.access.mark(to, 's3:PutObjectRetention', prefixes);
    }
    to.tell(VAULT_VARIABLE, this.location);
  }

  /** Reads back what the instance has in the vault, and notes what it read. */
  grantScrub(to: JobFunction, instance: string): void {
    this.access.read(to, [...archivePrefixes(instance, ALL_KINDS), snapshotPrefix(instance)]);
    this.access.readAndWrite(to, [scrubKey(instance), runPrefix(instance)]);
    to.tell(VAULT_VARIABLE, this.location);
  }

  /** Restores what the instance has in the vault into a simulated one, and changes nothing of it. */
  grantRehearsal(to: JobFunction, instance: string): void {
    this.access.read(to, [...archivePrefixes(instance, ALL_KINDS), snapshotPrefix(instance)]);
    this.access.readAndWrite(to, [runPrefix(instance)]);
    to.tell(VAULT_VARIABLE, this.location);
  }

  /**
   * Restores into the target. Any snapshot may go into any instance with `deploy`, so it reads those of all, by their folders:
   * a policy that named every instance would grow with them. It is the one function that can; nothing but a person starts
   * it, and it writes only what concerns its target.
   */
  grantRestore(to: JobFunction, target: string): void {
    this.access.read(to, [...archiveFolders(ALL_KINDS).map((folder) => `${folder}/`), SNAPSHOT_FOLDER]);
    this.access.readAndWrite(to, [safetyPrefix(target), runPrefix(target)]);
    to.tell(VAULT_VARIABLE, this.location);
  }
}
