/** A file with a project into an instance that may have it already, by the rules of the simulated instance. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Imported } from '../../functions/jobs/changes/import-archive.ts';
import { importItem } from '../../functions/jobs/changes/import-item.ts';
import { RESTORED_KINDS } from '../../functions/kinds/all-kinds.ts';
import type { RestoredKind } from '../../functions/kinds/kind.ts';
import { buildProject, type SampleProject } from '../core/archive/kinds-forge.ts';
import { connectTo, failureOf } from '../oic/simulated.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/server.ts';
import { WAITING } from './deploy/install-bench.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let open: Array<{ close(): Promise<void> }>;
beforeEach(async () => {
  workshop = await openWorkshop();
  open = [workshop];
});
afterEach(async () => {
  for (const it of open.reverse()) await it.close();
});

const projects = RESTORED_KINDS.find(({ name }) => name === 'projects') as RestoredKind;

const SHOP: SampleProject = {
  code: 'SHOP',
  integrations: [
    { code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED' },
    { code: 'IDLE', version: '01.00.0000', state: 'CONFIGURED' },
    { code: 'NIGHTLY', version: '01.00.0000', state: 'ACTIVATED', schedule: 'FREQ=DAILY' },
  ],
};
const FILE = buildProject({ ...SHOP, marker: 'of the file' });

/** @returns what an import of the file does there; the vault is the workshop's, and `opened` tells whether it was needed */
const arrange = async (behaviour: SimulatorOptions['behaviour'] = {}, hasOwn = true) => {
  const simulator = await startSimulator({ behaviour });
  const oic = connectTo(simulator);
  open.push(simulator, oic);
  if (hasOwn) {
    simulator.instance.addProject(buildProject(SHOP));
    simulator.instance.setProjectSchedule('SHOP', 'NIGHTLY|01.00.0000', 'started');
  }
  let opened = 0;
  const importFile = async (bytes: Buffer): Promise<Imported['action']> => {
    const openVault = () => Promise.resolve(workshop.vault).finally(() => opened++);
    const services = { oic, connections: {}, waiting: WAITING, openVault };
    const read = await projects.restore.readFile(bytes, 'SHOP');
    return (await importItem(services, projects, read, bytes)).action;
  };
  return { simulator, importFile, opened: () => opened };
};

const statesOf = ({ instance }: Simulator): string[] =>
  instance
    .listProjects()
    .flatMap(({ integrations }) => integrations.map(({ id, status, schedule }) => `${id} ${status} ${schedule}`));
const RUNNING = [
  'IDLE|01.00.0000 CONFIGURED null',
  'NIGHTLY|01.00.0000 ACTIVATED started',
  'ORDER|01.00.0000 ACTIVATED null',
];
const contentOf = ({ instance }: Simulator): string | undefined => instance.listProjects()[0]?.contentDigest;

describe('an exported project', () => {
  test('is imported where there is none, and left alone where there is that; no vault is needed', async () => {
    const { importFile, opened } = await arrange({}, false);

    expect(await importFile(FILE)).toBe('imported');
    expect(await importFile(FILE)).toBe('unchanged');
    expect(opened()).toBe(0);
  });

  test.each([412, 'accept'] as const)(
    'replaces what is there in place, and what ran runs again (active while it is replaced: %s)',
    async (projectPutOnActive) => {
      const { simulator, importFile } = await arrange({ projectPutOnActive });
      const before = contentOf(simulator);

      expect(await importFile(FILE)).toBe('replaced');

      expect(statesOf(simulator)).toEqual(RUNNING);
      expect(contentOf(simulator)).not.toBe(before);
      expect(await workshop.files()).toContain('safety/dev/projects/SHOP.car');
    },
  );

  test('does not replace what would lose its passwords: nothing is touched', async () => {
    const { simulator, importFile } = await arrange({ projectPut: 501 });
    const before = contentOf(simulator);

    expect(await failureOf(importFile(FILE))).toMatchObject({
      message: expect.stringMatching(/^project SHOP was left as it is on dev: .*losing passwords.*SHOP_REST/),
    });

    expect(statesOf(simulator)).toEqual(RUNNING);
    expect(contentOf(simulator)).toBe(before);
    expect(simulator.stats().byKind).toMatchObject({ 'project-replace': 1 });
  });

  test('that cannot run gives way to what was there, which runs again', async () => {
    const { simulator, importFile } = await arrange();
    const before = contentOf(simulator);
    simulator.faults.failActivation('NIGHTLY|01.00.0000', 'no such table', 1);

    expect(await failureOf(importFile(FILE))).toMatchObject({
      message: expect.stringMatching(/no such table.*has its own project SHOP as before/),
    });

    expect(contentOf(simulator)).toBe(before);
    expect(statesOf(simulator)).toEqual(RUNNING);
  });
});
