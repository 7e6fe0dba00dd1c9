/** Drops of an instance with `deploy.approval`: nothing is sent before somebody has said yes to exactly these bytes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DropEvent } from '../../../functions/core/drop/drop-event.ts';
import type { ApprovalAnswer, Receipt } from '../../../functions/core/drop/receipt.ts';
import { answerApproval, noteCallback } from '../../../functions/jobs/deploy/approval.ts';
import { handleDrop } from '../../../functions/jobs/deploy/handle-drop.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { connectTo } from '../../oic/simulated.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type InstallBench, openInstallBench } from './install-bench.ts';

const KEY = 'deploy/dev/x.iar';
const DAY_MS = 86_400_000;
const APPROVED: ApprovalAnswer = { answer: 'approved', by: 'Grace Hopper' };

let bench: InstallBench;
let simulator: Simulator;
let oic: OicClient;
let now: number;
beforeEach(async () => {
  bench = await openInstallBench();
  simulator = await startSimulator({ activationMs: 5 });
  simulator.onRequest(() => {
    for (const connection of simulator.instance.connections.values()) connection.status = 'CONFIGURED';
  });
  oic = connectTo(simulator);
  now = Date.now();
});
afterEach(async () => {
  await oic.close();
  await simulator.close();
  await bench.close();
});

const archiveOf = (marker: string) => buildSampleArchive({ code: 'FLOW', version: '01.00.0000', marker });
const drop = async (bytes: Uint8Array = archiveOf('a')): Promise<DropEvent> => ({
  key: KEY,
  versionId: (await bench.store.put(KEY, bytes)).versionId,
});
const handle = async (event: DropEvent): Promise<Receipt> => {
  const services = bench.services(oic, 'dev', { retries: [1, 1] });
  const result = await handleDrop(
    { ...services, needsApproval: true, lease: { ...services.lease, now: () => now } },
    event,
  );
  if (result.kind === 'later') throw new Error(result.reason);
  return result.receipt;
};
const answer = (event: DropEvent, given: ApprovalAnswer) =>
  answerApproval(bench.dropBox.receipts('dev', event.key, event.versionId), given, now);

test('a drop waits, and its receipt says until when and how it is approved', async () => {
  const event = await drop();

  const receipt = await handle(event);

  expect(receipt).toMatchObject({
    state: 'waiting',
    id: 'FLOW|01.00.0000',
    approval: { until: new Date(now + 7 * DAY_MS).toISOString() },
  });
  expect(receipt.message).toContain(`\`oic approve dev ${KEY}@${event.versionId} --by NAME --drop-box `);
  expect(simulator.requests).toEqual([]);
});

test('its event may come as often as it likes while it waits: that is no try', async () => {
  const event = await drop();
  for (let n = 0; n < 12; n++) expect(await handle(event)).toMatchObject({ state: 'waiting', tries: 1 });
  await answer(event, APPROVED);

  expect(await handle(event)).toMatchObject({ state: 'deployed', tries: 1 });
});

test('once it is approved it is deployed, and the receipt says by whom and when', async () => {
  const event = await drop();
  await handle(event);
  now += DAY_MS;
  await answer(event, APPROVED);

  expect(await handle(event)).toMatchObject({
    state: 'deployed',
    approval: { answer: 'approved', by: 'Grace Hopper', at: new Date(now).toISOString() },
  });
  expect(simulator.instance.get('FLOW|01.00.0000')?.status).toBe('ACTIVATED');
});

test('one that is refused is rejected with who refused it and why, and nothing is sent', async () => {
  const event = await drop();
  await handle(event);
  await answer(event, { answer: 'refused', by: 'Grace Hopper', reason: 'not on a Friday' });

  expect(await handle(event)).toMatchObject({
    state: 'rejected',
    message: 'nothing was sent to dev: Grace Hopper refused it: not on a Friday',
    approval: { answer: 'refused' },
  });
  expect(simulator.requests).toEqual([]);
});

test('nobody can approve it any more once its time has run out, and then it is rejected', async () => {
  const event = await drop();
  await handle(event);
  now += 7 * DAY_MS;

  expect(await answer(event, APPROVED)).toMatchObject({ isNew: false, receipt: { state: 'waiting' } });
  expect(await handle(event)).toMatchObject({
    state: 'rejected',
    message: expect.stringContaining('nobody approved it before'),
  });
  expect(simulator.requests).toEqual([]);
});

test('the first answer counts', async () => {
  const event = await drop();
  await handle(event);
  const answers = [APPROVED, { answer: 'refused', by: 'Ada Lovelace', reason: 'no' }] as const;

  const given = await Promise.all(answers.map((one) => answer(event, one)));

  expect(given.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(new Set(given.map(({ receipt }) => receipt.approval?.by)).size).toBe(1);
});

test('what is approved are the bytes that were dropped: after a newer file at that place they are not deployed', async () => {
  const event = await drop();
  await handle(event);
  const newer = await drop(archiveOf('b'));
  await answer(event, APPROVED);

  expect(await handle(event)).toMatchObject({ state: 'superseded' });
  expect(await handle(newer)).toMatchObject({ state: 'waiting' });
  expect(simulator.instance.list()).toEqual([]);
});

test('what would be rejected anyway does not wait for anybody', async () => {
  expect(await handle(await drop(Buffer.from('no archive')))).toMatchObject({ state: 'rejected' });
});

test('where an execution waits for the answer in AWS, the receipt says how to give it without the command line', async () => {
  const event = await drop();
  await handle(event);
  const document = bench.dropBox.receipts('dev', event.key, event.versionId);

  const { receipt } = await noteCallback(document, bench.dropBox.name, 'callback-1');

  expect(receipt.approval).toMatchObject({ callbackId: 'callback-1', until: expect.any(String) });
  expect(receipt.message).toContain('aws lambda send-durable-execution-callback-success --callback-id callback-1');
});
