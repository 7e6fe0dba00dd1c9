/**
 * One integration of a backup: exported, checked, stored, then asked for its schedule. What goes wrong with it is its own
 * affair, told in the result, unless every other one would meet the same.
 */

import { type Dependencies, dependenciesOf } from '../../core/archive/dependencies.ts';
import { archiveKey } from '../../core/keys.ts';
import { type BackupStep, mustAskSchedule } from '../../core/plan/plan-backup.ts';
import type { AskedSchedule, ScheduleParameter } from '../../core/schedule.ts';
import { describeSchedule, unknownSchedule } from '../../kinds/read-schedule.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import type { createSemaphore } from '../journal/semaphore.ts';
import type { BackUpServices } from './back-up-options.ts';
import { type ExportedOne, exportArchive, GONE } from './export-archive.ts';

/** What came of one integration; small, for the journal keeps it. */
export interface Gathered extends ExportedOne {
  readonly id: string;
  /** What its schedule does; absent when it was not asked. */
  readonly schedule?: AskedSchedule;
  readonly scheduleParameters?: readonly ScheduleParameter[];
  /** Why the one or the other is not known. */
  readonly scheduleWarning?: string;
  /** What the archive calls and uses, when it was exported. */
  readonly dependencies?: Dependencies;
  readonly failure?: { readonly kind: string; readonly message: string };
}

/** Where it may have changed its archive, checked and stored, and its schedule; without that it is backed up all the same. */
export const gather = async (
  services: Pick<BackUpServices, 'oic' | 'vault'>,
  step: BackupStep,
  inSlot: ReturnType<typeof createSemaphore>,
): Promise<Gathered> => {
  const { oic } = services;
  const { id } = step.integration;
  try {
    const exported = step.do === 'export' ? await inSlot(() => exportOne(services, step)) : {};
    if (exported.isGone || !mustAskSchedule(step.integration)) return { id, ...exported };
    const mayHaveParameters = step.do === 'export' || step.last?.mayHaveParameters !== false;
    const { state, parameters, trouble } = await describeSchedule(oic, step.integration, mayHaveParameters);
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
    if (!isOicError(error) || stopsTheRun(error)) throw error;
    return { id, failure: { kind: error.kind, message: error.message } };
  }
};

const exportOne = async (
  services: Pick<BackUpServices, 'oic' | 'vault'>,
  { integration, last }: Extract<BackupStep, { do: 'export' }>,
): Promise<Omit<Gathered, 'id'>> => {
  const { oic } = services;
  const { id } = integration;
  let dependencies: Dependencies | undefined;
  const exported = await exportArchive(
    services,
    {
      key: archiveKey(oic.instance, integration),
      export: () => oic.exportIntegration(id),
      onExported: ({ archive }) => {
        dependencies = dependenciesOf(archive);
      },
      // Locked since the listing, perhaps: who holds it is told by the instance as it is now.
      holder: async () => integration.lockedBy ?? (await oic.getIntegration(id))?.lockedBy,
      isThere: async () => (await oic.getIntegration(id)) !== undefined,
    },
    last?.archive,
  );
  return { ...exported, ...(dependencies && { dependencies }) };
};
