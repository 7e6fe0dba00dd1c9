/** Reads every archive of a snapshot back from the vault and checks that it is what was stored. Needs no instance. */

import { strangeKeys } from '../../core/chain/chain.ts';
import { type ArchiveKind, snapshotKey } from '../../core/keys.ts';
import { type ArchivedItem, archivedItems } from '../../core/snapshot/archived-items.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { absentKinds } from '../../core/snapshot/not-covered.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { readKind } from '../../kinds/read-archive.ts';
import type { CopyProblem } from '../../store/object-store.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import { mapLimited } from '../journal/journal.ts';

interface Damage {
  /** `CODE|VERSION`, `project CODE`, `lookup NAME` or `library CODE|VERSION`. */
  readonly id: string;
  readonly key: string;
  readonly versionId: string;
  readonly problem: string;
  /** That version is not there at all. */
  readonly isMissing?: boolean;
}

export interface Verification {
  readonly instance: string;
  readonly snapshot: string;
  readonly complete: boolean;
  readonly checked: number;
  readonly damaged: readonly Damage[];
  /** In the snapshot, but without an archive: locked, PREBUILT or failed when it was taken. */
  readonly withoutArchive: readonly string[];
  /** What should be in the snapshot and is not, as sentences: what failed when it was taken, and kinds that are not in it. */
  readonly missing: readonly Missing[];
  /** Files of a directory that people see and that are not what the vault holds. No damage: nothing is read from them. */
  readonly copies: readonly { readonly key: string; readonly problem: CopyProblem }[];
}

interface Missing {
  /** As in a failure, or a kind: `lookups`. */
  readonly id: string;
  readonly problem: string;
}

/** @param kinds only these; every one when left out */
export const verify = async (
  vault: Vault,
  manifest: Manifest,
  onChecked: () => void,
  kinds?: readonly ArchiveKind[],
): Promise<Verification> => {
  const { instance, snapshot } = manifest;
  const items = archivedItems(manifest, ALL_KINDS).filter(({ kind }) => kinds?.includes(kind) ?? true);
  const stored = items.filter(({ archive }) => archive);
  const strange = new Set(strangeKeys(instance, manifest, ALL_KINDS).map(({ label }) => label));
  const damaged = await mapLimited(stored, 8, async (item): Promise<Damage[]> => {
    const found = strange.has(item.label) ? strangeKey(instance, item) : await findDamage(vault, item);
    onChecked();
    return found ? [found] : [];
  });
  const keys = new Set([snapshotKey(instance, snapshot), ...stored.flatMap(({ archive }) => archive?.key ?? [])]);
  const copies = await vault.compareCopies([...keys]);
  return {
    instance,
    snapshot,
    complete: manifest.complete,
    checked: stored.length,
    damaged: damaged.flat(),
    withoutArchive: items.flatMap(({ label, archive }) => (archive ? [] : [label])),
    missing: missingFrom(manifest, kinds),
    copies: [...copies].map(([key, problem]) => ({ key, problem })),
  };
};

const strangeKey = (instance: string, { label, archive }: ArchivedItem): Damage | undefined =>
  archive
    ? {
        id: label,
        key: archive.key,
        versionId: archive.versionId,
        problem: `its key ${JSON.stringify(archive.key).slice(0, 300)} is not where archives of ${instance} of that kind lie, so nothing was read there`,
      }
    : undefined;

/** An absent kind is missing when it was asked for here, or when the backup had asked for its archives and was refused. */
const missingFrom = (manifest: Manifest, kinds: readonly ArchiveKind[] | undefined): Missing[] => {
  const failures = manifest.failures.map(({ id, message }) => ({ id, problem: `was not backed up: ${message}` }));
  const absent = absentKinds(manifest, ALL_KINDS).flatMap(({ id: reason, kinds: those, why }) =>
    those
      .filter(({ name, file }) => kinds?.some((one) => one === name) ?? (file !== undefined && reason === 'refused'))
      .map(({ name }) => ({ id: name, problem: `are not in the snapshot: ${why}` })),
  );
  const isIncomplete = !manifest.complete && failures.length === 0;
  return [
    ...failures,
    ...(isIncomplete ? [{ id: manifest.snapshot, problem: 'is incomplete, and does not say what failed' }] : []),
    ...absent,
  ];
};

/** Reads an archive back. Nothing when it is whole. */
export const findDamage = async (
  vault: Vault,
  { kind, label, id, archive }: ArchivedItem,
): Promise<Damage | undefined> => {
  if (!archive) return undefined;
  const { key, versionId } = archive;
  const damage = (problem: string): Damage => ({ id: label, key, versionId, problem });
  try {
    const found = await readKind(kind, await vault.readStored(archive), id);
    if (found.id !== undefined && found.id !== id) return damage(`it is the archive of ${found.id}`);
    if (![found.contentSha256, found.formerContentSha256].includes(archive.contentSha256))
      return damage('its content digest is not the one in the snapshot');
    return undefined;
  } catch (error) {
    if (error instanceof VaultError || (error instanceof Error && error.name === 'ArchiveError')) {
      return { ...damage(error.message), ...(error instanceof VaultError && error.isMissing && { isMissing: true }) };
    }
    throw error;
  }
};
