/** What a request and its outcome tell the pace: which others it can be compared with, and how the instance bears it. */
import { isOicError } from './errors.ts';
import type { Verdict } from './pace.ts';
import type { Answer, OicRequest } from './request.ts';
import { parseRetryAfterMs } from './retry.ts';

/** Requests that should take equally long; undefined for writes, which may rightly take minutes or no time at all. */
export const paceKind = (request: OicRequest<unknown>): string | undefined =>
  isReading(request)
    ? request.path.replace(/\/(integrations|connections|projects|lookups|libraries|packages)\/[^/]+/g, '/$1/*')
    : undefined;

/** A GET, or a POST that changes nothing: may be repeated, and is allowed where only reading is. */
export const isReading = ({ method, isRead }: Pick<OicRequest<unknown>, 'method' | 'isRead'>): boolean =>
  method === 'GET' || isRead === true;

export const judgeOutcome = (outcome: PromiseSettledResult<Answer>, maxPauseMs: number): Verdict => {
  // One that asks for longer is given up, and so are the others as they come to it: they need not wait for that.
  const pause = (ms = 0): number => (ms > maxPauseMs ? 0 : ms);
  if (outcome.status === 'rejected') {
    const reason: unknown = outcome.reason;
    if (isOicError(reason, 'rate-limited')) return { sign: 'strained', pauseMs: pause(reason.details.retryAfterMs) };
    const isTimeout = reason instanceof Error && reason.name === 'TimeoutError';
    return isTimeout ? { sign: 'strained', pauseMs: 0 } : 'unknown';
  }
  const { status, headers } = outcome.value;
  if (status === 429 || status === 503) {
    const pauseMs = pause(parseRetryAfterMs(headers['retry-after'], Date.now()));
    return { sign: status === 429 ? 'too-many' : 'strained', pauseMs };
  }
  return status < 400 ? 'healthy' : 'unknown';
};
