/** `oic scrub`, and the setting that scrubs after each backup: rot is found, named, and healed by the next backup. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { seedSamples } from '../simulator/archives/samples.ts';
import type { Simulator } from '../simulator/server.ts';
import { storedFile } from '../store/stored-file.ts';
import { useDesk } from './use-desk.ts';

const desk = useDesk();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await desk.startInstance();
  await desk.configure({ dev: simulator });
  // Four integrations, and the lookup that they use.
  seedSamples(simulator, { count: 4, versionShare: 0 });
});
const json = async (...args: string[]) => {
  const { exitCode, stdout } = await desk.oic(...args, '--json');
  return { exitCode, document: JSON.parse(stdout) };
};

/** One bit of the stored version falls over; its time stays. @returns the integration's id */
const rot = async (n: number): Promise<string> => {
  const id = simulator.instance.list()[n]?.id ?? '';
  const file = await storedFile(join(desk.directory, 'vault'), `integrations/dev/${id.replace('|', '/')}.iar`);
  const bytes = await readFile(file);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  await writeFile(file, bytes);
  return id;
};

test('a share each time finds rot within as many as the share has parts, and the next backup heals it', async () => {
  await desk.oic('backup', 'dev');
  const id = await rot(2);
  expect((await json('backup', 'dev')).document).toMatchObject({ exported: 0 });

  const runs = [];
  for (let night = 0; night < 5; night++) runs.push(await json('scrub', 'dev', '--share', '1/5'));

  expect(runs.map(({ document }) => document.checked)).toEqual([1, 1, 1, 1, 1]);
  expect(runs.filter(({ exitCode }) => exitCode === 1)).toMatchObject([
    { document: { instance: 'dev', share: '1/5', versions: 5, damaged: [{ id, newestWhole: null }] } },
  ]);

  expect(await json('backup', 'dev')).toMatchObject({ exitCode: 0, document: { exported: 1, unchanged: 3 } });
  expect((await json('backup', 'dev')).document).toMatchObject({ exported: 0, unchanged: 4 });
  expect((await json('verify', 'dev')).exitCode).toBe(0);
});

test('what the instance has changed meanwhile is named with its newest version that is whole', async () => {
  await desk.oic('backup', 'dev');
  const [first] = (await json('snapshots', 'dev')).document.snapshots;
  const edited = simulator.instance.list()[1]?.id ?? '';
  simulator.instance.edit(edited, { marker: 'later' });
  await desk.oic('backup', 'dev');
  expect(await rot(1)).toBe(edited);

  const { exitCode, stdout } = await desk.oic('scrub', 'dev', '--share', '1');

  expect(exitCode).toBe(1);
  expect(stdout).toContain(`DAMAGED  ${edited}: `);
  expect(stdout).toContain(`its newest version that is whole is that of ${first.snapshot}`);
  expect(stdout).toContain('6 stored versions of 6 of dev read back (1), 1 damaged');
});

test('the setting backup.scrub reads back after each backup, and rot there is no success', async () => {
  await desk.configure({ dev: simulator }, { backup: { scrub: '1/2' } });
  expect(await json('backup', 'dev')).toMatchObject({
    exitCode: 0,
    document: { complete: true, scrub: { checked: 3, damaged: [], share: '1/2' } },
  });
  const id = await rot(3);
  const codes = [await desk.oic('backup', 'dev'), await desk.oic('backup', 'dev')].map(({ exitCode }) => exitCode);
  expect(codes).toEqual(expect.arrayContaining([1]));
  expect(await json('backup', 'dev')).toMatchObject({ document: { complete: true } });
  expect((await json('verify', 'dev')).exitCode, id).toBe(0);
});

test.each(['0', '2', 'half', '1/0'])('a share of %s is wrong usage', async (share) => {
  expect(await desk.oic('scrub', 'dev', '--share', share)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('is not a share: write 1/30, or a number up to 1'),
  });
});

test('a setting that is no share is told with its path', async () => {
  await desk.configure({ dev: simulator }, { backup: { scrub: 'all' } });

  expect(await desk.oic('scrub', 'dev')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('instances.dev.backup.scrub: "all" is not a share'),
  });
});
