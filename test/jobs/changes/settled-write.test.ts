/** How one write is brought to one of its three endings, by a clock of its own and without an instance. */
import { describe, expect, test } from 'vitest';
import { NotDone, NotKnown } from '../../../functions/core/errors.ts';
import { type Sight, settle, type Write } from '../../../functions/jobs/changes/settled-write.ts';
import { OicError, type OicErrorDetails, type OicErrorKind } from '../../../functions/oic/http/errors.ts';

const errorOf = (kind: OicErrorKind, details: Partial<OicErrorDetails> = {}) =>
  new OicError(kind, `replacing FLOW failed: ${kind}`, { method: 'PUT', path: '/integrations', ...details });
const LOST = errorOf('unavailable', { status: 504 });
const REFUSED = errorOf('conflict', { status: 409, oracle: 'it exists already' });
const PUT_OFF = errorOf('unavailable', { status: 503, isPutOff: true });
const AWAY = errorOf('timeout');

interface Told {
  /** Of each send. */
  readonly answers: readonly ('done' | 'goes-on' | OicError)[];
  /** From so many ms after the first send on. */
  readonly sights: readonly (readonly [fromMs: number, Sight | OicError])[];
  readonly endsAt?: number;
  readonly patienceMs?: number;
}

/** What is told happens; gives how it ended, and what it cost. */
const run = async ({ answers, sights, endsAt, patienceMs = 180_000 }: Told) => {
  let time = 0;
  const [sent, looked, said]: [number[], number[], string[]] = [[], [], []];
  const write: Write = {
    what: 'replacing FLOW on dev',
    send: async () => {
      const answer = answers[sent.length] ?? 'done';
      sent.push(time);
      if (answer instanceof OicError) throw answer;
      return answer;
    },
    look: async () => {
      looked.push(time);
      const shown = sights.findLast(([from]) => time >= from)?.[1] ?? 'before';
      if (shown instanceof OicError) throw shown;
      return shown;
    },
    patienceMs,
    lookAt: 'FLOW on dev',
    command: "oic show dev 'FLOW'",
  };
  const clock = {
    now: () => time,
    sleep: async (ms: number) => {
      time += ms;
    },
    note: (line: string) => said.push(line),
    endsAt,
  };
  const error = await settle(write, clock).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, sent, looked, said, endedAt: time };
};

describe('a write that is done', () => {
  test.each<[string, Told, sent: number, withinMs: number]>([
    ['and shown', { answers: ['done'], sights: [[0, 'done']] }, 1, 0],
    ['and shown a little later', { answers: ['done'], sights: [[9_000, 'done']] }, 1, 20_000],
    ['in the background', { answers: ['goes-on'], sights: [[100_000, 'done']] }, 1, 115_000],
    ['although what is shown does not tell', { answers: ['done'], sights: [[0, 'unclear']] }, 1, 0],
    ['although its answer was lost', { answers: [LOST], sights: [[0, 'done']] }, 1, 0],
    ['a second after a time-out', { answers: [LOST], sights: [[1_000, 'done']] }, 1, 2_000],
    ['twelve seconds after a time-out', { answers: [LOST], sights: [[12_000, 'done']] }, 1, 20_000],
    ['when the patience ends', { answers: [LOST], sights: [[180_000, 'done']] }, 1, 180_000],
    [
      'on the way for longer than it is shown late',
      {
        answers: ['done'],
        sights: [
          [0, 'moving'],
          [90_000, 'done'],
        ],
      },
      1,
      105_000,
    ],
    [
      'while the instance is away',
      {
        answers: [LOST],
        sights: [
          [0, AWAY],
          [60_000, 'done'],
        ],
      },
      1,
      75_000,
    ],
    ['although a second one of it was refused', { answers: [REFUSED], sights: [[0, 'done']] }, 1, 0],
    [
      'at the second try, for the first never came',
      {
        answers: [LOST, 'done'],
        sights: [
          [180_001, 'done'],
          [0, 'before'],
        ].toReversed() as never,
      },
      2,
      205_000,
    ],
    [
      'after it was put off',
      {
        answers: [PUT_OFF, 'done'],
        sights: [
          [0, 'before'],
          [2_000, 'done'],
        ],
      },
      2,
      2_000,
    ],
  ])('%s, is done', async (_, told, sent, withinMs) => {
    const ended = await run(told);

    expect(ended.error).toBeUndefined();
    expect(ended.sent).toHaveLength(sent);
    expect(ended.endedAt).toBeLessThanOrEqual(withinMs);
  });
});

