/**
 * One way to an instance: every request goes through `send()`. It waits for a place (pace), adds the token and, on OIC 3,
 * `integrationInstance`, follows the one redirect Oracle makes, reads the answer whole, maps what went wrong to one
 * OicError, and repeats what may be repeated. The place is given back once the answer has come: what it means is worked
 * out while the next is on its way.
 *
 *   send: [place: authorize -> exchange (401: once more with another token)] -> read -> OicError? wait and again, or throw
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type buildConnector } from 'undici';
import { createConnector } from '../../network/connector.ts';
import { attempt } from './attempt.ts';
import type { Credentials } from './credentials.ts';
import { isDesignHostFor } from './design-host.ts';
import { OicError } from './errors.ts';
import { type Exchange, exchangeOnce, MAX_FILE_BYTES, MAX_JSON_BYTES } from './exchange.ts';
import { parseJson } from './oracle-words.ts';
import { isReading, judgeOutcome, paceKind } from './outcome.ts';
import { createPace, type Verdict } from './pace.ts';
import type { Answer, OicRequest } from './request.ts';
import { longestPauseMs, RETRY_POLICY, type RetryPolicy, retryDelayMs } from './retry.ts';
import { createServerClock } from './server-clock.ts';
import { basicHeader, createAuthorizer, type OAuthLogin, TOKEN_ANSWER, type TokenAnswer } from './token.ts';

export interface Transport {
  send<T>(request: OicRequest<T>): Promise<T>;
  /** Requests sent so far: repeats, redirects and tokens count. */
  requests(): number;
  /** What the instance's clock says now; undefined as long as no answer of it has told. */
  serverTime(): Date | undefined;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly instance: string;
  /** Scheme and host; a path is ignored. */
  readonly url: string;
  readonly integrationInstance: string | undefined;
  readonly concurrency: number;
  readonly credentials: (options: { readonly fresh: boolean }) => Promise<Credentials>;
  readonly retry?: RetryPolicy;
  /** How sockets are opened; tests route Oracle's host names to loopback with it. */
  readonly connect?: buildConnector.connector;
}

const API = '/ic/api/integration/v1';
const CONNECT_TIMEOUT_MS = 15_000;
const TOKEN_TIMEOUT_MS = 30_000;
const PROBE: OicRequest<unknown> = {
  what: 'listing one integration',
  method: 'GET',
  path: '/integrations',
  query: { limit: '1', offset: '0' },
  timeoutMs: 60_000,
  read: () => undefined,
};
const ACCEPT_FILE = { accept: 'application/octet-stream' };
/** A hundred integrations are 0.8 MB of JSON, and 20 KB as the instance packs them (recorded). */
const ACCEPT_JSON = { accept: 'application/json', 'accept-encoding': 'gzip' };

