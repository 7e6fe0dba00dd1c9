/**
 * Schedules, asked and changed. Oracle takes a change and goes on with it in the background, or refuses it when the state is
 * another than was thought: so every change is settled, and done when the instance says so.
 */
import { NotKnown } from '../../core/errors.ts';
import type { IntegrationId } from '../../core/integration.ts';
import type { ScheduleStep, StepOfSchedule } from '../../core/plan/plan-schedule.ts';
import { differingParameters, type RunState, type ScheduleParameter } from '../../core/schedule.ts';
import type { ScheduleVerb } from '../../oic/answers.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import type { Clock } from '../instance/activation-wait.ts';
import { PATIENCE_MS, type Sight, settle, type Write } from './settled-write.ts';

export type Schedules = Pick<
  OicClient,
  'instance' | 'getSchedule' | 'changeSchedule' | 'setScheduleParameters' | 'getIntegration'
> & {
  /** The command that shows what is in a project. @default `oic show` of the one it is about */
  readonly shownBy?: string;
};

/** A schedule did not become what it was to be; `message` says what it is. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

/** What leads from one state towards another: only what runs can be put on hold, only what is stopped can be started. */
const NEXT: Readonly<Record<RunState, Readonly<Record<RunState, ScheduleVerb | undefined>>>> = {
  stopped: { stopped: undefined, started: 'start', paused: 'start' },
  started: { stopped: 'stop', started: undefined, paused: 'pause' },
  paused: { stopped: 'stop', started: 'resume', paused: undefined },
};

/** A start, a pause, and what a wrong guess or a refused resume costs. Beyond that somebody else is changing it back. */
const MOST_CHANGES = 6;

export interface Change {
  /** What it most likely is now, which saves a request; a wrong guess does no harm. */
  readonly presumed?: RunState;
  /** What it had before: a start without them might reset them. */
  readonly parameters?: readonly ScheduleParameter[] | undefined;
}

/**
 * Returns when the instance says that the schedule is as wanted; to have none counts as stopped.
 *
 * @throws ScheduleError when it does not become so, OicError when that was refused
 */
export const setSchedule = async (
  oic: Schedules,
  id: IntegrationId,
  wanted: RunState,
  clock: Clock,
  { presumed, parameters = [] }: Change = {},
): Promise<void> => {
  let isResumable = true;
  let isGiven = false;
  let state = presumed ?? (await readAtRest(oic, id, clock));
  for (let changes = 0; state !== wanted; changes++) {
    if (state === undefined) {
      if (wanted === 'stopped') return;
      throw new ScheduleError(`the schedule of ${id} on ${oic.instance} cannot be ${wanted}: there is none`);
    }
    const verb = state === 'paused' && !isResumable ? 'stop' : NEXT[state][wanted];
    if (verb === undefined || changes === MOST_CHANGES) {
      throw new ScheduleError(
        `the schedule of ${id} on ${oic.instance} was to be ${wanted} and is ${state} again and again`,
      );
    }
    const given = verb === 'start' ? await stillKnown(oic, id, parameters) : [];
    const send = async () => {
      await oic.changeSchedule(id, verb, { parameters: given });
      isGiven ||= verb === 'start';
    };
    const from = state;
    try {
      // Even when it was refused it may have become so by itself, or by an earlier request.
      state = await follow(oic, id, DOING[verb], send, (now) => now !== from, clock);
    } catch (error) {
      if (verb !== 'resume' || !isOicError(error, 'conflict', 'rejected')) throw error;
      isResumable = false;
    }
  }
  // An activation may have reset them, or started the schedule with those of the design.
  if (!isGiven) await keepParameters(oic, id, parameters, clock);
};

/** The state that a step leads to, and the one that it is presumed to start from. */
const ENDS: Readonly<Record<ScheduleStep, readonly [to: RunState, from: RunState]>> = {
  'stop-schedule': ['stopped', 'started'],
  'start-schedule': ['started', 'stopped'],
  'resume-schedule': ['started', 'paused'],
  'pause-schedule': ['paused', 'started'],
};

export const applyScheduleStep = (oic: Schedules, step: StepOfSchedule, clock: Clock): Promise<void> => {
  if (step.do === 'set-parameters') {
    return (step.isOwn ? keepParameters : setParameters)(oic, step.id, step.parameters, clock);
  }
  const [to, presumed] = ENDS[step.do];
  return setSchedule(oic, step.id, to, clock, { presumed, parameters: step.parameters });
};

