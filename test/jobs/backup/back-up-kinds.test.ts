import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { includedKinds, onlyKinds } from '../../../functions/core/kinds.ts';
import type { BackUpOptions } from '../../../functions/jobs/backup/back-up-options.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import { connectTo } from '../../oic/simulated.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { startSimulator } from '../../simulator/server.ts';
import { createWholeFake, type FakeWhole } from '../whole-fake.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';

let workshop: Workshop;
let dev: FakeWhole;
const open: Array<{ close(): Promise<void> }> = [];
const MONDAY = '2026-09-14T08:00:00.000Z';
const TUESDAY = '2026-09-15T08:00:00.000Z';
const ALL = onlyKinds(() => true);

beforeEach(async () => {
  workshop = await openWorkshop();
  const simulator = await startSimulator();
  simulator.instance.add(buildSampleArchive({ code: 'PLAIN', version: '01.00.0000' }));
  const oic = connectTo(simulator);
  open.push(workshop, simulator, oic);
  dev = createWholeFake(oic);
  dev.projects.set('SHOP', {
    sample: {
      code: 'SHOP',
      name: 'Shop',
      integrations: [
        { code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED' },
        { code: 'RETURN', version: '01.00.0000', state: 'CONFIGURED' },
      ],
    },
    lastUpdated: MONDAY,
    lastUpdatedBy: 'anna',
    started: new Set(['ORDER|01.00.0000']),
  });
  dev.lookups.set('CODES', { text: 'iso,name\nDE,Germany\n', lastUpdated: MONDAY });
  dev.lookups.set('LOGINS', { text: 'system,password\nERP,hunter2\n', lastUpdated: MONDAY });
  dev.libraries.set('TOOLS|1.0', { code: 'TOOLS', version: '1.0', script: '1', lastUpdated: MONDAY });
  dev.packages.set('acme', ['PLAIN|01.00.0000']);
});
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
});

const backUp = (options: Partial<BackUpOptions> = {}) => workshop.backUp(dev.client, { kinds: ALL, ...options });
const latest = async () => {
  const [name = ''] = await workshop.vault.listSnapshots('dev');
  return workshop.vault.getSnapshot('dev', name);
};
const exportsSeen = (): string[] => dev.asked.filter((what) => what.startsWith('export'));
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
          lastUpdated: MONDAY,
          lastUpdatedBy: 'anna',
          archive: { ...archive, key: 'projects/dev/SHOP.car' },
          integrations: [
            { id: 'ORDER|01.00.0000', status: 'ACTIVATED', schedule: 'started' },
            { id: 'RETURN|01.00.0000', status: 'CONFIGURED', schedule: 'stopped' },
          ],
        },
      ],
      lookups: [
        { id: 'CODES', archive: { key: 'lookups/dev/CODES.csv' } },
        { id: 'LOGINS', archive: { key: 'lookups/dev/LOGINS.csv' } },
      ],
      libraries: [{ id: 'TOOLS|1.0', code: 'TOOLS', version: '1.0', archive: { key: 'libraries/dev/TOOLS/1.0.jar' } }],
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
    expect(dev.asked.join()).not.toMatch(/lookup|project/);
  });

  test('without kinds is the one of integrations it always was', async () => {
    await workshop.backUp(dev.client);

    expect(Object.keys(await latest()).sort()).toEqual(
      'complete failures finishedAt formatVersion instance integrations snapshot startedAt warnings'.split(' '),
    );
  });
});

