/**
 * One request and its whole answer, or an error: within its time, within bounds, and in one piece of memory.
 */
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Agent, Dispatcher } from 'undici';
import { ProxyError } from '../../network/tunnel.ts';
import type { OicErrorKind } from './errors.ts';
import type { Answer, OicRequest } from './request.ts';

const MB = 1024 * 1024;
/** Larger answers are refused rather than buffered: the largest archive ever seen is 0.6 MB, a zip of 50 MB is plausible. */
export const MAX_FILE_BYTES = 512 * MB;
/** Of JSON, inflated. A page of 100 integrations is below 1 MB. */
export const MAX_JSON_BYTES = 32 * MB;
/** More of an error is not read: it is there for a sentence. */
const MAX_ERROR_BYTES = 64 * 1024;
const LARGE_ANSWER_BYTES = 64 * 1024;

export interface Exchange {
  readonly method: OicRequest<unknown>['method'];
  readonly headers: Record<string, string>;
  readonly body?: Buffer | undefined;
  readonly timeoutMs: number;
  /** Of the answer, inflated. */
  readonly maxBytes: number;
}

/** An answer that is not read to its end, or not at all. */
class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly kind: OicErrorKind;

  constructor(kind: OicErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

export const exchangeOnce = async (agent: Agent, url: URL, exchange: Exchange): Promise<Answer> => {
  const { method, headers, body, timeoutMs, maxBytes } = exchange;
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
      maxBytes,
    );
  } finally {
    clearTimeout(timer);
  }
};

const readWhole = async (response: Dispatcher.ResponseData, maxBytes: number): Promise<Answer> => {
  const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value ?? '')]);
  const headers: Record<string, string> = Object.fromEntries(flat);
  const status = response.statusCode;
  const body = inflated(response.body, headers);
  const most = status >= 400 ? MAX_ERROR_BYTES : maxBytes;
  const declared = body === response.body ? Number(headers['content-length'] ?? 0) : 0;
  // A large answer is put together where it will lie, not kept twice while its pieces are joined.
  const whole = declared > LARGE_ANSWER_BYTES && declared <= most ? Buffer.allocUnsafeSlow(declared) : undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (whole) chunk.copy(whole, size);
    else chunks.push(chunk);
    size += chunk.length;
    if (size <= most) continue;
    if (status >= 400) break;
    throw new AnswerError('too-large', `the answer is larger than ${most / MB} MB and was not read to its end`);
  }
  return { status, headers, body: whole?.subarray(0, size) ?? Buffer.concat(chunks, Math.min(size, most)) };
};

/** In pieces as it comes, so that what inflates beyond its bound is never held. */
const inflated = (body: Readable, headers: Readonly<Record<string, string>>): Readable => {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '' || headers['content-length'] === '0') return body;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    body.on('error', () => undefined).destroy();
    throw new AnswerError(
      'unexpected-answer',
      `the answer is packed as ${encoding.slice(0, 40)}, which was not asked for`,
    );
  }
  // What goes wrong comes out where it is read.
  return pipeline(body, createGunzip({ chunkSize: LARGE_ANSWER_BYTES }), () => undefined);
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
  if (error instanceof AnswerError) return { kind: error.kind, happened: error.message, reached: true };
  if (error instanceof ProxyError) {
    return { kind: error.isRefusal ? 'rejected' : 'network', happened: error.message, reached: false };
  }
  const code = codeOf(error);
  if (/^Z_[A-Z]+_ERROR$/.test(code)) {
    const happened = 'the answer is packed with gzip and came damaged';
    return { kind: 'unexpected-answer', happened, reached: true };
  }
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
