import { expect, test } from 'vitest';
import { mapLimited } from '../../../functions/jobs/journal/journal.ts';
import { createPace, type Verdict } from '../../../functions/oic/http/pace.ts';
import { createVirtualTime } from './virtual-time.ts';

/** What an instance makes of one request, told how many are in flight with it and what time it is. */
type Instance = (inFlight: number, nowMs: number) => { readonly takesMs: number; readonly verdict: Verdict };

interface Seen {
  readonly at: number;
  readonly inFlight: number;
  readonly verdict: Verdict;
}

const TOO_MANY = { sign: 'too-many', pauseMs: 0 } as const;
const STRAINED = { sign: 'strained', pauseMs: 0 } as const;

/** Sends `count` requests as fast as the pace lets it, refused ones again a second later; tells what the instance saw. */
const sendAll = async (concurrency: number, count: number, instance: Instance) => {
  const time = createVirtualTime();
  const pace = createPace(concurrency, time);
  const seen: Seen[] = [];
  let inFlight = 0;
  const send = async (): Promise<void> => {
    for (;;) {
      const verdict = await pace.run(
        'GET',
        async () => {
          inFlight++;
          const answer = instance(inFlight, time.now());
          seen.push({ at: time.now(), inFlight, verdict: answer.verdict });
          await time.sleep(answer.takesMs);
          inFlight--;
          return answer.verdict;
        },
        (outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'unknown'),
      );
      if (verdict === 'healthy') return;
      await time.sleep(1_000);
    }
  };
  await time.runUntil(mapLimited(Array.from({ length: count }), 4 * concurrency, send));
  return { seen, tookMs: time.now(), limit: pace.limit() };
};

const mostInFlight = (seen: readonly Seen[]): number => Math.max(...seen.map(({ inFlight }) => inFlight));
const refused = (seen: readonly Seen[]): Seen[] => seen.filter(({ verdict }) => verdict !== 'healthy');

test.each([1, 2, 8, 64])(
  'a healthy instance soon gets all of a concurrency of %i, and never more',
  async (concurrency) => {
    const { seen, tookMs } = await sendAll(concurrency, 100 * concurrency, () => ({
      takesMs: 200,
      verdict: 'healthy',
    }));

    expect(mostInFlight(seen)).toBe(concurrency);
    expect(tookMs).toBeLessThanOrEqual(100 * 200 * 1.02);
  },
);

test('it begins with half of what it may', async () => {
  const { seen } = await sendAll(8, 100, () => ({ takesMs: 200, verdict: 'healthy' }));

  expect(seen.filter(({ at }) => at === 0)).toHaveLength(4);
});

test('an instance that bears four gets four: nearly no time is lost, hardly anything refused', async () => {
  const { seen, tookMs } = await sendAll(8, 2_000, (inFlight) => ({
    takesMs: 200,
    verdict: inFlight > 4 ? TOO_MANY : 'healthy',
  }));

  expect(tookMs).toBeLessThan((2_000 * 200) / 4 / 0.95);
  expect(refused(seen).filter(({ at }) => at > 1_000).length).toBeLessThan(0.01 * seen.length);
});

test('an instance that comes to bear more is given more', async () => {
  const { limit } = await sendAll(8, 2_000, (inFlight, nowMs) => ({
    takesMs: 200,
    verdict: inFlight > (nowMs < 20_000 ? 3 : 8) ? TOO_MANY : 'healthy',
  }));

  expect(limit).toBe(8);
});

test('nobody starts while a Retry-After lasts, and afterwards one goes first', async () => {
  const told = { sign: 'too-many', pauseMs: 5_000 } as const;
  const { seen } = await sendAll(8, 200, (_, nowMs) => ({
    takesMs: 100,
    verdict: nowMs >= 1_000 && nowMs < 1_050 ? told : 'healthy',
  }));

  const toldAt = Math.min(...refused(seen).map(({ at }) => at)) + 100;
  const after = seen.filter(({ at }) => at > toldAt);
  expect(after[0]?.at).toBeGreaterThanOrEqual(toldAt + 5_000);
  expect(after.slice(0, 3).map(({ inFlight }) => inFlight)).toEqual([1, 1, 2]);
  expect(mostInFlight(after)).toBeGreaterThanOrEqual(7);
});

test('a 503 takes a quarter away, once for all that were in flight together', async () => {
  const { seen } = await sendAll(8, 400, (_, nowMs) => ({
    takesMs: 100,
    verdict: nowMs >= 2_000 && nowMs < 2_100 ? STRAINED : 'healthy',
  }));

  const at = (from: number, to: number) => seen.filter((one) => one.at >= from && one.at < to);
  expect(mostInFlight(at(1_500, 2_000))).toBe(8);
  expect(mostInFlight(at(2_100, 2_200))).toBe(6);
});

test('an instance that takes ever longer is asked less, and more again when it is well', async () => {
  const overloaded: Instance = (inFlight) => ({ takesMs: inFlight > 4 ? 900 : 200, verdict: 'healthy' });
  const { seen, limit } = await sendAll(8, 600, (inFlight, nowMs) =>
    nowMs > 3_000 && nowMs < 15_000 ? overloaded(inFlight, nowMs) : { takesMs: 200, verdict: 'healthy' },
  );

  expect(Math.min(...seen.filter(({ at }) => at > 6_000 && at < 15_000).map(({ inFlight }) => inFlight))).toBeLessThan(
    6,
  );
  expect(limit).toBe(8);
});

test('a connection that breaks says nothing of the load', async () => {
  const { limit } = await sendAll(8, 400, (_, nowMs) => ({
    takesMs: 100,
    verdict: nowMs % 300 === 0 ? 'unknown' : 'healthy',
  }));

  expect(limit).toBe(8);
});

test('what fails frees its place', async () => {
  const time = createVirtualTime();
  const pace = createPace(1, time);
  const fail = () =>
    pace.run(
      undefined,
      () => Promise.reject(new Error('no')),
      () => 'unknown',
    );

  await expect(fail()).rejects.toThrow('no');
  await expect(fail()).rejects.toThrow('no');
});
