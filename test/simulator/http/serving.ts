/**
 * One request from its head to the end of its answer: recorded, held up by hooks, faults and latency, authorized, handled,
 * answered. Nothing is changed in the instance before the caller is known to be allowed to.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { State } from '../holds/holdings.ts';
import type { Random } from '../random.ts';
import { type FoundRoute, findRoute, type Route } from '../routes/route.ts';
import { type Answer, emptyAnswer, htmlAnswer, jsonAnswer, Refusal, refusalAnswer } from './answer.ts';
import type { DecidedAnswer, FaultBook } from './faults.ts';
import { inForm } from './form.ts';
import type { LateWork } from './late-work.ts';
import { sendAnswer, sendBroken } from './sending.ts';
import type { TokenService } from './token.ts';
import type { RecordedRequest, RequestKind, Traffic } from './traffic.ts';

export type LatencyKind = 'list' | 'get' | 'export' | 'import' | 'activate' | 'token' | 'other';

export type RequestHook = (request: RecordedRequest) => void | Promise<void>;

export type Role = 'ServiceDeveloper' | 'ServiceUser' | 'none';

export interface ServingOptions {
  readonly state: State;
  readonly routes: readonly Route[];
  readonly tokens: TokenService;
  readonly faultBook: FaultBook;
  readonly lateWork: LateWork;
  readonly traffic: Traffic;
  readonly hooks: ReadonlySet<RequestHook>;
  readonly random: Random;
  readonly integrationInstance: string | undefined;
  readonly role: Role;
  readonly concurrencyLimit: number | undefined;
  readonly latencyMs: Readonly<Partial<Record<LatencyKind, number>>>;
  readonly closing: AbortSignal;
}

export const TOKEN_PATH = '/oauth2/v1/token';

const LATENCY_KINDS: Readonly<Partial<Record<RequestKind, LatencyKind>>> = {
  token: 'token',
  list: 'list',
  get: 'get',
  'activation-status': 'get',
  export: 'export',
  import: 'import',
  replace: 'import',
  activate: 'activate',
  deactivate: 'activate',
  'project-list': 'list',
  'lookup-list': 'list',
  'library-list': 'list',
  'package-list': 'list',
  'connection-list': 'list',
  'agent-group-list': 'list',
  'project-export': 'export',
  'lookup-export': 'export',
  'library-export': 'export',
  'package-export': 'export',
  'project-import': 'import',
  'lookup-import': 'import',
  'lookup-replace': 'import',
  'library-import': 'import',
  'library-update': 'import',
};

export const createServing = (
  options: ServingOptions,
): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const { traffic } = options;
  return async (request, response) => {
    const url = splitUrl(request);
    const leave = url.path === TOKEN_PATH ? undefined : traffic.enter();
    const gone = new AbortController();
    response.once('finish', () => leave?.());
    response.once('close', () => {
      leave?.();
      if (!response.writableFinished) gone.abort();
    });
    try {
      await serve(options, request, response, url, AbortSignal.any([gone.signal, options.closing]));
    } catch (error) {
      // A client that has gone, or a simulator that closes, needs no answer; anything else is a bug and must be seen.
      if (gone.signal.aborted || options.closing.aborted || request.socket.destroyed) return;
      response.destroy();
      throw error;
    }
  };
};

interface Url {
  readonly path: string;
  readonly query: URLSearchParams;
}

const splitUrl = ({ url = '/' }: IncomingMessage): Url => {
  const [path = '/', query = ''] = url.split(/\?(.*)/s, 2);
  return { path, query: new URLSearchParams(query) };
};

const serve = async (
  options: ServingOptions,
  request: IncomingMessage,
  response: ServerResponse,
  url: Url,
  signal: AbortSignal,
): Promise<void> => {
  const { state, traffic, random } = options;
  const { record, route, body } = await receive(options, request, url);
  traffic.requests.push(record);
  for (const hook of options.hooks) await hook(record);

  const isTooMuch = route !== undefined && traffic.inFlight() > (options.concurrencyLimit ?? Number.POSITIVE_INFINITY);
  const { delayMs, answerDelayMs, answer: ordered } = options.faultBook.decide(record);
  const latencyMs = (options.latencyMs[LATENCY_KINDS[record.kind] ?? 'other'] ?? 0) + delayMs;
  if (latencyMs > 0) await pause(latencyMs, undefined, { signal });

  const fault = isTooMuch ? { status: 429 } : ordered;
  if (fault === 'reset-before') {
    sendBroken(response, emptyAnswer(200), 'reset', random);
    return;
  }
  await options.lateWork.doDue();
  if (route && typeof fault === 'object' && 'landsAfterMs' in fault && fault.landsAfterMs !== undefined) {
    const call = { query: url.query, headers: request.headers, body, signal: options.closing };
    options.lateWork.add(fault.landsAfterMs, () => handle(options, route, call));
    await options.lateWork.doDue();
  }
  const plain =
    (fault && answerInstead(fault, state, request.url ?? '/')) ??
    (route
      ? await handle(options, route, { query: url.query, headers: request.headers, body, signal })
      : options.tokens.answer(record.method, request.headers, body));
  const answer = await inForm(plain, request.headers['accept-encoding'], state.behaviour);
  if (answerDelayMs > 0) await pause(answerDelayMs, undefined, { signal });
  if (fault === 'reset-after') {
    sendBroken(response, answer, 'reset', random);
    return;
  }
  record.status = answer.status;
  if (fault === 'cut' || fault === 'cut-clean') sendBroken(response, answer, fault, random);
  else sendAnswer(response, answer, state.now(), state.behaviour.requestIdHeader);
};

interface Received {
  readonly record: RecordedRequest;
  /** Undefined for the token endpoint. */
  readonly route: FoundRoute | undefined;
  readonly body: Buffer;
}

