/**
 * How a call finds its handler: by verb and path. `POST` with `X-HTTP-Method-Override: PATCH` is a PATCH, as Oracle wants
 * it; a PATCH as such is refused unless the behaviour says otherwise.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Behaviour } from '../behaviour.ts';
import { type Answer, Refusal } from '../http/answer.ts';
import type { RequestKind } from '../http/traffic.ts';

export interface Call {
  /** What the path has in place of its `:id`, decoded. */
  readonly id: string;
  /** What it has in place of `:project`; empty outside projects. */
  readonly projectId: string;
  /** What it has in place of its `:property`, of a connection; else empty. */
  readonly property: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Who calls, as the token says. */
  readonly caller: string;
  /** Ends when the client has gone or the simulator closes. */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/ic/api/integration/v1/`; `:id`, `:project` and `:property` stand for one segment each. */
  readonly path: string;
  readonly kind: RequestKind | ((body: Buffer) => RequestKind);
  /** Whether the role ServiceDeveloper is needed. */
  readonly isChange?: boolean;
  /** What a call whose path names nothing is about. */
  readonly identify?: (headers: IncomingHttpHeaders, body: Buffer) => string | undefined;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

export interface FoundRoute {
  readonly kind: RequestKind;
  /** Empty when the path names nothing. */
  readonly pathId: string;
  readonly projectId: string;
  readonly property: string;
  /** What the call is about, when that can be told. */
  readonly id: string | undefined;
  readonly isChange: boolean;
  readonly handle: Route['handle'];
}

const API = '/ic/api/integration/v1/';

const refuse = (status: number, title: string, pathId: string): FoundRoute => ({
  kind: 'unknown',
  pathId,
  projectId: '',
  property: '',
  id: pathId || undefined,
  isChange: false,
  handle: () => {
    throw new Refusal(status, title);
  },
});

export const findRoute = (
  routes: readonly Route[],
  request: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
  },
  behaviour: Behaviour,
): FoundRoute => {
  const { method, path, headers, body } = request;
  const given = path.startsWith(API) ? path.slice(API.length).split('/') : [];
  const matching = routes.flatMap((route) => {
    const names = matchPath(route.path, given);
    return names ? [{ route, ...names }] : [];
  });
  const [first] = matching;
  if (!first) return refuse(404, `Nothing is at ${path}`, '');
  const override = String(headers['x-http-method-override'] ?? '').toUpperCase();
  const verb = method === 'POST' && override ? override : method;
  const isRealPatch = method === 'PATCH' && behaviour.patchVerb === 405;
  const found = isRealPatch ? undefined : matching.find(({ route }) => route.method === verb);
  if (!found) return refuse(405, `${method} is not allowed here`, first.id);
  const { kind, isChange = false, identify, handle } = found.route;
  return {
    kind: typeof kind === 'function' ? kind(body) : kind,
    pathId: found.id,
    projectId: found.projectId,
    property: found.property,
    id: found.id || found.projectId || identify?.(headers, body),
    isChange,
    handle,
  };
};

/** The decoded names, empty when the pattern has none; undefined when the path does not match. */
const matchPath = (
  pattern: string,
  given: readonly string[],
): (Pick<FoundRoute, 'projectId' | 'property'> & { readonly id: string }) | undefined => {
  const wanted = pattern.split('/');
  if (wanted.length !== given.length) return undefined;
  const isMatch = wanted.every((segment, index) => segment.startsWith(':') || segment === given[index]);
  if (!isMatch) return undefined;
  try {
    const read = (name: string): string => decodeURIComponent(given[wanted.indexOf(name)] ?? '');
    return { id: read(':id'), projectId: read(':project'), property: read(':property') };
  } catch {
    return undefined;
  }
};

/** The JSON object in a body; an empty body is an empty object. @throws Refusal */
export const readJsonBody = (body: Buffer): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(body.toString('utf8') || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the same refusal as JSON that is no object.
  }
  throw new Refusal(400, 'The body is not a JSON object');
};
