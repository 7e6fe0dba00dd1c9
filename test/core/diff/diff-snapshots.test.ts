import { describe, expect, test } from 'vitest';
import { diffSnapshots, type IntegrationState, stateOfManifest } from '../../../functions/core/diff/diff-snapshots.ts';
import { integrationRef } from '../../../functions/core/integration.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';

const state = (code: string, more: Partial<IntegrationState> = {}): IntegrationState => ({
  ...integrationRef(code, '01.00.0000'),
  name: code.toLowerCase(),
  status: 'ACTIVATED',
  lastUpdated: '2026-09-17T19:23:49.887Z',
  lastUpdatedBy: 'anna',
  schedule: null,
  tracing: { tracing: false, payload: false, recording: false },
  content: { digest: 'a' },
  ...more,
});

const diff = (a: IntegrationState[], b: IntegrationState[]) => diffSnapshots({ integrations: a }, { integrations: b });

describe('the difference of two states', () => {
  test('is nothing when they are the same, in whatever order', () => {
    expect(diff([state('A'), state('B')], [state('B'), state('A')])).toEqual({
      added: [],
      removed: [],
      changed: [],
      contentUnknown: [],
      unchanged: 2,
      leftOut: [],
    });
  });

  test.each([
    ['ACTIVATION_INPROGRESS', 'ACTIVATED', undefined],
    ['DEACTIVATION_INPROGRESS', 'CONFIGURED', undefined],
    ['ACTIVATION_INPROGRESS', 'FAILEDACTIVATION', { from: 'ACTIVATION_INPROGRESS', to: 'FAILEDACTIVATION' }],
    ['ACTIVATED', 'DEACTIVATION_INPROGRESS', { from: 'ACTIVATED', to: 'DEACTIVATION_INPROGRESS' }],
  ])('takes what is under way for where it leads: %s and %s', (from, to, status) => {
    expect(diff([state('A', { status: from })], [state('A', { status: to })]).changed[0]?.status).toEqual(status);
  });

  test('is what only one of them has', () => {
    const { added, removed, unchanged } = diff(
      [state('GONE'), state('SAME')],
      [state('SAME'), state('NEW', { schedule: 'started' }), state('ALSO_NEW')],
    );

    expect(added.map(({ id }) => id)).toEqual(['ALSO_NEW|01.00.0000', 'NEW|01.00.0000']);
    expect(added[1]).toEqual({
      id: 'NEW|01.00.0000',
      name: 'new',
      status: 'ACTIVATED',
      schedule: 'started',
      lastUpdated: '2026-09-17T19:23:49.887Z',
      lastUpdatedBy: 'anna',
    });
    expect(removed.map(({ id }) => id)).toEqual(['GONE|01.00.0000']);
    expect(unchanged).toBe(1);
  });

  test.each<[string, Partial<IntegrationState>, object]>([
    ['content', { content: { digest: 'b' } }, { content: { from: 'a', to: 'b' } }],
    ['status', { status: 'CONFIGURED' }, { status: { from: 'ACTIVATED', to: 'CONFIGURED' } }],
    ['schedule', { schedule: 'stopped' }, { schedule: { from: null, to: 'stopped' } }],
    ['schedule, on hold', { schedule: 'paused' }, { schedule: { from: null, to: 'paused' } }],
    ['name', { name: 'Other' }, { name: 'Other', renamed: { from: 'a', to: 'Other' } }],
    [
      'tracing',
      { tracing: { tracing: true, payload: false, recording: false } },
      {
        tracing: {
          from: { tracing: false, payload: false, recording: false },
          to: { tracing: true, payload: false, recording: false },
        },
      },
    ],
  ])('names another %s, and nothing else', (_, change, told) => {
    const facts = { id: 'A|01.00.0000', name: 'a', lastUpdated: '2026-09-17T19:23:49.887Z', lastUpdatedBy: 'anna' };

    expect(diff([state('A')], [state('A', change)]).changed).toEqual([{ ...facts, ...told }]);
  });

  test('does not compare a schedule that one side does not know, nor parameters that one side was not asked for', () => {
    const known = state('A', { schedule: 'started', scheduleParameters: [{ name: 'since', value: '7' }] });
    const unknown = state('A', { schedule: null, scheduleUnknown: true });

    expect(diff([known], [unknown])).toMatchObject({ changed: [], unchanged: 1 });
    expect(diff([unknown], [known])).toMatchObject({ changed: [], unchanged: 1 });
  });

  test('names the parameters of a schedule that have another value, came or went', () => {
    const having = (...scheduleParameters: { name: string; value?: string }[]) =>
      state('A', { schedule: 'started', scheduleParameters });
    const [a, b] = [
      having(
        { name: 'same', value: '1' },
        { name: 'since', value: '6' },
        { name: 'gone', value: 'x' },
        { name: 'hidden' },
      ),
      having(
        { name: 'since', value: '7' },
        { name: 'same', value: '1' },
        { name: 'hidden' },
        { name: 'new', value: 'y' },
      ),
    ];

    expect(diff([a], [b]).changed).toMatchObject([
      {
        scheduleParameters: [
          { name: 'gone', from: 'x', to: '' },
          { name: 'new', from: '', to: 'y' },
          { name: 'since', from: '6', to: '7' },
        ],
      },
    ]);
  });

  test('says by whom and when, by the side that was updated last', () => {
    const older = state('A', {
      content: { digest: 'b' },
      lastUpdated: '2026-01-01T00:00:00.000Z',
      lastUpdatedBy: 'bob',
    });

    expect(diff([state('A')], [older]).changed[0]).toMatchObject({ lastUpdatedBy: 'anna' });
    expect(diff([older], [state('A')]).changed[0]).toMatchObject({ lastUpdatedBy: 'anna' });
  });

  test('does not guess content that is not known, and still tells the rest', () => {
    const unknown = state('A', { content: { unknown: 'locked by bob' }, status: 'CONFIGURED' });

    for (const [a, b] of [
      [state('A'), unknown],
      [unknown, state('A')],
    ] as const) {
      const result = diff([a], [b]);
      expect(result.contentUnknown).toEqual([{ id: 'A|01.00.0000', reason: 'locked by bob' }]);
      expect(result.changed).toHaveLength(1);
      expect(result.changed[0]).not.toHaveProperty('content');
      expect(result.unchanged).toBe(0);
    }
  });

  test('leaves alone what the settings left out of one side', () => {
    const result = diffSnapshots(
      { integrations: [state('A')], filter: { exclude: ['SCRATCH_*'] } },
      { integrations: [state('A'), state('SCRATCH_1'), state('NEW')], filter: { include: ['*'] } },
    );

    expect(result.added.map(({ id }) => id)).toEqual(['NEW|01.00.0000']);
    expect(result.leftOut).toEqual(['SCRATCH_1|01.00.0000']);
  });
});

test('an integration without an archive in a snapshot has no known content', () => {
  const ref = integrationRef('A', '01.00.0000');
  const tracing = { tracing: false, payload: false, recording: false };
  const manifest: Manifest = {
    formatVersion: 1,
    instance: 'dev',
    snapshot: '2026-11-23T04-15-00Z',
    startedAt: '2026-11-23T04:15:00.000Z',
    finishedAt: '2026-11-23T04:15:01.000Z',
    complete: false,
    integrations: [{ ...ref, name: 'A', status: 'ACTIVATED', schedule: null, tracing, archive: null }],
    failures: [],
    warnings: [],
  };

  expect(stateOfManifest(manifest, ALL_KINDS).integrations[0]?.content).toEqual({
    unknown: 'the snapshot 2026-11-23T04-15-00Z holds no archive of it',
  });
});
