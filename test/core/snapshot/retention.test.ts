import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { snapshotName } from '../../../functions/core/keys.ts';
import {
  applyRetention,
  describeSpan,
  type RetentionRules,
  rulesOfSettings,
} from '../../../functions/core/snapshot/retention.ts';

/** Complete unless marked with a `?`. */
const taken = (...names: string[]) =>
  names.map((name) => ({ snapshot: name.replace('?', ''), complete: !name.includes('?') }));

const keptBy = (rules: RetentionRules, ...names: string[]): Record<string, readonly string[]> =>
  Object.fromEntries(
    applyRetention(taken(...names), rules).kept.map(({ snapshot, reasons }) => [snapshot, [...reasons]]),
  );

const MON = '2026-11-23T04-15-00Z';

describe('the rules', () => {
  test('keep the newest of each of the last days that have one', () => {
    const kept = keptBy(
      { daily: 2 },
      '2026-11-23T23-59-59Z',
      '2026-11-23T00-00-00Z',
      '2026-11-20T12-00-00Z',
      '2026-11-20T11-59-59Z',
      '2026-11-19T12-00-00Z',
    );

    expect(kept).toEqual({
      '2026-11-23T23-59-59Z': ['newest complete snapshot', 'daily snapshot'],
      '2026-11-20T12-00-00Z': ['daily snapshot'],
    });
  });

  test.each([
    ['Sunday belongs to the week before', '2026-11-22T23-59-59Z', true],
    ['Monday begins a week', MON, false],
  ])('count ISO weeks: %s', (_, other, isAnotherWeek) => {
    expect(other in keptBy({ weekly: 2 }, '2026-11-24T04-15-00Z', other)).toBe(isAnotherWeek);
  });

  test.each([
    ['2026-12-31T00-00-00Z', '2027-01-03T00-00-00Z'],
    ['2024-12-30T00-00-00Z', '2025-01-05T00-00-00Z'],
  ])('count one week across a new year: %s and %s', (earlier, later) => {
    expect(Object.keys(keptBy({ weekly: 5 }, earlier, later))).toEqual([later]);
  });

  test('keep the newest of each month', () => {
    const names = ['2026-11-01T00-00-00Z', '2026-10-31T23-59-59Z', '2026-10-01T00-00-00Z', '2025-10-31T00-00-00Z'];

    expect(Object.keys(keptBy({ monthly: 3 }, ...names))).toEqual([names[0], names[1], names[3]]);
  });

  test('keep the newest complete one of each year', () => {
    const names = ['2027-01-01T00-00-00Z', '2026-12-31T23-59-59Z?', '2026-12-31T04-15-00Z', '2025-12-30T00-00-00Z'];

    expect(keptBy({ yearly: 2 }, ...names)).toEqual({
      '2027-01-01T00-00-00Z': ['newest complete snapshot', 'yearly snapshot'],
      '2026-12-31T04-15-00Z': ['yearly snapshot'],
    });
  });

  test('keep the last ones, also of one day and incomplete ones', () => {
    const kept = keptBy({ last: 2 }, '2026-11-23T06-00-00Z?', '2026-11-23T05-00-00Z?', MON, '2026-11-22T04-15-00Z');

    expect(kept).toEqual({
      '2026-11-23T06-00-00Z': ['one of the last 2'],
      '2026-11-23T05-00-00Z': ['one of the last 2'],
      [MON]: ['newest complete snapshot'],
    });
  });

  test('are those of the settings when these say what is to be kept', () => {
    const keep = { daily: 30, yearly: 7 };
    expect(rulesOfSettings({ retentionDays: 14, keep })).toEqual({ daily: 30, yearly: 7, within: '14d' });
    expect(rulesOfSettings({ retentionDays: 14 })).toBeUndefined();
  });

  test.each([
    ['5m', '5 months'],
    ['1y1m', '1 year, 1 month'],
    ['36h', '36 hours'],
    ['a week', undefined],
  ])('say what %s means', (within, words) => {
    expect(describeSpan(within)).toBe(words);
  });

  test('keep together what each of them keeps, with every reason', () => {
    expect(keptBy({ daily: 1, weekly: 2, monthly: 1, within: '1h' }, MON, '2026-11-20T04-15-00Z')).toEqual({
      [MON]: ['newest complete snapshot', 'daily snapshot', 'weekly snapshot', 'monthly snapshot', 'within 1h'],
      '2026-11-20T04-15-00Z': ['weekly snapshot'],
    });
  });

  test.each([
    ['36h', '2026-11-21T16-15-01Z', '2026-11-21T16-15-00Z'],
    ['14d', '2026-11-09T04-15-01Z', '2026-11-09T04-15-00Z'],
    ['3m', '2026-08-23T04-15-01Z', '2026-08-23T04-15-00Z'],
    ['1y', '2025-11-23T04-15-01Z', '2025-11-23T04-15-00Z'],
    ['1y2m3d4h', '2025-09-20T00-15-01Z', '2025-09-20T00-15-00Z'],
  ])('keep what was taken within %s before the newest', (within, inside, outside) => {
    expect(Object.keys(keptBy({ within }, MON, inside, outside))).toEqual([MON, inside]);
  });

  test('measure from the newest snapshot, be it incomplete', () => {
    expect(Object.keys(keptBy({ within: '1d' }, `${MON}?`, '2026-11-22T05-00-00Z', '2026-11-22T03-00-00Z'))).toEqual([
      MON,
      '2026-11-22T05-00-00Z',
    ]);
  });
});

