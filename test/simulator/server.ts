/**
 * An Oracle Integration on loopback: the design-time API of one instance with its identity domain, and on OIC 3, if wanted,
 * the service host that sends everybody on to the design host. It answers by the rules Oracle documents; what nobody
 * knows is switchable (`Behaviour`), what goes wrong can be ordered (`Faults`).
 *
 *   const simulator = await startSimulator();
 *   simulator.instance.add(archive);
 *   ... simulator.url, simulator.credentials() ...
 *   await simulator.close();
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Behaviour, defaultBehaviour, type Generation } from './behaviour.ts';
import { createInstance, type Instance } from './holds/instance.ts';
import { createState } from './holds/state.ts';
import { createFaultBook, type Faults } from './http/faults.ts';
import { type CredentialsDocument, createIdentity, type Grant } from './http/identity.ts';
import { createLateWork } from './http/late-work.ts';
import { createServing, type LatencyKind, type RequestHook, type Role, TOKEN_PATH } from './http/serving.ts';
import { createTokenService } from './http/token.ts';
import { createTraffic, type RecordedRequest, type Stats } from './http/traffic.ts';
import { createRandom } from './random.ts';
import { allRoutes } from './routes/all-routes.ts';

export interface SimulatorOptions {
  /** @default oic3 */
  readonly generation?: Generation;
  /** OIC 3 only. @default sim-dev */
  readonly integrationInstance?: string;
  /** @default any free one */
  readonly port?: number;
  /** Of everything that is left to chance, but never of secrets. @default 1 */
  readonly seed?: number;
  /** More requests in flight than this are answered 429. */
  readonly concurrencyLimit?: number;
  /** Pages are never longer than this, whatever is asked for. */
  readonly pageCap?: number;
  /** @default 3600 */
  readonly tokenLifetimeSeconds?: number;
  readonly latencyMs?: Readonly<Partial<Record<LatencyKind, number>>>;
  /** How long an activation takes. @default 0 */
  readonly activationMs?: number;
  readonly behaviour?: Partial<Behaviour>;
  /** Of whoever logs in. @default ServiceDeveloper */
  readonly role?: Role;
  /** A second listener that answers every call 307 to the design listener. */
  readonly serviceHostRedirect?: boolean;
  /** The simulator's clock, in ms. @default Date.now */
  readonly now?: () => number;
}

export interface Simulator {
  readonly url: string;
  /** Of the service host, when there is one. */
  readonly serviceUrl: string | undefined;
  readonly tokenUrl: string;
  /** What every call must name; undefined on Gen 2. */
  readonly integrationInstance: string | undefined;
  /** A credentials document that works here. @default client */
  readonly credentials: (grant?: Grant) => CredentialsDocument;
  /** Every secret and token ever used or issued here. */
  readonly secrets: () => string[];
  readonly instance: Instance;
  readonly faults: Faults;
  readonly requests: readonly RecordedRequest[];
  readonly stats: () => Stats;
  /** Called, and waited for, before each request is answered. The function it gives ends that. */
  readonly onRequest: (hook: RequestHook) => () => void;
  /** Does what is due by its clock, as the next request would. */
  readonly catchUp: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const startSimulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const api = createServer();
  const url = await listen(api, options.port ?? 0);
  const { state, identity, faults, lateWork, traffic, hooks, closing, serve, integrationInstance } = assemble(
    options,
    url,
  );
  api.on('request', (request, response) => void serve(request, response));
  const serviceHost = options.serviceHostRedirect ? createServiceHost(url, traffic.requests, state.now) : undefined;
  const tokenUrl = `${url}${TOKEN_PATH}`;

  return {
    url,
    serviceUrl: serviceHost && (await listen(serviceHost, 0)),
    tokenUrl,
    integrationInstance,
    credentials: (grant = 'client') => identity.credentials(grant, tokenUrl),
    secrets: () => [...state.secrets],
    instance: createInstance(state),
    faults,
    requests: traffic.requests,
    stats: traffic.stats,
    onRequest: (hook) => {
      hooks.add(hook);
      return () => {
        hooks.delete(hook);
      };
    },
    catchUp: async () => {
      await lateWork.doDue();
      state.settle();
    },
    close: async () => {
      closing.abort();
      await Promise.all([api, ...(serviceHost ? [serviceHost] : [])].map(stop));
    },
  };
};

const assemble = (options: SimulatorOptions, url: string) => {
  const { generation = 'oic3', now = Date.now, seed = 1, pageCap, role = 'ServiceDeveloper' } = options;
  const integrationInstance = generation === 'oic3' ? (options.integrationInstance ?? 'sim-dev') : undefined;
  const state = createState({
    generation,
    behaviour: { ...defaultBehaviour(generation), ...options.behaviour },
    random: createRandom(seed),
    baseUrl: url,
    activationMs: options.activationMs ?? 0,
    now,
  });
  const identity = createIdentity(state.secrets);
  const lifetimeSeconds = options.tokenLifetimeSeconds ?? 3600;
  // Faults have their own sequence, so that an export more or less does not move them.
  const random = createRandom(seed + 1);
  const faultBook = createFaultBook(random, state.orderedFailures);
  const lateWork = createLateWork(now);
  const traffic = createTraffic();
  const hooks = new Set<RequestHook>();
  const closing = new AbortController();
  const serve = createServing({
    state,
    routes: allRoutes(state, pageCap),
    tokens: createTokenService({ generation, identity, secrets: state.secrets, lifetimeSeconds, now }),
    faultBook,
    lateWork,
    traffic,
    hooks,
    random,
    integrationInstance,
    role,
    concurrencyLimit: options.concurrencyLimit,
    latencyMs: options.latencyMs ?? {},
    closing: closing.signal,
  });
  return { state, identity, faults: faultBook.faults, lateWork, traffic, hooks, closing, serve, integrationInstance };
};

const createServiceHost = (designUrl: string, requests: RecordedRequest[], now: () => number): Server =>
  createServer((request, response) => {
    const { method = 'GET', url = '/' } = request;
    const [path = '/', query = ''] = url.split('?', 2);
    requests.push({
      method,
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      kind: 'service-host',
      id: undefined,
      time: now(),
      isAuthorized: request.headers.authorization !== undefined,
      status: 307,
    });
    request.resume();
    request.once('end', () => {
      response.writeHead(307, { location: `${designUrl}${url}`, 'content-length': 0 }).end();
    });
  });

const listen = async (server: Server, port: number): Promise<string> => {
  // An idle connection is closed by the client, never under its feet: a reset must come from an ordered fault alone.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