describe('a write that is not done', () => {
  test('is told in the words it was refused with, and looked at once', async () => {
    const ended = await run({ answers: [REFUSED], sights: [] });

    expect(ended).toMatchObject({ error: REFUSED, sent: [0], looked: [0] });
  });

  test.each<[string, Told, message: RegExp, sent: number]>([
    [
      'that was answered as done',
      { answers: ['done'], sights: [] },
      /^replacing FLOW on dev is said to be done, but 20 s later FLOW on dev was as before$/,
      1,
    ],
    ['that was to go on', { answers: ['goes-on'], sights: [] }, /is said to go on, but 180 s later/, 1],
    [
      'whose answers were lost',
      { answers: [LOST, LOST], sights: [] },
      /unavailable \(sent 2 times\), but 180 s later FLOW on dev was as before/,
      2,
    ],
  ])('%s, is told as not done', async (_, told, message, sent) => {
    const ended = await run(told);

    expect(ended.error).toBeInstanceOf(NotDone);
    expect((ended.error as Error).message).toMatch(message);
    expect(ended.sent).toHaveLength(sent);
  });

  test('is sent again only when its patience is over', async () => {
    expect((await run({ answers: [LOST, 'done'], sights: [[180_001, 'done']] })).sent).toEqual([0, 180_000]);
  });

  test('is not sent again when that was refused, and is told so', async () => {
    const refusal = errorOf('unauthorized', { status: 401 });
    expect(await run({ answers: [refusal], sights: [] })).toMatchObject({ error: refusal, looked: [] });
  });

  test('stops being put off', async () => {
    expect(await run({ answers: [PUT_OFF, PUT_OFF, PUT_OFF, 'done'], sights: [] })).toMatchObject({
      error: PUT_OFF,
      sent: [0, 2_000, 4_000],
    });
  });
});

describe('a write of which it is not known', () => {
  test.each<[string, Told, read: RegExp, sent: number]>([
    [
      'because the instance could not be read any more',
      { answers: [LOST], sights: [[5_000, AWAY]] },
      /180 s later FLOW on dev could not be read \(.*timeout\)/,
      1,
    ],
    ['because time was up', { answers: [LOST], sights: [], endsAt: 30_000 }, /30 s later FLOW on dev was as before/, 1],
    [
      'because it goes on for ever',
      { answers: ['goes-on'], sights: [[0, 'moving']] },
      /180 s later FLOW on dev was still changing/,
      1,
    ],
    [
      'because there is something else',
      { answers: [LOST, LOST], sights: [[0, 'unclear']] },
      /neither as before nor as it was to be/,
      2,
    ],
  ])('%s, says what was sent and read, and where to look', async (_, told, read, sent) => {
    const ended = await run(told);

    expect(ended.error).toBeInstanceOf(NotKnown);
    const { message, unknown } = ended.error as NotKnown;
    expect(message).toMatch(/replacing FLOW on dev.* is not known: .*`oic show dev 'FLOW'`$/);
    expect(unknown).toMatchObject({ lookAt: 'FLOW on dev', command: "oic show dev 'FLOW'", sent: expect.any(String) });
    expect(unknown.read).toMatch(read);
    expect(ended.sent).toHaveLength(sent);
  });
});

test('whoever waits hears of it every half minute, and the instance is not asked often', async () => {
  const ended = await run({
    answers: [LOST],
    sights: [
      [0, 'before'],
      [170_000, 'done'],
    ],
  });

  expect(ended.said.length).toBeGreaterThanOrEqual(4);
  expect(ended.said.length).toBeLessThanOrEqual(6);
  expect(ended.said[0]).toMatch(
    /^replacing FLOW on dev: its answer was lost, and it may yet be done; FLOW on dev has been read for \d+ s/,
  );
  expect(ended.looked.length).toBeLessThan(25);
});
