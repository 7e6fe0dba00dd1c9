import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RETRY_SECONDS } from '../../functions/core/drop/retries.ts';
import { handler } from '../../functions/deploy.ts';
import { createDirectoryStore } from '../../functions/store/directory/directory-store.ts';
import type { ObjectStore } from '../../functions/store/object-store.ts';
import { rounds } from '../rounds.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { createRandom } from '../simulator/random.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { contextOf } from './context.ts';
import { type FunctionHere, openFunctionHere } from './function-here.ts';

const WORKER = join(import.meta.dirname, 'deploy-worker.ts');

let directory: string;
let simulator: Simulator;
let here: FunctionHere;
let store: ObjectStore;
let workers: ChildProcess[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oic-drop-box-'));
  simulator = await startSimulator();
  simulator.onRequest(() => {
    for (const connection of simulator.instance.connections.values()) connection.status = 'CONFIGURED';
  });
  here = await openFunctionHere('test', simulator, { deploy: {} }, { OIC_DROP_BOX: directory });
  store = createDirectoryStore(directory);
  workers = [];
});
afterEach(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await here.close();
  await simulator.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

const eventOf = (messageId: string, body: string, receives: number): SQSEvent => {
  const eventSourceARN = 'arn:aws:sqs:eu-central-1:123456789012:drops-test';
  const attributes = { ApproximateReceiveCount: String(receives) };
  const record = { messageId, body, attributes, receiptHandle: messageId, eventSourceARN };
  return { Records: [record as SQSRecord] };
};

/** To the function in this process. */
const deliver = (messageId: string, body: string, receives: number, leftMs = 900_000): Promise<SQSBatchResponse> =>
  handler(eventOf(messageId, body, receives), contextOf(leftMs));

const startWorker = (): ChildProcess => {
  const worker = fork(WORKER, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  for (const stream of [worker.stdout, worker.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => here.printed.push(text));
  workers.push(worker);
  return worker;
};

/** To a function in a process of its own. @returns undefined when that died over it */
const deliverTo = (worker: ChildProcess, event: SQSEvent): Promise<SQSBatchResponse | undefined> =>
  new Promise((resolve, reject) => {
    const end = (): void => resolve(undefined);
    worker.once('exit', end);
    worker.once('message', ({ answer, error }: { answer?: SQSBatchResponse; error?: string }) => {
      worker.off('exit', end);
      if (answer) resolve(answer);
      else reject(new Error(error));
    });
    worker.send(event);
  });

const notification = (key: string, versionId: string, bucket = directory): string => {
  const encoded = encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
  const s3 = { bucket: { name: bucket }, object: { key: encoded, versionId, sequencer: '0' } };
  return JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] });
};

/** For how long a message was to be hidden, so far. */
const hiddenFor = (messageId: string): number[] =>
  here.hidden.filter(({ handle }) => handle === messageId).map(({ seconds }) => seconds);

const receipts = async (): Promise<Array<{ key: string; versionId: string; state: string; message: string }>> => {
  const names = await readdir(join(directory, 'receipts'), { recursive: true }).catch(() => []);
  return Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => JSON.parse(await readFile(join(directory, 'receipts', name), 'utf8'))),
  );
};

test("a drop is deployed from its event, and S3's test event is ignored", async () => {
  const key = 'deploy/test/my flow (1)+ü.iar';
  const { versionId } = await store.put(key, buildSampleArchive({ code: 'FLOW', version: '01.00.0000' }));

  expect(await deliver('m0', '{"Event":"s3:TestEvent"}', 1)).toEqual({ batchItemFailures: [] });
  expect(await deliver('m1', notification(key, versionId), 1)).toEqual({ batchItemFailures: [] });

  expect(simulator.instance.get('FLOW|01.00.0000')?.status).toBe('ACTIVATED');
  expect(await receipts()).toMatchObject([{ key, versionId, state: 'deployed' }]);
  expect(here.lines().find(({ message }) => message === 'Receipt')).toMatchObject({
    instance: 'test',
    integration: 'FLOW|01.00.0000',
    state: 'deployed',
    run: expect.any(String),
  });
  expect(here.metrics()).toMatchObject([{ DropsDeployed: 1 }]);
});

