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
import type { Manifest, SnapshotIntegration } from '../../../functions/core/snapshot/manifest.ts';
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
const knownOf = (changes: Partial<Known> = {}): Known => ({
  lastUpdated: MONDAY,
  archive: archiveOf('v1'),
  mayHaveParameters: true,
  ...changes,
});
const listed = (changes: Partial<Integration> = {}): Integration => thereOf({ lastUpdated: MONDAY, ...changes });

interface Case {
  readonly integration?: Partial<Integration>;
  readonly known?: Known | undefined;
  readonly isStored?: boolean;
  readonly full?: boolean;
}
const planOf = ({ integration = {}, known, isStored = true, full = false }: Case) =>
  planBackup([listed(integration)], new Map(known ? [[ID, known]] : []), () => isStored, full)[0];

describe('an integration', () => {
  const known = knownOf();
  test.each<[string, Case, string, RegExp]>([
    ['that no snapshot has', {}, 'export', /not in an earlier snapshot/],
    ['that was not saved since', { known }, 'reuse', /not updated since 2026-09-14/],
    ['that was saved', { known, integration: { lastUpdated: TUESDAY } }, 'export', /updated 2026-09-15/],
    ['whose time is not told', { known, integration: { lastUpdated: undefined } }, 'export', /at a time not told/],
    ['whose time is told now', { known: knownOf({ lastUpdated: undefined }) }, 'export', /updated 2026-09-14/],
    [
      'whose time was never told',
      { known: knownOf({ lastUpdated: undefined }), integration: { lastUpdated: undefined } },
      'export',
      /at a time not told/,
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

    expect(planBackup(two, new Map([[ID, known]]), () => true, false).map((step) => step.do)).toEqual([
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
  const manifestOf = (...integrations: SnapshotIntegration[]): Manifest => ({
    formatVersion: 1,
    instance: 'dev',
    snapshot: 's',
    startedAt: MONDAY,
    finishedAt: MONDAY,
    complete: true,
    integrations,
    failures: [],
    warnings: [],
  });

  test('is the newest archive of each, with the time it was taken at', () => {
    const newest = manifestOf(entry({ archive: archiveOf('v2'), lastUpdated: TUESDAY }));

    expect(knownArchives([newest, manifestOf(entry({}))]).get(ID)).toMatchObject({
      lastUpdated: TUESDAY,
      archive: { versionId: 'v2' },
    });
  });

  test('is the one before where the newest snapshot has none', () => {
    const failed = manifestOf(entry({ archive: null, lastUpdated: TUESDAY }));

    expect(knownArchives([failed, manifestOf(entry({}))]).get(ID)).toMatchObject({
      lastUpdated: MONDAY,
      archive: { versionId: 'v1' },
    });
    expect(knownArchives([failed]).size).toBe(0);
  });

  test.each([
    [undefined, true],
    [[{ name: 'since', value: '1' }], true],
    [[], false],
  ])('of schedules with the parameters %j is that they may have some: %s', (scheduleParameters, may) => {
    expect(knownArchives([manifestOf(entry({ scheduleParameters }))]).get(ID)?.mayHaveParameters).toBe(may);
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
