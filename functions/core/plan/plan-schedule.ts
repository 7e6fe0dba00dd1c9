/**
 * What becomes of a schedule when its integration is put into a target: what it is to be, and the steps to it from what it
 * is. Oracle starts only one that is stopped and puts on hold only one that runs.
 */
import type { Integration, IntegrationId } from '../integration.ts';
import {
  type AskedSchedule,
  differingParameters,
  isOn,
  type RunState,
  type ScheduleParameter,
  type ScheduleState,
} from '../schedule.ts';
import { isActive } from '../status.ts';

export type ScheduleStep = 'stop-schedule' | 'start-schedule' | 'resume-schedule' | 'pause-schedule';

export type StepOfSchedule = Readonly<
  | {
      do: ScheduleStep;
      id: IntegrationId;
      reason: string;
      /** Of a start: what the schedule had before. */
      parameters?: readonly ScheduleParameter[] | undefined;
    }
  | {
      do: 'set-parameters';
      id: IntegrationId;
      reason: string;
      parameters: readonly ScheduleParameter[];
      /** They are the target's own, which the change may have reset; those that the new version lacks are left out. */
      isOwn?: true;
    }
>;

export interface CapturedSchedule {
  readonly schedule: AskedSchedule;
  /** Absent: not known, or not to be restored. */
  readonly parameters?: readonly ScheduleParameter[] | undefined;
}

/** An integration that is to be in the target. */
interface Scheduled {
  readonly id: IntegrationId;
  readonly hasSchedule: boolean;
  readonly captured?: CapturedSchedule | undefined;
}

/** The target's integration. */
type SameContent = Pick<Integration, 'status' | 'scheduleParameters'> & { readonly schedule: AskedSchedule };

export interface WantedSchedule {
  readonly state: ScheduleState | undefined;
  /** Ends the reason of a step. */
  readonly when: string;
}

/** As captured; as before for a drop, and where the snapshot does not know it. */
export const wantedSchedule = (
  captured: CapturedSchedule | undefined,
  before: ScheduleState | undefined,
): WantedSchedule =>
  captured !== undefined && captured.schedule !== 'unknown'
    ? { state: captured.schedule, when: 'when the snapshot was taken' }
    : { state: before, when: 'before' };

const keepParameters = (id: IntegrationId, parameters: readonly ScheduleParameter[]): StepOfSchedule => ({
  do: 'set-parameters',
  id,
  reason: `its parameters keep the values they had before: ${parameters.map(({ name }) => name).join(', ')}`,
  parameters,
  isOwn: true,
});

/**
 * @param same the target's own, when it has this content already
 * @param own the parameters that the schedule had before
 */
export const scheduleSteps = (
  { id, captured, hasSchedule }: Scheduled,
  same: SameContent | undefined,
  activates: boolean,
  { state, when }: WantedSchedule,
  own: readonly ScheduleParameter[] | undefined,
): StepOfSchedule[] => {
  const isActiveAfter = activates || (same !== undefined && isActive(same));
  if (!hasSchedule || !isActiveAfter) return [];
  const now = !activates && isOn(same?.schedule) ? same.schedule : 'stopped';
  const wanted = captured?.parameters ?? [];
  const other = differingParameters(wanted, activates ? [] : same?.scheduleParameters);
  const reason = `${other.join(', ')} had other values ${when}`;
  const parameters = captured?.parameters ?? own;
  const changes = isOn(state) ? stepsBetween(now, state, when) : [];
  // A start sends them; where nothing is started they are sent on their own.
  const isGiven = changes.some((step) => step.do === 'start-schedule');
  // A run that was cut off may have activated it, and set them back.
  const lost = differingParameters(own ?? [], activates ? [] : same?.scheduleParameters);
  const kept = isGiven || captured?.parameters ? [] : (own ?? []).filter(({ name }) => lost.includes(name));
  return [
    ...(other.length > 0 ? [{ do: 'set-parameters' as const, id, reason, parameters: wanted }] : []),
    ...(kept.length > 0 ? [keepParameters(id, kept)] : []),
    ...changes.map((step) => ({
      ...step,
      id,
      ...(step.do === 'start-schedule' && parameters && { parameters }),
    })),
  ];
};

const stepsBetween = (
  now: RunState,
  wanted: 'started' | 'paused',
  when: string,
): { readonly do: ScheduleStep; readonly reason: string }[] => {
  if (wanted === 'started') {
    if (now === 'started') return [];
    return [{ do: now === 'paused' ? 'resume-schedule' : 'start-schedule', reason: `it ran ${when}` }];
  }
  const pause = { do: 'pause-schedule', reason: `it was on hold ${when}` } as const;
  if (now === 'paused') return [];
  if (now === 'started') return [pause];
  return [
    { do: 'start-schedule', reason: `it was on hold ${when}: only one that runs can be put on hold, which is next` },
    pause,
  ];
};
