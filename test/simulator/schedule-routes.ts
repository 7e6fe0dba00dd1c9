/** `/integrations/{id}/schedule`: only what is active runs on its schedule, and what is activated again does not start it. */
import { type Answer, emptyAnswer, jsonAnswer, Refusal } from './answer.ts';
import type { Route } from './route.ts';
import type { Integration, ScheduleState, State } from './state.ts';
import type { RequestKind } from './traffic.ts';
import { wireTime } from './wire.ts';

/** From which states a verb leads where. */
const MOVES: Readonly<Record<string, { readonly from: readonly ScheduleState[]; readonly to: ScheduleState }>> = {
  start: { from: ['stopped', 'paused'], to: 'started' },
  stop: { from: ['started', 'paused'], to: 'stopped' },
  pause: { from: ['started'], to: 'paused' },
  resume: { from: ['paused'], to: 'started' },
};

export const scheduleRoutes = (state: State): Route[] => [
  {
    method: 'GET',
    path: 'integrations/:id/schedule',
    kind: 'schedule-get',
    handle: ({ id }) => jsonAnswer(200, scheduleItem(scheduled(state, id))),
  },
  ...Object.keys(MOVES).map(
    (verb): Route => ({
      method: 'POST',
      path: `integrations/:id/schedule/${verb}`,
      kind: `schedule-${verb}` as RequestKind,
      isChange: true,
      handle: ({ id }) => move(state, scheduled(state, id), verb),
    }),
  ),
];

const scheduled = (state: State, id: string): Integration => {
  const integration = state.find(id);
  if (!integration.archive.facts.hasSchedule) throw new Refusal(404, `Integration ${id} has no schedule`);
  return integration;
};

const move = (state: State, integration: Integration, verb: string): Answer => {
  const { id } = integration;
  const { behaviour } = state;
  const { from, to } = MOVES[verb] ?? { from: [], to: 'stopped' };
  const isRepeatedStart = verb === 'start' && integration.schedule === 'started' && behaviour.startStarted === 'accept';
  if (integration.status !== 'ACTIVATED') throw new Refusal(412, `Integration ${id} is not active`);
  if (!from.includes(integration.schedule) && !isRepeatedStart) {
    throw new Refusal(412, `The schedule of integration ${id} is ${integration.schedule}`);
  }
  integration.schedule = to;
  state.changed(integration);
  return emptyAnswer(behaviour.scheduleSuccess);
};

const WIRE_STATE: Readonly<Record<ScheduleState, string>> = {
  started: 'ACTIVE',
  stopped: 'CANCELLED',
  paused: 'PAUSED',
};

const scheduleItem = (integration: Integration): object => ({
  name: `Schedule_${integration.code}`,
  description: '',
  state: WIRE_STATE[integration.schedule],
  scheduleType: 'Simple',
  scheduleTZ: 'UTC',
  created: wireTime(integration.created),
  createdBy: integration.createdBy,
  lockedFlag: false,
});
