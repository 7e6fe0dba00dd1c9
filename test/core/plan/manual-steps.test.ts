import { expect, test } from 'vitest';
import { notCoveredWork, schedulesByHand } from '../../../functions/core/plan/manual-steps.ts';
import type { Manifest, SnapshotIntegration } from '../../../functions/core/snapshot/manifest.ts';
import { NEVER_COVERED } from '../../../functions/core/snapshot/not-covered.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { thereOf } from './target-model.ts';

const integration = (code: string, changes: Partial<SnapshotIntegration>): SnapshotIntegration => ({
  ...thereOf({ name: `The ${code}` }, '01.00.0000', code),
  archive: null,
  schedule: null,
  ...changes,
});
const UNKNOWN = { schedule: null, scheduleUnknown: true } as const;

test('schedules that the snapshot does not know are left for a person, in projects too', () => {
  const integrations = [
    integration('RUNS', { schedule: 'started' }),
    integration('NONE', {}),
    integration('ASK', UNKNOWN),
  ];
  const projects = [
    {
      id: 'SHOP',
      code: 'SHOP',
      name: 'Shop',
      archive: null,
      integrations: [integration('IN', UNKNOWN), integration('OK', {})],
    },
  ];

  const work = schedulesByHand({ integrations, projects }, ALL_KINDS);

  expect(work.map(({ kind, id, name }) => ({ kind, id, name }))).toEqual([
    { kind: 'integrations', id: 'ASK|01.00.0000', name: 'The ASK' },
    { kind: 'integrations', id: 'IN|01.00.0000 in project SHOP', name: 'The IN' },
  ]);
  for (const { todo } of work) expect(todo).toMatch(/see to its schedule.*start, pause or stop it/);
});

test('what no snapshot holds is told after what this one does not, each with what to do', () => {
  const whole: Manifest = {
    formatVersion: 1,
    instance: 'dev',
    snapshot: 's',
    startedAt: '2026-09-14T08:00:00.000Z',
    finishedAt: '2026-09-14T08:00:00.000Z',
    complete: true,
    integrations: [],
    ...Object.fromEntries(ALL_KINDS.map(({ name }) => [name, []])),
    failures: [],
    warnings: [],
  };
  const { lookups: _, ...without } = whole;
  const inProjects = NEVER_COVERED.filter(({ isInContainers }) => isInContainers).map(({ what }) => what);

  expect(notCoveredWork(whole, ALL_KINDS, new Set())).toEqual([]);
  expect(notCoveredWork(whole, ALL_KINDS, new Set(['lookups']))).toEqual([]);
  expect(notCoveredWork(whole, ALL_KINDS, new Set(['projects'])).map(({ name }) => name)).toEqual(inProjects);
  const [first, ...others] = notCoveredWork(without, ALL_KINDS, new Set());
  expect(first).toMatchObject({ kind: 'notCovered', name: 'lookups', todo: expect.stringMatching(/; /), values: {} });
  expect(others).toEqual([]);
});
