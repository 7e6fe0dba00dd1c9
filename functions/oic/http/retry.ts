/**
 * When to try again, and how long to wait: pure, so that every delay can be tested. Repeats are ours and not the HTTP
 * library's because only we know which requests may be repeated: reads after anything that may pass, writes only when
 * the instance said "later" (429) or was never reached.
 */
import type { OicError } from './errors.ts';

export interface RetryPolicy {
  /** Tries in all, the first one included. */
  readonly tries: number;
  /** Tries in all when the instance answers 429: it told us to wait, so patience costs nobody anything. */
  readonly triesWhenLimited: number;
  readonly baseMs: number;
  readonly maxMs: number;
  /** A longer Retry-After than this is an error now rather than a silence of hours. */
  readonly maxRetryAfterMs: number;
  /** What time the caller has, asked for anew at each pause: a longer one is not begun. @default all there is */
  readonly leftMs?: (() => number) | undefined;
}

export const RETRY_POLICY: RetryPolicy = {
  tries: 6,
  triesWhenLimited: 12,
  baseMs: 400,
  maxMs: 20_000,
  maxRetryAfterMs: 300_000,
};

/** @param tried how often the request ended so already: in a 429, or in something else. @param chance a random number in [0, 1). @returns ms, or undefined: give up. */
export const retryDelayMs = (
  error: OicError,
  isRead: boolean,
  tried: number,
  chance: number,
  policy: RetryPolicy,
): number | undefined => {
  const { retryAfterMs, reached } = error.details;
  const isLimited = error.kind === 'rate-limited';
  if (tried >= (isLimited ? policy.triesWhenLimited : policy.tries)) return undefined;
  const mayPass = ['unavailable', 'timeout', 'network', 'unexpected-answer'].includes(error.kind);
  if (!isLimited && !(mayPass && (isRead || reached === false))) return undefined;
  const most = longestPauseMs(policy);
  if (retryAfterMs !== undefined) {
    // Spread those who wait for the same moment, so that they do not come back as one herd.
    return retryAfterMs > most ? undefined : retryAfterMs + chance * policy.baseMs;
  }
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** (tried - 1));
  return ceiling > most ? undefined : ceiling / 2 + (chance * ceiling) / 2;
};

export const longestPauseMs = ({ maxRetryAfterMs, leftMs }: RetryPolicy): number =>
  Math.min(maxRetryAfterMs, leftMs?.() ?? maxRetryAfterMs);

/** Retry-After as seconds or as an HTTP date (RFC 9110, 10.2.3), in ms from `nowMs`; undefined when absent or senseless. */
export const parseRetryAfterMs = (header: string | undefined, nowMs: number): number | undefined => {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
};
