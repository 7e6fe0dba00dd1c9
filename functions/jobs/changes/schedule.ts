/**
 * Schedules, asked and changed. Oracle takes a change and goes on with it in the background, refuses it when the state is
 * another than was thought, or its answer is lost: so every change is settled by reading, and done when the instance says
 * so.
 */
import type { IntegrationId } from '../../core/integration.ts';
import type { InstallStep, ScheduleStep } from '../../core/plan/plan-install.ts';
import { differingParameters, type RunState, type ScheduleParameter } from '../../core/schedule.ts';
import type { Schedule, ScheduleVerb } from '../../oic/answers.ts';
import type { OicClient } from '../../oic/client.ts';
import { isAnswerLost, isOicError, type OicError, stopsTheRun } from '../../oic/http/errors.ts';
import { writeSettled } from './write-content.ts';

type Schedules = Pick<
  OicClient,
  'instance' | 'getSchedule' | 'changeSchedule' | 'setScheduleParameters' | 'getIntegration'
>;

/** A schedule did not become what it was to be; `message` says what it is. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

interface Clock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What leads from one state towards another: on hold is only what runs, and only what is stopped can be started. */
const NEXT: Readonly<Record<RunState, Readonly<Record<RunState, ScheduleVerb | undefined>>>> = {
  stopped: { stopped: undefined, started: 'start', paused: 'start' },
  started: { stopped: 'stop', started: undefined, paused: 'pause' },
  paused: { stopped: 'stop', started: 'resume', paused: undefined },
};

/** A minute each for a change to be seen, and again for one that was stuck and is asked for once more. */
const PATIENCE_MS = 60_000;
/** Beyond start, pause and what a first guess or a refused resume costs, somebody else is changing it back. */
const MOST_CHANGES = 6;

export interface Change {
  /** What it is most likely now, which saves a reading; wrong does no harm. */
  readonly presumed?: RunState;
  /** What it had before: a start that says nothing of them might set them back. */
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
  let lost = 0;
  let state = presumed ?? (await waitUntilAtRest(oic, id, undefined, clock));
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
    const problem = await ask(oic, id, verb, verb === 'start' ? await stillKnown(oic, id, parameters) : []);
    isGiven ||= verb === 'start' && problem === undefined;
    if (isAnswerLost(problem)) lost++;
    const isLastTry = lost === TRIES_WHEN_LOST;
    const after = await waitUntilAtRest(oic, id, { from: state, problem, isLastTry }, clock);
    if (after === state && isAnswerLost(problem)) {
      if (isLastTry) throw problem;
    } else if (after === state && problem) {
      if (verb !== 'resume') throw problem;
      isResumable = false;
    } else if (after === state && !problem) {
      throw new ScheduleError(
        `the schedule of ${id} on ${oic.instance} was asked to ${verb} and is still ${state} after ${PATIENCE_MS / 1000} s; look at it in the console`,
      );
    }
    state = after;
  }
  // An activation may have set them back, or started the schedule with those of the design.
  if (!isGiven) await keepParameters(oic, id, parameters, clock);
};

/** A step of a plan. */
export type PlannedChange = Extract<InstallStep, { do: ScheduleStep | 'set-parameters' }>;

/** What a step comes to, and what it is taken to begin with. */
const ENDS: Readonly<Record<ScheduleStep, readonly [to: RunState, from: RunState]>> = {
  'stop-schedule': ['stopped', 'started'],
  'start-schedule': ['started', 'stopped'],
  'resume-schedule': ['started', 'paused'],
  'pause-schedule': ['paused', 'started'],
};

export const isScheduleStep = (step: InstallStep): step is PlannedChange =>
  step.do === 'set-parameters' || Object.hasOwn(ENDS, step.do);

export const applyScheduleStep = (oic: Schedules, step: PlannedChange, clock: Clock): Promise<void> => {
  if (step.do === 'set-parameters') {
    return (step.isOwn ? keepParameters : setParameters)(oic, step.id, step.parameters, clock);
  }
  const [to, presumed] = ENDS[step.do];
  return setSchedule(oic, step.id, to, clock, { presumed, parameters: step.parameters });
};

