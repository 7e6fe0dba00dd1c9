import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildLibrary, buildProject } from '../core/kinds-forge.ts';
import { buildSampleArchive } from '../simulator/sample-archive.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/server.ts';
import { type Desk, openDesk } from './typed.ts';

let desk: Desk;
let open: Array<{ close(): Promise<void> }>;
beforeEach(async () => {
  desk = await openDesk();
  open = [desk];
});
afterEach(async () => {
  for (const it of open.reverse()) await it.close();
});

const start = async (options: SimulatorOptions): Promise<Simulator> => {
  const simulator = await startSimulator(options);
  open.push(simulator);
  return simulator;
};

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
    const prod = await start({ generation, behaviour: { importedConnection: 'CONFIGURED' } });
    fill(prod, generation === 'oic3');
    await desk.configure({ prod });
    expect(await desk.oic('backup', 'prod')).toMatchObject({ exitCode: 0 });
    wipe(prod);

    const planned = await desk.oic('restore', 'prod', '--to', 'prod', '--dry-run');
    const restored = await desk.oic('restore', 'prod', '--to', 'prod');
    const diff = JSON.parse((await desk.oic('diff', 'prod@latest', 'prod', '--json')).stdout);

    expect(planned).toMatchObject({ exitCode: 0 });
    expect(planned.stdout).toMatch(/import +lookup CODES +\(the target does not have it\)/);
    expect(restored).toMatchObject({ exitCode: 0 });
    expect(restored.stdout).toMatch(/lookups +2 created, 0 replaced, 0 skipped\n +libraries +1 created/);
    expect(restored.stdout).toMatch(/by hand +agent group ON_PREM \(On premises\): create this agent group/);
    expect(diff).toMatchObject({ added: [], removed: [], changed: [] });
    for (const [kind, found] of Object.entries<Record<string, unknown[]>>(diff.kinds ?? {})) {
      const removed = kind === 'agentGroups' ? [{ id: 'ON_PREM' }] : [];
      expect([kind, found]).toMatchObject([kind, { added: [], removed, changed: [], contentUnknown: [] }]);
    }
    expect(prod.instance.listProjects()).toMatchObject(
      generation === 'oic3'
        ? [
            {
              code: 'SHOP',
              integrations: [
                { id: 'ORDER|01.00.0000', status: 'ACTIVATED' },
                { id: 'IDLE|01.00.0000', status: 'CONFIGURED' },
              ],
            },
          ]
        : [],
    );
  });
});
