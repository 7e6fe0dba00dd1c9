/**
 * One request and its whole answer, or an error: within its time, within bounds, and in one piece of memory.
 */
import type { Agent, Dispatcher } from 'undici';
import type { OicErrorKind } from './errors.ts';
import type { Answer, OicRequest } from './transport.ts';

/** Larger answers are refused rather than buffered: the largest archive ever seen is 0.6 MB, a zip of 50 MB is plausible. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;
const LARGE_ANSWER_BYTES = 64 * 1024;

export interface Exchange {
  readonly method: OicRequest<unknown>['method'];
  readonly headers: Record<string, string>;
  readonly body?: Buffer | undefined;
  readonly timeoutMs: number;
}

export const exchangeOnce = async (agent: Agent, url: URL, exchange: Exchange): Promise<Answer> => {
  const { method, headers, body, timeoutMs } = exchange;
  // Not AbortSignal.timeout(): thousands of those would live on, each for its whole time, after their requests.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new DOMException('no whole answer in time', 'TimeoutError')), timeoutMs);
  try {
    return await readWhole(
      await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: { 'user-agent': 'oic-lifecycle', ...headers },
        body: body ?? null,
        signal: abort.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
      }),
    );
  } finally {
    clearTimeout(timer);
  }
};

const readWhole = async (response: Dispatcher.ResponseData): Promise<Answer> => {
  const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value ?? '')]);
  const headers: Record<string, string> = Object.fromEntries(flat);
  const declared = Number(headers['content-length'] ?? 0);
  // A large answer is put together where it will lie, not kept twice while its pieces are joined.
  const whole =
    declared > LARGE_ANSWER_BYTES && declared <= MAX_ANSWER_BYTES ? Buffer.allocUnsafeSlow(declared) : undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    if (whole) chunk.copy(whole, size);
    else chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
  }
  return { status: response.statusCode, headers, body: whole?.subarray(0, size) ?? Buffer.concat(chunks, size) };
};

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What kind of failure it is when no answer came, and whether the request can have reached the instance. */
export const describeFailure = (error: Error): { kind: OicErrorKind; happened: string; reached: boolean } => {
  const code = codeOf(error);
  const reached = !NEVER_SENT.has(code) && !code.startsWith('ERR_TLS') && !code.startsWith('CERT_');
  if (error.name === 'TimeoutError') {
    return { kind: 'timeout', happened: 'no whole answer came in time', reached };
  }
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there (connection refused)',
    ENOTFOUND: 'the host name does not exist',
    EAI_AGAIN: 'the host name could not be looked up',
    UND_ERR_CONNECT_TIMEOUT: 'the host could not be reached in time',
    UND_ERR_SOCKET: 'the connection broke before the answer was whole',
    ECONNRESET: 'the connection broke before the answer was whole',
  };
  return { kind: 'network', happened: reasons[code] ?? `the connection failed (${code || error.message})`, reached };
};

const codeOf = (error: Error): string => {
  const own = (error as { code?: unknown }).code;
  if (typeof own === 'string') return own;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner instanceof Error ? codeOf(inner) : '';
};
