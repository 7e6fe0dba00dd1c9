/** `/integrations`: list, get, activate and deactivate, delete, and how an activation went. */
import { setTimeout as pause } from 'node:timers/promises';
import { activate, completeActivation, deactivate, lockedRefusal } from '../holds/activation.ts';
import type { Integration, State, Tracing } from '../holds/holdings.ts';
import { parametersOf } from '../holds/schedule.ts';
import { isInService } from '../holds/state.ts';
import { type Answer, emptyAnswer, jsonAnswer, Refusal } from '../http/answer.ts';
import type { RequestKind } from '../http/traffic.ts';
import {
  activationProgress,
  activationStatusOf,
  integrationJson,
  listedIntegration,
  shownStatus,
  styleOf,
} from '../http/wire.ts';
import { pageAnswer } from './listing.ts';
import { createFilter, type Reader } from './query.ts';
import { type Call, type Route, readJsonBody } from './route.ts';

export const integrationRoutes = (state: State, pageCap: number | undefined): Route[] => [
  { method: 'GET', path: 'integrations', kind: 'list', handle: (call) => list(state, call, pageCap) },
  { method: 'GET', path: 'integrations/:id', kind: 'get', handle: (call) => get(state, call) },
  { method: 'PATCH', path: 'integrations/:id', kind: patchKind, isChange: true, handle: (call) => patch(state, call) },
  { method: 'DELETE', path: 'integrations/:id', kind: 'delete', isChange: true, handle: (call) => remove(state, call) },
  {
    method: 'GET',
    path: 'integrations/:id/activationStatus',
    kind: 'activation-status',
    handle: ({ id }) => activationStatus(state, state.find(id)),
  },
  {
    method: 'GET',
    path: 'integrations/:id/activationErrors',
    kind: 'activation-errors',
    handle: ({ id }) => jsonAnswer(200, activationErrors(state.find(id))),
  },
];

const READERS: Readonly<Record<string, Reader<Integration>>> = {
  name: ({ archive }) => archive.facts.name,
  status: ({ status }) => status,
  type: ({ projectType }) => projectType,
  style: styleOf,
  code: ({ code }) => code,
};

const expandsConnections = ({ query }: Call): boolean => /^connection(\.adapter)?$/.test(query.get('expand') ?? '');

const list = (state: State, call: Call, pageCap: number | undefined): Answer => {
  const orderBy = call.query.get('orderBy') ?? 'time';
  if (orderBy !== 'name' && orderBy !== 'time') throw new Refusal(400, 'orderBy is name or time');
  const q = call.query.get('q');
  const ordered = inWireOrder(state, orderBy);
  return pageAnswer({
    found: q === null ? ordered : ordered.filter(readFilter(q)),
    query: call.query,
    toJson: (integration) => {
      const json = listedIntegration(state, integration, expandsConnections(call));
      return state.behaviour.listedParameters ? withParameters(integration, json) : json;
    },
    path: 'integrations',
    state,
    pageCap,
  });
};

const inWireOrder = (state: State, orderBy: 'name' | 'time'): readonly Integration[] => {
  const ordered = state.ordered(orderBy);
  if (orderBy === 'time') return state.behaviour.listDirection === 'newest-first' ? ordered : ordered.toReversed();
  if (state.behaviour.nameTies === 'by-id') return ordered;
  const groups = Map.groupBy(ordered, ({ archive }) => archive.facts.name);
  return [...groups.values()].flatMap((group) => state.random.shuffle(group));
};

const readFilter = (q: string): ((integration: Integration) => boolean) => {
  try {
    return createFilter(q, READERS);
  } catch (error) {
    throw new Refusal(400, error instanceof Error ? error.message : 'q cannot be read');
  }
};

