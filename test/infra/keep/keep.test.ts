/** Promise 11 and `vault.keep`, on the rules of the synthesized template, day by day over ten years. */
import { describe, expect, test } from 'vitest';
import { rounds } from '../../rounds.ts';
import { SAMPLE, synthesize } from '../synthesized.ts';
import { type History, type Kept, type Night, simulate } from './keep-simulation.ts';
import type { LifecycleRule } from './lifecycle-model.ts';

const DAYS = rounds(1_100, 3_650);
const ITEMS = 6;
const NIGHT: Night = { changed: [], failed: [], hour: 4.25 };

const rulesOf = (settings: object): readonly LifecycleRule[] => {
  const buckets = [...synthesize(settings).vault.ofType('AWS::S3::Bucket')];
  return buckets.find(([id]) => id.startsWith('VaultBucket'))?.[1].Properties.LifecycleConfiguration.Rules;
};

const KEEPS = {
  'as in the design': { retentionDays: 90, keep: { daily: 90, monthly: 24, yearly: 7 } },
  'of everything little': { retentionDays: 3, keep: { daily: 10, weekly: 6, monthly: 5, yearly: 3 } },
  'nothing but retentionDays': { retentionDays: 30, keep: {} },
};

/** The same every time: a number from 0 to 1 for each name and day. */
const chance = (name: string, day: number): number => {
  let hash = 2_166_136_261 ^ day;
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};

const someChanged = (day: number): number[] =>
  Array.from({ length: ITEMS }, (_, item) => item).filter((item) => chance(`item ${item}`, day) < 0.02 * 3 ** item);

const isBadNight = (day: number): boolean => (day >= 60 && day < 150) || day >= 220;

type Nights = (day: number) => readonly Night[];

const HISTORIES: Readonly<Record<string, Nights>> = {
  'a backup every night, now and then two, some cut off, some snapshots removed by hand': (day) => {
    const night = { ...NIGHT, changed: someChanged(day) };
    const dies = chance('dies', day);
    return [
      ...(dies < 0.03 ? [{ ...night, hour: 3, diesAfterTags: Math.floor(dies * 100) }] : []),
      ...(chance('missing', day) < 0.02 ? [] : [night]),
      ...(chance('second', day) < 0.1 ? [{ ...night, hour: 15, removes: Math.floor(chance('ago', day) * 200) }] : []),
    ];
  },
  'a schedule that is disabled after 400 days': (day) => (day < 400 ? [{ ...NIGHT, changed: someChanged(day) }] : []),
  'an instance that is taken out of the settings after 800 days': (day) =>
    day < 800 ? [{ ...NIGHT, changed: someChanged(day) }] : [],
  'ninety incomplete nights, again and again': (day) => [
    // And then even more of them.
    { ...NIGHT, changed: someChanged(day), failed: isBadNight(day % 400) ? [day % ITEMS] : [] },
  ],
  'much that is gone, in two steps, and that comes back or was meant; and another instance under the name': (day) => {
    const inCycle = day % 200;
    const gone = inCycle < 100 || inCycle >= 170 ? [] : inCycle < 110 ? [4, 5] : [2, 3, 4, 5];
    const host = day >= 450 && day < 900 ? 'two' : 'one';
    const acceptLoss = inCycle === 150 && day % 400 < 200;
    return [
      { ...NIGHT, changed: someChanged(day), failed: chance('fails', day) < 0.1 ? [1] : [], gone, host, acceptLoss },
    ];
  },
  'archives that never change and ones that change daily': () => [{ ...NIGHT, changed: [3, 4, 5] }],
};

const settingsOf = ({ retentionDays, keep }: Omit<Kept, 'lateDays'>, instances: object): object => ({
  instances,
  retentionDays,
  vault: { keep },
});

const { prod: _, ...others } = SAMPLE.instances;

const historyOf = (name: string, kept: Omit<Kept, 'lateDays'>): History => {
  const before = rulesOf(settingsOf(kept, SAMPLE.instances));
  const after = name.startsWith('an instance') ? rulesOf(settingsOf(kept, others)) : before;
  return {
    days: DAYS,
    items: ITEMS,
    nightsOf: HISTORIES[name] ?? (() => []),
    rulesOn: (day) => (day < 801 ? before : after),
  };
};

/** The most that may lie there at once: what is kept, the one that is kept whatever happens, and second ones of a day. */
const mostOf = ({ retentionDays, keep }: Omit<Kept, 'lateDays'>): number =>
  1.2 * retentionDays + (keep.daily ?? 0) + (keep.weekly ?? 0) + (keep.monthly ?? 0) + (keep.yearly ?? 0) + 10;

const [design, ...more] = Object.entries(KEEPS);

describe.each(rounds([design], [design, ...more]).flatMap((one) => (one ? [one] : [])))('with %s', (_name, kept) => {
  test.each(Object.keys(HISTORIES))(
    '%s: the newest complete snapshot is whole on every day',
    async (name) => {
      for (const lateDays of rounds([1], [0, 1])) {
        const outcome = await simulate(historyOf(name, kept), { ...kept, lateDays });

        expect(outcome).toMatchObject({ daysWithout: 0, broken: [] });
        expect(outcome.snapshots).toBeGreaterThan(300);
        expect(outcome.mostManifests).toBeLessThan(mostOf(kept));
        expect(outcome.versionsLeft).toBeLessThan(ITEMS * 2.5 * mostOf(kept));
      }
    },
    120_000,
  );
});
