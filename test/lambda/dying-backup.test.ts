/** A durable backup whose process dies, at any step, and is invoked again as AWS does it. */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DurableExecutionInvocationOutput } from '@aws/durable-execution-sdk-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkshop, type Workshop } from '../jobs/workshop.ts';
import { buildSampleArchive } from '../simulator/sample-archive.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import type { Execution } from './durable-service.ts';
import { type FakeSecrets, startFakeSecrets } from './fake-secrets.ts';

const BATCH = 25;
const COUNT = 4 * BATCH;
const idOf = (n: number): string => `FLOW_${String(n).padStart(3, '0')}|01.00.0000`;

let workshop: Workshop;
let simulator: Simulator;
let secrets: FakeSecrets;
let journal: string;
beforeEach(async () => {
  [workshop, simulator] = await Promise.all([openWorkshop(), startSimulator({ latencyMs: { export: 2 } })]);
  secrets = await startFakeSecrets({ 'oic/dev': simulator.credentials() });
  journal = join(workshop.directory, '.journal-of-the-service.json');
  for (let n = 0; n < COUNT; n++) {
    const [code = '', version = ''] = idOf(n).split('|');
    simulator.instance.add(buildSampleArchive({ code, version, name: `Flow ${n + 1000}` }), {
      lastUpdated: new Date(0),
    });
  }
});
afterEach(() => Promise.all([simulator.close(), secrets.close(), workshop.close()]));

/** @returns undefined when the process died */
const invokeOnce = async (mayEnd: number): Promise<DurableExecutionInvocationOutput | undefined> => {
  const { url, integrationInstance } = simulator;
  const settings = { instances: { dev: { url, integrationInstance, secret: 'oic/dev', backup: {} } } };
  const env = { ...process.env, ...secrets.env, OIC_SETTINGS: JSON.stringify(settings), OIC_VAULT: workshop.directory };
  const child = fork(join(import.meta.dirname, 'dying-backup.ts'), [journal, String(mayEnd)], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (output) => resolve(output as DurableExecutionInvocationOutput));
    child.once('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else reject(new Error(`the function ended with ${code}`));
    });
  });
};

const endedBatches = async (): Promise<number[]> => {
  const { operations } = JSON.parse(await readFile(journal, 'utf8')) as Execution;
  const names = operations
    .filter(({ Status }) => Status === 'SUCCEEDED')
    .map(({ Name }) => /^batch (\d+)$/.exec(Name ?? ''));
  return names.flatMap((match) => (match ? [Number(match[1])] : []));
};

const exportsOf = (n: number): number =>
  simulator.requests.filter(({ kind, id }) => kind === 'export' && id === idOf(n)).length;

/** claim, begin, list, check the vault, four batches, their map, commit, report. */
const OPERATIONS = 11;

test.each(Array.from({ length: OPERATIONS }, (_, n) => n + 1))(
  'dead after %i operations: one snapshot, and only what was under way is exported again',
  async (mayEnd) => {
    expect(await invokeOnce(mayEnd)).toBeUndefined();
    const done = new Set(await endedBatches());

    const output = await invokeOnce(99);

    expect(output).toMatchObject({ Status: 'SUCCEEDED' });
    expect(JSON.parse((output as { Result: string }).Result)).toMatchObject({ complete: true, integrations: COUNT });
    const [snapshot = '', ...others] = await workshop.vault.listSnapshots('dev');
    expect(others).toEqual([]);
    const { integrations } = await workshop.vault.getSnapshot('dev', snapshot);
    const isHeld = await workshop.vault.archivesHeld('dev');
    for (const [n, { archive }] of integrations.entries()) {
      expect(archive && isHeld(archive)).toBe(true);
      const times = exportsOf(n);
      const wasDone = done.has(Math.floor(n / BATCH) + 1);
      expect(times, `${idOf(n)} of batch ${Math.floor(n / BATCH) + 1}`).toBeLessThanOrEqual(wasDone ? 1 : 2);
      expect(times).toBeGreaterThan(0);
    }
  },
);

test('an execution has exactly the operations that the tests above let it die at', async () => {
  await invokeOnce(99);
  const { operations } = JSON.parse(await readFile(journal, 'utf8')) as Execution;
  expect(operations.filter(({ Type }) => Type !== 'EXECUTION')).toHaveLength(OPERATIONS);
});
