/**
 * The vault: archives and snapshots on an object store, in format 1. Archives first, manifest last: what a readable
 * manifest names was stored before it. Archives are read by exact version and proved by their hash.
 */

import { identityProblems } from '../core/chain/chain.ts';
import { type PrunedSnapshot, parsePruned } from '../core/chain/pruned.ts';
import { openSeal, withSeal } from '../core/chain/seal.ts';
import { sha256 as hashOf } from '../core/formats/hashing.ts';
import type { IntegrationRef } from '../core/integration.ts';
import {
  archiveFolders,
  archiveKey,
  archiveKindOfKey,
  prunedKey,
  safetyKey,
  snapshotKey,
  snapshotOfKey,
  snapshotPrefix,
} from '../core/keys.ts';
import type { KindFacts } from '../core/kinds.ts';
import { redactDocument } from '../core/redaction.ts';
import type { ArchiveRef } from '../core/snapshot/archive-ref.ts';
import { formatManifest, type Manifest, ManifestError, parseManifest } from '../core/snapshot/manifest.ts';
import {
  type CopyProblem,
  type ObjectStore,
  type ObjectVersion,
  PreconditionFailed,
  type StoredObject,
  type VersionEntry,
  type VersionMarks,
} from './object-store.ts';
import { StoreError } from './store-error.ts';
import { createUpkeep, type VaultUpkeep } from './vault-upkeep.ts';

export interface Vault {
  readonly name: string;
  /** Stores the archive as the newest version of its integration. */
  putArchive(instance: string, ref: IntegrationRef, bytes: Uint8Array): Promise<{ key: string; versionId: string }>;
  /** Stores an archive of another kind as the newest version of its key. */
  putAt(key: string, bytes: Uint8Array): Promise<{ key: string; versionId: string }>;
  /** What was stored last at a key; undefined when nothing was. For notes beside archives, which nobody verifies. */
  getAt(key: string): Promise<Uint8Array | undefined>;
  /** The newest version at a key, whatever it is; undefined when there is none, or it cannot be read. */
  getNewest(key: string): Promise<NewestVersion | undefined>;
  /** Keys of what lies below a prefix. */
  keysBelow(prefix: string): Promise<readonly string[]>;
  /** Exactly the version named, proved by its sha256. @throws VaultError when it is missing or damaged */
  getArchive(archive: ArchiveRef): Promise<Uint8Array>;
  /** As `getArchive`, but when only the copy that people see is left, that is told. @throws VaultError */
  readStored(archive: ArchiveRef): Promise<Uint8Array>;
  /** Keeps a target's own copy before it is replaced or deleted. @returns its key */
  keepSafe(target: string, ref: IntegrationRef, bytes: Uint8Array): Promise<string>;
  /**
   * A test for "the vault holds exactly this version now, as the newest of its key", of those archives. An older version
   * is on its way out by the bucket's lifecycle, so a new snapshot must not come to depend on it. What people see of these
   * archives in a directory is made anew where it is gone or differs.
   */
  archivesHeld(instance: string, archives: readonly ArchiveRef[]): Promise<(archive: ArchiveRef) => boolean>;
  /** The files that people see in a directory, of these keys: what is wrong with them. What the vault holds is another matter. */
  compareCopies(keys: readonly string[]): Promise<ReadonlyMap<string, CopyProblem>>;
  /** The commit. In a directory people see all manifests again afterwards. @returns false when a snapshot of that name exists already. */
  commitSnapshot(manifest: Manifest): Promise<boolean>;
  /** Names, newest first. */
  listSnapshots(instance: string): Promise<readonly string[]>;
  /** @throws VaultError when there is none; ManifestError when it cannot be read, or says that it is another one */
  getSnapshot(instance: string, snapshot: string): Promise<Manifest>;
  /** The same for who checks it: whatever is wrong with it is told, also that it was edited. @throws as above when it is no manifest at all */
  readManifest(instance: string, snapshot: string, versionId?: string): Promise<StoredManifest>;
  /** Which snapshots were pruned. */
  listPruned(instance: string): Promise<readonly PrunedSnapshot[]>;
  /** Every stored version of its manifests, by snapshot; without a current one when the snapshot was taken away. */
  listManifestVersions(instance: string): Promise<ReadonlyMap<string, readonly VersionEntry[]>>;
  /** Where a bucket removes what its lifecycle says: how it is told. In a directory that is what a prune does. */
  readonly marks?: VersionMarks | undefined;
}

