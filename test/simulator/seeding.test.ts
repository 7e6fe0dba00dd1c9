import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { edited, forgeZip, replaceIn } from '../core/archive/archive-forge.ts';
import { buildEmptyDeployment, buildLibrary, buildPackage, buildProject } from '../core/archive/kinds-forge.ts';
import { seedSamples } from './archives/samples.ts';
import { readArchive } from './archives/stored-archive.ts';
import { sample, useSimulators } from './http/raw-client.ts';
import { seedFromDirectory } from './seeding.ts';

const start = useSimulators();

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

const directoryOf = async (files: Readonly<Record<string, Uint8Array>>): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'seed-'));
  directories.push(directory);
  await mkdir(join(directory, 'deeper'));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes);
  return directory;
};

describe('seeding from a directory', () => {
  test('loads every archive with the state it was exported in, and says what it refused', async () => {
    const { simulator } = await start();
    const directory = await directoryOf({
      'any name (5).iar': sample('ACTIVE', { connections: [{ id: 'ERP' }] }),
      'deeper/b.IAR': sample('DRAFT', { state: 'INPROGRESS' }),
      'c.iar': sample('CONFIGURED', { state: 'CONFIGURED', exportedAt: new Date('2026-02-03T04:05:06Z') }),
      'broken.iar': Buffer.from('no zip'),
      'notes.txt': Buffer.from('no archive'),
    });

    const { loaded, refused } = await seedFromDirectory(simulator, directory);

    expect(loaded).toEqual(['ACTIVE|01.00.0000', 'CONFIGURED|01.00.0000', 'DRAFT|01.00.0000']);
    expect(refused).toEqual([{ file: join(directory, 'broken.iar'), reason: expect.stringMatching(/archive/) }]);
    expect(simulator.instance.list()).toMatchObject([
      { status: 'ACTIVATED' },
      { status: 'CONFIGURED', lastUpdated: new Date('2026-02-03T04:05:06Z') },
      { status: 'INPROGRESS' },
    ]);
    expect(simulator.instance.connections.get('ERP')?.status).toBe('CONFIGURED');
  });

  test('takes the newest of several exports of one version, in whatever order they lie there', async () => {
    const { simulator } = await start();
    const newest = sample('SAME', { marker: 'new', exportedAt: new Date('2026-01-03T00:00:00Z') });

    await seedFromDirectory(
      simulator,
      await directoryOf({
        'a.iar': sample('SAME', { marker: 'old', exportedAt: new Date('2026-01-01T00:00:00Z') }),
        'b.iar': newest,
        'c.iar': sample('SAME', { marker: 'older', exportedAt: new Date('2026-01-02T00:00:00Z') }),
      }),
    );

    expect(simulator.instance.list()).toMatchObject([{ contentDigest: readArchive(newest).contentDigest }]);
  });
});

describe('seeding with other kinds', () => {
  test('loads projects, lookups, libraries and what is in packages', async () => {
    const { simulator } = await start();
    const directory = await directoryOf({
      'a.car': buildProject({ code: 'SHOP', integrations: [{ code: 'ORDER', version: '01.00.0000' }] }),
      'b.par': buildPackage({
        name: 'acme',
        integrations: [{ code: 'PACKED', version: '01.00.0000', packageName: 'acme' }],
      }),
      'CODES.csv': Buffer.from('ISO,Name\nDE,Germany\n'),
      'deeper/TITLED.CSV': Buffer.from('TITLED,\nISO,Name\nDE,Germany\n'),
      'codes (1).csv': Buffer.from('DVM,RECORDED,\nISO,Name\nDE,Germany\n'),
      'deployment.car': buildEmptyDeployment({ code: 'STOCK', name: 'Stock' }, '100000001'),
      'flat.car': buildProject({
        code: 'FLAT',
        layout: 'flat',
        integrations: [{ code: 'NIGHTLY', version: '01.00.0000', schedule: 'FREQ=DAILY' }],
      }),
      'l.jar': buildLibrary({ code: 'DATES', version: '01.00.0000' }),
      'broken.car': sample('HELLO'),
      'broken.csv': Buffer.from('"open\n'),
      'unknown.jar': forgeZip([{ name: 'dates.js', data: Buffer.from('1') }]),
      'another.car': edited(
        buildProject({ code: 'ODD', integrations: [{ code: 'ORDER', version: '01.00.0000' }] }),
        replaceIn('info.json', '01.00.0000', '01.00.0001'),
      ),
    });

    const { loaded, others, refused } = await seedFromDirectory(simulator, directory);

    expect(loaded).toEqual(['PACKED|01.00.0000']);
    expect(others).toEqual([
      'libraries/DATES|01.00.0000',
      'lookups/CODES',
      'lookups/RECORDED',
      'lookups/TITLED',
      'projects/FLAT',
      'projects/SHOP',
      'projects/STOCK',
    ]);
    expect(refused.map(({ file, reason }) => `${basename(file)}: ${reason}`)).toEqual([
      'another.car: Unable to retrieve project from the archive: ORDER_01.00.0000 holds ORDER|01.00.0001',
      'broken.car: Unable to retrieve project from the archive: it has no project/project.yaml',
      expect.stringMatching(/^broken\.csv: /),
      'unknown.jar: the library has no _properties.properties with its code and version',
    ]);
    expect(simulator.instance.listProjects()).toMatchObject([
      { code: 'SHOP', integrations: [{ status: 'ACTIVATED', schedule: null }] },
      { code: 'STOCK', integrations: [] },
      { code: 'FLAT', integrations: [{ status: 'ACTIVATED', schedule: 'stopped' }] },
    ]);
    for (const name of ['CODES', 'RECORDED', 'TITLED']) {
      expect(simulator.instance.lookups.get(name)).toMatchObject({
        columns: ['ISO', 'Name'],
        rows: [['DE', 'Germany']],
      });
    }
  });
});

describe('samples', () => {
  test('are the same for the same seed, and of the shares asked for', async () => {
    const grow = async (seed: number) => {
      const { simulator } = await start();
      seedSamples(simulator, { count: 80, seed, scheduledShare: 0.5, activeShare: 0.5, until: new Date(2026, 0) });
      return simulator.instance.list();
    };

    const first = await grow(3);

    expect(await grow(3)).toEqual(first);
    expect(await grow(4)).not.toEqual(first);
    expect(first).toHaveLength(80);
    const scheduled = first.filter(({ schedule }) => schedule !== null);
    expect(scheduled.length).toBeGreaterThan(20);
    expect(scheduled.length).toBeLessThan(60);
    expect(scheduled.filter(({ schedule, status }) => schedule === 'started' && status !== 'ACTIVATED')).toEqual([]);
  });

  test('make an instance Oracle could have: one active version of each major, all connections configured', async () => {
    const { simulator } = await start();
    seedSamples(simulator, { count: 150, callingShare: 0.5, versionShare: 0.4 });

    const all = simulator.instance.list();

    const active = all.filter(({ status }) => status === 'ACTIVATED');
    const majors = active.map(({ code, version }) => `${code} ${version.slice(0, 2)}`);
    expect(new Set(majors).size).toBe(majors.length);
    expect(new Set(all.map(({ code }) => code)).size).toBeLessThan(all.length);
    const drafts = [...simulator.instance.connections.values()].filter(({ status }) => status !== 'CONFIGURED');
    expect(drafts).toEqual([]);
  });
});
