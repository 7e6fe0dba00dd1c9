import { describe, expect, test } from 'vitest';
import { OicError, type OicErrorKind } from '../../../functions/oic/http/errors.ts';
import { longestPauseMs, parseRetryAfterMs, RETRY_POLICY, retryDelayMs } from '../../../functions/oic/http/retry.ts';

const error = (kind: OicErrorKind, more: { reached?: boolean; retryAfterMs?: number } = {}) =>
  new OicError(kind, 'it failed', { method: 'GET', path: '/', ...more });

const READ = true;
const WRITE = false;

describe('trying again', () => {
  test.each([
    ['unavailable', READ, true],
    ['timeout', READ, true],
    ['network', READ, true],
    ['unexpected-answer', READ, true],
    ['rate-limited', READ, true],
    ['rate-limited', WRITE, true],
    ['unavailable', WRITE, false],
    ['timeout', WRITE, false],
    ['network', WRITE, false],
    ['unexpected-answer', WRITE, false],
    ['unauthorized', READ, false],
    ['forbidden', READ, false],
    ['not-found', READ, false],
    ['conflict', WRITE, false],
    ['locked', READ, false],
    ['rejected', WRITE, false],
  ] as const)('after %s (a read: %s): %s', (kind, isRead, isTried) => {
    expect(retryDelayMs(error(kind), isRead, 1, 0.5, RETRY_POLICY) !== undefined).toBe(isTried);
  });

  test('repeats a write that never reached the instance', () => {
    expect(retryDelayMs(error('network', { reached: false }), WRITE, 1, 0, RETRY_POLICY)).toBeDefined();
  });

  test('waits twice as long each time, up to a limit, and half of it by chance', () => {
    const delays = [1, 2, 3, 4, 5].map((tried) => retryDelayMs(error('unavailable'), READ, tried, 0, RETRY_POLICY));

    expect(delays).toEqual([200, 400, 800, 1600, 3200]);
    expect(retryDelayMs(error('unavailable'), READ, 1, 0.999, RETRY_POLICY)).toBeCloseTo(400, 0);
    expect(retryDelayMs(error('unavailable'), READ, 6, 0, RETRY_POLICY)).toBeUndefined();
    expect(retryDelayMs(error('rate-limited'), READ, 11, 0, RETRY_POLICY)).toBe(10_000);
    expect(retryDelayMs(error('rate-limited'), READ, 12, 0, RETRY_POLICY)).toBeUndefined();
  });

  test('waits as long as Retry-After says, spread a little, and not for hours', () => {
    expect(retryDelayMs(error('rate-limited', { retryAfterMs: 7_000 }), READ, 1, 0, RETRY_POLICY)).toBe(7_000);
    expect(retryDelayMs(error('unavailable', { retryAfterMs: 7_000 }), READ, 1, 0.5, RETRY_POLICY)).toBe(7_200);
    expect(retryDelayMs(error('rate-limited', { retryAfterMs: 3_600_000 }), READ, 1, 0, RETRY_POLICY)).toBeUndefined();
  });

  test('waits no longer than its caller has time', () => {
    let leftMs = 20_000;
    const policy = { ...RETRY_POLICY, leftMs: () => leftMs };
    const pauseOf = (ms: number | undefined) =>
      retryDelayMs(error('rate-limited', { ...(ms && { retryAfterMs: ms }) }), READ, 6, 0, policy);

    expect([pauseOf(300_000), pauseOf(7_000), pauseOf(undefined)]).toEqual([undefined, 7_000, 6_400]);
    leftMs = 5_000;
    expect([pauseOf(300_000), pauseOf(7_000), pauseOf(undefined)]).toEqual([undefined, undefined, undefined]);
    expect(longestPauseMs({ ...policy, leftMs: () => 900_000 })).toBe(300_000);
  });
});

test.each([
  ['120', 120_000],
  ['0.5', 500],
  ['Mon, 23 Nov 2026 04:15:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 04:14:30 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('reads Retry-After %s as %s ms', (header, ms) => {
  expect(parseRetryAfterMs(header, Date.parse('2026-11-23T04:15:00Z'))).toBe(ms);
});
