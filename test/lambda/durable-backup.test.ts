/** The backup as AWS runs it: the handler itself, under the official local runner of durable executions. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../functions/backup.ts';
import { scrubKey } from '../../functions/core/keys.ts';
import { formatScrubState, nameOfVersion } from '../../functions/core/snapshot/scrub.ts';
import { openWorkshop, type Workshop } from '../jobs/workshop.ts';
import { refuseFrom } from '../oic/simulated.ts';
import { rounds } from '../rounds.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { documentedEvent } from './documented-event.ts';
import { type FunctionHere, openFunctionHere } from './function-here.ts';

beforeAll(() => LocalDurableTestRunner.setupTestEnvironment());
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

let workshop: Workshop;
let simulator: Simulator;
let here: FunctionHere;
beforeEach(async () => {
  [workshop, simulator] = await Promise.all([openWorkshop(), startSimulator()]);
  here = await openFunctionHere('dev', simulator, { backup: {} }, { OIC_VAULT: workshop.directory });
});
afterEach(async () => {
  await Promise.all([here.close(), simulator.close(), workshop.close()]);
});

const lastUpdated = new Date('2026-09-17T19:23:49.887Z');
/** Their listing alone is too large for a checkpoint. */
const MANY = rounds(300, 3_000);
const LONG = ', which has a long name'.repeat(45);
const addIntegrations = (count: number): void => {
  for (let n = 0; n < count; n++) {
    const code = `FLOW_${String(n).padStart(5, '0')}`;
    simulator.instance.add(
      buildSampleArchive({ code, version: '01.00.0000', name: `The flow with number ${n}${LONG}` }),
      {
        lastUpdated,
        lastUpdatedBy: 'anna.integrator@example.com',
      },
    );
  }
};

const run = async (payload: object = {}) => {
  const runner = new LocalDurableTestRunner({ handlerFunction: handler });
  const execution = await runner.run({ payload });
  const results = execution.getOperations().map((operation) => operation.getOperationData()?.StepDetails?.Result ?? '');
  return { execution, results };
};
const exportsSeen = (): number => simulator.requests.filter(({ kind }) => kind === 'export').length;

test('takes a snapshot, answers with its counts and prints one set of metrics', async () => {
  addIntegrations(3);

  const { execution } = await run();

  expect(execution.getStatus()).toBe('SUCCEEDED');
  expect(execution.getResult()).toEqual({
    snapshot: expect.stringMatching(/^\d{4}-/),
    complete: true,
    integrations: 3,
    exported: 3,
    unchanged: 0,
    others: expect.objectContaining({ unchanged: 0 }),
    failures: 0,
    warnings: 0,
    report: expect.stringMatching(/^reports\/dev\/.*Z\.html$/),
  });
  expect(here.metrics()).toEqual([
    expect.objectContaining({
      service: 'oic-lifecycle',
      instance: 'dev',
      BackupSucceeded: 1,
      Integrations: 3,
      Exported: 3,
    }),
  ]);
  expect(await workshop.vault.listSnapshots('dev')).toHaveLength(1);
});

test('exports again what a scrub found damaged', async () => {
  addIntegrations(3);
  const { execution } = await run();
  const { snapshot } = execution.getResult() as { snapshot: string };
  const { integrations } = await workshop.vault.getSnapshot('dev', snapshot);
  const archive = integrations.find(({ code }) => code === 'FLOW_00001')?.archive;
  if (!archive) throw new Error('it has no archive');
  const state = { readAt: new Map(), damaged: new Map([[nameOfVersion(archive), 'its bytes are others']]) };
  await workshop.vault.putAt(scrubKey('dev'), Buffer.from(formatScrubState(state)));

  expect((await run()).execution.getResult()).toMatchObject({ complete: true, exported: 1, unchanged: 2 });
});

