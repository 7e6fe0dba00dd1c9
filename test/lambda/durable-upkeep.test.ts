/** The nightly scrub and the weekly rehearsal as AWS runs them: the handlers, under the official local runner of durable executions. */
import { writeFile } from 'node:fs/promises';
import type { DurableLambdaHandler } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { handler as rehearse } from '../../functions/rehearsal.ts';
import { handler as scrub } from '../../functions/scrub.ts';
import { openWorkshop, type Workshop } from '../jobs/workshop.ts';
import { connectTo } from '../oic/simulated.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { storedFile } from '../store/stored-file.ts';
import { documentedEvent } from './documented-event.ts';
import { type FunctionHere, openFunctionHere } from './function-here.ts';

const KEY = 'integrations/dev/FLOW_1/01.00.0000.iar';

let workshop: Workshop;
let source: Simulator;
let here: FunctionHere;
beforeAll(() => LocalDurableTestRunner.setupTestEnvironment());
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());
beforeEach(async () => {
  [workshop, source] = await Promise.all([openWorkshop(), startSimulator()]);
  for (let n = 0; n < 3; n++) {
    source.instance.add(buildSampleArchive({ code: `FLOW_${n}`, version: '01.00.0000' }), { status: 'ACTIVATED' });
  }
  const oic = connectTo(source);
  await workshop.backUp(oic);
  await oic.close();
  here = await openFunctionHere('dev', source, {}, { OIC_VAULT: workshop.directory, OIC_INSTANCE: 'dev' });
});
afterEach(async () => {
  await Promise.all([here.close(), source.close(), workshop.close()]);
});

const run = (handler: DurableLambdaHandler, payload: object = {}) =>
  new LocalDurableTestRunner({ handlerFunction: handler }).run({ payload });
const damage = async (): Promise<void> => {
  await writeFile(await storedFile(workshop.directory, KEY), 'rotten');
};

test('a scrub of what is whole ends in its counts, its metrics and its event', async () => {
  const execution = await run(scrub, { share: '1', scheduledTime: '2026-11-23T02:00:00Z' });

  expect(execution.getResult()).toMatchObject({ checked: 3, versions: 3, damaged: 0, healed: 0, missing: 0 });
  expect(here.metrics()).toEqual([expect.objectContaining({ instance: 'dev', ScrubChecked: 3, ScrubDamaged: 0 })]);
  expect(here.events).toMatchObject([{ kind: 'Scrub', detail: { state: 'done', checked: 3 } }]);
  expect(Object.keys(here.events[0]?.detail ?? {}).sort()).toEqual(Object.keys(documentedEvent('Scrub')).sort());
});

test('a scrub names what is damaged, and counts it for the alarm; once a newer snapshot holds it whole it is healed', async () => {
  await damage();
  const found = await run(scrub, { share: '1' });
  expect(found.getResult()).toMatchObject({ damaged: 1, healed: 0 });
  expect(here.metrics()).toEqual([expect.objectContaining({ ScrubDamaged: 1 })]);
  expect(here.lines()).toContainEqual(
    expect.objectContaining({ message: 'Damaged', integration: 'FLOW_1|01.00.0000' }),
  );

  const oic = connectTo(source);
  await workshop.backUp(oic);
  await oic.close();

  expect((await run(scrub, { share: '1' })).getResult()).toMatchObject({ damaged: 0, healed: 1 });
});

test('a scrub that cannot read its share is FAILED, and counted', async () => {
  expect((await run(scrub, { share: 'much' })).getStatus()).toBe('FAILED');
});

test('a rehearsal restores the newest snapshot and needs no secret', async () => {
  const asked = source.requests.length;

  const execution = await run(rehearse);

  expect(execution.getResult()).toMatchObject({ restored: 3, differences: 0 });
  expect(here.metrics()).toEqual([expect.objectContaining({ RehearsalSucceeded: 1, RehearsalDiffers: 0 })]);
  expect(here.events).toMatchObject([{ kind: 'Rehearsal', detail: { state: 'done', restored: 3 } }]);
  expect(Object.keys(here.events[0]?.detail ?? {}).sort()).toEqual(Object.keys(documentedEvent('Rehearsal')).sort());
  expect(source.requests).toHaveLength(asked);
});

test('a rehearsal of what cannot be restored as it was is FAILED, named, and counted for the alarm', async () => {
  await damage();

  const execution = await run(rehearse);

  expect(execution.getStatus()).toBe('FAILED');
  expect(here.metrics()).toEqual([expect.objectContaining({ RehearsalFailed: 1, RehearsalDiffers: 1 })]);
  expect(here.events).toMatchObject([{ detail: { state: 'failed', differences: 1 } }]);
  expect(here.lines()).toContainEqual(expect.objectContaining({ message: 'Differs', id: 'FLOW_1|01.00.0000' }));
});
