/** How a drop is approved in AWS: the handler itself, under the official local runner of durable executions. */
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../functions/approval.ts';
import { parseDropEvents } from '../../functions/core/drop/drop-event.ts';
import { hasEnded, parseReceipt, type Receipt } from '../../functions/core/drop/receipt.ts';
import { holdForApproval } from '../../functions/jobs/deploy/approval.ts';
import { claimReceipt } from '../../functions/jobs/deploy/claim-receipt.ts';
import { type InstallBench, openInstallBench } from '../jobs/deploy/install-bench.ts';
import { documentedEvent } from './documented-event.ts';
import { type FakeSecrets, startFakeSecrets } from './fake-secrets.ts';

const DROP = { key: 'deploy/prod/x.iar', versionId: 'v1' };

let bench: InstallBench;
let aws: FakeSecrets;
let printed: string[];
beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());
beforeEach(async () => {
  [bench, aws] = await Promise.all([openInstallBench(), startFakeSecrets({})]);
  const env = {
    ...aws.env,
    OIC_INSTANCE: 'prod',
    OIC_DROP_BOX: bench.store.name,
    OIC_DROPS_QUEUE: 'arn:aws:sqs:eu-central-1:123456789012:drops-prod',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  printed = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all([bench.close(), aws.close()]);
});

const document = () => bench.dropBox.receipts('prod', DROP.key, DROP.versionId);
const receipt = async (): Promise<Receipt> => parseReceipt((await document().read())?.content, 'the receipt');
const hold = async (now: number): Promise<void> => {
  await claimReceipt(document(), 'prod', DROP, now);
  await holdForApproval(document(), bench.dropBox.name, 'FLOW|01.00.0000', now);
};
const run = async (answer: (waiting: ReturnType<LocalDurableTestRunner['getOperation']>) => Promise<unknown>) => {
  const runner = new LocalDurableTestRunner({ handlerFunction: handler });
  const ended = runner.run({ payload: DROP });
  await answer(runner.getOperation('approval'));
  return ended;
};
const handedOn = () => aws.sent.flatMap((body) => parseDropEvents(body, bench.store.name));

test('the receipt says how to answer, the answer stands in it, and the drop goes back into the queue', async () => {
  await hold(Date.now());

  const execution = await run(async (waiting) => {
    const { callbackId = '' } = (await waiting.waitForData()).getCallbackDetails() ?? {};
    await vi.waitFor(async () => expect((await receipt()).approval?.callbackId).toBe(callbackId));
    expect((await receipt()).message).toContain(`--callback-id ${callbackId}`);
    await waiting.sendCallbackSuccess('{"by":"Grace Hopper"}');
  });

  expect(execution.getStatus()).toBe('SUCCEEDED');
  expect(await receipt()).toMatchObject({ state: 'started', approval: { answer: 'approved', by: 'Grace Hopper' } });
  expect(handedOn()).toEqual([DROP]);
  expect(aws.events).toMatchObject([
    { kind: 'Drop', detail: { instance: 'prod', state: 'waiting', ...DROP, approval: { answer: null } } },
  ]);
  const { detail } = aws.events[0] ?? {};
  const documented = documentedEvent('Drop');
  expect(Object.keys(detail ?? {}).sort()).toEqual(Object.keys(documented).sort());
  expect(Object.keys(detail?.approval ?? {})).toEqual(Object.keys(documented.approval ?? {}));
  expect(printed.join('')).toContain('"DropsWaiting":1');
});

test.each([
  ['{"by":"Grace Hopper","refuse":"not on a Friday"}', { by: 'Grace Hopper', reason: 'not on a Friday' }],
  ['{"who":"me"}', { by: 'somebody', reason: 'the answer was not {"by": "NAME"}' }],
  ['yes', { by: 'somebody' }],
])('an answer refuses that says so, or does not say who it is from: %s', async (text, approval) => {
  await hold(Date.now());

  await run(async (waiting) => {
    await waiting.waitForData();
    await waiting.sendCallbackSuccess(text);
  });

  expect(await receipt()).toMatchObject({ state: 'waiting', approval: { answer: 'refused', ...approval } });
  expect(handedOn()).toEqual([DROP]);
});

test('a failure instead of an answer refuses', async () => {
  await hold(Date.now());

  await run(async (waiting) => {
    await waiting.waitForData();
    await waiting.sendCallbackFailure({ ErrorMessage: 'no change window' });
  });

  expect((await receipt()).approval).toMatchObject({ answer: 'refused', reason: 'no change window' });
});

test('when the time has run out nobody is named, and the drop is handed on to be rejected', async () => {
  await hold(Date.now() - 7 * 86_400_000);

  const execution = await run(async () => undefined);

  expect(execution.getResult()).toEqual({ answer: 'none' });
  expect((await receipt()).approval).toMatchObject({ answer: 'expired' });
  expect(handedOn()).toEqual([DROP]);
});

test('an approval without a receipt to approve is FAILED, and counted', async () => {
  const execution = await run(async () => undefined);

  expect(execution.getStatus()).toBe('FAILED');
  expect(printed.join('')).toContain('"DropsNotHandled":1');
});

test('what has an end meanwhile is left as it is', async () => {
  await hold(Date.now());
  const { content, etag } = (await document().read()) ?? {};
  await document().write({ ...(content as Receipt), state: 'superseded', approval: undefined }, etag);

  const execution = await run(async () => undefined);

  expect(execution.getResult()).toMatchObject({ skipped: expect.any(String) });
  expect(hasEnded(await receipt())).toBe(true);
  expect(aws.sent).toEqual([]);
});
