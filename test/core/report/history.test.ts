/** What many snapshots tell together. */

import { expect, test } from 'vitest';
import { createHistory, type SnapshotHistory } from '../../../functions/core/report/history.ts';
import type { Manifest, SnapshotIntegration } from '../../../functions/core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { createRandom } from '../../simulator/random.ts';
import { forgeNights, integrationAt } from './nights.ts';

const historyOf = (manifests: readonly Manifest[]): SnapshotHistory => {
  const builder = createHistory(ALL_KINDS);
  for (const manifest of manifests) builder.add(manifest);
  return builder.history();
};

const one = integrationAt(1, new Date('2026-09-01T00:00:00Z'), createRandom(1));

/** One night after the other, each with these integrations. */
const nightsOf = (...nights: readonly (readonly SnapshotIntegration[])[]): Manifest[] =>
  forgeNights({ integrations: 0, nights: nights.length, seed: 1 }).map((manifest, index) => ({
    ...manifest,
    integrations: [...(nights[index] ?? [])],
  }));

const withContent = (contentSha256: string): SnapshotIntegration => ({
  ...one,
  lastUpdatedBy: 'maria',
  archive: one.archive && { ...one.archive, contentSha256 },
});

test('each snapshot is a point, and each difference an event of its integration', () => {
  const active = { ...one, status: 'ACTIVATED', schedule: 'started' as const };
  const paused = { ...one, status: 'CONFIGURED', schedule: 'stopped' as const };
  const { points, events, newest, before } = historyOf(nightsOf([], [active], [paused], [paused], []));

  expect(points.map(({ added, removed, changed, integrations }) => [integrations, added, removed, changed])).toEqual([
    [0, 0, 0, 0],
    [1, 1, 0, 0],
    [1, 0, 0, 1],
    [1, 0, 0, 0],
    [0, 0, 1, 0],
  ]);
  expect(events.get(one.id)?.map(({ at, words }) => [at, words])).toEqual([
    [1, 'added'],
    [2, 'status Activated → Configured, schedule started → stopped'],
    [4, 'removed'],
  ]);
  expect([newest?.snapshot, before?.snapshot]).toEqual([points[4]?.snapshot, points[3]?.snapshot]);
});

test('the first snapshot alone changes nothing', () => {
  const { points, changes, before } = historyOf(nightsOf([one]));

  expect(points).toHaveLength(1);
  expect([changes, before]).toEqual([undefined, undefined]);
});

test('a change that falls into a night without an archive is told when the archive is there again', () => {
  const missing = { ...one, archive: null };
  const { events } = historyOf(nightsOf([withContent('a'.repeat(64))], [missing], [withContent('b'.repeat(64))]));

  expect(events.get(one.id)).toEqual([{ at: 2, words: 'content', by: 'maria' }]);
});

test('an archive that is there again as it was is no change', () => {
  const missing = { ...one, archive: null };
  const { events, changes } = historyOf(
    nightsOf([withContent('a'.repeat(64))], [missing], [withContent('a'.repeat(64))]),
  );

  expect(events.size).toBe(0);
  expect(changes?.contentUnknown).toEqual([]);
});

test('over a hundred nights events and points agree (seed 11)', () => {
  const nights = forgeNights({ integrations: 200, nights: 100, seed: 11 });
  const { points, events } = historyOf(nights);
  const told = [...events.values()].flat();

  expect(told.length).toBeGreaterThan(100);
  expect(told).toHaveLength(points.reduce((sum, { added, removed, changed }) => sum + added + removed + changed, 0));
  for (const each of events.values())
    expect(each.map(({ at }) => at)).toEqual(each.map(({ at }) => at).toSorted((a, b) => a - b));
});
