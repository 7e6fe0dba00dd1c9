/** Reads every archive of a snapshot back from the vault and checks that it is what was stored. Needs no instance. */

import { readKind } from '../../core/archive/read-archive.ts';
import type { ArchiveKind } from '../../core/keys.ts';
import { type ArchivedItem, archivedItems } from '../../core/snapshot/archived-items.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import { mapLimited } from '../journal/journal.ts';

interface Damage {
  /** `CODE|VERSION`, `project CODE`, `lookup NAME` or `library CODE|VERSION`. */
  readonly id: string;
  readonly key: string;
  readonly versionId: string;
  readonly problem: string;
}

export interface Verification {
  readonly instance: string;
  readonly snapshot: string;
  readonly complete: boolean;
  readonly checked: number;
  readonly damaged: readonly Damage[];
  /** In the snapshot, but without an archive: locked, PREBUILT or failed when it was taken. */
  readonly withoutArchive: readonly string[];
}

/** @param kinds only these; every one when left out */
export const verify = async (
  vault: Vault,
  manifest: Manifest,
  onChecked: () => void,
  kinds?: readonly ArchiveKind[],
): Promise<Verification> => {
  const things = archivedItems(manifest).filter(({ kind }) => kinds?.includes(kind) ?? true);
  const stored = things.filter(({ archive }) => archive);
  const damaged = await mapLimited(stored, 8, async (thing): Promise<Damage[]> => {
    const found = await findDamage(vault, thing);
    onChecked();
    return found ? [found] : [];
  });
  return {
    instance: manifest.instance,
    snapshot: manifest.snapshot,
    complete: manifest.complete,
    checked: stored.length,
    damaged: damaged.flat(),
    withoutArchive: things.flatMap(({ label, archive }) => (archive ? [] : [label])),
  };
};

const findDamage = async (vault: Vault, { kind, label, id, archive }: ArchivedItem): Promise<Damage | undefined> => {
  if (!archive) return undefined;
  const { key, versionId } = archive;
  const damage = (problem: string): Damage => ({ id: label, key, versionId, problem });
  try {
    const found = await readKind(kind, await vault.getArchive(archive), id);
    if (found.id !== undefined && found.id !== id) return damage(`it is the archive of ${found.id}`);
    if (![found.contentSha256, found.formerContentSha256].includes(archive.contentSha256))
      return damage('its content digest is not the one in the snapshot');
    return undefined;
  } catch (error) {
    if (error instanceof VaultError || (error instanceof Error && error.name === 'ArchiveError')) {
      return damage(error.message);
    }
    throw error;
  }
};
