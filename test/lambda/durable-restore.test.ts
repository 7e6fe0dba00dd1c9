/** The restore as AWS runs it: the handler itself, under the official local runner of durable executions. */
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { handler } from '../../functions/restore.ts';
import { createRunStore } from '../../functions/store/run-store.ts';
import { openWorkshop, type Workshop } from '../jobs/workshop.ts';
import { connectTo } from '../oic/simulated.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { documentedEvent } from './documented-event.ts';
import { type FunctionHere, openFunctionHere } from './function-here.ts';

const COUNT = 30;

let workshop: Workshop;
let target: Simulator;
let here: FunctionHere;

beforeAll(async () => {
  await LocalDurableTestRunner.setupTestEnvironment();
  workshop = await openWorkshop();
  const source = await startSimulator();
  for (let n = 0; n < COUNT; n++) {
    source.instance.add(buildSampleArchive({ code: `FLOW_${n}`, version: '01.00.0000' }), { status: 'CONFIGURED' });
  }
  const oic = connectTo(source);
  await workshop.backUp(oic);
  await oic.close();
  await source.close();
});
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment();
  await workshop.close();
});
beforeEach(async () => {
  target = await startSimulator();
  here = await openFunctionHere('dr', target, { deploy: {} }, { OIC_VAULT: workshop.directory });
});
afterEach(async () => {
  await Promise.all([here.close(), target.close()]);
});

const run = (payload: object) =>
  new LocalDurableTestRunner({ handlerFunction: handler }).run({ payload: { from: 'dev', ...payload } });
const refuseImports = () => target.faults.add({ match: { kind: 'import' }, answer: { status: 400, body: 'oracle' } });

test('a restore in which nothing failed succeeds, with its report as the answer and no alarm', async () => {
  const execution = await run({});

  expect(execution.getStatus()).toBe('SUCCEEDED');
  expect(execution.getResult()).toMatchObject({ created: COUNT, failures: [] });
  expect(here.metrics()).toEqual([]);
  expect(here.events).toMatchObject([
    { kind: 'Restore', detail: { instance: 'dr', from: 'dev', state: 'done', created: COUNT } },
  ]);
  expect(Object.keys(here.events[0]?.detail ?? {}).sort()).toEqual(Object.keys(documentedEvent('Restore')).sort());
});

test('a restore in which every import fails is FAILED, counted once, and its report is kept', async () => {
  refuseImports();

  const execution = await run({});

  expect(execution.getStatus()).toBe('FAILED');
  const { errorMessage = '' } = execution.getError();
  expect(errorMessage).toContain(`${COUNT} failed: `);
  expect(here.metrics()).toEqual([
    expect.objectContaining({ service: 'oic-lifecycle', instance: 'dr', RestoreFailed: 1 }),
  ]);
  expect(here.events).toMatchObject([{ detail: { state: 'failed', failures: COUNT, message: errorMessage } }]);
  const [, key = ''] = /`aws s3 cp \S*(runs\/dr\/\S+) - \| gunzip`/.exec(errorMessage) ?? [];
  const { versionId = '' } = (await workshop.store.head(key)) ?? {};
  const report = JSON.parse(await createRunStore(workshop.store, 'dr').read({ key, versionId })) as {
    failures: object[];
  };
  expect(report).toMatchObject({ from: 'dev', to: 'dr', created: 0 });
  expect(report.failures).toHaveLength(COUNT);
});

test('one failure of thirty is a failure too, and the same event again does what is left', async () => {
  const mend = target.faults.add({ match: { kind: 'import', id: 'FLOW_7|01.00.0000' }, answer: { status: 400 } });
  expect((await run({})).getStatus()).toBe('FAILED');
  mend();

  expect((await run({})).getResult()).toMatchObject({ created: 1, skipped: COUNT - 1, failures: [] });
});

test('a plan is an answer, whatever it says', async () => {
  refuseImports();

  const execution = await run({ dryRun: true });

  expect(execution.getResult()).toMatchObject({ dryRun: true, created: 0 });
  expect(here.metrics()).toEqual([]);
  expect(here.events).toEqual([]);
});

test('a restore that cannot begin is FAILED, and counted', async () => {
  const execution = await run({ snapshot: '2001-01-01T00-00-00Z' });

  expect(execution.getStatus()).toBe('FAILED');
  expect(here.metrics()).toEqual([expect.objectContaining({ RestoreFailed: 1 })]);
});
