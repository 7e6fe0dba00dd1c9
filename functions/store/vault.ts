/**
 * The vault: archives and snapshots on an object store, in format 1. Archives first, manifest last: what a readable
 * manifest names was stored before it. Archives are read by exact version and proved by their hash.
 */

import { identityProblems } from '../core/chain/chain.ts';
import { formatPruned, type PrunedSnapshot, parsePruned } from '../core/chain/pruned.ts';
import { openSeal, withSeal } from '../core/chain/seal.ts';
import { sha256 as hashOf } from '../core/formats/hashing.ts';
import type { IntegrationRef } from '../core/integration.ts';
import {
  archiveFolders,
  archiveKey,
  archiveKindOfKey,
  archivePrefixes,
  digestOfFlowPicture,
  isOfReports,
  prunedKey,
  reportKey,
  reportPrefix,
  safetyKey,
  snapshotKey,
  snapshotOfKey,
  snapshotPrefix,
} from '../core/keys.ts';
import type { KindFacts } from '../core/kinds.ts';
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

export interface Vault {
  readonly name: string;
  /** Stores the archive as the newest version of its integration. */
  putArchive(instance: string, ref: IntegrationRef, bytes: Uint8Array): Promise<{ key: string; versionId: string }>;
  /** Stores an archive of another kind as the newest version of its key. */
  putAt(key: string, bytes: Uint8Array): Promise<{ key: string; versionId: string }>;
  /** What was stored last at a key; undefined when nothing was. For notes beside archives, which nothing proves. */
  getAt(key: string): Promise<Uint8Array | undefined>;
  /** The newest version at a key, whatever it is; undefined when there is none, or it cannot be read. */
  getNewest(key: string): Promise<{ readonly versionId: string; readonly bytes: Uint8Array } | undefined>;
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
  /** Of each snapshot that was taken away, when that was. */
  listRemovals(instance: string): Promise<ReadonlyMap<string, Date>>;
  /** A version of its manifest becomes the current one. @returns false when somebody else changed it meanwhile */
  bringBack(instance: string, snapshot: string, versionId: string): Promise<boolean>;
  /** Which snapshots were pruned. */
  listPruned(instance: string): Promise<readonly PrunedSnapshot[]>;
  /** Adds to that list, and takes from it what nothing asks for any more. */
  recordPruned(
    instance: string,
    added: readonly PrunedSnapshot[],
    isNeeded: (snapshot: string) => boolean,
  ): Promise<void>;
  /** Every stored version of the instance's archives, newest first for each key. Other files there are left out. */
  listArchiveVersions(instance: string): Promise<readonly VersionEntry[]>;
  /** Every stored version of its manifests, by snapshot; without a current one when the snapshot was taken away. */
  listManifestVersions(instance: string): Promise<ReadonlyMap<string, readonly VersionEntry[]>>;
  /** Removes one archive version for good. What is not there is no error. */
  removeArchiveVersion(version: { readonly key: string; readonly versionId: string }): Promise<void>;
  /** The snapshot is gone at once, then the page about it and all versions of its manifest; what is left after a crash goes when it is done again. */
  forgetSnapshot(instance: string, snapshot: string): Promise<void>;
  /** The snapshot is gone from every list; its manifest can be brought back as long as the store keeps it. */
  hideSnapshot(instance: string, snapshot: string): Promise<void>;
  /** Removes pictures of flows but those that are needed, by content digest, and all but the newest version of a page, a note and the list of what was pruned. */
  clearReports(instance: string, isNeeded: (contentSha256: string) => boolean): Promise<void>;
  /** Where a bucket removes what its lifecycle says: how it is told. In a directory that is what a prune does. */
  readonly marks?: VersionMarks | undefined;
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
export const createVault = (store: ObjectStore, kinds: readonly KindFacts[]): Vault => {
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
    if (!object) throw new VaultError(`${key} version ${versionId} is missing from ${store.name}`);
    if ((await hashOf(object.body)) !== sha256) {
      throw new VaultError(`${key} version ${versionId} in ${store.name} is damaged: its bytes are not those stored`);
    }
    return object;
  };

  const mendCopies = async (found: readonly ObjectVersion[]): Promise<void> => {
    await store.copies?.mend(found.flatMap(({ key, copy }) => (copy ? [key] : [])));
  };

  const prepareRemovals = (keys: readonly string[]) =>
    Promise.all(
      keys.map(async (key) => {
        const versions = await Array.fromAsync(store.listVersions(key));
        return { key, versionIds: versions.filter((found) => found.key === key).map(({ versionId }) => versionId) };
      }),
    );

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