interface NewestVersion {
  readonly versionId: string;
  readonly bytes: Uint8Array;
  readonly storedAt: Date;
}

export interface StoredManifest {
  readonly manifest: Manifest;
  /** Of its bytes. */
  readonly sha256: string;
  /** `none`: it was written before manifests had one. */
  readonly seal: 'whole' | 'broken' | 'none';
  /** Parts of sentences: why it is not the one that was stored there. */
  readonly problems: readonly string[];
}

/** Something the vault should hold is not there or not what it was. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  /** The version that was asked for is not there. */
  readonly isMissing: boolean;

  constructor(message: string, isMissing = false) {
    super(message);
    this.isMissing = isMissing;
  }
}

/** A file that cannot be read is one archive's trouble; a store that cannot be reached, or not with these credentials, is not. */
const isOfOneObject = (error: unknown): error is StoreError =>
  error instanceof StoreError && ['denied', 'blocked', 'failed', 'bad-key'].includes(error.kind);

const EDITED = 'its own digest does not fit it: it was edited or damaged after it was stored';

const checkSeal = async (text: string, { selfSha256 }: Manifest): Promise<StoredManifest['seal']> => {
  if (selfSha256 === undefined) return 'none';
  const opened = openSeal(text);
  return opened && (await hashOf(opened.sealed)) === opened.sha256 ? 'whole' : 'broken';
};

