import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { snapshotTime } from '../../../functions/core/keys.ts';
import { identifyThisProcess } from '../../../functions/files/process-identity.ts';
import { openFileJournal } from '../../../functions/jobs/journal/file-journal.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { makeHistory } from '../../jobs/vault/random-history.ts';
import { rounds } from '../../rounds.ts';
import { seedSamples } from '../../simulator/archives/samples.ts';
import { createRandom } from '../../simulator/random.ts';
import type { Simulator } from '../../simulator/server.ts';
import { useDesk } from '../use-desk.ts';

const desk = useDesk();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await desk.startInstance();
  await desk.configure({ dev: simulator });
});
const vaultIn = (directory: string) => createVault(createDirectoryStore(directory), ALL_KINDS);
const fill = (nights: number, integrations: number, seed = 3): Promise<void> =>
  makeHistory(vaultIn(join(desk.directory, 'vault')), {
    random: createRandom(seed),
    nights,
    integrations,
    // As late as may be without being dated ahead: what is stored now is older than that.
    until: new Date(Date.now() + 4 * 60_000),
  });

test('prune tells what it keeps and why, what it forgot, and what that freed', async () => {
  await fill(6, 2);

  const dry = await desk.oic('prune', 'dev', '--keep-daily', '2', '--dry-run');
  expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
  expect(dry.stdout).toMatch(/^KEPT +BECAUSE\n20\S+Z +newest complete snapshot, daily snapshot\n/);
  expect(dry.stdout).toMatch(/would be forgotten 20\d\d-.*\d+ bytes would be freed/s);

  const told = JSON.parse((await desk.oic('prune', 'dev', '--keep-daily', '2', '--dry-run', '--json')).stdout);
  const { exitCode, stdout } = await desk.oic('prune', 'dev', '--keep-daily', '2', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ ...told, dryRun: false });
  expect(told.forgotten.length).toBeGreaterThan(0);
  const left = JSON.parse((await desk.oic('snapshots', 'dev', '--json')).stdout);
  expect(left.snapshots.map(({ snapshot }: { snapshot: string }) => snapshot)).toEqual(
    told.kept.map(({ snapshot }: { snapshot: string }) => snapshot),
  );
});

test('without rules of its own prune keeps what the settings say, and with them nothing else', async () => {
  const hour = (day: string) => `${day}T04-15-00Z`;
  const days = ['2024-12-31', '2025-12-30', '2025-12-31', '2026-03-31', '2026-04-29', '2026-04-30', '2026-05-01'];
  for (const day of days) await commitEmpty(hour(day));
  const file = join(desk.directory, 'cdk.json');
  const { context } = JSON.parse(await readFile(file, 'utf8'));
  const vault = { keep: { monthly: 2, yearly: 3 } };
  await writeFile(file, JSON.stringify({ context: { oic: { ...context.oic, retentionDays: 1, vault } } }));
  const kept = async (...args: string[]) =>
    JSON.parse((await desk.oic('prune', 'dev', '--dry-run', '--json', ...args)).stdout).kept.map(
      ({ snapshot }: { snapshot: string }) => snapshot,
    );

  expect(await kept()).toEqual(['2026-05-01', '2026-04-30', '2025-12-31', '2024-12-31'].map(hour));
  expect(await kept('--keep-last', '3')).toEqual(['2026-05-01', '2026-04-30', '2026-04-29'].map(hour));
  expect(await kept('--keep-yearly', '1')).toEqual(['2026-05-01'].map(hour));
  expect((await desk.oic('prune', 'dev', '--dry-run', '--keep-within', '5m')).stderr).toContain(
    'within 5 months before',
  );
});

/** A snapshot of an instance that holds nothing. */
const commitEmpty = async (snapshot: string): Promise<void> => {
  const startedAt = snapshotTime(snapshot).toISOString();
  await vaultIn(join(desk.directory, 'vault')).commitSnapshot({
    ...{ formatVersion: 1, instance: 'dev', snapshot, startedAt, finishedAt: startedAt, complete: true },
    ...{ integrations: [], failures: [], warnings: [] },
  });
};

