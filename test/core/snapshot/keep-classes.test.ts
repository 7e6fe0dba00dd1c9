import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CALENDAR_UNITS } from '../../../functions/core/snapshot/calendar.ts';
import {
  archiveDays,
  classOfUnits,
  KEEP_CLASSES,
  snapshotDays,
  unitsBetween,
} from '../../../functions/core/snapshot/keep-classes.ts';
import { lockedUntil, locksDue } from '../../../functions/core/snapshot/locks.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { rounds } from '../../rounds.ts';

const classBetween = (from: Date, to: Date) => classOfUnits(unitsBetween(from, to));

describe('what a snapshot is the last one of, by the one after it', () => {
  test.each([
    ['of nothing', '2026-11-23T04:15:00Z', '2026-11-23T23:59:59Z', 'recent'],
    ['of its day', '2026-11-23T23:59:59Z', '2026-11-24T00:00:00Z', 'day'],
    ['of its week, a Sunday', '2026-11-22T04:15:00Z', '2026-11-23T04:15:00Z', 'week'],
    ['of its month, in the midst of a week', '2026-09-30T04:15:00Z', '2026-10-01T04:15:00Z', 'month'],
    ['of its month and its week', '2026-05-31T04:15:00Z', '2026-06-01T04:15:00Z', 'month-week'],
    ['of its year, in the midst of a week', '2026-12-31T04:15:00Z', '2027-01-01T04:15:00Z', 'year'],
    ['of its year and its week', '2028-12-31T04:15:00Z', '2029-01-01T04:15:00Z', 'year-week'],
    ['of all of them, after a long silence', '2026-03-03T04:15:00Z', '2031-03-03T04:15:00Z', 'year-week'],
  ])('%s', (_, from, to, keepClass) => {
    expect(classBetween(new Date(from), new Date(to))).toBe(keepClass);
    expect(classBetween(new Date(to), new Date(from))).toBe(keepClass);
  });

  const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

  test('a class stands for exactly the units that ended, whatever the two moments', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 400 * 24 }), (from, hours) => {
        const to = new Date(from.getTime() + hours * 3_600_000);
        const keepClass = classBetween(from, to);
        const counted = CALENDAR_UNITS.filter(
          (unit) => snapshotDays(keepClass, { retentionDays: 1, keep: { [unit]: 2 } }) > 1,
        );
        expect(counted).toEqual(unitsBetween(from, to));
      }),
      { numRuns: rounds(200, 20_000) },
    );
  });

  test('what one snapshot after another ends, the first and the last end together', () => {
    fc.assert(
      fc.property(fc.array(moment, { minLength: 2, maxLength: 6 }), (moments) => {
        const inOrder = moments.toSorted((a, b) => a.getTime() - b.getTime());
        const [first = new Date(0), last = first] = [inOrder[0], inOrder.at(-1)];
        const ended = inOrder.slice(1).flatMap((to, n) => unitsBetween(inOrder[n] ?? to, to));
        expect(unitsBetween(first, last)).toEqual(expect.arrayContaining(ended));
      }),
      { numRuns: rounds(200, 20_000) },
    );
  });
});

test('an archive is there until no snapshot of its class, or of a shorter one, can be brought back', () => {
  for (const settings of [{ retentionDays: 1 }, { retentionDays: 90, keep: { daily: 7, weekly: 60, yearly: 7 } }]) {
    for (const keepClass of KEEP_CLASSES) {
      const days = snapshotDays(keepClass, settings);
      expect(days).toBeGreaterThanOrEqual(settings.retentionDays);
      expect(archiveDays(keepClass, settings)).toBeGreaterThan(days + settings.retentionDays + 1);
    }
  }
  expect(snapshotDays('of a later version', { retentionDays: 9, keep: { daily: 90 } })).toBe(9);
});

describe('the lock of an archive', () => {
  const archive = (versionId: string, until?: string) => ({
    ...{ key: `integrations/dev/${versionId}/01.00.0000.iar`, versionId, bytes: 1 },
    ...{ sha256: '0'.repeat(64), contentSha256: '0'.repeat(64) },
    ...(until !== undefined && { lockedUntil: until }),
  });
  const manifest = (...archives: ReturnType<typeof archive>[]): Manifest => ({
    ...{ formatVersion: 1, instance: 'dev', snapshot: '2026-11-20T00-00-00Z', complete: true },
    ...{ startedAt: '2026-11-20T00:00:00.000Z', finishedAt: '', failures: [], warnings: [] },
    integrations: archives.map((one) => ({
      ...{ id: `${one.versionId}|01.00.0000`, code: one.versionId, version: '01.00.0000', name: 'x' },
      ...{ status: 'ACTIVATED', schedule: null, archive: one },
      tracing: { tracing: false, payload: false, recording: false },
    })),
  });

  test.each([
    ['half of it is left', '2026-11-30T00:00:00.000Z', false],
    ['less than half is left', '2026-11-29T23:59:59.999Z', true],
    ['it is over', '2026-11-01T00:00:00.000Z', true],
    ['nobody knows', undefined, true],
  ])('is extended when %s: %s is %s', (_, until, isDue) => {
    expect(locksDue(manifest(archive('v', until)), new Set(), 20)).toHaveLength(isDue ? 1 : 0);
  });

  test('is what the bucket gave it when it was put for this snapshot, and is extended once however often it is named', () => {
    expect(locksDue(manifest(archive('new'), archive('old'), archive('old')), new Set(['new']), 20)).toEqual([
      archive('old'),
    ]);
    expect(lockedUntil(manifest(), 20)).toEqual(new Date('2026-12-10T00:00:00.000Z'));
  });
});
