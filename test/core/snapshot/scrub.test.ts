import { describe, expect, test } from 'vitest';
import { parseShare } from '../../../functions/core/share.ts';
import {
  afterReading,
  chooseShare,
  formatScrubState,
  nameOfVersion,
  parseScrubState,
  type ScrubState,
} from '../../../functions/core/snapshot/scrub.ts';

const NEVER: ScrubState = { readAt: new Map(), damaged: new Map() };
const versions = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `k${n}`, versionId: 'v' }));

test.each<readonly [string, number | undefined]>([
  ['1/30', 1 / 30],
  ['1/1', 1],
  ['1', 1],
  ['0.25', 0.25],
  ['.5', 0.5],
  ['0', undefined],
  ['2', undefined],
  ['3/2', undefined],
  ['1/0', undefined],
  ['0/3', undefined],
  ['-1/3', undefined],
  ['a third', undefined],
  ['', undefined],
])('the share %j is %j', (text, share) => {
  expect(parseShare(text)).toBe(share);
});

describe('what is read back tonight', () => {
  test.each([
    [60, 30],
    [61, 30],
    [1, 30],
    [3_000, 7],
  ])('of %i versions all within %i nights, each once before any is read again', (count, nights) => {
    const all = versions(count);
    let state = NEVER;
    const read = new Set<string>();
    for (let night = 1; night <= nights && read.size < count; night++) {
      const chosen = chooseShare(all, state, 1 / nights, night);
      expect(chosen.length).toBe(Math.ceil(count / nights));
      for (const version of chosen) read.add(nameOfVersion(version));
      state = afterReading(
        state,
        all,
        chosen.map((version) => ({ ...version, problem: undefined })),
        night,
      );
    }
    expect(read.size).toBe(count);
  });

  test('begins with what is new, and takes a time that lies ahead for none', () => {
    const [old, ahead, fresh] = versions(3);
    const state = {
      ...NEVER,
      readAt: new Map([
        ['k0\nv', 5],
        ['k1\nv', 99],
      ]),
    };

    expect(
      chooseShare(
        [old, ahead, fresh].filter((one) => one !== undefined),
        state,
        0.6,
        10,
      ),
    ).toEqual([ahead, fresh]);
  });

  test('is nothing of nothing', () => {
    expect(chooseShare([], NEVER, 1, 1)).toEqual([]);
  });
});

describe('what is remembered', () => {
  const [one = { key: '', versionId: '' }, two = { key: '', versionId: '' }] = versions(2);

  test('is what was found, until the version is read whole or no snapshot names it', () => {
    const found = afterReading(
      NEVER,
      [one, two],
      [
        { ...one, problem: 'rot' },
        { ...two, problem: 'rot' },
      ],
      1,
    );
    expect([...found.damaged.keys()]).toEqual([nameOfVersion(one), nameOfVersion(two)]);

    const later = afterReading(found, [one], [{ ...one, problem: undefined }], 2);
    expect(later).toEqual({ readAt: new Map([[nameOfVersion(one), 2]]), damaged: new Map() });
  });

  test('is read as it was written, and is nothing when it cannot be read', () => {
    const state = afterReading(NEVER, [one], [{ ...one, problem: 'rot' }], 7);

    expect(parseScrubState(formatScrubState(state))).toEqual(state);
    for (const text of ['', 'no json', '{}', '{"formatVersion":2}', '[]']) expect(parseScrubState(text)).toEqual(NEVER);
  });
});