describe('a backup of what has not changed', () => {
  test('lists each kind and each project once, asks for schedules, exports nothing', async () => {
    await backUp();
    const files = await archives();
    dev.asked.splice(0);

    expect(await backUp()).toMatchObject({ complete: true, others: { exported: 0, unchanged: 4 } });

    expect(dev.asked.toSorted()).toEqual([
      'list agent groups',
      'list certificates',
      'list deployments of SHOP',
      'list integrations of SHOP',
      'list libraries',
      'list lookups',
      'list packages',
      'list projects',
      'schedule of ORDER|01.00.0000 in SHOP',
    ]);
    expect(await archives()).toEqual(files);
    expect(await damages()).toEqual([]);
  });

  test('gives what was saved but means the same no new version', async () => {
    await backUp();
    const before = await latest();
    for (const thing of [...dev.projects.values(), ...dev.lookups.values(), ...dev.libraries.values()]) {
      thing.lastUpdated = TUESDAY;
    }

    expect(await backUp()).toMatchObject({ others: { exported: 0, unchanged: 4 } });

    const after = await latest();
    expect(after.projects?.[0]).toEqual({
      ...before.projects?.[0],
      lastUpdated: TUESDAY,
      integrations: before.projects?.[0]?.integrations.map((it) => ({ ...it, lastUpdated: TUESDAY })),
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
  dev.asked.splice(0);
  Object.assign(dev.lookups.get('CODES') ?? {}, { text: 'iso,name\nFR,France\n', lastUpdated: TUESDAY });
  Object.assign(dev.libraries.get('TOOLS|1.0') ?? {}, { script: '2', lastUpdated: TUESDAY });
  dev.lookups.delete('LOGINS');

  expect(await backUp()).toMatchObject({
    complete: true,
    others: { counts: { lookups: 1 }, exported: 2, unchanged: 1 },
  });

  expect(exportsSeen()).toEqual(['export lookup CODES', 'export library TOOLS|1.0']);
  expect((await latest()).lookups?.map(({ id }) => id)).toEqual(['CODES']);
  expect(await damages()).toEqual([]);
});

test('a project is exported again when an integration in it was saved, or comes or goes', async () => {
  await backUp();
  const shop = dev.projects.get('SHOP');
  if (!shop) throw new Error('no shop');
  dev.asked.splice(0);
  shop.sample = { ...shop.sample, integrations: shop.sample.integrations?.slice(0, 1) ?? [] };

  expect(await backUp()).toMatchObject({ others: { exported: 1, unchanged: 3 } });

  expect(exportsSeen()).toEqual(['export project SHOP']);
});

describe('what goes wrong', () => {
  test.each(['forbidden', 'not-found'] as const)(
    'a kind that is %s is a warning, and its section is absent',
    async (kind) => {
      dev.refusals.set('list lookups', kind);
      dev.refusals.set('list projects', kind);

      const report = await backUp();

      expect(report).toMatchObject({ complete: true, failures: [] });
      expect(report.warnings.map(({ id }) => id).filter((id) => id !== 'deployments')).toEqual(['lookups', 'projects']);
      expect(report.warnings.find(({ id }) => id === 'lookups')?.message).toMatch(
        /not in the snapshot.*include\.lookups: false/,
      );
      expect(await latest()).not.toHaveProperty('lookups');
      expect(await latest()).toMatchObject({ libraries: [{}] });
    },
  );

  test('a kind whose listing fails otherwise makes the snapshot incomplete, and the night after goes by what was known', async () => {
    await backUp();
    dev.refusals.set('list lookups', 'unavailable');
    expect(await backUp()).toMatchObject({
      complete: false,
      failures: [{ id: 'lookups', kind: 'unavailable' }],
    });
    expect(await latest()).not.toHaveProperty('lookups');
    dev.refusals.clear();
    dev.asked.splice(0);

    expect(await backUp()).toMatchObject({ complete: true, others: { exported: 0, unchanged: 4 } });
    expect(exportsSeen()).toEqual([]);
  });

  test('one thing that fails makes the snapshot incomplete, is named, and stops nothing', async () => {
    dev.refusals.set('export project SHOP', 'unavailable');
    dev.refusals.set('export library', 'unexpected-answer');

    expect(await backUp()).toMatchObject({
      complete: false,
      failures: [
        { id: 'project SHOP', kind: 'unavailable' },
        { id: 'library TOOLS|1.0', kind: 'unexpected-answer' },
      ],
      others: { exported: 2, unchanged: 0 },
    });

    expect(await latest()).toMatchObject({ projects: [{ archive: null }], libraries: [{ archive: null }] });
  });

  test('a project whose integrations cannot be listed keeps those it had', async () => {
    await backUp();
    dev.refusals.set('list integrations of SHOP', 'timeout');

    expect(await backUp()).toMatchObject({ complete: false, failures: [{ id: 'project SHOP', kind: 'timeout' }] });

    expect((await latest()).projects?.[0]?.integrations.map(({ id }) => id)).toEqual([
      'ORDER|01.00.0000',
      'RETURN|01.00.0000',
    ]);
  });

  test('a locked lookup keeps its last archive, with the time of it, and is exported when it is free', async () => {
    await backUp();
    const before = (await latest()).lookups?.[0];
    Object.assign(dev.lookups.get('CODES') ?? {}, { text: 'a\n', lastUpdated: TUESDAY, lockedBy: 'bob' });

    const report = await backUp();

    expect(report).toMatchObject({ complete: true, warnings: [{ id: 'lookup CODES' }] });
    expect(report.warnings[0]?.message).toMatch(/locked by bob/);
    expect((await latest()).lookups?.[0]).toEqual(before);
    Object.assign(dev.lookups.get('CODES') ?? {}, { lockedBy: undefined });
    expect(await backUp()).toMatchObject({ warnings: [], others: { exported: 1 } });
  });

  test('what is deleted meanwhile is not in the snapshot, with a warning', async () => {
    dev.refusals.set('export lookup CODES', 'not-found');
    const { client } = dev;
    const listed = await client.listLookups();
    let calls = 0;
    const shifting = {
      ...client,
      listLookups: async () =>
        calls++ === 0 ? listed : { ...listed, items: listed.items.filter(({ id }) => id !== 'CODES') },
    };

    const report = await workshop.backUp(shifting, { kinds: ALL });

    expect(report).toMatchObject({ complete: true, warnings: [{ id: 'lookup CODES' }] });
    expect((await latest()).lookups?.map(({ id }) => id)).toEqual(['LOGINS']);
  });

  test('what every other request would meet stops the backup without a snapshot', async () => {
    dev.refusals.set('export lookup', 'rate-limited');

    await expect(backUp()).rejects.toThrow(/rate-limited/);

    expect(await workshop.vault.listSnapshots('dev')).toEqual([]);
  });
});

test('a backup cut off among the other kinds goes on where it was, by the same listings', async () => {
  dev.refusals.set('export library', 'rate-limited');
  await expect(backUp()).rejects.toThrow(/rate-limited/);
  const stored = await archives();
  dev.refusals.clear();
  dev.asked.splice(0);

  expect(await backUp()).toMatchObject({
    complete: true,
    others: { counts: { projects: 1, lookups: 2, libraries: 1 } },
  });

  expect(dev.asked.filter((what) => what.startsWith('list'))).toEqual([]);
  expect(await archives()).toEqual([...stored, 'libraries/dev/TOOLS/1.0.jar'].sort());
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
    dev.asked.splice(0);

    expect((await backUp({ scan: true })).warnings).toMatchObject([{ id: 'lookup LOGINS' }]);
    expect((await backUp({ scan: true })).warnings).toMatchObject([{ id: 'lookup LOGINS' }]);

    expect(exportsSeen()).toEqual([]);
  });

  test('takes a warning back when the value is gone', async () => {
    await backUp({ scan: true });
    Object.assign(dev.lookups.get('LOGINS') ?? {}, { text: 'system,password\nERP,\n', lastUpdated: TUESDAY });

    expect((await backUp({ scan: true })).warnings).toEqual([]);
  });
});
