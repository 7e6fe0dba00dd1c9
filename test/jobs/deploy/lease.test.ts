import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LeaseLost } from '../../../functions/jobs/deploy/install-services.ts';
import { type LeaseOptions, takeLease, withLease } from '../../../functions/jobs/deploy/lease.ts';
import type { Document } from '../../../functions/store/drop-box.ts';
import { type InstallBench, openInstallBench } from './install-bench.ts';

const TTL = 30_000;
const DAY = 24 * 3_600_000;

let bench: InstallBench;
let document: Document;
/** Time that passes by sleeping alone; by the other clock, what somebody has set it to. */
let passed: number;
let offset: number;
beforeEach(async () => {
  bench = await openInstallBench();
  document = bench.dropBox.lease('dev', 'FLOW');
  passed = 0;
  offset = 0;
});
afterEach(() => bench.close());

const START = Date.parse('2026-11-28T12:00:00Z');
const optionsOf = (worker: string, patienceMs = 2 * TTL): LeaseOptions => ({
  worker,
  ttlMs: TTL,
  patienceMs,
  now: () => START + passed + offset,
  elapsed: () => passed,
  // The renewal of a lease never comes: its holder is dead, or asleep, unless it says otherwise.
  sleep: async (ms, signal) => {
    if (signal) return new Promise(() => undefined);
    passed += ms;
    await Promise.resolve();
  },
});
const take = (worker: string, patienceMs?: number) => takeLease(document, optionsOf(worker, patienceMs));
const writeLease = async (expiresAt: string) => {
  const found = await document.read();
  const content = { holder: 'somebody', expiresAt, undo: {}, newest: {} };
  await document.write(content, found?.etag);
};

describe('a lease that somebody holds', () => {
  test.each([
    ['is free at once when its end is no time', 'soon', 0, 0],
    [
      'in 2099 is free when it has stood still for longer than a living holder lets it',
      '2099-01-01T00:00:00Z',
      TTL / 2,
      TTL,
    ],
    ['that has expired is free then too', new Date(START - DAY).toISOString(), TTL / 2, TTL],
    [
      'and that has not expired is free when it has stood still for all its time',
      new Date(START + TTL).toISOString(),
      TTL / 2,
      TTL + 2_001,
    ],
  ])('%s', async (_, expiresAt, least, most) => {
    await writeLease(expiresAt);

    expect(await take('me')).toBeDefined();

    expect(passed).toBeGreaterThanOrEqual(least);
    expect(passed).toBeLessThanOrEqual(most);
  });

  test.each([5 * DAY, -5 * DAY, 0])('and renews is never taken from it, when the clock is set by %i ms', async (ms) => {
    const held = await take('holder');
    offset = ms;
    const options = optionsOf('me');
    let nextRenewal = TTL / 3;
    const sleep = async (pauseMs: number) => {
      passed += pauseMs;
      if (passed < nextRenewal) return;
      nextRenewal += TTL / 3;
      await held?.settle('other', { wasRefused: false });
    };

    expect(await takeLease(document, { ...options, patienceMs: 10 * TTL, sleep })).toBeUndefined();
    await held?.mayGoOn();
  });
});

describe('who holds a lease', () => {
  test.each([5 * DAY, -5 * DAY])('goes on when the clock is set by %i ms', async (ms) => {
    const held = await take('holder');
    offset = ms;

    await held?.mayGoOn();
    await held?.undoLogOf().remember('FLOW|01.00.0000', { before: [], copy: undefined });
  });

  test('goes on after a long sleep in which nobody took it', async () => {
    const held = await take('holder');
    offset = DAY;
    passed += 3 * TTL;

    await held?.mayGoOn();
    expect((await document.read())?.content).toMatchObject({ holder: 'holder' });
  });

  test('does not go on after a sleep in which somebody took it, even one that only the time of day shows', async () => {
    const held = await take('holder');
    expect(await take('other')).toBeDefined();
    passed = 0;
    offset = DAY;

    await expect(held?.mayGoOn()).rejects.toThrow(LeaseLost);
    expect((await document.read())?.content).toMatchObject({ holder: 'other' });
  });

  test('reads it again before giving up: an answer that was lost, and a file moved away, cost nothing', async () => {
    let isLost = true;
    const forgetful: Document = {
      ...document,
      write: async (content, etag) => {
        const written = await document.write(content, etag);
        if (etag === undefined || !isLost) return written;
        isLost = false;
        return undefined;
      },
    };
    const held = await takeLease(forgetful, optionsOf('holder'));
    await held?.settle('one', { wasRefused: false });
    await held?.mayGoOn();

    await bench.store.delete(document.key);
    await held?.settle('two', { wasRefused: false });
    expect((await document.read())?.content).toMatchObject({ holder: 'holder' });
  });
});

test('work whose lease was lost is done anew when the other has ended', async () => {
  const held: number[] = [];

  const done = await withLease(document, optionsOf('me'), async (lease) => {
    held.push(passed);
    if (held.length === 1) {
      const other = await take('other');
      await other?.release();
      offset = DAY;
    }
    await lease.mayGoOn();
    return { times: held.length };
  });

  expect(done).toEqual({ times: 2 });
  expect((await document.read())?.content).toMatchObject({ holder: null });
});

test('work is not begun while another one holds the lease for longer than the patience lasts', async () => {
  await writeLease(new Date(START + TTL).toISOString());

  expect(await withLease(document, optionsOf('me', 1_000), async () => ({}))).toBeUndefined();
});