export const createTransport = (options: TransportOptions): Transport => {
  const { instance, integrationInstance, concurrency, retry = RETRY_POLICY } = options;
  const agent = new Agent({
    connections: concurrency,
    pipelining: 1,
    keepAliveTimeout: 20_000,
    connect: options.connect ?? createConnector(CONNECT_TIMEOUT_MS),
  });
  /** What was abandoned, by a person's Ctrl-C say, is not tried again half a minute long. */
  const closed = new AbortController();
  const pace = createPace(concurrency, { now: () => performance.now(), sleep: (ms) => sleep(ms) });
  const configured = new URL(options.url);
  let base = configured;
  const clock = createServerClock();
  let requests = 0;

  const exchange = async (url: URL, request: Exchange): Promise<Answer> => {
    requests++;
    return exchangeOnce(agent, url, request);
  };

  const fetchToken = (login: OAuthLogin, form: URLSearchParams): Promise<TokenAnswer> => {
    const url = new URL(login.tokenUrl);
    const what = `asking ${url.host} for a token for ${instance}`;
    const send = () =>
      exchange(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
          authorization: basicHeader(encodeURIComponent(login.clientId), encodeURIComponent(login.clientSecret)),
          accept: 'application/json',
        },
        body: Buffer.from(form.toString()),
        timeoutMs: TOKEN_TIMEOUT_MS,
        maxBytes: MAX_JSON_BYTES,
      });
    return attempt({ what, method: 'POST', path: url.pathname, isToken: true, read: readToken }, send);
  };

  const authorizer = createAuthorizer({ credentials: options.credentials, fetchToken, instance, now: Date.now });

  const urlOf = (request: OicRequest<unknown>): URL => {
    const url = new URL(`${API}${request.path}`, base);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    if (integrationInstance !== undefined) url.searchParams.set('integrationInstance', integrationInstance);
    return url;
  };

  const sendAuthorized = async (request: OicRequest<unknown>): Promise<Answer> => {
    const header = await authorizer.header();
    const isFile = request.accept === 'file';
    const send = async (url: URL) => {
      const sentAtMs = performance.now();
      const answer = await exchange(url, {
        method: request.method,
        headers: { ...(isFile ? ACCEPT_FILE : ACCEPT_JSON), ...request.headers, authorization: header },
        body: request.body,
        timeoutMs: request.timeoutMs,
        maxBytes: isFile ? MAX_FILE_BYTES : MAX_JSON_BYTES,
      });
      clock.told(answer.headers, sentAtMs);
      return answer;
    };
    const url = urlOf(request);
    const answer = await send(url);
    const location =
      answer.status === 307 || answer.status === 308 ? URL.parse(answer.headers.location ?? '', url.href) : null;
    if (location && integrationInstance !== undefined && isDesignHostFor(configured, location)) {
      base = new URL(location.origin);
      return send(location);
    }
    if (answer.status === 401) authorizer.refuse(header);
    return answer;
  };

  const judge = (outcome: PromiseSettledResult<Answer>): Verdict => judgeOutcome(outcome, longestPauseMs(retry));

  const sendPaced = (request: OicRequest<unknown>): Promise<Answer> =>
    pace.run(
      paceKind(request),
      async () => {
        const answer = await sendAuthorized(request);
        if (answer.status !== 401) return answer;
        const again = await sendAuthorized(request);
        return again.status === 401 && request.path !== PROBE.path && (await isTokenGood())
          ? { ...again, isOfThisAlone: true }
          : again;
      },
      judge,
    );

  /** A 401 says that the token is no good, or that this one item is kept from its owner: another request tells. */
  const isTokenGood = async (): Promise<boolean> => (await sendAuthorized(PROBE)).status < 300;

  return {
    send: (request) =>
      repeat(retry, isReading(request), closed.signal, () =>
        attempt({ ...request, what: `${request.what} on ${instance}` }, () => sendPaced(request)),
      ),
    requests: () => requests,
    serverTime: clock.now,
    close: () => {
      closed.abort();
      return agent.close();
    },
  };
};

/** @param closed ends the waiting for another try with the failure there was */
const repeat = async <T>(
  policy: RetryPolicy,
  isRead: boolean,
  closed: AbortSignal,
  once: () => Promise<T>,
): Promise<T> => {
  // Apart, for being told to wait a few times says nothing of whether a failure passes.
  let limited = 0;
  let failed = 0;
  for (;;) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof OicError)) throw error;
      const tried = error.kind === 'rate-limited' ? ++limited : ++failed;
      const delayMs = retryDelayMs(error, isRead, tried, Math.random(), policy);
      if (delayMs === undefined || closed.aborted) throw error;
      await sleep(delayMs, undefined, { signal: closed }).catch(() => {
        throw error;
      });
    }
  }
};

const readToken = (answer: Answer): TokenAnswer => {
  const parsed = TOKEN_ANSWER.safeParse(parseJson(answer.body.toString('utf8')));
  // Says nothing of the body: it may hold a token.
  if (!parsed.success) throw new Error('it holds no access_token');
  return parsed.data;
};
