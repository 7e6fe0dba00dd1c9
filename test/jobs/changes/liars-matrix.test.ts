/**
 * Whatever an instance answers to a change, what is said of it is what is there a minute and a half later: each change in each
 * way it is made, with each lie.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rounds } from '../../rounds.ts';
import { type Change, LIES, openLiarsBench, WAYS } from './liars-bench.ts';

let bench: Awaited<ReturnType<typeof openLiarsBench>>;
beforeAll(async () => {
  bench = await openLiarsBench();
});
afterAll(() => bench.close());

const firsts = new Set<string>();
const isFirst = ({ kind, name, behaviour }: Change): boolean => {
  const what = behaviour ? name : kind;
  const isNew = !firsts.has(what);
  firsts.add(what);
  return isNew;
};
/**
 * In few rounds each kind of request in the first way that has it, and once more where the instance is another: the ways
 * differ in what is done before and after.
 */
const isMeant = rounds(isFirst, () => true);
/** In few rounds half of the lies for each change, the others for the next. */
const isTold = rounds(
  (n: number) => (n + Math.floor(n / LIES.length)) % 2 === 0,
  () => true,
);
const ways = Object.entries(WAYS)
  .map(([way, changes]) => [way, changes.filter(isMeant)] as const)
  .filter(([, changes]) => changes.length > 0);

describe.each(ways)('%s', (_, changes) => {
  const cells = changes
    .flatMap((change) => LIES.map((lie) => [change.name, lie.name, { change, lie }] as const))
    .filter((_, n) => isTold(n));

  test.each(cells)('%s: %s', async (_change, _lie, { change, lie }) => {
    const { said, isDone, isAsBefore, sent } = await bench.tell(change, lie);

    if (said.how === 'unknown') {
      const text = expect.stringMatching(/./);
      expect(said.unknown).toEqual({ sent: text, read: text, lookAt: text, command: expect.stringMatching(/^oic /) });
      // One lie alone is always found out.
      expect(lie, said.words).toMatchObject({ isToldAlways: true });
      return;
    }
    expect({ ...said, isDone }).toMatchObject({ isDone: said.how === 'done' });
    if (said.how === 'as-before') expect(isAsBefore).toBe(true);
    if (lie.isDone) expect({ ...said, sent }).toMatchObject({ sent: 1 });
  });
});
