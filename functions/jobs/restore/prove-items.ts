/** The lookups, libraries and projects of a snapshot that are to be restored, each archive proved before anything is sent. */

import type { IntegrationId } from '../../core/integration.ts';
import type { IntegrationInside, Sections } from '../../core/kinds.ts';
import type { WantedItem } from '../../core/plan/plan-restore-items.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { readKind } from '../../kinds/read-archive.ts';
import { VaultError } from '../../store/vault.ts';
import { isArchiveTrouble } from '../changes/trouble.ts';
import { mapLimited } from '../journal/journal.ts';
import { inBatches, type RestoreFailure } from './batches.ts';
import type { RestoreServices } from './restore-options.ts';
import type { Scope } from './scope.ts';

/** One that is to be in the target, with the archive that says how. */
export type VerifiedItem = WantedItem & {
  readonly archive: ArchiveRef;
  /** That its archive brings along. */
  readonly connections: readonly { readonly id: string; readonly type: string }[];
} & (
    | { readonly kind: 'lookups' }
    | { readonly kind: 'libraries'; readonly library: Sections['libraries'] }
    | {
        readonly kind: 'projects';
        readonly integrations: readonly IntegrationInside[];
        /** Those in it that call or are called, called first. */
        readonly callOrder: readonly IntegrationId[];
      }
  );

type Entry = { readonly id: string; readonly label: string; readonly archive: ArchiveRef | null } & (
  | { readonly kind: 'lookups' }
  | { readonly kind: 'libraries'; readonly library: Sections['libraries'] }
  | { readonly kind: 'projects'; readonly integrations: readonly IntegrationInside[] }
);

/** The digest is that of the bytes: an older snapshot may have another for the same lookup. */
interface Proof extends Pick<VerifiedItem, 'connections' | 'designSha256'> {
  readonly label: string;
  readonly callOrder: readonly IntegrationId[];
}

/** Whole projects are large, so few of them lie in memory at once. */
export const ARCHIVES_HELD = 4;

export const verifyItems = async (
  { vault, journal, progress }: RestoreServices,
  scope: Scope,
): Promise<{ proved: VerifiedItem[]; failures: RestoreFailure[] }> => {
  const entries = entriesOf(scope);
  if (entries.length === 0) return { proved: [], failures: [] };
  progress.phase('proving other archives', entries.length);
  const results = await journal.all('prove other kinds', inBatches(entries), 1, (batch) =>
    mapLimited(batch, ARCHIVES_HELD, async (entry): Promise<Proof | RestoreFailure> => {
      const { label } = entry;
      try {
        if (!entry.archive) {
          throw new VaultError(`the snapshot holds it without an archive: it could not be exported when it was taken`);
        }
        return { label, ...(await prove(entry, await vault.getArchive(entry.archive))) };
      } catch (error) {
        if (!isArchiveTrouble(error)) throw error;
        return { id: label, step: 'read-archive', message: `${label} was not sent: ${error.message}` };
      } finally {
        progress.tick();
      }
    }),
  );
  const found = results.flat();
  const proofs = new Map(found.flatMap((one) => ('label' in one ? [[one.label, one]] : [])));
  return {
    proved: entries.flatMap((entry) => {
      const { archive } = entry;
      const proof = proofs.get(entry.label);
      if (!archive || !proof) return [];
      const { label: _, ...proven } = proof;
      return [{ ...entry, archive, ...proven }];
    }),
    failures: found.flatMap((one) => ('step' in one ? [one] : [])),
  };
};

const entriesOf = ({ lookups = [], libraries = [], projects = [] }: Pick<Manifest, Entry['kind']>): Entry[] => [
  ...lookups.map(({ id, archive }): Entry => ({ kind: 'lookups', id, label: `lookup ${id}`, archive })),
  ...libraries.map(
    (library): Entry => ({
      kind: 'libraries',
      id: library.id,
      label: `library ${library.id}`,
      archive: library.archive,
      library,
    }),
  ),
  ...projects.map(
    ({ code, archive, integrations }): Entry => ({
      kind: 'projects',
      id: code,
      label: `project ${code}`,
      archive,
      integrations,
    }),
  ),
];

/** @throws ArchiveError, or VaultError when it is the archive of something else */
const prove = async ({ kind, id }: Entry, bytes: Uint8Array): Promise<Omit<Proof, 'label'>> => {
  const { id: found, designSha256, connections = [], callOrder = [] } = await readKind(kind, bytes, id);
  mustBe(id, found);
  return { designSha256, connections, callOrder };
};

const mustBe = (id: string, found: string | undefined): void => {
  if (found !== undefined && found !== id) throw new VaultError(`its archive is that of ${found}`);
};
