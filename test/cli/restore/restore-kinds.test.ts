import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProjectArchive } from '../../../functions/core/archive/project-archive.ts';
import { buildLibrary, buildProject } from '../../core/archive/kinds-forge.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Simulator } from '../../simulator/server.ts';
import { useDesk } from '../use-desk.ts';

const desk = useDesk();
const SHOP = buildProject({
  code: 'SHOP',
  name: 'The shop',
  integrations: [
    { code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED' },
    { code: 'IDLE', version: '01.00.0000', state: 'CONFIGURED' },
  ],
});

const fill = ({ instance }: Simulator, hasProjects: boolean): void => {
  instance.add(buildSampleArchive({ code: 'HELLO', version: '01.00.0000' }), { status: 'ACTIVATED' });
  instance.saveLookup('CODES', ['a', 'b'], [['1', '2']]);
  instance.saveLookup('My lookup', ['x', 'y'], [['3', 'with, comma']]);
  instance.saveLibrary('TOOLS', '01.00.0000', buildLibrary({ code: 'TOOLS', version: '01.00.0000' }));
  instance.agentGroups.set('ON_PREM', 'On premises');
  if (hasProjects) instance.addProject(SHOP);
};

/** The instance as Oracle gives it back after a disaster: empty. */
const wipe = ({ instance }: Simulator): void => {
  for (const { id } of instance.list()) instance.remove(id);
  for (const { code } of instance.listProjects()) instance.removeProject(code);
  instance.lookups.clear();
  instance.libraries.clear();
  instance.connections.clear();
  instance.agentGroups.clear();
};

describe.each([
  ['Oracle Integration 3', 'oic3'],
  ['Gen 2', 'gen2'],
] as const)('an instance of %s with all its kinds, lost and restored', (_, generation) => {
  test('is what it was, but for what only a person can bring back', async () => {
    const prod = await desk.startInstance({ generation, behaviour: { importedConnection: 'CONFIGURED' } });
    fill(prod, generation === 'oic3');
    await desk.configure({ prod });
    expect(await desk.oic('backup', 'prod')).toMatchObject({ exitCode: 0 });
    wipe(prod);

    const planned = await desk.oic('restore', 'prod', '--to', 'prod', '--dry-run');
    const restored = await desk.oic('restore', 'prod', '--to', 'prod');
    const diff = JSON.parse((await desk.oic('diff', 'prod@latest', 'prod', '--json')).stdout);

    // That connections are configured when they arrive, nobody can foresee.
    expect(planned).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('has no settings for it') });
    expect(planned.stdout).toMatch(/import +lookup CODES +\(the target does not have it\)/);
    expect(restored).toMatchObject({ exitCode: 0 });
    expect(restored.stdout).toMatch(/lookups +2 created, 0 replaced, 0 skipped\n +libraries +1 created/);
    expect(restored.stdout).toMatch(/by hand +agent group ON_PREM \(On premises\): create this agent group/);
    expect(diff).toMatchObject({ added: [], removed: [], changed: [] });
    const { kinds } = diff.others;
    expect(Object.keys(kinds)).toEqual(expect.arrayContaining(['lookups', 'libraries', 'connections', 'agentGroups']));
    for (const [kind, found] of Object.entries<Record<string, unknown[]>>(kinds)) {
      const removed = kind === 'agentGroups' ? [{ id: 'ON_PREM' }] : [];
      expect([kind, found]).toMatchObject([kind, { added: [], removed, changed: [], contentUnknown: [] }]);
    }
    const states = prod.instance.listProjects().flatMap(({ integrations }) => integrations);
    expect(states.map(({ id, status }) => `${id} ${status}`).sort()).toEqual(
      generation === 'oic3' ? ['IDLE|01.00.0000 CONFIGURED', 'ORDER|01.00.0000 ACTIVATED'] : [],
    );
  });
});

test('other kinds are exported to files and imported from them, and Oracle is not asked for what it cannot do', async () => {
  const prod = await desk.startInstance({});
  const dr = await desk.startInstance({});
  fill(prod, true);
  await desk.configure({ prod, dr });
  const file = (name: string) => join(desk.directory, name);

  const exported = [
    await desk.oic('export', 'prod', 'SHOP', '--kind', 'project', '--out', file('shop.car')),
    await desk.oic('export', 'prod', 'My lookup', '--kind', 'lookup', '--out', desk.directory),
    await desk.oic('export', 'prod', 'TOOLS/01.00.0000', '--kind', 'library', '--json'),
  ];
  const imported = await desk.oic('import', 'dr', file('My lookup.csv'), '--kind', 'lookup');
  const library = await desk.oic('import', 'dr', file('TOOLS_01.00.0000.jar'), '--kind', 'library');
  const project = await desk.oic('import', 'dr', file('shop.car'), '--kind', 'project', '--json');
  const again = await desk.oic('import', 'dr', file('My lookup.csv'), '--kind', 'lookup');

  expect(exported.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(JSON.parse(exported[2]?.stdout ?? '')).toMatchObject({
    kind: 'libraries',
    id: 'TOOLS|01.00.0000',
    file: 'TOOLS_01.00.0000.jar',
  });
  expect(imported.stdout).toMatch(/^My lookup imported on dr/);
  expect(library.stdout).toMatch(/^TOOLS\|01\.00\.0000 imported on dr/);
  expect(JSON.parse(project.stdout)).toMatchObject({ results: [{ kind: 'projects', id: 'SHOP', action: 'imported' }] });
  expect(again.stdout).toMatch(/My lookup unchanged on dr/);

  prod.instance.editProject('SHOP', buildProject({ code: 'SHOP', name: 'Another' }));
  const [before] = prod.instance.listProjects();
  expect(await desk.oic('import', 'prod', file('shop.car'), '--kind', 'project')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^SHOP replaced on prod/),
  });
  expect(prod.instance.listProjects()).toMatchObject([{ name: 'The shop', integrations: before?.integrations }]);
  const kept = await readProjectArchive(await readFile(file('vault/safety/prod/projects/SHOP.car')));
  expect(kept).toMatchObject({ name: 'Another' });
  expect(await desk.oic('export', 'prod', 'NONE', '--kind', 'project')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/prod has no project NONE; `oic list prod --kind projects`/),
  });
  expect(await desk.oic('import', 'dr', file('shop.car'), '--kind', 'lookup')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/shop\.car was not sent: /),
  });
  expect(await desk.oic('import', 'dr', file('shop.car'), '--kind', 'package')).toMatchObject({ exitCode: 2 });
});

test('verify --rehearse restores all kinds into a throw-away instance, and compares them', async () => {
  const prod = await desk.startInstance({});
  fill(prod, true);
  await desk.configure({ prod });
  await desk.oic('backup', 'prod');

  const { exitCode, stdout } = await desk.oic('verify', 'prod', '--rehearse');

  expect(stdout).toMatch(/rehearsed: 1 integration, 1 project, 2 lookups, 1 library restored into .*, 0 differ/);
  expect(exitCode).toBe(0);
});
