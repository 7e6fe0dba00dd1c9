/**
 * What takes from a vault and brings back to it: the verbs of a prune and of `oic snapshots --deleted`, which backups,
 * restores and pages are not given.
 */
import { formatPruned, type PrunedSnapshot, parsePruned } from '../core/chain/pruned.ts';
import {
  archiveKindOfKey,
  archivePrefixes,
  digestOfFlowPicture,
  isOfReports,
  prunedKey,
  reportKey,
  reportPrefix,
  snapshotKey,
  snapshotOfKey,
  snapshotPrefix,
} from '../core/keys.ts';
import type { KindFacts } from '../core/kinds.ts';
import { type ObjectStore, PreconditionFailed, type VersionEntry } from './object-store.ts';

export interface VaultUpkeep {
  /** Of each snapshot that was taken away, when that was. */
  listRemovals(instance: string): Promise<ReadonlyMap<string, Date>>;
  /** A version of its manifest becomes the current one. @returns false when somebody else changed it meanwhile */
  bringBack(instance: string, snapshot: string, versionId: string): Promise<boolean>;
  /** Adds to the list of what was pruned, and takes from it what nothing asks for any more. */
  recordPruned(
    instance: string,
    added: readonly PrunedSnapshot[],
    isNeeded: (snapshot: string) => boolean,
  ): Promise<void>;
  /** Every stored version of the instance's archives, newest first for each key. Other files there are left out. */
  listArchiveVersions(instance: string): Promise<readonly VersionEntry[]>;
  /** Removes one archive version for good. What is not there is no error. */
  removeArchiveVersion(version: { readonly key: string; readonly versionId: string }): Promise<void>;
  /** The snapshot is gone at once, then the page about it and all versions of its manifest; what is left after a crash goes when it is done again. */
  forgetSnapshot(instance: string, snapshot: string): Promise<void>;
  /** The snapshot is gone from every list; its manifest can be brought back as long as the store keeps it. */
  hideSnapshot(instance: string, snapshot: string): Promise<void>;
  /** Removes pictures of flows but those that are needed, by content digest, and all but the newest version of a page, a note and the list of what was pruned. */
  clearReports(instance: string, isNeeded: (contentSha256: string) => boolean): Promise<void>;
}

/** @param kinds what the vault may hold beside integrations */
export const createUpkeep = (store: ObjectStore, kinds: readonly KindFacts[]): VaultUpkeep => {
  const prepareRemovals = (keys: readonly string[]) =>
    Promise.all(
      keys.map(async (key) => {
        const versions = await Array.fromAsync(store.listVersions(key));
        return { key, versionIds: versions.filter((found) => found.key === key).map(({ versionId }) => versionId) };
      }),
    );

  /** Of two that write it at once one is told so, and does it again. */
  const recordPruned: VaultUpkeep['recordPruned'] = async (instance, added, isNeeded) => {
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