test('what cannot be decided yet goes back to the queue for minutes, and is failed at the last try, however often it was delivered', async () => {
  const { versionId } = await store.put(
    'deploy/test/x.iar',
    buildSampleArchive({ code: 'FLOW', version: '01.00.0000' }),
  );
  simulator.faults.add({ match: { kind: 'list' }, answer: { status: 400, body: 'oracle' } });
  const body = notification('deploy/test/x.iar', versionId);

  for (const [n, seconds] of RETRY_SECONDS.entries()) {
    // Deliveries that Lambda had no room for count in the queue, and not here.
    expect(await deliver(`m${n}`, body, 20 + n)).toEqual({
      batchItemFailures: [{ itemIdentifier: `m${n}` }],
    });
    expect(hiddenFor(`m${n}`)).toEqual([240, seconds]);
    expect((await receipts()).map(({ state }) => state)).toEqual(['started']);
  }
  expect(await deliver('last', body, 99)).toEqual({ batchItemFailures: [] });
  expect((await receipts()).map(({ state }) => state)).toEqual(['failed']);
});

test.each([
  ['that is no notification', () => 'rubbish'],
  ['of another bucket', () => notification('deploy/test/x.iar', 'v1', 'a-bucket-of-somebody-else')],
])('a message %s stays in the queue, is counted as not handled, and ends in the dead letters', async (_, bodyOf) => {
  expect(await deliver('m1', bodyOf(), 1)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  expect(await receipts()).toEqual([]);
  expect(hiddenFor('m1')).toEqual([240, 60]);
  expect(here.metrics()).toMatchObject([{ DropsNotHandled: 1 }]);
});

test('every file is answered: what is not deployed has a receipt that says why', async () => {
  const answers: Record<string, string> = {};
  const long = `deploy/test/${'a folder with a long name/'.repeat(40).slice(0, 1_000)}/flow.txt`;
  const keys = ['x.car', 'X.PAR', 'x.csv', 'x.jar', 'x.zip', 'x.txt', 'x', '/x.iar', '../x.iar', './x.iar', 'x/'];
  for (const [n, key] of [...keys.map((name) => `deploy/test/${name}`), long].entries()) {
    expect(await deliver(`m${n}`, notification(key, `v${n}`), 1)).toEqual({ batchItemFailures: [] });
  }
  for (const { key, state, message } of await receipts()) answers[key] = `${state} ${message}`;

  expect(Object.keys(answers)).toHaveLength(keys.length + 1);
  for (const answer of Object.values(answers)) expect(answer).toMatch(/^rejected nothing was sent to test: ./);
  expect(answers['deploy/test/x.car']).toContain('`oic import test --kind projects FILE`');
  expect(answers['deploy/test//x.iar']).toContain('empty, "." or ".."');
  expect(simulator.requests).toEqual([]);
});

test('a drop whose activation never ends is put back in what is left of the invocation, and has its receipt', async () => {
  const id = simulator.instance.add(buildSampleArchive({ code: 'FLOW', version: '01.00.0000', marker: 'old' }), {
    status: 'ACTIVATED',
  });
  const old = simulator.instance.get(id)?.contentDigest;
  const key = 'deploy/test/x.iar';
  const { versionId } = await store.put(
    key,
    buildSampleArchive({ code: 'FLOW', version: '01.00.0000', marker: 'new' }),
  );
  simulator.faults.add({ match: { kind: 'activate', times: 1 }, answer: { status: 200, body: {} } });
  const leftMs = 15_000;
  const begunAt = performance.now();

  expect(await deliver('m1', notification(key, versionId), 1, leftMs)).toEqual({
    batchItemFailures: [],
  });

  expect(performance.now() - begunAt).toBeLessThan(leftMs);
  const [receipt] = await receipts();
  expect(['rolled-back', 'unknown', 'failed']).toContain(receipt?.state);
  expect(simulator.instance.get(id)).toMatchObject({ status: 'ACTIVATED', contentDigest: old });
}, 30_000);

test('an instance that asks for a longer pause than a function has is not waited for: the drop comes again', async () => {
  const key = 'deploy/test/flow.iar';
  const { versionId } = await store.put(key, buildSampleArchive({ code: 'FLOW', version: '01.00.0000' }));
  simulator.faults.add({ match: { kind: 'list' }, answer: { status: 429, retryAfter: 60 } });
  const begunAt = performance.now();

  expect(await deliver('m1', notification(key, versionId), 1, 15_000)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm1' }],
  });

  expect(performance.now() - begunAt).toBeLessThan(15_000);
  expect(await receipts()).toMatchObject([{ state: 'started' }]);
}, 20_000);