const get = (state: State, call: Call): Answer => {
  const integration = state.find(call.id);
  const json = withParameters(integration, integrationJson(state, integration, expandsConnections(call)));
  const told = state.behaviour.activationStatus === 'told' ? activationStatusOf(integration) : undefined;
  // A listing does not tell it (recorded).
  return jsonAnswer(200, told === undefined ? json : `{"activationStatus":${JSON.stringify(told)},${json.slice(1)}`);
};

/** Documented of the GET of one integration; the shape of each parameter is a guess. */
const withParameters = (integration: Integration, json: string): string => {
  const scheduleParams = parametersOf(integration);
  return scheduleParams.length === 0 ? json : JSON.stringify({ ...JSON.parse(json), scheduleParams });
};

const activationStatus = (state: State, integration: Integration): Answer => {
  const isTold = state.behaviour.activationStatus === 'told';
  return jsonAnswer(200, { activationStatus: isTold ? integration.status : shownStatus(state, integration) });
};

const patchKind = (body: Buffer): RequestKind => {
  const text = body.toString('utf8');
  if (/"status"\s*:\s*"ACTIVATED"/.test(text)) return 'activate';
  return /"status"\s*:\s*"CONFIGURED"/.test(text) ? 'deactivate' : 'update';
};

const patch = async (state: State, call: Call): Promise<Answer> => {
  const integration = state.find(call.id);
  const body = readJsonBody(call.body);
  const isAskedAsync = call.query.get('enableAsyncActivationMode') === 'true';
  const by = call.caller;
  if (body.status === 'ACTIVATED') {
    const isAsync = isAskedAsync || state.behaviour.activation === 'async';
    const none = { tracing: false, payload: false, recording: false };
    activate(state, integration, { by, tracing: readTracing(body, none) });
    if (isAsync)
      return jsonAnswer(200, activationProgress(integration), { 'oic-work-request-id': workRequestId(state) });
    await pause(state.activationMs, undefined, { signal: call.signal });
    completeActivation(state, integration);
  } else if (body.status === 'CONFIGURED') {
    const isAsync = isAskedAsync || state.behaviour.deactivation === 'async';
    const stopsSchedule = String(body.stopScheduleForDeactivation) === 'true';
    deactivate(state, integration, { by, isAsync, stopsSchedule });
    if (isAsync) return jsonAnswer(200, activationProgress(integration));
  } else if (body.status !== undefined) {
    throw new Refusal(400, 'status is ACTIVATED or CONFIGURED');
  } else {
    if (integration.lock) throw lockedRefusal(integration, state.behaviour.activateLocked);
    integration.tracing = readTracing(body, integration.tracing);
    state.changed(integration);
  }
  return jsonAnswer(200, integrationJson(state, integration));
};

/** Looks like Oracle's (recorded); nothing can be asked by it. */
const workRequestId = ({ random }: State): string =>
  [8, 4, 4, 4, 12].map((length) => Array.from({ length }, () => random.below(16).toString(16)).join('')).join('-');

const readTracing = (body: Record<string, unknown>, before: Tracing): Tracing => {
  const read = (field: string, fallback: boolean): boolean =>
    body[field] === undefined ? fallback : String(body[field]) === 'true';
  return {
    tracing: read('tracingEnabledFlag', before.tracing),
    payload: read('payloadTracingEnabledFlag', before.payload),
    recording: read('recordEnabledFlag', before.recording),
  };
};

const remove = (state: State, { id }: Call): Answer => {
  const integration = state.find(id);
  if (integration.lock) throw lockedRefusal(integration, state.behaviour.deleteLocked);
  if (isInService(integration)) {
    throw new Refusal(state.behaviour.deleteActive, `Integration ${id} is active; deactivate it first`);
  }
  state.drop(id);
  return emptyAnswer(200);
};

const activationErrors = ({ code, version, activationError }: Integration): object => ({
  code,
  version,
  hasErrors: activationError !== undefined,
  ...(activationError !== undefined && {
    errorMessage: activationError,
    shortSummaryMessage: `Integration ${code}(${version}) cannot be activated.`,
  }),
});
