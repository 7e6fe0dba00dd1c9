/** The items of a snapshot that are to be restored, of other kinds than integrations: each archive proved before anything is sent. */

import { type Entry, type IntegrationInside, idOf, labelOf } from '../../core/kinds.ts';
import type { OwnConnections } from '../../core/plan/connection-address.ts';
import type { WantedContainer } from '../../core/plan/plan-restore-containers.ts';
import type { WantedItem } from '../../core/plan/plan-restore-items.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { entriesIn, type Stored } from '../../core/snapshot/archived-items.ts';
import { RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import type { RestoredKind } from '../../kinds/kind.ts';
import { VaultError } from '../../store/vault.ts';
import { isArchiveTrouble } from '../changes/trouble.ts';
import { mapLimited } from '../journal/journal.ts';
import { inBatches, type RestoreFailure } from './batches.ts';
import type { RestoreServices } from './restore-options.ts';
import type { Scope } from './scope.ts';

interface Wanted extends Omit<WantedItem, 'kind' | 'designSha256'> {
  readonly kind: RestoredKind;
  readonly entry: Stored<Entry>;
  /** That are in it. */
  readonly integrations: readonly IntegrationInside[];
}

/** The digest is that of the bytes: an older snapshot may have another for the same item. */
interface Proof extends Pick<WantedContainer, 'label' | 'designSha256' | 'callOrder'> {
  /** That its archive brings along. */
  readonly connections: readonly { readonly id: string; readonly type: string }[];
}

/** One that is to be in the target, with the archive that says how. */
export interface VerifiedItem extends Wanted, Proof {
  readonly archive: ArchiveRef;
  /** Those that the target has in it. */
  readonly ownConnections?: OwnConnections | undefined;
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
    mapLimited(batch, ARCHIVES_HELD, async (wanted): Promise<Proof | RestoreFailure> => {
      const { label } = wanted;
      try {
        if (!wanted.entry.archive) {
          throw new VaultError(`the snapshot holds it without an archive: it could not be exported when it was taken`);
        }
        return { label, ...(await prove(wanted, await vault.getArchive(wanted.entry.archive))) };
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
    proved: entries.flatMap((wanted): VerifiedItem[] => {
      const { archive } = wanted.entry;
      const proof = proofs.get(wanted.label);
      return archive && proof ? [{ ...wanted, archive, ...proof }] : [];
    }),
    failures: found.flatMap((one) => ('step' in one ? [one] : [])),
  };
};

const entriesOf = (scope: Scope): Wanted[] =>
  RESTORED_KINDS.flatMap((kind) =>
    entriesIn(scope, kind).map((entry) => ({
      kind,
      entry,
      id: idOf(kind, entry),
      label: labelOf(kind, entry),
      integrations: kind.integrationsIn?.(entry) ?? [],
    })),
  );

/** @throws ArchiveError, or VaultError when it is the archive of something else */
const prove = async ({ kind, id }: Wanted, bytes: Uint8Array): Promise<Omit<Proof, 'label'>> => {
  const { id: found, designSha256, connections = [], callOrder = [] } = await kind.archive.read(bytes, id);
  if (found !== undefined && found !== id) throw new VaultError(`its archive is that of ${found}`);
  return { designSha256, connections, callOrder };
};