test('the ending of a name may be in any letters', async () => {
  const { versionId } = await store.put(
    'deploy/test/x.Iar',
    buildSampleArchive({ code: 'FLOW', version: '01.00.0000' }),
  );

  await deliver('m1', notification('deploy/test/x.Iar', versionId), 1);

  expect(await receipts()).toMatchObject([{ state: 'deployed' }]);
});

test('a drop that was withdrawn before it was handled is rejected, and nothing is sent', async () => {
  const { versionId } = await store.put(
    'deploy/test/x.iar',
    buildSampleArchive({ code: 'FLOW', version: '01.00.0000' }),
  );
  await store.delete('deploy/test/x.iar');

  await deliver('m1', notification('deploy/test/x.iar', versionId), 1);

  expect(await receipts()).toMatchObject([{ state: 'rejected', message: expect.stringContaining('withdrawn') }]);
  expect(simulator.requests.filter(({ kind }) => kind !== 'token')).toEqual([]);
});

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

test(`events, doubled, out of order, 5 % of them over a dying function: each drop ends in exactly one receipt (SEED=${seed})`, async () => {
  const count = rounds(30, 300);
  const random = createRandom(seed);
  const drops: Array<{ key: string; versionId: string }> = [];
  for (let n = 0; n < count; n++) {
    const flow = n % (count / 2);
    const key = `deploy/test/${flow}.iar`;
    const archive = buildSampleArchive({ code: `FLOW_${flow}`, version: '01.00.0000', marker: `drop ${n}` });
    drops.push({ key, versionId: (await store.put(key, archive)).versionId });
  }
  const doubles = Array.from({ length: (count * 2) / 3 }, () => drops[random.below(count)] as (typeof drops)[number]);
  const queue = random
    .shuffle([...drops, ...doubles])
    .map((drop, n) => ({ ...drop, id: `m${n}`, receives: 0, visibleAt: 0 }));

  const work = async (): Promise<void> => {
    let worker = startWorker();
    while (queue.length > 0) {
      const at = queue.findIndex(({ visibleAt }) => visibleAt <= Date.now());
      const [message] = at === -1 ? [] : queue.splice(at, 1);
      if (!message) {
        await sleep(100);
        continue;
      }
      message.receives++;
      const dies = message.receives === 1 && random.below(20) === 0;
      if (dies) void sleep(random.below(120)).then(() => worker.kill('SIGKILL'));
      const answer = await deliverTo(
        worker,
        eventOf(message.id, notification(message.key, message.versionId), message.receives),
      );
      if (dies && answer)
        await new Promise((resolve) =>
          worker.exitCode === null && worker.signalCode === null ? worker.once('exit', resolve) : resolve(null),
        );
      if (dies) worker = startWorker();
      if (!answer || answer.batchItemFailures.length > 0) queue.push({ ...message, visibleAt: Date.now() + 1_000 });
    }
  };
  await Promise.all([work(), work()]);

  const found = await receipts();
  expect(found.map(({ key, versionId }) => `${key} ${versionId}`).sort()).toEqual(
    drops.map(({ key, versionId }) => `${key} ${versionId}`).sort(),
  );
  expect(found.filter(({ state }) => !['deployed', 'unchanged', 'superseded'].includes(state))).toEqual([]);
  expect(simulator.instance.list().filter(({ status }) => status === 'ACTIVATED')).toHaveLength(count / 2);
  expect(simulator.stats().maxInFlight).toBeLessThanOrEqual(16);
}, 200_000);
