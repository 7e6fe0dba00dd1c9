/**
 * What a schedule may do, by the sentences recorded of an OIC 3: it is started only from CANCELLED and stopped only from
 * ACTIVE or HOLD. A change takes `scheduleChangeMs`, and has a state of its own as long.
 */
import { Refusal } from '../http/answer.ts';
import type { Integration, ScheduleParameter, ScheduleState, State } from './holdings.ts';

export type ScheduleVerb = 'start' | 'stop' | 'pause' | 'resume';

interface Move {
  readonly from: readonly ScheduleState[];
  readonly via: ScheduleState;
  readonly to: ScheduleState;
  readonly refusal: string;
}

export const MOVES: Readonly<Record<ScheduleVerb, Move>> = {
  start: {
    from: ['stopped'],
    via: 'starting',
    to: 'started',
    refusal: 'It can be started only when in CANCELLED state.',
  },
  pause: { from: ['started'], via: 'pausing', to: 'paused', refusal: 'It can be paused only when in ACTIVE state.' },
  resume: { from: ['paused'], via: 'resuming', to: 'started', refusal: 'It can be resumed only when in HOLD state.' },
  stop: {
    from: ['started', 'paused'],
    via: 'stopping',
    to: 'stopped',
    refusal: 'It can be stopped only when in ACTIVE or HOLD state.',
  },
};

export const WIRE_STATES: Readonly<Record<ScheduleState, string>> = {
  started: 'ACTIVE',
  paused: 'HOLD',
  stopped: 'CANCELLED',
  starting: 'STARTING',
  pausing: 'PAUSING',
  resuming: 'RESUMING',
  stopping: 'STOPPING',
};

export const hasSchedule = ({ archive, scheduleDefined }: Integration): boolean =>
  scheduleDefined ?? archive.facts.hasSchedule;

/** @throws Refusal */
export const requireSchedule = (state: State, id: string): Integration => {
  const integration = state.find(id);
  if (hasSchedule(integration)) return integration;
  throw new Refusal(state.behaviour.missingSchedule, 'Schedule is not defined for this integration.');
};

/** @throws Refusal when it has one that is to be created, or none that is to be deleted */
export const defineSchedule = (state: State, id: string, isDefined: boolean): Integration => {
  const integration = isDefined ? state.find(id) : requireSchedule(state, id);
  if (isDefined && hasSchedule(integration)) throw new Refusal(409, 'Schedule already exists.');
  integration.scheduleDefined = isDefined;
  integration.schedule = 'stopped';
  integration.scheduleMoved = undefined;
  state.changed(integration);
  return integration;
};

interface MoveOptions {
  /** For one that is stuck in the state this verb leads through. */
  readonly isRetry: boolean;
  /** Of a start: these values are taken. */
  readonly parameters: unknown;
}

/** @throws Refusal */
export const moveSchedule = (
  state: State,
  integration: Integration,
  verb: ScheduleVerb,
  options: MoveOptions,
): void => {
  const { id, status, schedule } = integration;
  const { behaviour } = state;
  const { from, via, to, refusal } = MOVES[verb];
  if (status !== 'ACTIVATED') throw new Refusal(412, `Integration ${id} is not active`);
  const isAllowed =
    from.includes(schedule) ||
    (options.isRetry && schedule === via) ||
    (verb === 'start' && schedule === 'started' && behaviour.startStarted === 'accept') ||
    (verb === 'start' && schedule === 'paused' && behaviour.startPaused === 'accept');
  if (!isAllowed || (verb === 'resume' && behaviour.resume === 412)) {
    throw new Refusal(412, `Schedule is in ${WIRE_STATES[schedule]} state. ${refusal}`);
  }
  if (verb === 'start') {
    if (behaviour.startParameters === 'reset') integration.parameters = undefined;
    setParameters(state, integration, options.parameters ?? []);
  }
  const isAtOnce = behaviour.scheduleChangeMs === 0;
  integration.schedule = isAtOnce ? to : via;
  integration.scheduleMoved = isAtOnce ? undefined : { to, at: state.now() + behaviour.scheduleChangeMs };
  state.changed(integration);
};

/** What it has now: the values given since it was imported, else those of its design. */
export const parametersOf = ({ archive, parameters }: Integration): readonly ScheduleParameter[] =>
  archive.facts.scheduleParameters.map(({ name, value }) => ({
    name,
    value: parameters?.find((one) => one.name === name)?.value ?? value,
  }));

/** @throws Refusal for one it does not have */
export const setParameters = (state: State, integration: Integration, given: unknown): void => {
  const known = parametersOf(integration);
  const values = (Array.isArray(given) ? given : []) as readonly Partial<ScheduleParameter>[];
  const stranger = values.find(({ name }) => !known.some((one) => one.name === name));
  if (stranger) throw new Refusal(400, `${stranger.name} is no parameter of the schedule`);
  integration.parameters = known.map(({ name, value }) => ({
    name,
    value: values.find((one) => one.name === name)?.value ?? value,
  }));
  state.changed(integration);
};
