import { describe, expect, test } from 'vitest';
import type { Integration } from '../../../functions/core/integration.ts';
import {
  type Known,
  knownArchives,
  mustAskSchedule,
  planBackup,
  scheduleState,
} from '../../../functions/core/plan/plan-backup.ts';
import type { ArchiveRef } from '../../../functions/core/snapshot/archive-ref.ts';
import type { SnapshotIntegration } from '../../../functions/core/snapshot/manifest.ts';
import { thereOf } from './target-model.ts';

const MONDAY = '2026-09-14T08:00:00.000Z';
const TUESDAY = '2026-09-15T08:00:00.000Z';
const ID = 'ORDER|01.00.0000';

const archiveOf = (versionId: string): ArchiveRef => ({
  key: 'integrations/dev/ORDER/01.00.0000.iar',
  versionId,
  bytes: 1,
  sha256: 'a',
  contentSha256: 'b',
});
type KnownHere = Known<SnapshotIntegration>;
const knownOf = (changes: Partial<KnownHere> = {}): KnownHere => ({
  stamp: MONDAY,
  archive: archiveOf('v1'),
  ...changes,
});
const timeOf = ({ lastUpdated }: Pick<Integration, 'lastUpdated'>): string | undefined => lastUpdated;
const listed = (changes: Partial<Integration> = {}): Integration => thereOf({ lastUpdated: MONDAY, ...changes });

interface Case {
  readonly integration?: Partial<Integration>;
  readonly known?: KnownHere | undefined;
  readonly isStored?: boolean;
  readonly full?: boolean;
}
const planOf = ({ integration = {}, known, isStored = true, full = false }: Case) =>
  planBackup([listed(integration)], timeOf, new Map(known ? [[ID, known]] : []), () => isStored, full)[0];

describe('an item', () => {
  const known = knownOf();
  test.each<[string, Case, string, RegExp]>([
    ['that no snapshot has', {}, 'export', /not in an earlier snapshot/],
    ['that was not saved since', { known }, 'reuse', /not saved since/],
    ['that was saved', { known, integration: { lastUpdated: TUESDAY } }, 'export', /may have been saved/],
    ['whose time is not told', { known, integration: { lastUpdated: undefined } }, 'export', /may have been saved/],
    ['whose time is told now', { known: knownOf({ stamp: undefined }) }, 'export', /may have been saved/],
    [
      'whose time was never told',
      { known: knownOf({ stamp: undefined }), integration: { lastUpdated: undefined } },
      'export',
      /may have been saved/,
    ],
    ['whose archive is not the newest any more', { known, isStored: false }, 'export', /is not the newest/],
    ['of a full backup', { known, full: true }, 'export', /full backup/],
    ['that Oracle delivered', { known, integration: { isPrebuilt: true } }, 'skip', /PREBUILT/],
    ['that Oracle delivered, in a full backup', { integration: { isPrebuilt: true }, full: true }, 'skip', /PREBUILT/],
  ])('%s', (_, given, what, reason) => {
    expect(planOf(given)).toMatchObject({ do: what, reason: expect.stringMatching(reason) });
  });

  test('is compared with its last archive only while the vault has that as the newest', () => {
    expect(planOf({ known })).toMatchObject({ last: known });
    expect(planOf({ known, isStored: false })).toMatchObject({ last: undefined, former: known.archive });
    expect(planOf({})).toMatchObject({ last: undefined });
  });

  test('is planned whatever the others are, in the order of the listing', () => {
    const two = [listed({ id: 'B|01.00.0000' }), listed()];

    expect(planBackup(two, timeOf, new Map([[ID, known]]), () => true, false).map((step) => step.do)).toEqual([
      'export',
      'reuse',
    ]);
  });
});

describe('what earlier snapshots know', () => {
  const entry = (changes: Partial<SnapshotIntegration>): SnapshotIntegration => ({
    ...listed(),
    archive: archiveOf('v1'),
    schedule: null,
    ...changes,
  });
  const knownOfAll = (...entries: SnapshotIntegration[]) => knownArchives(entries, timeOf);

  test('is the newest archive of each, with the time it was taken at', () => {
    const newest = entry({ archive: archiveOf('v2'), lastUpdated: TUESDAY });

    expect(knownOfAll(newest, entry({})).get(ID)).toEqual({
      stamp: TUESDAY,
      archive: archiveOf('v2'),
      entry: newest,
    });
  });

  test('is the one before where the newest snapshot has none', () => {
    const failed = entry({ archive: null, lastUpdated: TUESDAY });

    expect(knownOfAll(failed, entry({})).get(ID)).toMatchObject({ stamp: MONDAY, archive: { versionId: 'v1' } });
    expect(knownOfAll(failed).size).toBe(0);
  });
});

describe('a schedule', () => {
  test.each<[Partial<Integration>, boolean]>([
    [{ hasSchedule: true }, true],
    [{ hasSchedule: false }, false],
    [{ hasSchedule: true, status: 'CONFIGURED' }, false],
    [{ hasSchedule: true, status: 'INPROGRESS' }, false],
    [{ hasSchedule: true, status: 'FAILEDACTIVATION' }, false],
    // It runs as soon as that has ended.
    [{ hasSchedule: true, status: 'ACTIVATION_INPROGRESS' }, true],
    [{ hasSchedule: true, status: 'DEACTIVATION_INPROGRESS' }, false],
  ])('of %j is asked for: %s', (changes, isAsked) => {
    expect(mustAskSchedule(listed(changes))).toBe(isAsked);
  });

  test.each([
    [false, undefined, null],
    [false, 'started', null],
    [true, undefined, 'stopped'],
    [true, null, null],
    [true, 'started', 'started'],
    [true, 'paused', 'paused'],
    [true, 'unknown', 'unknown'],
  ] as const)('that is defined (%s) and was told as %s counts as %s', (hasSchedule, asked, state) => {
    expect(scheduleState(listed({ hasSchedule }), asked)).toBe(state);
  });
});
