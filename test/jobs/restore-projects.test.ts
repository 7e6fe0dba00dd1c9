/** Projects restored over HTTP, by the rules of the simulated instance: states, passwords, what it refuses. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { onlyKinds } from '../../functions/core/kinds.ts';
import type { Manifest } from '../../functions/core/manifest.ts';
import { createForgetfulJournal } from '../../functions/jobs/journal.ts';
import { type RestoreReport, restore } from '../../functions/jobs/restore.ts';
import type { OicClient } from '../../functions/oic/client.ts';
import { buildProject, type SampleProject } from '../core/kinds-forge.ts';
import { connectTo } from '../oic/simulated.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/server.ts';
import { WAITING } from './install-bench.ts';
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

const SHOP: SampleProject = {
  code: 'SHOP',
  marker: 'captured',
  integrations: [
    { code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED' },
    { code: 'NIGHTLY', version: '01.00.0000', state: 'ACTIVATED', schedule: 'FREQ=DAILY' },
  ],
};
const EDITED = { ...SHOP, marker: 'edited since' };

const start = async (options: SimulatorOptions = {}): Promise<{ simulator: Simulator; oic: OicClient }> => {
  const simulator = await startSimulator(options);
  const oic = connectTo(simulator);
  open.push(simulator, oic);
  return { simulator, oic };
};

const takeSnapshot = async (): Promise<Manifest> => {
  const { simulator, oic } = await start();
  simulator.instance.addProject(buildProject(SHOP));
  simulator.instance.setProjectSchedule('SHOP', 'NIGHTLY|01.00.0000', 'started');
  const { snapshot } = await workshop.backUp(oic, { kinds: onlyKinds(() => true) });
  return workshop.vault.getSnapshot('dev', snapshot);
};

const SETTINGS = {
  SHOP_REST: {
    securityPolicy: 'BASIC_AUTH',
    securityProperties: [
      { propertyName: 'username', propertyValue: 'u' },
      { propertyName: 'password', propertyValue: 'p-of-the-shop' },
    ],
  },
};

const restoreInto = (oic: OicClient, manifest: Manifest, connections = {}): Promise<RestoreReport> =>
  restore(
    {
      oic,
      vault: workshop.vault,
      journal: createForgetfulJournal(() => Promise.resolve()),
      connections,
      waiting: WAITING,
      progress: { phase: () => undefined, tick: () => undefined },
    },
    manifest,
    {
      only: [],
      existing: 'replace',
      mirror: false,
      activation: 'as-captured',
      allowIncomplete: false,
      dryRun: false,
      concurrency: 4,
    },
  );

const statesOf = ({ instance }: Simulator): string[] =>
  instance
    .listProjects()
    .flatMap(({ integrations }) => integrations.map(({ id, status, schedule }) => `${id} ${status} ${schedule}`))
    .sort();
const AS_CAPTURED = ['NIGHTLY|01.00.0000 ACTIVATED started', 'ORDER|01.00.0000 ACTIVATED null'];

describe('a project that the target lacks', () => {
  test("gets the target's settings for its connections, is activated, and its schedule starts", async () => {
    const manifest = await takeSnapshot();
    const { simulator, oic } = await start();

    const report = await restoreInto(oic, manifest, SETTINGS);

    expect(report).toMatchObject({ activated: 2, scheduled: 1, failures: [], connections: [] });
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
    expect(JSON.stringify(report)).not.toContain('p-of-the-shop');
  });

  test('is imported all the same without settings; what its connections lack is listed once, and the next run activates it', async () => {
    const manifest = await takeSnapshot();
    const { simulator, oic } = await start();

    const first = await restoreInto(oic, manifest);
    const second = await restoreInto(oic, manifest, SETTINGS);

    expect(first.connections).toMatchObject([{ id: 'SHOP_REST in project SHOP', missing: ['username', 'password'] }]);
    expect(first.failures.map(({ id, step }) => `${step} ${id}`).sort()).toEqual([
      'activate NIGHTLY|01.00.0000 in project SHOP',
      'activate ORDER|01.00.0000 in project SHOP',
    ]);
    expect(second).toMatchObject({ activated: 2, failures: [], kinds: { projects: { created: 0 } } });
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
  });

  test('has connections that only the console reaches: that is said, with what to do', async () => {
    const manifest = await takeSnapshot();
    const { oic } = await start({ behaviour: { projectConnections: 404 } });

    const { connections } = await restoreInto(oic, manifest, SETTINGS);

    expect(connections).toMatchObject([
      { id: 'SHOP_REST in project SHOP', problem: expect.stringMatching(/in the console, which alone reaches it/) },
    ]);
  });
});

describe('a project that the target has with other content', () => {
  const arrange = async () => {
    const manifest = await takeSnapshot();
    const target = await start();
    target.simulator.instance.addProject(buildProject(EDITED));
    target.simulator.instance.setProjectSchedule('SHOP', 'NIGHTLY|01.00.0000', 'started');
    return { manifest, ...target, before: target.simulator.instance.listProjects() };
  };

  test('is replaced: stopped, deleted, imported, configured and started', async () => {
    const { manifest, simulator, oic } = await arrange();

    const report = await restoreInto(oic, manifest, SETTINGS);

    expect(report).toMatchObject({ activated: 2, failures: [], kinds: { projects: { replaced: 1 } } });
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
  });

  test.each([
    ['its deletion is refused', 'project-delete', 423, 1],
    ['the import is refused', 'project-import', 400, 1],
  ] as const)('is as it was before when %s', async (_, kind, status, times) => {
    const { manifest, simulator, oic, before } = await arrange();
    simulator.faults.add({ match: { kind, times }, answer: { status } });

    const { failures } = await restoreInto(oic, manifest, SETTINGS);

    expect(failures).toMatchObject([{ id: 'project SHOP', step: 'replace' }]);
    const after = simulator.instance.listProjects();
    expect(after.map(({ contentDigest }) => contentDigest)).toEqual(before.map(({ contentDigest }) => contentDigest));
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
  });
});