/** Returns when the instance shows these values. */
const setParameters = async (
  oic: Schedules,
  id: IntegrationId,
  wanted: readonly ScheduleParameter[],
  clock: Clock,
): Promise<void> => {
  const given = wanted.filter(({ value }) => value !== undefined);
  const stillOther = async () => differingParameters(given, (await oic.getIntegration(id))?.scheduleParameters);
  const before = await stillOther();
  if (before.length === 0) return;
  await settle(
    {
      ...ofSchedule(oic, id, `setting the parameters ${before.join(', ')} of`),
      send: () => oic.setScheduleParameters(id, given),
      look: async () => ((await stillOther()).length === 0 ? 'done' : 'before'),
    },
    clock,
  );
};

/** Keeps the values that the target had before, as far as the version that is there now has such parameters. */
const keepParameters = async (
  oic: Schedules,
  id: IntegrationId,
  own: readonly ScheduleParameter[],
  clock: Clock,
): Promise<void> => {
  const known = await stillKnown(oic, id, own);
  if (known.length === 0) return;
  try {
    await setParameters(oic, id, known, clock);
  } catch (error) {
    // An instance that does not offer this change takes values with a start only.
    if (!isOicError(error, 'not-offered')) throw error;
  }
};

/** Those it has now: a new version may have others. */
const stillKnown = async (
  oic: Schedules,
  id: IntegrationId,
  parameters: readonly ScheduleParameter[],
): Promise<readonly ScheduleParameter[]> => {
  const given = parameters.filter(({ value }) => value !== undefined);
  if (given.length === 0) return [];
  const now = (await oic.getIntegration(id))?.scheduleParameters ?? [];
  return given.filter(({ name }) => now.some((one) => one.name === name));
};

/** Its state once no change of it is under way. */
const readAtRest = async (oic: Schedules, id: IntegrationId, clock: Clock): Promise<RunState | undefined> => {
  const { state, changing } = await read(oic, id);
  if (!changing) return state;
  return follow(
    oic,
    id,
    DOING[changing],
    () => Promise.resolve(),
    () => true,
    clock,
  );
};

/** Follows a change to its end; one that is stuck on its way is asked to go on, once. */
const follow = async (
  oic: Schedules,
  id: IntegrationId,
  doing: string,
  send: () => Promise<unknown>,
  isEnd: (state: RunState | undefined) => boolean,
  clock: Clock,
): Promise<RunState | undefined> => {
  let last: Read = { state: undefined, changing: undefined };
  const look = async (): Promise<Sight> => {
    last = await read(oic, id);
    if (last.changing) return 'moving';
    return isEnd(last.state) ? 'done' : 'before';
  };
  const write = (sendNow: () => Promise<unknown>): Write => ({
    ...ofSchedule(oic, id, doing),
    send: async () => {
      await sendNow();
      return 'goes-on';
    },
    look,
    shown: () => (last.changing ? `about to ${last.changing}` : (last.state ?? 'none')),
    pauseMs: (waitedMs) => Math.min(4_000, Math.max(250, waitedMs * 0.6)),
  });
  try {
    await settle(write(send), clock);
  } catch (error) {
    const { changing } = last;
    if (!(error instanceof NotKnown) || !changing || changing === 'stop') throw error;
    await settle(
      write(() => oic.changeSchedule(id, changing, { isRetry: true })),
      clock,
    );
  }
  return last.state;
};

const DOING: Readonly<Record<ScheduleVerb, string>> = {
  start: 'starting',
  stop: 'stopping',
  pause: 'pausing',
  resume: 'resuming',
};

const ofSchedule = (
  { instance, shownBy }: Schedules,
  id: IntegrationId,
  doing: string,
): Pick<Write, 'what' | 'patienceMs' | 'lookAt' | 'command'> => ({
  what: `${doing} the schedule of ${id} on ${instance}`,
  patienceMs: PATIENCE_MS.schedule,
  lookAt: `the schedule of ${id} on ${instance}`,
  command: shownBy ?? `oic show ${instance} '${id}'`,
});

interface Read {
  readonly state: RunState | undefined;
  readonly changing: ScheduleVerb | undefined;
}

/** @throws ScheduleError when what the instance says does not tell whether it runs */
const read = async (oic: Schedules, id: IntegrationId): Promise<Read> => {
  const schedule = await oic.getSchedule(id);
  if (schedule?.state === 'unknown') {
    throw new ScheduleError(
      `the schedule of ${id} on ${oic.instance} is ${schedule.said || 'in a state that is not told'}, which says nothing of whether it runs; look at it in the console`,
    );
  }
  return { state: schedule?.state, changing: schedule?.changing };
};
