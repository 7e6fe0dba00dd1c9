/** What a target has before a restore: everything listed, schedules of what is active, content where it decides. */

import type { Integration, IntegrationId } from '../../core/integration.ts';
import { isNamed } from '../../core/odd-item.ts';
import { withHolderNamed } from '../../core/people.ts';
import { mustAskSchedule, scheduleState } from '../../core/plan/plan-backup.ts';
import { type Before, beforeOf, type TargetIntegration } from '../../core/plan/plan-install.ts';
import type { RestoreWanted } from '../../core/plan/plan-restore.ts';
import { type AskedSchedule, isOn, type ScheduleParameter } from '../../core/schedule.ts';
import { askSchedule } from '../../kinds/read-schedule.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { readSettled } from '../instance/read-settled.ts';
import { type Journal, mapLimited } from '../journal/journal.ts';
import { inBatches, type RestoreFailure } from './batches.ts';
import type { RestoreOptions } from './restore-options.ts';

/** What an archive says that the plan needs; small, for the journal keeps it. */
export interface ArchiveFacts {
  readonly id: IntegrationId;
  readonly calls: readonly IntegrationId[];
  readonly connections: ReadonlyArray<{ readonly id: string; readonly type: string }>;
  readonly designSha256: string;
  readonly hasSchedule: boolean;
  readonly isDraft: boolean;
}

interface Detail {
  readonly id: IntegrationId;
  readonly schedule?: AskedSchedule | undefined;
  readonly scheduleParameters?: readonly ScheduleParameter[] | undefined;
  readonly designSha256?: string | undefined;
}

/** A target's integrations, and what of the wanted it has in a form that cannot be read: left alone, for nothing is known of it. */
export interface RestoreTarget {
  readonly integrations: readonly TargetIntegration[];
  /** As they were before a run that was cut off replaced some of them. */
  readonly before: readonly Before[];
  readonly unread: readonly RestoreFailure[];
}

/** Waits until nothing that the plan may touch is being activated or deactivated; what still is at the deadline is refused. */
export const readTargetFor = async (
  { oic, journal, waiting }: { readonly oic: OicClient; readonly journal: Journal; readonly waiting: ActivationWait },
  wanted: readonly RestoreWanted[],
  options: RestoreOptions,
): Promise<RestoreTarget> => {
  const codes = new Set(wanted.map(({ code }) => code));
  const { items: listed, odd } = await journal.step('list the target', () =>
    readSettled(
      () => oic.listIntegrations(),
      ({ code }) => options.mirror || codes.has(code),
      waiting,
    ),
  );
  const isListed = new Set<string>(listed.map(({ id }) => id));
  const unread = wanted.flatMap(({ id }): RestoreFailure[] => {
    const one = isListed.has(id) ? undefined : odd.find((each) => isNamed(each, id));
    if (!one) return [];
    return [{ id, step: 'read-target', message: `${id} was left as it is on ${oic.instance}: ${one.message}` }];
  });
  const wantedById = new Map(wanted.map((one) => [one.id, one]));
  const asked = listed.filter((there) => mustAskSchedule(there) || wantedById.has(there.id));
  const details = await journal.all('compare', inBatches(asked), 2, (batch) =>
    mapLimited(batch, options.concurrency, (there) => readDetail(oic, there, wantedById.get(there.id), options)),
  );
  const byId = new Map(details.flat().map((detail) => [detail.id, detail]));
  const integrations = listed.map((there) => ({
    ...withHolderNamed(there, oic.people),
    schedule: scheduleState(there, byId.get(there.id)?.schedule),
    scheduleParameters: byId.get(there.id)?.scheduleParameters ?? there.scheduleParameters,
    designSha256: byId.get(there.id)?.designSha256,
  }));
  const cutOff = (journal.leftovers('compare') as Detail[][]).flat();
  const before = integrations.map((there) => {
    const { designSha256 } = wantedById.get(there.id) ?? {};
    const isReplaced = designSha256 !== undefined && there.designSha256 === designSha256;
    const was = cutOff.findLast((one) => isReplaced && one.id === there.id && one.designSha256 !== designSha256);
    return beforeOf({ ...there, ...withoutUnknown(was) });
  });
  return { integrations, before, unread };
};

/** Of a schedule what was found out. */
const withoutUnknown = ({ schedule, scheduleParameters }: Partial<Detail> = {}) => ({
  ...(schedule && schedule !== 'unknown' && { schedule }),
  ...(scheduleParameters && { scheduleParameters }),
});

const readDetail = async (
  oic: OicClient,
  there: Integration,
  wanted: RestoreWanted | undefined,
  { existing }: RestoreOptions,
): Promise<Detail> => {
  const { id } = there;
  const schedule = mustAskSchedule(there) ? (await askSchedule(oic, id)).state : undefined;
  const designSha256 = wanted && (await contentOf(oic, id));
  const detail = { id, schedule, designSha256 };
  if (!wanted || schedule === undefined || there.scheduleParameters?.length) return detail;
  const isReplaced = existing === 'replace' && designSha256 !== wanted.designSha256;
  const mayBeStarted = (isReplaced && isOn(schedule)) || (schedule === 'stopped' && isOn(wanted.captured.schedule));
  const mustKnow = mayBeStarted || (wanted.captured.parameters ?? []).length > 0;
  const now = mustKnow ? await oic.getIntegration(id) : undefined;
  return { ...detail, scheduleParameters: now?.scheduleParameters };
};

/** undefined when it cannot be exported: locked, delivered by Oracle, or just deleted. */
const contentOf = async (oic: OicClient, id: IntegrationId): Promise<string | undefined> => {
  try {
    return (await oic.exportIntegration(id)).archive.designSha256;
  } catch (error) {
    if (isOicError(error, 'locked', 'not-found')) return undefined;
    throw error;
  }
};
