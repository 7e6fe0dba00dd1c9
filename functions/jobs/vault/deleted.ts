/**
 * Snapshots that were taken away or overwritten by mistake, and the way back: a store keeps the manifests of before for a
 * while, and with them the archives they name.
 */
import { Refused } from '../../core/errors.ts';
import { archivesIn } from '../../core/snapshot/archived-items.ts';
import { KEEP_TAG, NEEDED } from '../../core/snapshot/keep-classes.ts';
import { ManifestError } from '../../core/snapshot/manifest.ts';
import type { VersionEntry } from '../../store/object-store.ts';
import { type StoredManifest, type Vault, VaultError } from '../../store/vault.ts';
import type { VaultUpkeep } from '../../store/vault-upkeep.ts';
import { mapLimited } from '../journal/journal.ts';

const TAGS_AT_ONCE = 16;

export interface DeletedSnapshot {
  readonly snapshot: string;
  readonly how: 'removed' | 'overwritten';
  /** When, ISO 8601 in UTC; absent where the store does not tell. */
  readonly at?: string;
  /** The newest version of its manifest that is as it was taken. */
  readonly versionId: string;
  readonly complete: boolean;
  readonly integrations: number;
}

/** Newest first. */
export const listDeleted = async (
  vault: Vault & VaultUpkeep,
  instance: string,
): Promise<readonly DeletedSnapshot[]> => {
  const removals = await vault.listRemovals(instance);
  const found: DeletedSnapshot[] = [];
  for (const [snapshot, versions] of await vault.listManifestVersions(instance)) {
    const current = versions.find(({ isCurrent }) => isCurrent);
    if (current && (versions.length === 1 || (await readSound(vault, instance, snapshot, current)))) continue;
    const sound = await newestSound(vault, instance, snapshot, versions);
    if (!sound) continue;
    const at = current?.lastModified ?? removals.get(snapshot);
    const { complete, integrations } = sound.stored.manifest;
    found.push({
      snapshot,
      how: current ? 'overwritten' : 'removed',
      ...(at && { at: at.toISOString() }),
      versionId: sound.versionId,
      complete,
      integrations: integrations.length,
    });
  }
  return found.toSorted((a, b) => (a.snapshot < b.snapshot ? 1 : -1));
};

/** In a bucket it then stays, with its archives, until somebody removes it. @throws Refused when there is nothing to bring back */
export const bringBack = async (
  vault: Vault & VaultUpkeep,
  instance: string,
  snapshot: string,
): Promise<DeletedSnapshot> => {
  const deleted = (await listDeleted(vault, instance)).find((one) => one.snapshot === snapshot);
  if (deleted) await keepArchives(vault, instance, deleted);
  const isBack = deleted && (await vault.bringBack(instance, snapshot, deleted.versionId));
  if (!isBack) {
    throw new Refused(
      `${snapshot} of ${instance} was not brought back: ${vault.name} holds no manifest of it that was removed or overwritten; \`oic snapshots ${instance} --deleted\` lists what can be`,
    );
  }
  // Were it to go once more, nothing would say that it was pruned.
  await vault.recordPruned(instance, [], (name) => name !== snapshot);
  return deleted;
};

/** It becomes a new object with a time of its own, so it would outlive archives that go by their class. */
const keepArchives = async (
  { marks, readManifest }: Vault,
  instance: string,
  { snapshot, versionId }: DeletedSnapshot,
): Promise<void> => {
  if (!marks) return;
  const { manifest } = await readManifest(instance, snapshot, versionId);
  await mapLimited(archivesIn(manifest), TAGS_AT_ONCE, async (archive) => {
    if (archive) await marks.tag(archive.key, archive.versionId, { [KEEP_TAG]: NEEDED });
  });
};

const newestSound = async (
  vault: Vault,
  instance: string,
  snapshot: string,
  versions: readonly VersionEntry[],
): Promise<{ readonly versionId: string; readonly stored: StoredManifest } | undefined> => {
  for (const version of versions.filter(({ isCurrent }) => !isCurrent)) {
    const stored = await readSound(vault, instance, snapshot, version);
    if (stored) return { versionId: version.versionId, stored };
  }
  return undefined;
};

/** undefined when it is not what was stored there. */
const readSound = async (
  vault: Vault,
  instance: string,
  snapshot: string,
  { versionId }: VersionEntry,
): Promise<StoredManifest | undefined> => {
  try {
    const stored = await vault.readManifest(instance, snapshot, versionId);
    return stored.problems.length === 0 ? stored : undefined;
  } catch (error) {
    if (error instanceof ManifestError || error instanceof VaultError) return undefined;
    throw error;
  }
};
