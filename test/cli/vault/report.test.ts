/** `oic report` and `oic show --picture`, typed as a person does. */
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readPicture } from '../../core/picture/pictured.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Simulator } from '../../simulator/server.ts';
import { storedFile } from '../../store/stored-file.ts';
import { useDesk } from '../use-desk.ts';

const desk = useDesk();
let simulator: Simulator;

beforeEach(async () => {
  simulator = await desk.startInstance({});
  for (const code of ['ORDERS', 'INVOICES']) simulator.instance.add(archiveOf(code));
  await desk.configure({ prod: simulator });
});

const archiveOf = (code: string, marker = 'a'): Buffer =>
  buildSampleArchive({
    code,
    version: '01.00.0000',
    name: `${code} flow`,
    marker,
    connections: [{ id: 'A' }, { id: 'B' }],
  });

const read = (file: string): Promise<string> => readFile(join(desk.directory, file), 'utf8');

describe('oic backup', () => {
  test('writes the page about its snapshot, and says where', async () => {
    const told = await desk.oic('backup', 'prod');
    const { exitCode, stdout } = await desk.oic('backup', 'prod', '--json');

    expect(told.stdout).toContain('the morning after, as a page: ./vault/reports/prod/latest.html');
    expect(exitCode).toBe(0);
    const { snapshot, report } = JSON.parse(stdout);
    expect(report).toEqual({
      key: `reports/prod/${snapshot}.html`,
      latestKey: 'reports/prod/latest.html',
      problems: [],
    });
    expect(await read('vault/reports/prod/latest.html')).toBe(await read(`vault/${report.key}`));
    expect(await read(`vault/${report.key}`)).toContain(snapshot);
  });

  test('is as good without the page: what is in its way is a warning, and the exit code says complete', async () => {
    await desk.oic('backup', 'prod');
    await rm(join(desk.directory, 'vault/reports'), { recursive: true });
    await writeFile(join(desk.directory, 'vault/reports'), 'a file where the pages belong');
    const { exitCode, stdout, stderr } = await desk.oic('backup', 'prod', '--json');

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /warning: the report was not written: .*a file lies where a directory is needed.*; `oic report prod` writes it/,
    );
    expect(JSON.parse(stdout)).toMatchObject({ complete: true, failures: [], report: { key: null } });
  });
});

describe('oic report', () => {
  test('writes the page into the vault, without the instance and without credentials', async () => {
    await desk.oic('backup', 'prod');
    await simulator.close();
    await desk.write('cdk.json', JSON.parse(await read('cdk.json')));
    const { exitCode, stdout, stderr } = await desk.oic('report', 'prod', '--json', '--credentials', 'cdk.json');

    expect([exitCode, stderr]).toEqual([0, '']);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ instance: 'prod', latest: './vault/reports/prod/latest.html', problems: [] });
    expect(result.file).toBe(`./vault/reports/prod/${result.snapshot}.html`);
    expect(await read(result.file)).toContain('ORDERS flow');
    expect(await read(result.latest)).toBe(await read(result.file));
  });

  test('with --out writes that file and nothing into the vault', async () => {
    await desk.oic('backup', 'prod');
    await rm(join(desk.directory, 'vault/reports'), { recursive: true });
    const { exitCode, stdout } = await desk.oic('report', 'prod', '--out', 'morning.html');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('is in morning.html');
    expect(await read('morning.html')).toContain('INVOICES flow');
    await expect(access(join(desk.directory, 'vault/reports'))).rejects.toThrow();
  });

  test('says how to make a snapshot when there is none', async () => {
    const { exitCode, stderr } = await desk.oic('report', 'prod');

    expect(exitCode).toBe(1);
    expect(stderr).toContain('`oic backup prod` makes one');
  });

  test('tells what it could not read, on the page, on stderr and by its exit code', async () => {
    await desk.oic('backup', 'prod');
    await writeFile(
      await storedFile(join(desk.directory, 'vault'), 'integrations/prod/ORDERS/01.00.0000.iar'),
      'rotten',
    );
    const { exitCode, stdout, stderr } = await desk.oic('report', 'prod');

    expect(exitCode).toBe(1);
    expect(stderr).toContain('not in the report: ORDERS|01.00.0000');
    expect(stdout).toContain('1 part of it could not be read');
    expect(await read('vault/reports/prod/latest.html')).toContain('is damaged');
  });

  test('refuses an instance the settings do not have', async () => {
    expect((await desk.oic('report', 'nowhere')).exitCode).toBe(2);
  });
});

describe('oic show --picture', () => {
  test('draws a file without settings', async () => {
    await writeFile(join(desk.directory, 'orders.iar'), archiveOf('ORDERS'));
    const { exitCode, stdout } = await desk.oic('show', 'orders.iar', '--picture', '--config', 'nowhere.json');

    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('drawn in ORDERS_01.00.0000.svg')]);
    expect(readPicture(await read('ORDERS_01.00.0000.svg')).elements).toHaveLength(3);
  });

  test('draws what changed between two files', async () => {
    await writeFile(join(desk.directory, 'before.iar'), archiveOf('ORDERS'));
    await writeFile(join(desk.directory, 'after.iar'), archiveOf('ORDERS', 'b'));
    const { exitCode, stdout } = await desk.oic(
      'show',
      'before.iar',
      'after.iar',
      '--picture',
      '--json',
      '--out',
      'x.svg',
    );

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: 'x.svg', description: 'changed: Map' });
    expect(readPicture(await read('x.svg')).texts).toContain('1 changed');
  });

  test('draws what the instance has, or what the vault has without asking the instance', async () => {
    await desk.oic('backup', 'prod');
    const live = await desk.oic('show', 'prod', 'ORDERS/01.00.0000', '--picture', '--out', 'live.svg');
    await simulator.close();
    const kept = await desk.oic(
      'show',
      'prod',
      'ORDERS/01.00.0000',
      '--picture',
      '--vault',
      'vault',
      '--out',
      'kept.svg',
    );

    expect([live.exitCode, kept.exitCode]).toEqual([0, 0]);
    expect(await read('live.svg')).toBe(await read('kept.svg'));
  });

  test.each([
    [['prod', '--picture'], 2, 'of what?'],
    [['nowhere.iar', '--picture'], 2, 'nowhere.iar cannot be read'],
    [['rotten.iar', '--picture'], 1, 'rotten.iar cannot be drawn'],
    [['rotten.iar', 'prod', '--picture'], 1, 'rotten.iar cannot be drawn'],
    [['prod', 'GONE/01.00.0000', '--picture', '--vault', 'vault'], 1, 'holds no snapshot of prod yet'],
    [['prod', 'ORDERS/01.00.0000', '--out', 'x.svg'], 2, '--out goes with --picture'],
    [['prod'], 2, 'needs an instance and an id'],
  ] as const)('%j ends with %i', async (args, expected, words) => {
    await writeFile(join(desk.directory, 'rotten.iar'), 'rotten');
    const { exitCode, stderr } = await desk.oic('show', ...args);

    expect([exitCode, stderr]).toEqual([expected, expect.stringContaining(words)]);
  });
});