/** Returns when the instance tells these values. @throws ScheduleError, OicError */
const setParameters = async (
  oic: Schedules,
  id: IntegrationId,
  wanted: readonly ScheduleParameter[],
  { sleep }: Clock,
): Promise<void> => {
  const given = wanted.filter(({ value }) => value !== undefined);
  const stillOther = async () => differingParameters(given, (await oic.getIntegration(id))?.scheduleParameters);
  if ((await stillOther()).length === 0) return;
  await writeSettled(
    () => oic.setScheduleParameters(id, given),
    async () => (await stillOther()).length === 0,
    sleep,
  );
  const other = await stillOther();
  if (other.length > 0) {
    throw new ScheduleError(
      `the parameters ${other.join(', ')} of the schedule of ${id} on ${oic.instance} were set and are not what they were to be; look at them in the console`,
    );
  }
};

/** The target's own values of before, as far as the version that is there now has such parameters. */
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
    // An instance that knows no such change has its values from a start alone.
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

/** @returns why it is not certain that it was taken: refused for the state it is in, or the answer was lost */
const ask = async (
  oic: Schedules,
  id: IntegrationId,
  verb: ScheduleVerb,
  parameters: readonly ScheduleParameter[],
): Promise<OicError | undefined> => {
  try {
    await oic.changeSchedule(id, verb, { parameters });
    return undefined;
  } catch (error) {
    const isRefusedResume = verb === 'resume' && isOicError(error, 'rejected') && error.details.reached !== false;
    if (isAnswerLost(error) || isOicError(error, 'conflict') || isRefusedResume) return error as OicError;
    throw error;
  }
};

/** What was asked for, and what to think of an instance that has not moved. */
interface Request {
  readonly from: RunState;
  readonly problem: OicError | undefined;
  /** Its answer was lost, and it will not be asked for again. */
  readonly isLastTry: boolean;
}

/** Some three seconds until it is asked for again, which does no harm when it was heard after all. */
const LOOKS_WHEN_LOST = 5;
const TRIES_WHEN_LOST = 3;

/** Reads until nothing is under way. One that was taken is given time to begin; one that is stuck is asked to go on. */
const waitUntilAtRest = async (
  oic: Schedules,
  id: IntegrationId,
  request: Request | undefined,
  { now, sleep }: Clock,
): Promise<RunState | undefined> => {
  let until = now() + PATIENCE_MS;
  let isRetried = false;
  for (let looks = 1, pauseMs = 250; ; looks++, pauseMs = Math.min(4_000, pauseMs * 1.6)) {
    const schedule: Schedule | undefined = await oic.getSchedule(id);
    const { state, changing } = schedule ?? {};
    if (state === 'unknown') {
      throw new ScheduleError(
        `the schedule of ${id} on ${oic.instance} is ${schedule?.said || 'in a state that is not told'}, which says nothing of whether it runs; look at it in the console`,
      );
    }
    if (!changing && (!request || state !== request.from || hasSettled(request, looks) || now() >= until)) return state;
    if (changing && now() >= until) {
      if (isRetried || changing === 'stop') {
        throw new ScheduleError(
          `the schedule of ${id} on ${oic.instance} has been about to ${changing} for too long; look at it in the console`,
        );
      }
      isRetried = true;
      until = now() + PATIENCE_MS;
      await askAgain(oic, id, changing);
    }
    await sleep(pauseMs);
  }
};

const hasSettled = ({ problem, isLastTry }: Request, looks: number): boolean => {
  if (isAnswerLost(problem)) return looks >= LOOKS_WHEN_LOST && !isLastTry;
  return problem !== undefined;
};

/** What comes of it is read, so a refusal is nothing to stop at. */
const askAgain = async (oic: Schedules, id: IntegrationId, verb: ScheduleVerb): Promise<void> => {
  try {
    await oic.changeSchedule(id, verb, { isRetry: true });
  } catch (error) {
    if (!isOicError(error) || stopsTheRun(error)) throw error;
  }
};
