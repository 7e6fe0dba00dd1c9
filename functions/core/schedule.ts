/** What the schedule of an integration does, in the words of snapshots and plans. */

/** What a schedule does: it submits runs, is on hold (Oracle's HOLD), or does not run (CANCELLED). */
export type RunState = 'started' | 'paused' | 'stopped';

/** null: there is none. */
export type ScheduleState = RunState | null;

/** `unknown`: there may be one, and it could not be asked. */
export type AskedSchedule = ScheduleState | 'unknown';

export const RUN_STATES = ['started', 'paused', 'stopped'] as const satisfies readonly RunState[];

/** It must be stopped before its integration is deactivated, and is to be as it was afterwards. */
export const isOn = (state: AskedSchedule | undefined): state is 'started' | 'paused' =>
  state === 'started' || state === 'paused';

/** Such as `lastExecutionTime`: live state, which runs change. */
export interface ScheduleParameter {
  readonly name: string;
  /** Absent when it has none, or looks like a secret: those leave the client in no answer. */
  readonly value?: string | undefined;
}

/** How a manifest has it: `schedule` is null for none as for what is not known, which a field of its own tells apart. */
export interface ScheduleFields {
  readonly schedule: ScheduleState;
  /** Present when it could not be asked; a warning of the snapshot says why. */
  readonly scheduleUnknown?: true | undefined;
  /** Empty: it has none. Absent: nobody asked, for it was not active, or the snapshot is older than this program knew of them. */
  readonly scheduleParameters?: readonly ScheduleParameter[] | undefined;
}

export const scheduleFields = (asked: AskedSchedule): ScheduleFields =>
  asked === 'unknown' ? { schedule: null, scheduleUnknown: true } : { schedule: asked };

export const scheduleOf = ({ schedule, scheduleUnknown }: ScheduleFields): AskedSchedule =>
  scheduleUnknown ? 'unknown' : schedule;

/** For people. */
export const scheduleWord = (state: AskedSchedule): string => (state === 'unknown' ? 'not known' : (state ?? 'none'));

/** Names whose values differ from those that are wanted; one without a value wants nothing. */
export const differingParameters = (
  wanted: readonly ScheduleParameter[],
  there: readonly ScheduleParameter[] = [],
): string[] =>
  wanted
    .filter(({ name, value }) => value !== undefined && there.find((one) => one.name === name)?.value !== value)
    .map(({ name }) => name);