test('every line of the log names the instance and the run', async () => {
  addIntegrations(2);

  await run();

  const said = here.lines().filter((line) => !('_aws' in line));
  const messages = said.map(({ message }) => message);
  expect([messages[0], ...messages.slice(-2)]).toEqual(['Listed', 'Backup finished', 'Report written']);
  // The other kinds are listed beside the exports.
  expect(messages.slice(1, -2).sort()).toEqual(['Exported', 'Exported', 'Listed the other kinds']);
  const [{ run: theRun }] = said as [{ run: string }];
  expect(theRun).toMatch(/^[\w-]+$/);
  for (const line of said) expect(line).toMatchObject({ service: 'oic-lifecycle', instance: 'dev', run: theRun });
  const exported = said.filter(({ message }) => message === 'Exported').map(({ integration }) => integration);
  expect(exported.sort()).toEqual(['FLOW_00000|01.00.0000', 'FLOW_00001|01.00.0000']);
});

test('tells of its snapshot on EventBridge, and is as complete when nobody hears it', async () => {
  addIntegrations(1);
  await run();
  expect(here.events).toMatchObject([{ kind: 'Snapshot', detail: { state: 'complete', exported: 1 } }]);
  expect(Object.keys(here.events[0]?.detail ?? {}).sort()).toEqual(Object.keys(documentedEvent('Snapshot')).sort());

  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', 'http://127.0.0.1:9');
  const { execution } = await run();

  expect(execution.getStatus()).toBe('SUCCEEDED');
  expect(here.lines()).toContainEqual(
    expect.objectContaining({
      level: 'WARN',
      message: expect.stringContaining('the event Snapshot of dev was not sent'),
    }),
  );
});

test('calls people on the page as its settings do', async () => {
  addIntegrations(1);
  const settings = JSON.parse(process.env.OIC_SETTINGS ?? '');
  const people = { 'anna.integrator@example.com': 'Anna' };
  vi.stubEnv('OIC_SETTINGS', JSON.stringify({ ...settings, people }));

  await run();

  const page = await readFile(join(workshop.directory, 'reports', 'dev', 'latest.html'), 'utf8');
  expect(page).toContain('<small>Anna</small>');
});

test('writes the page once, in a step, and says its key in the log', async () => {
  addIntegrations(2);

  const { execution } = await run();

  const { snapshot } = execution.getResult() as { snapshot: string };
  const names = execution.getOperations().map((operation) => operation.getName());
  expect(names.filter((name) => name === 'write the report')).toHaveLength(1);
  expect(here.lines()).toContainEqual(
    expect.objectContaining({ key: `reports/dev/${snapshot}.html`, latestKey: 'reports/dev/latest.html' }),
  );
  expect(await workshop.files()).toEqual(
    expect.arrayContaining([`reports/dev/${snapshot}.html`, 'reports/dev/latest.html']),
  );
});

test('a page that cannot be written is a warning in the log; the backup is complete', async () => {
  addIntegrations(2);
  await writeFile(join(workshop.directory, 'reports'), 'a file where the pages belong');

  const { execution } = await run();

  expect(execution.getResult()).toMatchObject({ complete: true, failures: 0, report: null });
  expect(here.lines()).toContainEqual(
    expect.objectContaining({ level: 'WARN', message: expect.stringContaining('the report was not written: ') }),
  );
  expect(here.metrics()).toEqual([expect.objectContaining({ BackupSucceeded: 1 })]);
});

test(`${MANY} integrations are far fewer than 2,500 operations, each result below what a checkpoint takes`, async () => {
  addIntegrations(MANY);

  const { execution, results } = await run();

  expect(execution.getResult()).toMatchObject({ complete: true, integrations: MANY, exported: MANY });
  // 170 for 3,000.
  expect(execution.getOperations().length).toBeLessThan(20 + MANY / 20);
  for (const result of results) expect(Buffer.byteLength(result)).toBeLessThan(256_000);
  expect(exportsSeen()).toBe(MANY);
  // The listing alone would have been too large; it lies in the vault.
  expect((await workshop.files()).filter((file) => file.startsWith('runs/dev/'))).toHaveLength(1);
}, 180_000);