test.each([
  [['--keep-daily', '1', '--vault', 's3://acme-vault'], 2, /a bucket has its lifecycle/],
  [[], 2, /nothing says what to keep/],
  [['--keep-daily', 'seven', '--keep-within', 'long'], 2, /--keep-daily needs.*--keep-within "long"/s],
  [['--keep-daily', '1', '--vault', './nowhere'], 1, /holds no snapshot of dev/],
])('prune %j is refused', async (args, exitCode, message) => {
  await fill(2, 1);

  const result = await desk.oic('prune', 'dev', ...args);

  expect(result).toMatchObject({ exitCode, stdout: '' });
  expect(result.stderr).toMatch(message);
  expect(await vaultIn(join(desk.directory, 'vault')).listSnapshots('dev')).toHaveLength(2);
});

test('prune waits for a backup to end: while it runs, and when it was cut off until it has gone on', async () => {
  await simulator.close();
  simulator = await desk.startInstance({ latencyMs: { export: 300 } });
  await desk.configure({ dev: simulator });
  seedSamples(simulator, { count: 60, seed: 1 });
  const prune = () => desk.oic('prune', 'dev', '--keep-daily', '1');
  await fill(2, 1);

  const running = desk.start('backup', 'dev');
  while (!(await readFile(join(desk.directory, 'vault/.journal/backup-dev.ndjson'), 'utf8').catch(() => ''))) {
    await sleep(10);
  }
  expect(await prune()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('a backup of dev is under way') });
  running.process.kill('SIGKILL');
  await running.ended;
  expect(await prune()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('or was cut off') });

  expect((await desk.oic('backup', 'dev')).exitCode).toBe(0);
  expect((await prune()).exitCode).toBe(0);
  expect((await desk.oic('verify', 'dev')).exitCode).toBe(0);
});

test('prune does not begin beside another process that holds the vault, and takes over from a dead one', async () => {
  await fill(3, 1);
  const journal = join(desk.directory, 'vault/.journal/backup-dev.ndjson');
  expect((await desk.oic('prune', 'dev', '--keep-daily', '9')).exitCode).toBe(0);
  await writeFile(journal, '{"subject":{"job":"prune","instance":"dev"},"startedAtMs":1}\n');

  const other = await openFileJournal(journal, { job: 'prune', instance: 'dev' }, () => 1);
  const refused = await desk.start('prune', 'dev', '--keep-daily', '1').ended;
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain(`process ${process.pid}`);

  await other.close();
  const [turn = ''] = await readdir(`${journal}.turns`);
  const dead = JSON.stringify({ ...(await identifyThisProcess()), pid: 4_194_000, start: '1' });
  await rm(join(`${journal}.turns`, turn, 'ended'));
  await writeFile(join(`${journal}.turns`, turn, 'holder.json'), dead);
  expect((await desk.oic('prune', 'dev', '--keep-daily', '1')).exitCode).toBe(0);
});

test('prune killed at any moment has lost nothing kept, and run again it ends', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  process.stdout.write(`killing prunes with SEED=${seed}\n`);
  const random = createRandom(seed);
  await fill(12, 12, seed);
  const vaultDirectory = join(desk.directory, 'vault');
  const pristine = join(desk.directory, 'pristine');
  await cp(vaultDirectory, pristine, { recursive: true, preserveTimestamps: true });
  const prune = ['prune', 'dev', '--keep-daily', '2', '--json'];
  const started = performance.now();
  const kept: { snapshot: string }[] = JSON.parse((await desk.oic(...prune)).stdout).kept;
  const wholeMs = performance.now() - started;
  const vault = vaultIn(vaultDirectory);
  const left = async () => (await vault.listArchiveVersions('dev')).map(({ versionId }) => versionId);
  const end = await left();

  for (let kill = 0; kill < rounds(2, 8); kill++) {
    await rm(vaultDirectory, { recursive: true });
    await cp(pristine, vaultDirectory, { recursive: true, preserveTimestamps: true });
    const run = desk.start(...prune);
    await sleep(wholeMs * (0.4 + 0.6 * random.next()));
    run.process.kill('SIGKILL');
    await run.ended;
    for (const { snapshot } of kept) {
      const { damaged } = await verify(vault, await vault.getSnapshot('dev', snapshot), () => undefined);
      expect(damaged, snapshot).toEqual([]);
    }
    expect((await desk.oic(...prune)).exitCode).toBe(0);
    expect(await left()).toEqual(end);
  }
}, 60_000);