describe('an incomplete snapshot', () => {
  test('does not displace a complete one of its day', () => {
    const kept = keptBy({ daily: 1 }, '2026-11-23T20-00-00Z?', MON, '2026-11-23T01-00-00Z');

    expect(kept).toEqual({ [MON]: ['newest complete snapshot', 'daily snapshot'] });
  });

  test('is kept for a day that has no complete one', () => {
    const kept = keptBy({ daily: 2 }, '2026-11-24T04-15-00Z?', '2026-11-24T01-00-00Z?', MON);

    expect(kept).toEqual({
      '2026-11-24T04-15-00Z': ['daily snapshot'],
      [MON]: ['newest complete snapshot', 'daily snapshot'],
    });
  });

  test('never leads to the loss of the newest complete one', () => {
    const kept = keptBy({ daily: 1 }, '2026-11-24T04-15-00Z?', MON, '2026-11-22T04-15-00Z');

    expect(kept).toEqual({ '2026-11-24T04-15-00Z': ['daily snapshot'], [MON]: ['newest complete snapshot'] });
  });
});

describe('rules that are refused', () => {
  test('none at all', () => {
    expect(() => applyRetention(taken(MON), {})).toThrow(/nothing was forgotten.*--keep-daily/);
  });

  test('all unclear ones, at once', () => {
    const rules = { daily: 0, weekly: Number.NaN, monthly: 1.5, within: 'a fortnight' };
    expect(() => applyRetention(taken(MON), rules)).toThrow(/keep-daily.*keep-weekly.*keep-monthly.*a fortnight/s);
  });

  test.each(['', '0d', '5', '-1d', '1h1d', '1w', 'd'])('the time "%s"', (within) => {
    expect(() => applyRetention(taken(MON), { within })).toThrow(/--keep-within/);
  });
});

describe('whatever the rules and the history', () => {
  const START = Date.UTC(2025, 0, 1);
  const history = fc.uniqueArray(
    fc.record({
      snapshot: fc.integer({ min: 0, max: 500 * 24 }).map((hours) => snapshotName(new Date(START + hours * 3_600_000))),
      complete: fc.boolean(),
    }),
    { selector: ({ snapshot }) => snapshot, maxLength: 60 },
  );
  const limit = fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined });
  const within = fc.option(fc.constantFrom('5h', '3d', '2m', '1y'), { nil: undefined });
  const rules = fc
    .record({ daily: limit, weekly: limit, monthly: limit, within })
    .filter((all) => Object.values(all).some((rule) => rule !== undefined));

  test('every snapshot is kept or forgotten, and the newest complete one is kept', () => {
    fc.assert(
      fc.property(history, rules, (snapshots, chosen) => {
        const { kept, forgotten } = applyRetention(snapshots, chosen);
        const names = kept.map(({ snapshot }) => snapshot);
        expect([...names, ...forgotten].sort()).toEqual(snapshots.map(({ snapshot }) => snapshot).sort());
        expect(kept.every(({ reasons }) => reasons.length > 0)).toBe(true);
        const newestComplete = snapshots
          .filter(({ complete }) => complete)
          .map(({ snapshot }) => snapshot)
          .sort()
          .at(-1);
        if (newestComplete !== undefined) expect(names).toContain(newestComplete);
      }),
    );
  });

  test('the same rules keep the same of what is left, wherever the forgetting was cut off', () => {
    fc.assert(
      fc.property(history, rules, fc.infiniteStream(fc.boolean()), (snapshots, chosen, coin) => {
        const first = applyRetention(snapshots, chosen);
        const gone = new Set(first.forgotten.filter(() => coin.next().value));
        const left = snapshots.filter(({ snapshot }) => !gone.has(snapshot));
        expect(applyRetention(left, chosen).kept.map(({ snapshot }) => snapshot)).toEqual(
          first.kept.map(({ snapshot }) => snapshot),
        );
      }),
    );
  });
});