test('two executions of one tick of the schedule are one snapshot', async () => {
  addIntegrations(2);
  const scheduledTime = '2026-11-23T04:15:00Z';

  await run({ scheduledTime });
  const second = await run({ scheduledTime });

  expect(second.execution.getResult()).toEqual({ skipped: `another run has the tick of ${scheduledTime}` });
  expect(await workshop.vault.listSnapshots('dev')).toHaveLength(1);
  expect(here.metrics()).toHaveLength(1);
  const next = await run({ scheduledTime: '2026-11-24T04:15:00Z' });
  expect(next.execution.getResult()).toMatchObject({ exported: 0, unchanged: 2 });
});

test.each([
  ['one that can do nothing', { match: { kind: 'list' as const }, answer: { status: 400, body: 'oracle' as const } }],
  ['an incomplete one', { match: { kind: 'export' as const, id: 'FLOW_00001|01.00.0000' }, answer: { status: 403 } }],
])('a scheduled run that failed (%s) runs when its event is sent again', async (_, fault) => {
  addIntegrations(2);
  const scheduledTime = '2026-11-23T04:15:00Z';
  const mend = simulator.faults.add(fault);
  expect((await run({ scheduledTime })).execution.getStatus()).toBe('FAILED');
  mend();

  const again = await run({ scheduledTime });

  expect(again.execution.getResult()).toMatchObject({ complete: true, integrations: 2 });
  expect((await run({ scheduledTime })).execution.getResult()).toEqual({
    skipped: `another run has the tick of ${scheduledTime}`,
  });
});

test('an integration that fails makes the snapshot incomplete: written, counted, and thrown once', async () => {
  addIntegrations(2);
  simulator.faults.add({ match: { kind: 'export', id: 'FLOW_00001|01.00.0000' }, answer: { status: 403 } });

  const { execution } = await run();

  expect(execution.getStatus()).toBe('FAILED');
  expect(execution.getError().errorMessage).toMatch(
    /^snapshot .* of dev is incomplete, 1 failed: exporting FLOW_00001/,
  );
  expect(here.metrics()).toEqual([expect.objectContaining({ SnapshotIncomplete: 1, ExportFailed: 1 })]);
  expect(here.lines()).toContainEqual(
    expect.objectContaining({ level: 'ERROR', integration: 'FLOW_00001|01.00.0000' }),
  );
});

test('more than half that is gone is a snapshot, and a metric for an alarm', async () => {
  addIntegrations(4);
  await run();
  here.printed.splice(0);
  for (const { id } of simulator.instance.list().slice(1)) simulator.instance.remove(id);

  const { execution } = await run();

  expect(execution.getStatus()).toBe('SUCCEEDED');
  expect(here.metrics()).toEqual([expect.objectContaining({ BackupSucceeded: 1, SuddenLoss: 1, Integrations: 1 })]);
});

test('a run that can do nothing leaves no snapshot, and says so by metric, log and error', async () => {
  addIntegrations(60);
  refuseFrom(simulator, { kind: 'export' });

  const { execution } = await run();

  expect(execution.getStatus()).toBe('FAILED');
  expect(execution.getError().errorMessage).toMatch(/check clientId/);
  expect(here.metrics()).toEqual([expect.objectContaining({ BackupFailed: 1 })]);
  expect(await workshop.vault.listSnapshots('dev')).toEqual([]);
  // The batches that had not begun when the first failed did not ask.
  expect(exportsSeen()).toBeLessThan(60);
});

test('an event of another shape is refused', async () => {
  const { execution } = await run({ fulll: true });

  expect(execution.getStatus()).toBe('FAILED');
  expect(execution.getError().errorMessage).toMatch(/^the event of a backup is \{\}/);
});
