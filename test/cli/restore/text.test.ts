import { expect, test } from 'vitest';
import { leftLine, reportLines } from '../../../functions/cli/restore/text.ts';
import type { RestoreReport } from '../../../functions/jobs/restore/restore-options.ts';

test('a connection that a person has to see to is told once: with the reason, what it lacks, and what to copy', () => {
  const report: RestoreReport = {
    from: 'prod',
    to: 'dr',
    snapshot: '2026-11-23T04-15-00Z',
    dryRun: false,
    plan: [],
    cycles: [],
    requests: 0,
    created: 0,
    replaced: 0,
    activated: 0,
    scheduled: 0,
    skipped: 0,
    deleted: 0,
    failures: [
      { id: 'CRM', step: 'connect', message: 'connection CRM is DRAFT on dr' },
      { id: 'A|01.00.0000', step: 'activate', message: 'A|01.00.0000 was not activated' },
    ],
    copies: [],
    left: [],
    byHand: ['CRM', 'ERP', 'FTP'].map((id) => ({
      kind: 'connections',
      id,
      name: id,
      todo: 'give it its settings',
      values: { role: `of ${id}` },
    })),
    kinds: {},
    connections: [
      { id: 'ERP', missing: ['password'], problem: 'it was not touched, for it is locked by ann', template: {} },
      { id: 'HCM', missing: [], problem: 'no route to host', template: {} },
    ],
  };

  expect(reportLines(report, './vault').slice(0, -1)).toEqual([
    'connect  a person has to see to ERP: it was not touched, for it is locked by ann (without a value: password)',
    '           role: of ERP',
    'connect  a person has to see to HCM: no route to host',
    'by hand  connection FTP: give it its settings',
    '           role: of FTP',
    'FAILED   connection CRM is DRAFT on dr',
    '           role: of CRM',
    'FAILED   A|01.00.0000 was not activated',
  ]);
});

test('what an interruption has left is named, whether it is to be activated or only its schedule to be started', () => {
  const left = [
    { id: 'A|01.00.0000', phase: 'activating', does: 'activate' },
    { id: 'A|01.00.0000', phase: 'starting schedules', does: 'schedule' },
    { id: 'B|01.00.0000', phase: 'starting schedules', does: 'schedule' },
  ] as const;

  expect(leftLine({ left, to: 'dr' }, '`oic restore`')).toBe(
    '2 items left; not activated yet on dr: A|01.00.0000; not seen to yet on dr: B|01.00.0000; `oic restore` goes on',
  );
  expect(leftLine({ left: [], to: 'dr' }, '`oic restore`')).toBeUndefined();
});
