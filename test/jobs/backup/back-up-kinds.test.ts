import { beforeEach, describe, expect, test } from 'vitest';
import type { BackUpOptions } from '../../../functions/jobs/backup/back-up-options.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import { includedKinds, onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { buildLibrary, buildProject } from '../../core/archive/kinds-forge.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { RequestKind } from '../../simulator/http/traffic.ts';
import type { Simulator } from '../../simulator/server.ts';
import { askedOf } from '../requests.ts';
import { useWorkshop } from '../workshop.ts';

const workshop = useWorkshop();
const { latest } = workshop;
const MONDAY = { lastUpdated: new Date('2026-09-14T08:00:00.000Z') };
const TUESDAY = { lastUpdated: new Date('2026-09-15T08:00:00.000Z') };
const VERSION = '01.00.0000';
const CODES = ['iso', 'name'];
const LOGINS = ['system', 'password'];
const ALL = onlyKinds(() => true);
const tools = (script: string): Buffer => buildLibrary({ code: 'TOOLS', version: VERSION, script });
const ORDER = { code: 'ORDER', version: VERSION, state: 'ACTIVATED', schedule: 'FREQ=DAILY' };
const RETURN = { code: 'RETURN', version: VERSION, state: 'CONFIGURED' };
const shop = (integrations = [ORDER, RETURN]): Buffer => buildProject({ code: 'SHOP', name: 'Shop', integrations });

let simulator: Simulator;
let instance: Simulator['instance'];
let oic: OicClient;
beforeEach(async () => {
  ({ simulator, oic } = await workshop.start());
  instance = simulator.instance;
  instance.add(buildSampleArchive({ code: 'PLAIN', version: VERSION, packageName: 'acme' }));
  instance.addProject(shop(), { ...MONDAY, lastUpdatedBy: 'anna' });
  instance.setProjectSchedule('SHOP', `ORDER|${VERSION}`, 'started');
  instance.saveLookup('CODES', CODES, [['DE', 'Germany']], MONDAY);
  instance.saveLookup('LOGINS', LOGINS, [['ERP', 'hunter2']], MONDAY);
  instance.saveLibrary('TOOLS', VERSION, tools('1'), MONDAY);
  instance.agentGroups.set('ON_PREM', 'On premises');
});

const backUp = (options: Partial<BackUpOptions> = {}) => workshop.backUp(oic, { kinds: ALL, ...options });
/** What is asked from now on. */
const listen = (): (() => string[]) => {
  const from = simulator.requests.length;
  return () => askedOf(simulator, from);
};
const exportsIn = (asked: readonly string[]): string[] => asked.filter((what) => what.includes('export'));
const refuse = (kind: RequestKind, status: number, id?: string): (() => void) =>
  simulator.faults.add({ match: { kind, ...(id !== undefined && { id }) }, answer: { status } });
