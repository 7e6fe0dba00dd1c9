/** When a message is seen again whose worker was killed, in the time of the queue. */
import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RETRY_SECONDS } from '../../functions/core/drop/retries.ts';
import { MAX_RECEIVES } from '../../functions/lambda/names.ts';
import { hideWhileAlive } from '../../functions/lambda/visibility.ts';

const RECORD = {
  eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:drops-test',
  receiptHandle: 'handle',
} as SQSRecord;
/** Of a function. */
const LIFE_SECONDS = 900;

/** Until when it is hidden, in seconds from the beginning. */
let hiddenUntil: number;
let asked: number;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: 0 });
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
  // As the queue of the template: what nobody has changed is hidden for as long as a function may run.
  hiddenUntil = LIFE_SECONDS;
  asked = 0;
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    hiddenUntil = Date.now() / 1_000 + JSON.parse(body).VisibilityTimeout;
    asked++;
    return new Response('{}');
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

test('nothing is begun before a message is hidden for minutes only; at whatever moment its worker is killed, it is tried again within five', async () => {
  const visibility = await hideWhileAlive(RECORD, (error) => expect.unreachable(error.message));
  expect(asked).toBe(1);

  for (let second = 0; second < LIFE_SECONDS; second++) {
    const due = 1 + Math.floor(second / 60);
    // Killed now, it is seen again then.
    await vi.waitFor(() => expect(asked).toBe(due), { interval: 1 });
    expect(hiddenUntil).toBeGreaterThan(second);
    expect(hiddenUntil - second).toBeLessThanOrEqual(300);
    vi.advanceTimersByTime(1_000);
  }
  visibility.stop();
});

test('what is to be tried later is hidden for so long, and no longer for its worker', async () => {
  const visibility = await hideWhileAlive(RECORD, (error) => expect.unreachable(error.message));

  await visibility.later(60);
  vi.advanceTimersByTime(600_000);

  expect({ asked, hiddenUntil }).toEqual({ asked: 2, hiddenUntil: 60 });
});

test('all tries of a drop, three times over, are fewer than what a queue delivers: those that Lambda had no room for fit in', () => {
  expect(3 * (RETRY_SECONDS.length + 1)).toBeLessThan(MAX_RECEIVES / 2);
});
