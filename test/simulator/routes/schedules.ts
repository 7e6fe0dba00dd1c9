/**
 * `/integrations/{id}/schedule`: only what is active runs on its schedule, and what is activated again does not start it.
 * Answers and refusals as recorded of an OIC 3 in 2025; what is said of pausing and resuming is inferred from them.
 */

import type { Integration, State } from '../holds/holdings.ts';
import {
  defineSchedule,
  MOVES,
  moveSchedule,
  requireSchedule,
  type ScheduleVerb,
  setParameters,
  WIRE_STATES,
} from '../holds/schedule.ts';
import { type Answer, emptyAnswer, jsonAnswer, Refusal } from '../http/answer.ts';
import { integrationUrl, wireTime } from '../http/wire.ts';
import { type Call, type Route, readJsonBody } from './route.ts';

const PATH = 'integrations/:id/schedule';

export const scheduleRoutes = (state: State): Route[] => [
  {
    method: 'GET',
    path: PATH,
    kind: 'schedule-get',
    handle: (call) => {
      const integration = requireSchedule(state, call.id);
      const word = WIRE_STATES[integration.schedule];
      return answer(
        200,
        scheduleItem(state, integration, call, integration.schedule === 'paused' ? onHold(state) : word),
      );
    },
  },
  {
    method: 'POST',
    path: PATH,
    kind: 'schedule-create',
    isChange: true,
    handle: (call) => {
      const integration = defineSchedule(state, call.id, true);
      return answer(200, { ...readJsonBody(call.body), ...scheduleItem(state, integration, call) });
    },
  },
  {
    method: 'DELETE',
    path: PATH,
    kind: 'schedule-delete',
    isChange: true,
    handle: ({ id }) => {
      defineSchedule(state, id, false);
      return emptyAnswer(200, { 'content-type': 'application/octet-stream' });
    },
  },
  { method: 'POST', path: `${PATH}/jobs`, kind: 'schedule-run', isChange: true, handle: (call) => runNow(state, call) },
  {
    method: 'PATCH',
    path: `${PATH}/parameters`,
    kind: 'schedule-parameters',
    isChange: true,
    handle: (call) => {
      setParameters(state, requireSchedule(state, call.id), readJsonBody(call.body).parameters);
      return emptyAnswer(200);
    },
  },
  ...(Object.keys(MOVES) as ScheduleVerb[]).map(
    (verb): Route => ({
      method: 'POST',
      path: `${PATH}/${verb}`,
      kind: `schedule-${verb}`,
      isChange: true,
      handle: (call) => {
        const { parameters } = readJsonBody(call.body);
        moveSchedule(state, requireSchedule(state, call.id), verb, {
          isRetry: call.query.get('retry') === 'true',
          parameters: verb === 'start' ? parameters : undefined,
        });
        return accepted(state, call, verb);
      },
    }),
  ),
];

const answer = (status: number, body: object, headers = {}): Answer =>
  jsonAnswer(status, body, { 'content-type': 'application/json', ...headers });

const onHold = ({ behaviour }: State): string => behaviour.pausedWord;

const instanceQuery = ({ query }: Call): string => {
  const instance = query.get('integrationInstance');
  return instance === null ? '' : `?integrationInstance=${instance}`;
};

/** 202 with links to what may be asked next; the address to watch percent-encodes its own `?` and `=`. */
const accepted = (state: State, call: Call, verb: ScheduleVerb): Answer => {
  if (state.behaviour.scheduleSuccess === 200) return emptyAnswer(200);
  const url = `${integrationUrl(state, call.id)}/schedule`;
  const query = instanceQuery(call);
  const others = (Object.keys(MOVES) as ScheduleVerb[]).filter((other) => other !== verb);
  const link = (path: string, rel: string, method = 'POST') => ({ href: `${url}${path}${query}`, method, rel });
  const links = [
    link(`/${verb}`, 'self'),
    link(`/${verb}`, 'canonical'),
    { href: `${url}${query}`, mediaType: 'GET', rel: 'Schedule' },
    ...others.map((other) => link(`/${other}`, `${other.slice(0, 1).toUpperCase()}${other.slice(1)} Schedule`)),
  ];
  const body = verb === 'start' ? { id: '', instanceId: '', links } : { links };
  return answer(202, body, { location: `${url}${encodeURIComponent(query)}` });
};

const runNow = (state: State, call: Call): Answer => {
  const { id, status } = requireSchedule(state, call.id);
  if (status !== 'ACTIVATED') throw new Refusal(412, `Integration ${id} is not active`);
  return emptyAnswer(204, { 'x-oracle-ics-instance-id': 'AAAAAAAAAAAAAAAAAAAAAA' });
};

/** @param word absent in the answer to its creation */
const scheduleItem = (state: State, integration: Integration, call: Call, word?: string): object => {
  const { code, version, lastUpdated } = integration;
  const href = `${integrationUrl(state, integration.id)}/schedule${instanceQuery(call)}`;
  return {
    links: [
      { href, rel: 'self' },
      { href, rel: 'canonical' },
    ],
    lockedFlag: false,
    name: `Schedule2${code}_${version.replaceAll('.', '_')}`,
    scheduleTZ: 'UTC',
    scheduleTZDisplayName: '(UTC+00:00) Universal Time - Coordinated',
    ...(word !== undefined && { state: word }),
    updated: wireTime(lastUpdated),
  };
};
