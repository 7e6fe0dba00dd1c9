/** What `restore --mirror` and `oic delete` take away lies in the vault first, as files that `oic import` takes. */
import { beforeEach, expect, test } from 'vitest';
import { rounds } from '../../rounds.ts';
import { seedSamples } from '../../simulator/archives/samples.ts';
import type { Simulator } from '../../simulator/server.ts';
import { useDesk } from '../use-desk.ts';

const COUNT = rounds(10, 50);

const desk = useDesk();
let source: Simulator;
let target: Simulator;
beforeEach(async () => {
  source = await desk.startInstance();
  target = await desk.startInstance();
  await desk.configure({ prod: source, dr: target });
  seedSamples(target, { count: COUNT, seed: 5 });
});
const contents = (): Map<string, string> =>
  new Map(target.instance.list().map(({ id, contentDigest }) => [id, contentDigest]));

test.each(['restore --mirror', 'delete'])('%s keeps a copy of each, which can be imported', async (how) => {
  const before = contents();
  await desk.oic('backup', 'prod');
  const args =
    how === 'delete'
      ? ['delete', 'dr', ...before.keys(), '--deactivate']
      : ['restore', 'prod', '--to', 'dr', '--mirror', '--yes'];

  const gone = await desk.oic(...args, '--json');

  expect(gone).toMatchObject({ exitCode: 0 });
  expect(target.instance.list()).toEqual([]);
  const { results, copies } = JSON.parse(gone.stdout);
  const files: string[] =
    results?.map(({ copy }: { copy: string }) => copy) ?? copies.map(({ key }: { key: string }) => `vault/${key}`);
  expect(new Set(files).size).toBe(COUNT);
  expect(await desk.oic('import', 'dr', ...files)).toMatchObject({ exitCode: 0 });
  expect(contents()).toEqual(before);
});
