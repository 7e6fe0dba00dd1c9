/**
 * One integration of a backup: exported, checked, stored, then asked for its schedule. What goes wrong with it is its own
 * affair, told in the result, unless every other one would meet the same.
 */

import { type Dependencies, dependenciesOf } from '../../core/archive/dependencies.ts';
import { readArchive } from '../../core/archive/integration-archive.ts';
import type { Integration } from '../../core/integration.ts';
import { keyApart } from '../../core/key-parts.ts';
import { archiveKey } from '../../core/keys.ts';
import { type BackupStep, mustAskSchedule } from '../../core/plan/plan-backup.ts';
import type { AskedSchedule, ScheduleParameter } from '../../core/schedule.ts';
import type { SnapshotIntegration } from '../../core/snapshot/manifest.ts';
import { describeSchedule, unknownSchedule } from '../../kinds/read-schedule.ts';
import type { createSemaphore } from '../journal/semaphore.ts';
import type { BackUpServices } from './back-up-options.ts';
import { type ExportedOne, exportArchive, GONE } from './export-archive.ts';
import { failureOf } from './own-failure.ts';

export type IntegrationStep = BackupStep<Integration, SnapshotIntegration>;

/** What came of one integration; small, for the journal keeps it. */
export interface Gathered extends ExportedOne {
  readonly id: string;
  /** Of the integration that was exported, as the listing told it. */
  readonly lastUpdated?: string | undefined;
  /** What its schedule does; absent when it was not asked. */
  readonly schedule?: AskedSchedule;
  readonly scheduleParameters?: readonly ScheduleParameter[];
  /** Why the one or the other is not known. */
  readonly scheduleWarning?: string;
  /** What the archive calls and uses, when it was exported. */
  readonly dependencies?: Dependencies;
  readonly failure?: { readonly kind: string; readonly message: string };
}

/**
 * Where it may have changed its archive, checked and stored, and its schedule; without that it is backed up all the same.
 *
 * @param hasTwin its key and that of another differ in nothing but capitals
 */
export const gather = async (
  services: Pick<BackUpServices, 'oic' | 'vault'>,
  step: IntegrationStep,
  inSlot: ReturnType<typeof createSemaphore>,
  hasTwin = false,
): Promise<Gathered> => {
  const { oic } = services;
  const { id, lastUpdated } = step.item;
  try {
    const exported: Omit<Gathered, 'id'> =
      step.do === 'export' ? { lastUpdated, ...(await inSlot(() => exportOne(services, step, hasTwin))) } : {};
    if (exported.isGone || !mustAskSchedule(step.item)) return { id, ...exported };
    // One that had none, by its design, has none as long as it is not saved.
    const mayHaveParameters = step.do === 'export' || step.last?.entry?.scheduleParameters?.length !== 0;
    const { state, parameters, trouble } = await describeSchedule(oic, step.item, mayHaveParameters);
    // No schedule where the list had one: a snapshot must not hold what was deleted meanwhile.
    if (state === null && !(await oic.getIntegration(id))) return { id, ...GONE };
    return {
      id,
      schedule: state,
      ...(parameters && { scheduleParameters: parameters }),
      ...(trouble !== undefined && { scheduleWarning: unknownSchedule({ state, trouble }) }),
      ...exported,
    };
  } catch (error) {
    // Nobody asked what its schedule does, so nobody may say that it is stopped.
    const schedule = mustAskSchedule(step.item) ? { schedule: 'unknown' as const } : {};
    return { id, failure: failureOf(error, id), ...schedule };
  }
};

const exportOne = async (
  services: Pick<BackUpServices, 'oic' | 'vault'>,
  { item: integration, last, former }: IntegrationStep,
  hasTwin: boolean,
): Promise<Omit<Gathered, 'id'>> => {
  const { oic } = services;
  const { id } = integration;
  const key = archiveKey(oic.instance, integration);
  let dependencies: Dependencies | undefined;
  const exported = await exportArchive(
    services,
    {
      id,
      label: id,
      key: hasTwin ? keyApart(key) : key,
      export: () => oic.exportIntegration(id),
      read: readArchive,
      onExported: ({ archive }) => {
        dependencies = dependenciesOf(archive);
      },
      // Locked since the listing, perhaps: who holds it is told by the instance as it is now.
      holder: async () => integration.lockedBy ?? (await oic.getIntegration(id))?.lockedBy,
      isThere: async () => (await oic.getIntegration(id)) !== undefined,
    },
    { last: last?.archive, former },
  );
  return { ...exported, ...(dependencies && { dependencies }) };
};
