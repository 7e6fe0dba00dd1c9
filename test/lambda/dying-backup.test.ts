/** A durable backup whose process dies, at any step, and is invoked again as AWS does it. */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { handler } from '../../functions/backup.ts';
import { openWorkshop, type Workshop } from '../jobs/workshop.ts';
import { rounds } from '../rounds.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { type Execution, invoke } from './durable-service.ts';
import { openFunctionHere } from './function-here.ts';

const COUNT = 100;
const idOf = (n: number): string => `FLOW_${String(n).padStart(3, '0')}|01.00.0000`;

interface World {
  readonly workshop: Workshop;
  readonly simulator: Simulator;
  /** One invocation of the function, in a process that dies after so many operations. @returns undefined when it had ended before */
  die(mayEnd: number): Promise<Execution | undefined>;
  close(): Promise<unknown>;
}

const openWorld = async (): Promise<World> => {
  const [workshop, simulator] = await Promise.all([openWorkshop(), startSimulator({ latencyMs: { export: 2 } })]);
  for (let n = 0; n < COUNT; n++) {
    const [code = '', version = ''] = idOf(n).split('|');
    simulator.instance.add(buildSampleArchive({ code, version, name: `Flow ${n + 1000}` }), {
      lastUpdated: new Date(0),
    });
  }
  const here = await openFunctionHere('dev', simulator, { backup: {} }, { OIC_VAULT: workshop.directory });
  const journal = join(workshop.directory, '.journal-of-the-service.json');
  return {
    workshop,
    simulator,
    die: (mayEnd) => {
      const args = [journal, String(mayEnd)];
      const child = fork(join(import.meta.dirname, 'dying-backup.ts'), args, {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      return new Promise((resolve, reject) => {
        child.once('message', () => resolve(undefined));
        child.once('exit', async (code, signal) => {
          if (signal === 'SIGKILL') resolve(JSON.parse(await readFile(journal, 'utf8')) as Execution);
          else reject(new Error(`the function ended with ${code}`));
        });
      });
    },
    close: () => Promise.all([here.close(), simulator.close(), workshop.close()]),
  };
};

/** Those whose batch had ended, by what the service was told. */
const endedIn = ({ operations }: Execution): Set<string> =>
  new Set(
    operations
      .filter(({ Name, Status }) => /^batch \d+$/.test(Name ?? '') && Status === 'SUCCEEDED')
      .flatMap(({ StepDetails }) => JSON.parse(StepDetails?.Result ?? '[]') as { id: string }[])
      .map(({ id }) => id),
  );

const expectOneWholeSnapshot = async ({ workshop }: World): Promise<void> => {
  const [snapshot = '', ...others] = await workshop.vault.listSnapshots('dev');
  expect(others).toEqual([]);
  const { complete, integrations } = await workshop.vault.getSnapshot('dev', snapshot);
  const archives = integrations.flatMap(({ archive }) => archive ?? []);
  const isHeld = await workshop.vault.archivesHeld('dev', archives);
  expect(complete).toBe(true);
  expect(archives.filter(isHeld)).toHaveLength(COUNT);
};

/** @returns false when it had come to its end before it could die */
const dieAfter = async (mayEnd: number): Promise<boolean> => {
  const world = await openWorld();
  try {
    const execution = await world.die(mayEnd);
    if (!execution) return false;
    const ended = endedIn(execution);

    expect(await invoke(handler, execution)).toMatchObject({ Status: 'SUCCEEDED' });

    await expectOneWholeSnapshot(world);
    const exports = world.simulator.requests.filter(({ kind }) => kind === 'export');
    const times = Map.groupBy(exports, ({ id }) => id);
    for (let n = 0; n < COUNT; n++) {
      const exported = times.get(idOf(n))?.length ?? 0;
      expect(exported, idOf(n)).toBeGreaterThan(0);
      expect(exported, idOf(n)).toBeLessThanOrEqual(ended.has(idOf(n)) ? 1 : 2);
    }
    return true;
  } finally {
    await world.close();
  }
};

test('wherever it dies there is one snapshot, and only what was under way is exported again', async () => {
  // All deaths take a minute: here a fifth of them, another one each day.
  const stride = rounds(5, 1);
  let last = 0;
  for (let mayEnd = 1 + (new Date().getUTCDate() % stride); await dieAfter(mayEnd); mayEnd += stride) last = mayEnd;

  // At least: claim, begin, list, check the vault, four batches, what holds them together, the other kinds, commit, report.
  expect(last).toBeGreaterThan(11 - stride);
}, 240_000);
