/** Every archive read by exact version and hash, and opened: a damaged one fails here, before anything of it is sent. */

import { readArchive } from '../../core/archive/integration-archive.ts';
import type { IntegrationId } from '../../core/integration.ts';
import type { RestoreWanted } from '../../core/plan/plan-restore.ts';
import { scheduleOf } from '../../core/schedule.ts';
import type { SnapshotIntegration } from '../../core/snapshot/manifest.ts';
import { isMeantActive } from '../../core/status.ts';
import { VaultError } from '../../store/vault.ts';
import { isArchiveTrouble } from '../changes/trouble.ts';
import { mapLimited } from '../journal/journal.ts';
import { inBatches, type RestoreFailure } from './batches.ts';
import type { RestoreOptions, RestoreServices } from './restore-options.ts';
import type { ArchiveFacts } from './target.ts';

export const proveArchives = async (
  { vault, journal, progress }: RestoreServices,
  entries: readonly SnapshotIntegration[],
  { concurrency }: RestoreOptions,
): Promise<{ facts: Map<IntegrationId, ArchiveFacts>; failures: RestoreFailure[] }> => {
  progress.phase('proving archives', entries.length);
  const results = await journal.all('prove', inBatches(entries), 2, (batch) =>
    mapLimited(batch, concurrency, async ({ id, archive: ref }): Promise<ArchiveFacts | RestoreFailure> => {
      try {
        if (!ref)
          throw new VaultError(
            `the snapshot holds ${id} without an archive: it could not be exported when it was taken`,
          );
        const archive = await readArchive(await vault.getArchive(ref));
        if (archive.id !== id) throw new VaultError(`${ref.key} is the archive of ${archive.id}, not of ${id}`);
        const { calls, connections, schedule, persistedState } = archive;
        return {
          id,
          calls: calls.map((call) => call.id),
          connections: connections.map((connection) => ({ id: connection.id, type: connection.type })),
          designSha256: archive.designSha256,
          hasSchedule: schedule,
          isDraft: persistedState === 'INPROGRESS',
        };
      } catch (error) {
        if (!isArchiveTrouble(error)) throw error;
        return { id, step: 'read-archive', message: `${id} was not sent: ${error.message}` };
      } finally {
        progress.tick();
      }
    }),
  );
  const found = results.flat();
  return {
    facts: new Map(found.flatMap((one) => ('step' in one ? [] : [[one.id, one]]))),
    failures: found.flatMap((one) => ('step' in one ? [one] : [])),
  };
};

export const wantedOf = (
  entry: SnapshotIntegration,
  facts: ArchiveFacts | undefined,
  options: Pick<RestoreOptions, 'scheduleParameters'>,
): RestoreWanted[] => {
  if (!facts || !entry.archive) return [];
  const { id, code, version, status, tracing } = entry;
  const schedule = scheduleOf(entry);
  const parameters = options.scheduleParameters ? entry.scheduleParameters : undefined;
  return [
    {
      id,
      code,
      version,
      designSha256: facts.designSha256,
      isDraft: facts.isDraft,
      hasSchedule: facts.hasSchedule || schedule !== null,
      calls: facts.calls.map((call) => ({
        id: call,
        code: call.split('|')[0] ?? '',
        version: call.split('|')[1] ?? '',
      })),
      captured: { isActive: isMeantActive({ status }), schedule, parameters, tracing },
    },
  ];
};
