/** Designs of archives in the vault, for snapshots that were taken before manifests told them. */

import type { Undecided } from '../../core/diff/undecided.ts';
import { ArchiveError } from '../../core/formats/archive-error.ts';
import type { ArchiveKind } from '../../core/keys.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { entriesIn } from '../../core/snapshot/archived-items.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { kindOf } from '../../kinds/all-kinds.ts';
import { readKind } from '../../kinds/read-archive.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import { mapLimited } from '../journal/journal.ts';

const AT_ONCE = 4;

/** The digest of its design. @throws VaultError or ArchiveError when it cannot be read */
export const storedDesign = async (vault: Vault, kind: ArchiveKind, id: string, archive: ArchiveRef): Promise<string> =>
  archive.designSha256 ?? (await readKind(kind, await vault.getArchive(archive), id)).designSha256;

const archivesOf = (
  manifest: Manifest,
  kind: ArchiveKind,
): readonly { readonly id: string; readonly archive: ArchiveRef | null }[] =>
  kind === 'integrations' ? manifest.integrations : entriesIn(manifest, kindOf(kind));

/** By kind and id; nothing of what cannot be read, which then differs. */
export const storedDesigns = async (
  vault: Vault,
  manifest: Manifest,
  wanted: readonly Undecided[],
): Promise<Map<string, string>> => {
  const designs = new Map<string, string>();
  const archives = new Map(
    [...new Set(wanted.map(({ kind }) => kind))].flatMap((kind) =>
      archivesOf(manifest, kind).map(({ id, archive }): [string, ArchiveRef | null] => [`${kind} ${id}`, archive]),
    ),
  );
  await mapLimited(wanted, AT_ONCE, async ({ kind, id }) => {
    const archive = archives.get(`${kind} ${id}`);
    if (!archive) return;
    try {
      designs.set(`${kind} ${id}`, await storedDesign(vault, kind, id, archive));
    } catch (error) {
      if (!(error instanceof VaultError || error instanceof ArchiveError)) throw error;
    }
  });
  return designs;
};
