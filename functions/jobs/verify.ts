/** Reads every archive of a snapshot back from the vault and checks that it is what was stored. Needs no instance. */
import { readArchive } from '../core/archive.ts';
import type { IntegrationId } from '../core/integration.ts';
import type { ArchiveRef, Manifest } from '../core/manifest.ts';
import { type Vault, VaultError } from '../store/vault.ts';
import { mapLimited } from './journal.ts';

interface Damage {
  readonly id: IntegrationId;
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
  readonly withoutArchive: readonly IntegrationId[];
}

export const verify = async (vault: Vault, manifest: Manifest, onChecked: () => void): Promise<Verification> => {
  const stored = manifest.integrations.flatMap(({ id, archive }) => (archive ? [{ id, archive }] : []));
  const damaged = await mapLimited(stored, 8, async ({ id, archive }): Promise<Damage[]> => {
    const problem = await findProblem(vault, id, archive);
    onChecked();
    return problem === undefined ? [] : [{ id, key: archive.key, versionId: archive.versionId, problem }];
  });
  return {
    instance: manifest.instance,
    snapshot: manifest.snapshot,
    complete: manifest.complete,
    checked: stored.length,
    damaged: damaged.flat(),
    withoutArchive: manifest.integrations.flatMap(({ id, archive }) => (archive ? [] : [id])),
  };
};

const findProblem = async (vault: Vault, id: IntegrationId, ref: ArchiveRef): Promise<string | undefined> => {
  try {
    const archive = await readArchive(await vault.getArchive(ref));
    if (archive.id !== id) return `it is the archive of ${archive.id}`;
    if (archive.contentSha256 !== ref.contentSha256) return 'its content digest is not the one in the snapshot';
    return undefined;
  } catch (error) {
    if (error instanceof VaultError || (error instanceof Error && error.name === 'ArchiveError')) return error.message;
    throw error;
  }
};