const archives = async (): Promise<string[]> =>
  (await workshop.files()).filter((file) => /^(projects|lookups|libraries)\//.test(file));
const damages = async () => (await verify(workshop.vault, await latest(), () => undefined)).damaged;

describe('a first backup of all kinds', () => {
  test('stores every archive and writes a section for each kind', async () => {
    const report = await backUp();

    expect(report).toMatchObject({
      complete: true,
      integrations: 1,
      others: {
        counts: { projects: 1, lookups: 2, libraries: 1, packages: 1, agentGroups: 1 },
        exported: 4,
        unchanged: 0,
      },
      failures: [],
      warnings: [],
    });
    const archive = { versionId: expect.any(String), bytes: expect.any(Number), sha256: expect.any(String) };
    expect(await latest()).toMatchObject({
      projects: [
        {
          id: 'SHOP',
          code: 'SHOP',
          name: 'Shop',
          lastUpdated: MONDAY.lastUpdated.toISOString(),
          lastUpdatedBy: 'anna',
          archive: { ...archive, key: 'projects/dev/SHOP.car' },
          integrations: [
            { id: 'ORDER|01.00.0000', status: 'ACTIVATED', schedule: 'started' },
            { id: 'RETURN|01.00.0000', status: 'CONFIGURED', schedule: null },
          ],
        },
      ],
      lookups: [
        { id: 'CODES', archive: { key: 'lookups/dev/CODES.csv' } },
        { id: 'LOGINS', archive: { key: 'lookups/dev/LOGINS.csv' } },
      ],
      libraries: [
        {
          id: 'TOOLS|01.00.0000',
          code: 'TOOLS',
          version: VERSION,
          archive: { key: 'libraries/dev/TOOLS/01.00.0000.jar' },
        },
      ],
      packages: [{ id: 'acme', name: 'acme', integrations: ['PLAIN|01.00.0000'] }],
      connections: [{ id: 'LOCAL_REST', properties: [] }],
      agentGroups: [{ id: 'ON_PREM', name: 'On premises' }],
    });
    expect(await damages()).toEqual([]);
  });

  test('leaves out what is switched off, and asks nothing of it', async () => {
    const kinds = includedKinds({ ...ALL, lookups: false }, undefined);

    expect(await backUp({ kinds })).toMatchObject({ complete: true, warnings: [] });

    const manifest = await latest();
    expect(manifest).toMatchObject({ libraries: [{}], packages: [{}] });
    expect(manifest).not.toHaveProperty('lookups');
    expect(manifest).not.toHaveProperty('projects');
    expect(askedOf(simulator).join()).not.toMatch(/lookup|project/);
  });

  test('without kinds is the one of integrations it always was', async () => {
    await workshop.backUp(oic);

    expect(Object.keys(await latest()).sort()).toEqual(
      'complete failures finishedAt formatVersion instance integrations origin selfSha256 snapshot startedAt warnings'.split(
        ' ',
      ),
    );
  });
});

describe('a backup of what has not changed', () => {
  test('lists each kind and each project once, asks for schedules, exports nothing', async () => {
    await backUp();
    const files = await archives();
    const asked = listen();

    expect(await backUp()).toMatchObject({ complete: true, others: { exported: 0, unchanged: 4 } });

    // The listing of projects tells that no deployment was saved.
    expect(asked().toSorted()).toEqual([
      'agent-group-list',
      'certificate-list',
      'connection-list',
      'library-list',
      'list',
      'list in SHOP',
      'lookup-list',
      'package-list',
      'project-list',
      'schedule-get ORDER|01.00.0000 in SHOP',
    ]);
    expect(await archives()).toEqual(files);
    expect(await damages()).toEqual([]);
  });

  test('gives what was saved but means the same no new version', async () => {
    await backUp();
    const before = await latest();
    instance.addProject(shop(), { ...TUESDAY, lastUpdatedBy: 'anna' });
    instance.setProjectSchedule('SHOP', `ORDER|${VERSION}`, 'started');
    instance.saveLookup('CODES', CODES, [['DE', 'Germany']], TUESDAY);
    instance.saveLookup('LOGINS', LOGINS, [['ERP', 'hunter2']], TUESDAY);
    instance.saveLibrary('TOOLS', VERSION, tools('1'), TUESDAY);

    expect(await backUp()).toMatchObject({ others: { exported: 0, unchanged: 4 } });

    const after = await latest();
    const lastUpdated = TUESDAY.lastUpdated.toISOString();
    expect(after.projects?.[0]).toEqual({
      ...before.projects?.[0],
      lastUpdated,
      integrations: before.projects?.[0]?.integrations.map((it) => ({ ...it, lastUpdated })),
    });
    expect(after.lookups?.map(({ archive }) => archive)).toEqual(before.lookups?.map(({ archive }) => archive));
  });

  test('exports it all when a full one is asked for, and heals what is damaged', async () => {
    await backUp();
    await workshop.store.put('lookups/dev/CODES.csv', Buffer.from('nonsense'));

    expect(await backUp({ full: true })).toMatchObject({ others: { exported: 1, unchanged: 3 } });

    expect(await damages()).toEqual([]);
  });
});

test('a change of one of each is exported and stored, and nothing else', async () => {
  await backUp();
  const asked = listen();
  instance.saveLookup('CODES', CODES, [['FR', 'France']], TUESDAY);
  instance.saveLibrary('TOOLS', VERSION, tools('2'), TUESDAY);
  instance.lookups.delete('LOGINS');

  expect(await backUp()).toMatchObject({
    complete: true,
    others: { counts: { lookups: 1 }, exported: 2, unchanged: 1 },
  });

  expect(exportsIn(asked())).toEqual(['lookup-export CODES', `library-export TOOLS|${VERSION}`]);
  expect((await latest()).lookups?.map(({ id }) => id)).toEqual(['CODES']);
  expect(await damages()).toEqual([]);
});

test('a project is exported again when an integration in it comes or goes, though its own time stands still', async () => {
  await backUp();
  const asked = listen();
  instance.addProject(shop([ORDER]), { ...MONDAY, lastUpdatedBy: 'anna' });
  instance.setProjectSchedule('SHOP', `ORDER|${VERSION}`, 'started');

  expect(await backUp()).toMatchObject({ others: { exported: 1, unchanged: 3 } });

  expect(exportsIn(asked())).toEqual(['project-export SHOP']);
});

describe('what goes wrong', () => {
  test.each([403, 404])('a kind whose listing answers %i is a warning, and its section is absent', async (status) => {
    refuse('lookup-list', status);
    refuse('project-list', status);

    const report = await backUp();

    expect(report).toMatchObject({ complete: true, failures: [] });
    expect(report.warnings.map(({ id }) => id).filter((id) => id !== 'deployments')).toEqual(['lookups', 'projects']);
    expect(report.warnings.find(({ id }) => id === 'lookups')?.message).toMatch(
      /not in the snapshot.*include\.lookups: false/,
    );
    expect(await latest()).not.toHaveProperty('lookups');
    expect(await latest()).toMatchObject({ libraries: [{}] });
  });

  test('a kind whose listing fails otherwise makes the snapshot incomplete, and the night after goes by what was known', async () => {
    await backUp();
    const heal = refuse('lookup-list', 503);
    expect(await backUp()).toMatchObject({
      complete: false,
      failures: [{ id: 'lookups', kind: 'unavailable' }],
    });
    expect(await latest()).not.toHaveProperty('lookups');
    heal();
    const asked = listen();

    expect(await backUp()).toMatchObject({ complete: true, others: { exported: 0, unchanged: 4 } });
    expect(exportsIn(asked())).toEqual([]);
  });

  test('one thing that fails makes the snapshot incomplete, is named, and stops nothing', async () => {
    refuse('project-export', 503);
    simulator.faults.add({ match: { kind: 'library-export' }, answer: 'html-200' });

    expect(await backUp()).toMatchObject({
      complete: false,
      failures: [
        { id: 'project SHOP', kind: 'unavailable' },
        { id: 'library TOOLS|01.00.0000', kind: 'unexpected-answer' },
      ],
      others: { exported: 2, unchanged: 0 },
    });

    expect(await latest()).toMatchObject({ projects: [{ archive: null }], libraries: [{ archive: null }] });
  });

  test('a project whose integrations cannot be listed keeps those it had', async () => {
    await backUp();
    simulator.onRequest(({ kind, path }) => {
      if (kind === 'list' && path.includes('/projects/SHOP/')) refuse('list', 503);
    });

    expect(await backUp()).toMatchObject({ complete: false, failures: [{ id: 'project SHOP', kind: 'unavailable' }] });

    expect((await latest()).projects?.[0]?.integrations.map(({ id }) => id)).toEqual([
      'ORDER|01.00.0000',
      'RETURN|01.00.0000',
    ]);
  });

  test('a locked lookup keeps its last archive, with the time of it, and is exported when it is free', async () => {
    await backUp();
    const before = (await latest()).lookups?.[0];
    instance.saveLookup('CODES', ['a'], [], TUESDAY);
    Object.assign(instance.lookups.get('CODES') ?? {}, { lockedBy: 'bob' });

    const report = await backUp();

    expect(report).toMatchObject({ complete: true, warnings: [{ id: 'lookup CODES' }] });
    expect(report.warnings[0]?.message).toMatch(/locked by bob/);
    expect((await latest()).lookups?.[0]).toEqual(before);
    Object.assign(instance.lookups.get('CODES') ?? {}, { lockedBy: undefined });
    expect(await backUp()).toMatchObject({ warnings: [], others: { exported: 1 } });
  });

  test('what is deleted meanwhile is not in the snapshot, with a warning', async () => {
    simulator.onRequest(({ kind }) => {
      if (kind === 'lookup-export') instance.lookups.delete('CODES');
    });

    const report = await backUp();

    expect(report).toMatchObject({ complete: true, warnings: [{ id: 'lookup CODES' }] });
    expect((await latest()).lookups?.map(({ id }) => id)).toEqual(['LOGINS']);
  });

  test('what every other request would meet stops the backup without a snapshot', async () => {
    refuse('lookup-export', 429);

    await expect(backUp()).rejects.toThrow(/takes fewer requests now/);

    expect(await workshop.vault.listSnapshots('dev')).toEqual([]);
  });
});

test('a backup cut off among the other kinds lists them anew and stores nothing twice', async () => {
  const heal = refuse('library-export', 429);
  await expect(backUp()).rejects.toThrow(/takes fewer requests now/);
  const stored = await archives();
  heal();
  const asked = listen();

  expect(await backUp()).toMatchObject({
    complete: true,
    others: { counts: { projects: 1, lookups: 2, libraries: 1 } },
  });

  const again = asked();
  expect(again).toContain('lookup-list');
  expect(exportsIn(again)).toEqual(['library-export TOOLS|01.00.0000']);
  expect(await archives()).toEqual([...stored, 'libraries/dev/TOOLS/01.00.0000.jar'].sort());
  expect(await damages()).toEqual([]);
});

describe('the search for credentials', () => {
  test('warns with lookup, row and column, and repeats no value anywhere but in the lookup itself', async () => {
    const report = await backUp({ scan: true });

    expect(report).toMatchObject({ complete: true, warnings: [{ id: 'lookup LOGINS' }] });
    expect(report.warnings[0]?.message).toMatch(/row 1, column "password"/);
    expect((await latest()).lookups).toMatchObject([{ findings: [] }, { findings: [{ row: 1, column: 'password' }] }]);
    const [name] = await workshop.vault.listSnapshots('dev');
    const manifest = await workshop.store.get(`snapshots/dev/${name}.json`);
    expect(JSON.stringify(report) + Buffer.from(manifest?.body ?? '').toString()).not.toContain('hunter2');
  });

  test('is off unless asked for; switched on, it reads in the vault what is not exported again, once', async () => {
    expect((await backUp()).warnings).toEqual([]);
    const asked = listen();

    expect((await backUp({ scan: true })).warnings).toMatchObject([{ id: 'lookup LOGINS' }]);
    expect((await backUp({ scan: true })).warnings).toMatchObject([{ id: 'lookup LOGINS' }]);

    expect(exportsIn(asked())).toEqual([]);
  });

  test('takes a warning back when the value is gone', async () => {
    await backUp({ scan: true });
    instance.saveLookup('LOGINS', LOGINS, [['ERP', '']], TUESDAY);

    expect((await backUp({ scan: true })).warnings).toEqual([]);
  });
});