const receive = async ({ state, routes }: ServingOptions, request: IncomingMessage, url: Url): Promise<Received> => {
  const time = state.now();
  const { method = 'GET', headers } = request;
  const body = await readBody(request);
  const { path } = url;
  const route = path === TOKEN_PATH ? undefined : findRoute(routes, { method, path, headers, body }, state.behaviour);
  const record: RecordedRequest = {
    method,
    path,
    query: Object.fromEntries(url.query),
    kind: route?.kind ?? 'token',
    id: route?.id,
    time,
    isAuthorized: headers.authorization !== undefined,
    status: undefined,
  };
  return { record, route, body };
};

const handle = async (
  options: ServingOptions,
  route: FoundRoute,
  call: Pick<Parameters<FoundRoute['handle']>[0], 'query' | 'headers' | 'body' | 'signal'>,
): Promise<Answer> => {
  const { state } = options;
  try {
    const caller = authorize(options, route, call);
    state.settle();
    return await route.handle({
      ...call,
      id: route.pathId,
      projectId: route.projectId,
      property: route.property,
      caller,
    });
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error, state.behaviour.errorBody);
    throw error;
  }
};

/** Who calls. @throws Refusal */
const authorize = (
  { state, tokens, integrationInstance, role }: ServingOptions,
  route: FoundRoute,
  { headers, query }: { readonly headers: IncomingMessage['headers']; readonly query: URLSearchParams },
): string => {
  const { behaviour } = state;
  const caller = tokens.callerOf(headers.authorization);
  if (caller === undefined) throw new Refusal(401, 'The token is missing, unknown or expired');
  if (integrationInstance !== undefined) {
    const given = query.get('integrationInstance');
    if (!given) throw new Refusal(behaviour.missingInstanceStatus, 'integrationInstance is missing');
    if (given !== integrationInstance) throw new Refusal(behaviour.wrongInstanceStatus, 'Unknown integrationInstance');
  }
  if (role === 'none') throw new Refusal(behaviour.noRoleStatus, 'The user has no role on this instance');
  if (route.isChange && role !== 'ServiceDeveloper') throw new Refusal(403, 'The role ServiceDeveloper is required');
  return caller;
};

/** The answer given instead of doing the work; undefined for faults that break the answer of work that is done. */
const answerInstead = (fault: DecidedAnswer, { behaviour }: State, target: string): Answer | undefined => {
  if (fault === 'html-200') return htmlAnswer(200, 'Sign In');
  if (typeof fault === 'string') return undefined;
  if ('redirect' in fault) return emptyAnswer(307, { location: `${fault.redirect.replace(/\/$/, '')}${target}` });
  const { body, retryAfter } = fault;
  const style = body === 'oracle' || typeof body === 'object' || body === undefined ? behaviour.errorBody : body;
  const answer =
    typeof body === 'object'
      ? jsonAnswer(fault.status, body)
      : refusalAnswer(new Refusal(fault.status, 'The service cannot answer now'), style);
  return retryAfter === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
};

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
};
