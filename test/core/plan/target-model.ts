/** An instance as the planners see it, as plain data: what each step of a plan does to it, and which Oracle would refuse. */
import type { TargetIntegration, Wanted } from '../../../functions/core/plan/plan-install.ts';
import { isRival } from '../../../functions/core/plan/plan-install.ts';
import type { ScheduleParameter } from '../../../functions/core/schedule.ts';
import { isOn } from '../../../functions/core/schedule.ts';
import { isActive } from '../../../functions/core/status.ts';

const NO_TRACING = { tracing: false, payload: false, recording: false };

/** To be put into the target; as a drop unless `captured` is given. */
export const wantedOf = (changes: Partial<Wanted> = {}, code = 'ORDER', version = '01.00.0000'): Wanted => ({
  id: `${code}|${version}`,
  code,
  version,
  designSha256: 'new',
  isDraft: false,
  hasSchedule: false,
  ...changes,
});

/** Active with other content, without a schedule, unless the changes say otherwise. */
export const thereOf = (
  changes: Partial<TargetIntegration> = {},
  version = '01.00.0000',
  code = 'ORDER',
): TargetIntegration => ({
  id: `${code}|${version}`,
  code,
  version,
  name: 'Order',
  status: 'ACTIVATED',
  isPrebuilt: false,
  hasSchedule: false,
  tracing: NO_TRACING,
  schedule: null,
  designSha256: 'old',
  ...changes,
});

export const capturedOf = (
  changes: Partial<NonNullable<Wanted['captured']>> = {},
): NonNullable<Wanted['captured']> => ({
  isActive: true,
  schedule: null,
  tracing: NO_TRACING,
  ...changes,
});

/** Of any plan. */
export interface ModelStep {
  readonly do: string;
  readonly id: string;
  readonly displaces?: readonly string[];
  readonly parameters?: readonly ScheduleParameter[] | undefined;
}

/** @throws Error when Oracle would refuse one of the steps */
export const applySteps = (
  target: readonly TargetIntegration[],
  steps: readonly ModelStep[],
  wanted: readonly Wanted[],
): TargetIntegration[] => {
  const now = new Map<string, TargetIntegration>(target.map((one) => [one.id, one]));
  for (const step of steps) applyStep(now, step, wanted);
  return [...now.values()];
};

const applyStep = (now: Map<string, TargetIntegration>, step: ModelStep, wanted: readonly Wanted[]): void => {
  const { do: what, id } = step;
  const there = now.get(id);
  const must = (holds: boolean, why: string): void => {
    if (!holds) throw new Error(`${what} ${id}: ${why}`);
  };
  if (what === 'import') {
    must(!there, 'it is there already');
    now.set(id, withContent(wanted, id));
    return;
  }
  if (!there) throw new Error(`${what} ${id}: it is not there`);
  const set = (changes: Partial<TargetIntegration>): unknown => now.set(id, { ...there, ...changes });
  switch (what) {
    case 'replace':
      must(!isActive(there), 'it is active');
      must(there.lockedBy === undefined, 'it is locked');
      return void now.set(id, withContent(wanted, id));
    case 'stop-schedule':
      must(isOn(there.schedule), 'its schedule does not run');
      return void set({ schedule: 'stopped' });
    case 'deactivate':
      must(!isOn(there.schedule), 'its schedule runs');
      return void set({ status: 'CONFIGURED', activationStatus: undefined });
    case 'delete':
      must(!isActive(there), 'it is active');
      return void now.delete(id);
    case 'connect':
      return;
    case 'activate': {
      must(there.status !== 'INPROGRESS', 'it is a draft');
      must(!isActive(there), 'it is active already');
      const rivals = [...now.values()].filter((other) => isRival(there, other) && isActive(other));
      for (const rival of rivals) {
        must(step.displaces?.includes(rival.id) ?? false, `nobody said that it displaces ${rival.id}`);
        must(!isOn(rival.schedule), `the schedule of ${rival.id} runs`);
        now.set(rival.id, { ...rival, status: 'CONFIGURED' });
      }
      return void set({ status: 'ACTIVATED', schedule: there.hasSchedule ? 'stopped' : null });
    }
    default:
      must(isActive(there), 'it is not active');
      return void set(scheduled(there, step, must));
  }
};

const scheduled = (
  there: TargetIntegration,
  { do: what, parameters = [] }: ModelStep,
  must: (holds: boolean, why: string) => void,
): Partial<TargetIntegration> => {
  const names = new Set(parameters.map(({ name }) => name));
  const scheduleParameters = [
    ...(there.scheduleParameters ?? []).filter(({ name }) => !names.has(name)),
    ...parameters.filter(({ value }) => value !== undefined),
  ];
  switch (what) {
    case 'set-parameters':
      return { scheduleParameters };
    case 'start-schedule':
      must(there.schedule === 'stopped', 'only a schedule that is stopped can be started');
      return { schedule: 'started', scheduleParameters };
    case 'resume-schedule':
      must(there.schedule === 'paused', 'only a schedule on hold can be resumed');
      return { schedule: 'started' };
    case 'pause-schedule':
      must(there.schedule === 'started', 'only a schedule that runs can be put on hold');
      return { schedule: 'paused' };
    default:
      throw new Error(`no plan has a step ${what}`);
  }
};

const withContent = (wanted: readonly Wanted[], id: string): TargetIntegration => {
  const one = wanted.find((it) => it.id === id);
  if (!one) throw new Error(`${id} is in no archive`);
  const { code, version, designSha256, hasSchedule, isDraft } = one;
  const status = isDraft ? 'INPROGRESS' : 'CONFIGURED';
  return thereOf({ designSha256, hasSchedule, status, schedule: hasSchedule ? 'stopped' : null }, version, code);
};