  /** Of two that write it at once one is told so, and does it again. */
  const recordPruned: Vault['recordPruned'] = async (instance, added, isNeeded) => {
    const key = prunedKey(instance);
    for (;;) {
      const there = await store.get(key);
      const before = there ? parsePruned(Buffer.from(there.body).toString('utf8')) : undefined;
      const all = new Map([...(before ?? []), ...added].map((one) => [one.snapshot, one]));
      const needed = [...all.values()].filter(({ snapshot }) => isNeeded(snapshot));
      const text = formatPruned(needed);
      if (there ? Buffer.from(there.body).equals(Buffer.from(text)) : needed.length === 0) return;
      if (needed.length === 0) return store.delete(key);
      try {
        await store.put(key, Buffer.from(text), there ? { ifMatch: there.etag } : { ifAbsent: true });
        return;
      } catch (error) {
        if (!(error instanceof PreconditionFailed)) throw error;
      }
    }
  };

  return {
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
      return object && { versionId: object.versionId, bytes: object.body };
    },
    keysBelow: async (prefix) => (await Array.fromAsync(store.list(prefix))).map(({ key }) => key),
    keepSafe: async (target, ref, bytes) => (await store.put(safetyKey(target, ref), bytes)).key,
    getArchive: async (archive) => (await readProved(archive)).body,
    readStored: async (archive) => {
      const { key, versionId, body, isOnlyCopy } = await readProved(archive);
      if (!isOnlyCopy) return body;
      throw new VaultError(
        `${key} version ${versionId} is missing from ${store.name}; the file that people see there is whole, and the next backup stores it again`,
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
      const text = formatManifest(unsealed);
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
    recordPruned,
    listArchiveVersions: async (instance) => {
      const versions: VersionEntry[] = [];
      for (const prefix of archivePrefixes(instance, kinds)) {
        for await (const version of store.listVersions(prefix)) {
          if (archiveKindOfKey(instance, version.key, kinds) !== undefined) versions.push(version);
        }
      }
      return versions;
    },
    listRemovals: async (instance) => {
      const removals = new Map<string, Date>();
      for await (const { key, removedAt } of store.listRemovals(snapshotPrefix(instance))) {
        const snapshot = snapshotOfKey(instance, key);
        if (snapshot !== undefined) removals.set(snapshot, removedAt);
      }
      return removals;
    },
    bringBack: async (instance, snapshot, versionId) => {
      const key = snapshotKey(instance, snapshot);
      const [version, now] = [await store.get(key, versionId), await store.head(key)];
      if (!version) return false;
      try {
        await store.put(key, version.body, now ? { ifMatch: now.etag } : { ifAbsent: true });
        return true;
      } catch (error) {
        if (error instanceof PreconditionFailed) return false;
        throw error;
      }
    },
    listManifestVersions: async (instance) => {
      const versions = await Array.fromAsync(store.listVersions(snapshotPrefix(instance)));
      const bySnapshot = Map.groupBy(versions, ({ key }) => snapshotOfKey(instance, key) ?? '');
      bySnapshot.delete('');
      return bySnapshot;
    },
    removeArchiveVersion: ({ key, versionId }) => store.deleteVersion(key, versionId),
    forgetSnapshot: async (instance, snapshot) => {
      const removals = await prepareRemovals([reportKey(instance, snapshot), snapshotKey(instance, snapshot)]);
      // Hidden first: to remove the newest of several versions would bring back the one before it. The manifest's versions
      // go last: as long as there is one, a prune that was cut off is done again.
      for (const { key } of removals.toReversed()) await store.delete(key);
      for (const { key, versionIds } of removals) {
        for (const versionId of versionIds) await store.deleteVersion(key, versionId);
      }
    },
    hideSnapshot: (instance, snapshot) => store.delete(snapshotKey(instance, snapshot)),
    clearReports: async (instance, isNeeded) => {
      const all = await Array.fromAsync(store.listVersions(reportPrefix(instance)));
      const ours = all.filter(({ key }) => isOfReports(instance, key));
      const dropped = ours.filter(({ key }) => {
        const digest = digestOfFlowPicture(instance, key);
        return digest !== undefined && !isNeeded(digest);
      });
      for (const { key, isCurrent } of dropped) if (isCurrent) await store.delete(key);
      const lists = await Array.fromAsync(store.listVersions(prunedKey(instance)));
      const older = [...ours, ...lists].filter(({ isCurrent }) => !isCurrent);
      for (const { key, versionId } of new Set([...dropped, ...older])) await store.deleteVersion(key, versionId);
    },
  };
};
