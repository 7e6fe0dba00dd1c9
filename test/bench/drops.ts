/** 8: from a file put to its receipt, on an instance without latency: through `oic watch`, and by a function that starts cold. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDirectoryStore } from '../../functions/store/directory/directory-store.ts';
import { assemble } from '../infra/assembly.ts';
import { startFakeSecrets } from '../lambda/fake-secrets.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { type BenchInstance, startInstance } from './instance.ts';
import type { Row } from './measurements.ts';
import { inDirectory, setUp } from './programs.ts';

const CLI = join(import.meta.dirname, '..', '..', 'bin', 'oic.mjs');
const RUN_BUNDLE = join(import.meta.dirname, '..', 'infra', 'run-bundle.ts');
const ROUNDS = 5;

const archiveOf = (n: number): Buffer => buildSampleArchive({ code: `DROPPED_${n}`, version: '01.00.0000' });

/** Seconds until a receipt of this drop has an end of this state. @throws Error when it has another one */
const untilReceipt = async (box: string, key: string, state: string): Promise<number> => {
  const begunAt = performance.now();
  for (;;) {
    const folder = join(box, 'receipts', 'test', key);
    const [name] = await readdir(folder).catch(() => []);
    const text = name === undefined ? '' : await readFile(join(folder, name), 'utf8').catch(() => '');
    const receipt = text === '' ? { state: 'started' } : (JSON.parse(text) as { state: string });
    if (receipt.state === state) return (performance.now() - begunAt) / 1000;
    if (receipt.state !== 'started') throw new Error(`the receipt of ${key} is ${text}`);
    await sleep(5);
  }
};

/** The worst of several, for each of a new drop and one that changes nothing. */
const throughWatch = (instance: BenchInstance): Promise<{ changed: number; unchanged: number }> =>
  inDirectory(async (directory) => {
    await setUp(directory, { test: instance });
    const box = join(directory, 'box');
    await mkdir(join(box, 'deploy', 'test'), { recursive: true });
    const args = [CLI, 'watch', 'test', '--drop-box', 'box', '--credentials', 'credentials.json'];
    const watching = spawn(process.execPath, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
    await once(watching.stderr, 'data');
    const drop = async (name: string, n: number, state: string): Promise<number> => {
      const file = join(directory, name);
      await writeFile(file, archiveOf(n));
      await copyFile(file, join(box, 'deploy', 'test', name));
      return untilReceipt(box, `deploy/test/${name}`, state);
    };
    const seconds = { changed: 0, unchanged: 0 };
    for (let n = 0; n < ROUNDS; n++) {
      seconds.changed = Math.max(seconds.changed, await drop(`new ${n}.iar`, n, 'deployed'));
      seconds.unchanged = Math.max(seconds.unchanged, await drop(`again ${n}.iar`, n, 'unchanged'));
    }
    watching.kill('SIGINT');
    await once(watching, 'exit');
    return seconds;
  });

const ended = (child: ChildProcess): Promise<unknown> => once(child, 'exit');

/** The process of the function is started when the file has been put, as when no function is warm. */
const byColdFunction = async (instance: BenchInstance): Promise<{ changed: number; unchanged: number }> => {
  const { url, integrationInstance, credentials } = instance;
  const assembly = await assemble({
    instances: { test: { url, integrationInstance, secret: 'oic/test', deploy: {} } },
  });
  const secrets = await startFakeSecrets({ 'oic/test': credentials });
  const deploy = assembly.functions.find(({ name }) => name === 'Deploy-test');
  if (!deploy) throw new Error('there is no deploy function');
  try {
    return await inDirectory(async (box) => {
      const store = createDirectoryStore(box);
      const drop = async (name: string, n: number, state: string): Promise<number> => {
        const key = `deploy/test/${name}`;
        const { versionId } = await store.put(key, archiveOf(n));
        const s3 = { bucket: { name: box }, object: { key: key.replaceAll(' ', '+'), versionId } };
        const attributes = { ApproximateReceiveCount: '1' };
        const eventSourceARN = 'arn:aws:sqs:eu-central-1:123456789012:drops-test';
        const body = JSON.stringify({ Records: [{ s3 }] });
        const event = { Records: [{ messageId: 'm', receiptHandle: 'm', attributes, eventSourceARN, body }] };
        const env = { ...secrets.env, OIC_SETTINGS: String(deploy.variables.OIC_SETTINGS), OIC_DROP_BOX: box };
        const child = fork(RUN_BUNDLE, [deploy.bundle, 'plain', JSON.stringify(event)], {
          env,
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        });
        const end = ended(child);
        const seconds = await untilReceipt(box, key, state);
        await end;
        return seconds;
      };
      const seconds = { changed: 0, unchanged: 0 };
      for (let n = 0; n < ROUNDS; n++) {
        seconds.changed = Math.max(seconds.changed, await drop(`new ${n}.iar`, 100 + n, 'deployed'));
        seconds.unchanged = Math.max(seconds.unchanged, await drop(`again ${n}.iar`, 100 + n, 'unchanged'));
      }
      return seconds;
    });
  } finally {
    await secrets.close();
    await assembly.close();
  }
};

export const measureDrops = async (): Promise<Row[]> => {
  const instance = await startInstance({ count: 20, archives: 'samples' });
  try {
    const watch = await throughWatch(instance);
    const cold = await byColdFunction(instance);
    const from = `the worst of ${ROUNDS}`;
    return [
      { what: '8  seconds from a file put to its receipt, `oic watch`', value: watch.changed, atMost: 1.5, from },
      { what: '8  the same, a drop that changes nothing', value: watch.unchanged, atMost: 1, from },
      { what: '8  seconds by a function that starts cold', value: cold.changed, atMost: 2.5, from },
      { what: '8  the same, a drop that changes nothing', value: cold.unchanged, atMost: 1, from },
    ];
  } finally {
    await instance.close();
  }
};