/** @param kinds what it may hold beside integrations */
export const createVault = (store: ObjectStore, kinds: readonly KindFacts[]): Vault & VaultUpkeep => {
  const listSnapshots = async (instance: string): Promise<string[]> => {
    const names: string[] = [];
    for await (const { key } of store.list(snapshotPrefix(instance))) {
      const name = snapshotOfKey(instance, key);
      if (name !== undefined) names.push(name);
    }
    return names.reverse();
  };

  const readProved = async ({ key, versionId, sha256 }: ArchiveRef): Promise<StoredObject> => {
    const object = await store.get(key, versionId).catch((error: unknown) => {
      throw isOfOneObject(error)
        ? new VaultError(`${key} version ${versionId} cannot be read: ${error.message}`)
        : error;
    });
    if (!object) throw new VaultError(`${key} version ${versionId} is missing from ${store.name}`, true);
    if ((await hashOf(object.body)) !== sha256) {
      throw new VaultError(`${key} version ${versionId} in ${store.name} is damaged: its bytes are not those stored`);
    }
    return object;
  };

  const mendCopies = async (found: readonly ObjectVersion[]): Promise<void> => {
    await store.copies?.mend(found.flatMap(({ key, copy }) => (copy ? [key] : [])));
  };

  const readManifest: Vault['readManifest'] = async (instance, snapshot, versionId) => {
    const key = snapshotKey(instance, snapshot);
    const object = await store.get(key, versionId);
    if (!object) {
      const names = await listSnapshots(instance);
      const there = names.length > 0 ? `the newest there is ${names[0]}` : `there is none of ${instance} at all`;
      throw new VaultError(`${store.name} holds no snapshot ${snapshot} of ${instance}; ${there}`);
    }
    const text = Buffer.from(object.body).toString('utf8');
    const manifest = parseManifest(text, `${key} in ${store.name}`, kinds);
    const seal = await checkSeal(text, manifest);
    const problems = [...identityProblems(instance, snapshot, manifest), ...(seal === 'broken' ? [EDITED] : [])];
    return { manifest, sha256: await hashOf(object.body), seal, problems };
  };

  return {
    ...createUpkeep(store, kinds),
    name: store.name,
    marks: store.marks,
    putArchive: async (instance, ref, bytes) => {
      const { key, versionId } = await store.put(archiveKey(instance, ref), bytes);
      return { key, versionId };
    },
    putAt: async (at, bytes) => {
      const { key, versionId } = await store.put(at, bytes);
      return { key, versionId };
    },
    getAt: async (at) => (await store.get(at))?.body,
    getNewest: async (key) => {
      const object = await store.get(key).catch((error: unknown) => {
        if (isOfOneObject(error)) return undefined;
        throw error;
      });
      return object && { versionId: object.versionId, bytes: object.body, storedAt: object.lastModified };
    },
    keysBelow: async (prefix) => (await Array.fromAsync(store.list(prefix))).map(({ key }) => key),
    keepSafe: async (target, ref, bytes) => (await store.put(safetyKey(target, ref), bytes)).key,
    getArchive: async (archive) => (await readProved(archive)).body,
    readStored: async (archive) => {
      const { key, versionId, body, isOnlyCopy } = await readProved(archive);
      if (!isOnlyCopy) return body;
      throw new VaultError(
        `${key} version ${versionId} is missing from ${store.name}; the file that people see there is whole, and the next backup stores it again`,
        true,
      );
    },
    archivesHeld: async (instance, archives) => {
      const held = new Map<string, ObjectVersion>();
      const keys = Map.groupBy(new Set(archives.map(({ key }) => key)), (key) =>
        archiveKindOfKey(instance, key, kinds),
      );
      for (const folder of archiveFolders(kinds)) {
        const inFolder = keys.get(folder) ?? [];
        if (inFolder.length === 0) continue;
        for (const found of await store.headAll(`${folder}/${instance}/`, inFolder)) held.set(found.key, found);
      }
      await mendCopies([...held.values()]);
      return ({ key, versionId, bytes }) => {
        const found = held.get(key);
        return found?.versionId === versionId && found.bytes === bytes;
      };
    },
    compareCopies: async (keys) => (await store.copies?.compare(keys)) ?? new Map(),
    commitSnapshot: async (manifest) => {
      const { selfSha256: _, ...unsealed } = manifest;
      const text = formatManifest(redactDocument(unsealed));
      const sealed = Buffer.from(withSeal(text, await hashOf(text)));
      try {
        await store.put(snapshotKey(manifest.instance, manifest.snapshot), sealed, { ifAbsent: true });
      } catch (error) {
        if (error instanceof PreconditionFailed) return false;
        throw error;
      }
      if (store.copies) await mendCopies(await Array.fromAsync(store.list(snapshotPrefix(manifest.instance))));
      return true;
    },
    listSnapshots,
    getSnapshot: async (instance, snapshot) => {
      const { manifest } = await readManifest(instance, snapshot);
      const problems = identityProblems(instance, snapshot, manifest);
      if (problems.length === 0) return manifest;
      throw new ManifestError(
        'damaged',
        `the snapshot ${snapshotKey(instance, snapshot)} in ${store.name} is not what its place says: ${problems.join('; ')}`,
      );
    },
    readManifest,
    listPruned: async (instance) => {
      const object = await store.get(prunedKey(instance));
      return (object && parsePruned(Buffer.from(object.body).toString('utf8'))) ?? [];
    },
    listManifestVersions: async (instance) => {
      const versions = await Array.fromAsync(store.listVersions(snapshotPrefix(instance)));
      const bySnapshot = Map.groupBy(versions, ({ key }) => snapshotOfKey(instance, key) ?? '');
      bySnapshot.delete('');
      return bySnapshot;
    },
  };
};
