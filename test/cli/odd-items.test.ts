/** What an instance tells in a form that nobody expects costs itself alone, by name, in every command. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { buildLibrary, buildProject } from '../core/archive/kinds-forge.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Simulator } from '../simulator/server.ts';
import { useDesk } from './use-desk.ts';

const desk = useDesk();
let dev: Simulator;
let prod: Simulator;
const VERSION = '01.00.0000';
const lastUpdated = new Date('2026-09-17T19:23:49.887Z');

const fill = ({ instance }: Simulator): void => {
  for (const code of ['ALPHA', 'BETA', 'GAMMA']) {
    const packageName = code === 'ALPHA' ? 'acme' : undefined;
    const connections = [{ id: `${code}_REST` }];
    const bytes = buildSampleArchive({ code, version: VERSION, connections, ...(packageName && { packageName }) });
    instance.add(bytes, { status: 'CONFIGURED', lastUpdated });
  }
  for (const name of ['CODES', 'OTHER']) instance.saveLookup(name, ['A'], [], { lastUpdated });
  for (const code of ['TOOLS', 'TEXTS']) {
    instance.saveLibrary(code, VERSION, buildLibrary({ code, version: VERSION }), { lastUpdated });
  }
  for (const code of ['SHOP', 'STORE']) {
    const integrations = [
      { code: `${code}_ORDER`, version: VERSION },
      { code: `${code}_RETURN`, version: VERSION },
    ];
    instance.addProject(buildProject({ code, integrations }), { lastUpdated });
  }
  instance.agentGroups.set('ON_PREM', 'On premises');
};

beforeEach(async () => {
  [dev, prod] = await Promise.all([desk.startInstance(), desk.startInstance({ integrationInstance: 'sim-prod' })]);
  fill(dev);
  await desk.configure({ dev, prod });
});
const json = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await desk.oic(...args, '--json');
  return { exitCode, stderr, document: JSON.parse(stdout) };
};
const latest = async () => (await json('snapshots', 'dev')).document.snapshots[0].snapshot as string;
const distort = ({ instance }: Simulator, id: string, fields: object | null): void => {
  instance.oddities.set(id, (item) => (fields ? { ...item, ...fields } : null));
};

test('a backup saves all the rest, and names each of them as one failure', async () => {
  distort(dev, `ALPHA|${VERSION}`, { version: '1.0' });
  distort(dev, `BETA|${VERSION}`, { code: undefined, name: 'Beta itself' });
  distort(dev, 'CODES', { name: 7, id: 'CODES' });
  distort(dev, `TOOLS|${VERSION}`, { version: null });
  distort(dev, 'SHOP', { code: null, id: null, name: 'The shop' });
  distort(dev, `STORE_ORDER|${VERSION}`, { status: null });
  distort(dev, 'ALPHA_REST', { id: null });
  distort(dev, 'acme', null);
  distort(dev, 'ON_PREM', { id: 5 });

  const { exitCode, document } = await json('backup', 'dev');

  expect(exitCode).toBe(1);
  expect(document).toMatchObject({ complete: false, integrations: 1, exported: 1 });
  expect(document.failures.map(({ id }: { id: string }) => id).sort()).toEqual(
    [
      'ALPHA|1.0',
      'Beta itself',
      'agent group On premises',
      'connection ALPHA_REST',
      'library TOOLS',
      'lookup 7',
      'package number 1 in the listing',
      'project The shop',
      `STORE_ORDER|${VERSION} in project STORE`,
    ].sort(),
  );
  const counts = { projects: 1, lookups: 1, libraries: 1, packages: 0, connections: 2, agentGroups: 0 };
  expect(document.others).toMatchObject({ counts, exported: 3 });
  const { stdout } = await desk.oic('backup', 'dev');
  expect(stdout).toMatch(/FAILED {3}listing the integrations of dev: ALPHA\|1\.0 cannot be used: .*not a version like/);
  expect(stdout).toMatch(/1 integration: 0 exported, 1 unchanged, 2 failed;/);
  expect(stdout).toMatch(/3 unchanged, 7 failed/);
});

test('a backup keeps what the snapshot before it holds of them, so that they are not taken for deleted', async () => {
  await json('backup', 'dev');
  const before = await latest();
  for (const id of [`ALPHA|${VERSION}`, `STORE_ORDER|${VERSION}`]) distort(dev, id, { status: null });
  distort(dev, 'CODES', { lockedFlag: 'perhaps' });
  distort(dev, `TOOLS|${VERSION}`, { lastUpdatedBy: 4 });
  distort(dev, 'SHOP', { name: 4 });
  dev.instance.remove(`GAMMA|${VERSION}`);

  expect((await json('backup', 'dev')).document).toMatchObject({ complete: false, integrations: 2, exported: 0 });
  const { document } = await json('diff', `dev@${before}`, 'dev@latest');

  expect(document.removed).toMatchObject([{ id: `GAMMA|${VERSION}` }]);
  const quiet = { added: [], removed: [], changed: [] };
  expect(document.others.kinds).toMatchObject({ lookups: quiet, libraries: quiet, projects: quiet });
});

test('a backup heeds what the settings leave out', async () => {
  distort(dev, `ALPHA|${VERSION}`, { version: '1.0' });
  await desk.configure({ dev, prod }, { backup: { exclude: ['ALPHA'] } });

  expect((await json('backup', 'dev')).document).toMatchObject({ complete: true, integrations: 2, failures: [] });
});

test('list gives the rest and a warning', async () => {
  distort(dev, `ALPHA|${VERSION}`, { version: '1.0' });
  distort(dev, 'CODES', { name: 7 });

  const all = await json('list', 'dev');
  const lookups = await json('list', 'dev', '--kind', 'lookups');

  expect(all.document).toMatchObject({
    integrations: [{ code: 'BETA' }, { code: 'GAMMA' }],
    warnings: [{ id: 'ALPHA|1.0' }],
  });
  expect(lookups.document).toMatchObject({ lookups: [{ id: 'OTHER' }], warnings: [{ id: '7' }] });
  for (const { exitCode, stderr } of [all, lookups])
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^warning: listing/)]);
});

test('diff with an instance says that they could not be compared, and calls none of them removed', async () => {
  await json('backup', 'dev');
  distort(dev, `ALPHA|${VERSION}`, { status: null });
  distort(dev, 'CODES', { lockedFlag: 'perhaps' });
  distort(dev, `STORE_ORDER|${VERSION}`, { status: null });
  distort(dev, `BETA|${VERSION}`, { version: '1.0' });

  const { document } = await json('diff', 'dev@latest', 'dev');

  expect(document).toMatchObject({ added: [], removed: [], changed: [] });
  expect(document.contentUnknown.map(({ id }: { id: string }) => id)).toEqual([`ALPHA|${VERSION}`, `BETA|${VERSION}`]);
  const { lookups, projects } = document.others.kinds;
  expect([lookups, projects]).toMatchObject([
    { removed: [], contentUnknown: [{ id: 'CODES' }] },
    { removed: [], contentUnknown: [{ id: 'STORE' }] },
  ]);
});

test('diff calls nothing removed that may be what tells nothing of itself', async () => {
  await json('backup', 'dev');
  distort(dev, `ALPHA|${VERSION}`, null);

  const { document } = await json('diff', 'dev@latest', 'dev');

  expect(document).toMatchObject({ removed: [], contentUnknown: [{ id: `ALPHA|${VERSION}` }] });
});

test('a restore that mirrors leaves them as they are, and says so', async () => {
  await json('backup', 'dev');
  fill(prod);
  const extra = buildSampleArchive({ code: 'EXTRA', version: VERSION });
  prod.instance.add(extra, { status: 'CONFIGURED' });
  const moreThanThat = buildSampleArchive({ code: 'ODD', version: VERSION });
  prod.instance.add(moreThanThat, { status: 'CONFIGURED' });
  distort(prod, `ALPHA|${VERSION}`, { status: null });
  distort(prod, `ODD|${VERSION}`, { version: '1.0' });
  distort(prod, 'CODES', { lockedFlag: 'perhaps' });
  distort(prod, `STORE_ORDER|${VERSION}`, { status: null });

  const { exitCode, document } = await json('restore', 'dev', '--to', 'prod', '--mirror', '--yes');

  expect(exitCode).toBe(1);
  expect(document.deleted).toBe(1);
  expect(prod.instance.list().map(({ code }) => code)).toEqual(['ALPHA', 'BETA', 'GAMMA', 'ODD']);
  const failures = document.failures.map(({ id, step }: { id: string; step: string }) => `${step} ${id}`);
  expect(failures.sort()).toEqual([
    `read-target ALPHA|${VERSION}`,
    'read-target lookup CODES',
    'read-target project STORE',
  ]);
  expect(prod.requests.filter(({ kind }) => ['import', 'lookup-import', 'project-import'].includes(kind))).toEqual([]);
});

test('one that tells nothing of itself may be any that is missing: what was known stays, and a comparison removes nothing', async () => {
  await desk.oic('backup', 'dev');
  const before = await latest();
  distort(dev, 'CODES', null);
  distort(dev, `ALPHA|${VERSION}`, null);
  await sleep(1_100);

  await desk.oic('backup', 'dev');

  const { document } = await json('diff', `dev@${before}`, 'dev@latest');
  expect(document).toMatchObject({ removed: [], others: { kinds: { lookups: { removed: [] } } } });
});
