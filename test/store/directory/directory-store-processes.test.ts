/** A directory store that several processes use at once, or that is in use when its process is killed. */
import { spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import type { ObjectStore, StoredObject } from '../../../functions/store/object-store.ts';
import { rounds } from '../../rounds.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { collect, textOf } from '../contents.ts';
import { makeTemporaryDirectory } from '../temporary-directory.ts';

const WORKER = fileURLToPath(new URL('./store-worker.ts', import.meta.url));

const startWorker = (root: string, seed: number, work: string) => {
  const worker = spawn(process.execPath, [WORKER, root, String(seed), work], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void worker.kill('SIGKILL'));
  let output = '';
  worker.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(worker, 'close');
  const read = () =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' '));
  return {
    kill: () => worker.kill('SIGKILL'),
    hasPut: () => output.includes('\nput '),
    /** What it told, a list of words a line, once it has ended. */
    end: async () => {
      await closed;
      return { isClean: worker.exitCode === 0, told: read() };
    },
  };
};

/** Runs four workers at once to their end. */
const runWorkers = async (root: string, seed: number, work: string): Promise<string[][]> => {
  const workers = [1, 2, 3, 4].map((worker) => startWorker(root, seed + worker, work));
  const ends = await Promise.all(workers.map((worker) => worker.end()));
  expect(ends.map(({ isClean }) => isClean)).toEqual([true, true, true, true]);
  return ends.flatMap(({ told }) => told);
};

const digestOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 16);

const onlyDid = (told: readonly string[][], verb: string) => told.filter((words) => words[0] === verb);

describe('a directory store used by four processes', () => {
  it('lets exactly one of 20 racers put if absent', async () => {
    const root = await makeTemporaryDirectory();
    const won = onlyDid(await runWorkers(root, 0, 'race'), 'won');

    expect(won.map(([, key]) => key).sort()).toEqual(Array.from({ length: 10 }, (_, key) => `race/${key}`));
    for (const [, key = '', body] of won) expect(await readFile(join(root, key), 'utf8')).toBe(body);
  });

  it('loses no increment of a counter kept by its etag', async () => {
    const root = await makeTemporaryDirectory();
    await runWorkers(root, 0, 'count');

    const store = createDirectoryStore(root);
    expect(await textOf(store, 'counter')).toBe('100');
    expect(await collect(store.listVersions('counter'))).toHaveLength(100);
  });

  const seed = randomInt(2 ** 31);
  it(`shows no version that was not put, and none with the bytes of another (seed ${seed})`, async () => {
    const root = await makeTemporaryDirectory();
    const store = createDirectoryStore(root);
    const told = await runWorkers(root, seed, 'churn');
    const put = new Map(onlyDid(told, 'put').map(([, key, versionId, digest]) => [`${key} ${versionId}`, digest]));

    for (const [, key, versionId, digest] of onlyDid(told, 'saw')) expect(put.get(`${key} ${versionId}`)).toBe(digest);
    for (const [, key, versionId] of onlyDid(told, 'listed')) expect(put.has(`${key} ${versionId}`)).toBe(true);
    const removed = new Set(onlyDid(told, 'removed').map(([, key, versionId]) => `${key} ${versionId}`));
    for (const [, key = '', versionId = '', digest] of onlyDid(told, 'put')) {
      const object = await store.get(key, versionId);
      expect(object && digestOf(object.body)).toBe(removed.has(`${key} ${versionId}`) ? undefined : digest);
    }
  });
});

/** A worker is killed at a random moment. */
const workUntilKilled = async (root: string, random: Random): Promise<string[][]> => {
  const worker = startWorker(root, random.below(2 ** 31), 'forever');
  while (!worker.hasPut()) await sleep(1);
  await sleep(random.next() * 60);
  worker.kill();
  return (await worker.end()).told;
};

const expectWhole = async (store: ObjectStore, told: readonly string[][]): Promise<void> => {
  for (const [, key = '', versionId = '', digest] of onlyDid(told, 'put')) {
    const object = await store.get(key, versionId);
    expect(object && digestOf(object.body), `${key} ${versionId}`).toBe(digest);
  }
};

/** What a key may hold: what was acknowledged last, or what was under way when the worker was killed. */
const expectLastOrNext = (told: readonly string[][], key: string, current: StoredObject | undefined): void => {
  const ofKey = told.filter((words) => words[1] === key);
  const acknowledged = ofKey.filter(([verb]) => verb === 'put' || verb === 'deleted');
  const [, , lastVersionId] = acknowledged.at(-1) ?? [];
  if (current?.versionId === lastVersionId) return;
  expect(ofKey.at(-1)?.[0]).toBe(current ? 'putting' : 'deleting');
  expect(acknowledged.map(([, , versionId]) => versionId)).not.toContain(current?.versionId ?? 'none');
};

/** Every body repeats one text, so that a half one has a broken end, or is of a size its id does not name. */
const expectNoHalf = async (store: ObjectStore): Promise<void> => {
  for (const { key, versionId, bytes } of await collect(store.listVersions(''))) {
    const text = await textOf(store, key, versionId);
    expect(text).toMatch(/^(\d+\.\d+ )\1*$/);
    expect(text).toHaveLength(bytes);
    expect(versionId.split('-')[1]).toBe(bytes.toString(36));
  }
};

describe('a directory store whose process is killed', () => {
  const seed = randomInt(2 ** 31);
  const KILLS = rounds(8, 20);
  it(`keeps all it has acknowledged, shows nothing half, and goes on, ${KILLS} times over (seed ${seed})`, async () => {
    const root = await makeTemporaryDirectory();
    const random = createRandom(seed);
    const everTold: string[][] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      everTold.push(...(await workUntilKilled(root, random)));
      const store = createDirectoryStore(root);
      for (const key of ['a', 'b/1', 'b/2']) {
        const current = await store.get(key);
        expectLastOrNext(everTold, key, current);
        // What has been seen once is acknowledged as well.
        everTold.push(current ? ['put', key, current.versionId, digestOf(current.body)] : ['deleted', key]);
      }
    }

    const store = createDirectoryStore(root);
    await expectWhole(store, everTold);
    await expectNoHalf(store);
    expect(onlyDid(everTold, 'put').length).toBeGreaterThan(KILLS);
  }, 60_000);
});
