/** Projects restored over HTTP, by the rules of the simulated instance: states, passwords, what it refuses. */
import { describe, expect, test } from 'vitest';
import { Interrupted } from '../../../functions/core/errors.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import type { RestoreReport } from '../../../functions/jobs/restore/restore-options.ts';
import { onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { buildProject, type SampleProject } from '../../core/archive/kinds-forge.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/server.ts';
import { WAITING } from '../deploy/install-bench.ts';
import { useWorkshop } from '../workshop.ts';
import { restoringFrom, SHOP_SETTINGS } from './restore-bench.ts';

const workshop = useWorkshop();
const { start } = workshop;

const SHOP: SampleProject = {
  code: 'SHOP',
  marker: 'captured',
  integrations: [
    { code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED' },
    { code: 'NIGHTLY', version: '01.00.0000', state: 'ACTIVATED', schedule: 'FREQ=DAILY' },
  ],
};
const EDITED = { ...SHOP, marker: 'edited since' };

const takeSnapshot = async (): Promise<Manifest> => {
  const { simulator, oic } = await start();
  simulator.instance.addProject(buildProject(SHOP));
  simulator.instance.setProjectSchedule('SHOP', 'NIGHTLY|01.00.0000', 'started');
  return workshop.snapshotOf(oic, { kinds: onlyKinds(() => true) });
};

const restoreReplacing = restoringFrom(workshop, { existing: 'replace', concurrency: 4 });
const restoreInto = (oic: OicClient, manifest: Manifest, connections = {}): Promise<RestoreReport> =>
  restoreReplacing(oic, manifest, {}, { connections });

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

    const report = await restoreInto(oic, manifest, SHOP_SETTINGS);

    expect(report).toMatchObject({ activated: 2, scheduled: 1, failures: [], connections: [] });
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
    expect(JSON.stringify(report)).not.toContain('p-of-the-shop');
  });

  test('is imported all the same without settings; what its connections lack is listed once, and the next run activates it', async () => {
    const manifest = await takeSnapshot();
    const { simulator, oic } = await start();

    const first = await restoreInto(oic, manifest);
    const second = await restoreInto(oic, manifest, SHOP_SETTINGS);

    expect(first.connections).toMatchObject([{ id: 'SHOP_REST in project SHOP', missing: ['username', 'password'] }]);
    expect(first.failures).toMatchObject([
      {
        step: 'connect',
        id: 'SHOP_REST in project SHOP',
        dependents: expect.arrayContaining(['NIGHTLY|01.00.0000 in project SHOP', 'ORDER|01.00.0000 in project SHOP']),
      },
    ]);
    expect(second).toMatchObject({ activated: 2, failures: [], kinds: { projects: { created: 0 } } });
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
  });

  test('has each that was refused tried again once another of it is active', async () => {
    const manifest = await takeSnapshot();
    const { simulator, oic } = await start();
    simulator.faults.add({ match: { kind: 'activate', times: 1 }, answer: { status: 400 } });

    expect(await restoreInto(oic, manifest, SHOP_SETTINGS)).toMatchObject({ activated: 2, failures: [] });

    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
    expect(simulator.stats().byKind.activate).toBe(3);
  });

  test('is left where it is when it is stopped: what was begun is brought to its end, the rest is named', async () => {
    const manifest = await takeSnapshot();
    const { simulator, oic } = await start();
    const stop = new AbortController();
    const now = (): number => {
      if (simulator.stats().byKind.activate) stop.abort(new Interrupted('stopped'));
      return WAITING.now();
    };

    const { activated, left, failures } = await restoreReplacing(
      oic,
      manifest,
      {},
      { connections: SHOP_SETTINGS, stop: stop.signal, waiting: { ...WAITING, now } },
    );

    expect({ activated, failures }).toEqual({ activated: 1, failures: [] });
    expect(left).toEqual([
      { id: 'ORDER|01.00.0000 in project SHOP', phase: 'activating in projects', does: 'activate-inside' },
    ]);
    expect(statesOf(simulator)).toEqual(['NIGHTLY|01.00.0000 ACTIVATED started', 'ORDER|01.00.0000 CONFIGURED null']);
  });

  test('has connections that only the console reaches: that is said, with what to do', async () => {
    const manifest = await takeSnapshot();
    const { oic } = await start({ behaviour: { projectConnections: 404 } });

    const { connections } = await restoreInto(oic, manifest, SHOP_SETTINGS);

    expect(connections).toMatchObject([
      { id: 'SHOP_REST in project SHOP', problem: expect.stringMatching(/in the console, which alone reaches it/) },
    ]);
  });
});

const CHAIN: SampleProject = {
  code: 'CHAIN',
  integrations: [
    { code: 'A', version: '01.00.0000', calls: [{ code: 'B' }] },
    { code: 'B', version: '01.00.0000', calls: [{ code: 'C', version: '01.00.0000' }] },
    { code: 'C', version: '01.00.0000' },
  ],
};

describe('a project whose integrations call each other', () => {
  const chainOf = ({ instance }: Simulator): string[] =>
    instance.listProjects().flatMap(({ integrations }) => integrations.map(({ id, status }) => `${id} ${status}`));
  const ALL = ['A', 'B', 'C'].map((code) => `${code}|01.00.0000 ACTIVATED`);
  const snapshotOfChain = async (): Promise<Manifest> => {
    const { simulator, oic } = await start();
    simulator.instance.addProject(buildProject(CHAIN));
    return workshop.snapshotOf(oic, { kinds: onlyKinds(() => true) });
  };

  test('is activated the called first: none is asked for twice', async () => {
    const manifest = await snapshotOfChain();
    const { simulator, oic } = await start();

    expect(await restoreInto(oic, manifest, SHOP_SETTINGS)).toMatchObject({ activated: 3, failures: [] });

    expect(chainOf(simulator)).toEqual(ALL);
    expect(simulator.stats().byKind.activate).toBe(3);
  });

  test('runs again as it did when it could not be replaced', async () => {
    const manifest = await snapshotOfChain();
    const { simulator, oic } = await start();
    simulator.instance.addProject(buildProject({ ...CHAIN, marker: 'edited since' }));
    simulator.faults.add({ match: { kind: 'project-replace', everyNth: 2 }, answer: { status: 400 } });

    expect(await restoreInto(oic, manifest)).toMatchObject({ failures: [{ id: 'project CHAIN' }] });

    expect(chainOf(simulator)).toEqual(ALL);
  });
});

const NO_SUCH_CALL = [404, 405, 501] as const;

describe('a project that the target has with other content', () => {
  const arrange = async (behaviour: SimulatorOptions['behaviour'] = {}) => {
    const manifest = await takeSnapshot();
    const target = await start({ behaviour });
    target.simulator.instance.addProject(buildProject(EDITED));
    target.simulator.instance.setProjectSchedule('SHOP', 'NIGHTLY|01.00.0000', 'started');
    return { manifest, ...target, before: target.simulator.instance.listProjects() };
  };
  const isAsBefore = ({ instance }: Simulator, before: ReturnType<Simulator['instance']['listProjects']>): void => {
    const states = (projects: typeof before) =>
      projects.map(({ integrations, contentDigest }) => ({ integrations, contentDigest }));
    expect(states(instance.listProjects())).toEqual(states(before));
  };

  test.each([
    ['refused', 412, 2],
    ['accepted', 'accept', 1],
  ] as const)(
    'is replaced in place and keeps its passwords, whether that is %s while it runs',
    async (_, answer, puts) => {
      const { manifest, simulator, oic } = await arrange({ projectPutOnActive: answer });

      const report = await restoreInto(oic, manifest);

      expect(report).toMatchObject({
        activated: 2,
        scheduled: 1,
        failures: [],
        connections: [],
        kinds: { projects: { replaced: 1 } },
      });
      expect(statesOf(simulator)).toEqual(AS_CAPTURED);
      expect(simulator.stats().byKind).toMatchObject({ 'project-replace': puts });
      expect(simulator.stats().byKind['project-delete']).toBeUndefined();
      expect(await restoreInto(oic, manifest)).toMatchObject({ activated: 0, kinds: { projects: { skipped: 1 } } });
    },
  );

  test('gets the settings of the target again where replacing it loses them', async () => {
    const { manifest, simulator, oic } = await arrange({ projectPutPasswords: 'are-lost' });

    expect(await restoreInto(oic, manifest, SHOP_SETTINGS)).toMatchObject({
      activated: 2,
      failures: [],
      connections: [],
    });
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
  });

  test.each(NO_SUCH_CALL)(
    'is stopped, deleted, imported and started where replacing answers %i',
    async (projectPut) => {
      const { manifest, simulator, oic } = await arrange({ projectPut });

      const report = await restoreInto(oic, manifest, SHOP_SETTINGS);

      expect(report).toMatchObject({ activated: 2, failures: [], kinds: { projects: { replaced: 1 } } });
      expect(statesOf(simulator)).toEqual(AS_CAPTURED);
      expect(simulator.stats().byKind).toMatchObject({ 'project-replace': 1, 'project-delete': 1 });
    },
  );

  test.each(NO_SUCH_CALL)(
    'is not touched where replacing answers %i and deleting it would lose passwords',
    async (projectPut) => {
      const { manifest, simulator, oic, before } = await arrange({ projectPut });

      const { failures } = await restoreInto(oic, manifest);

      expect(failures).toMatchObject([
        { id: 'project SHOP', message: expect.stringMatching(/left as it is.*without losing passwords.*SHOP_REST/) },
      ]);
      isAsBefore(simulator, before);
      expect(simulator.stats().byKind).not.toHaveProperty('project-delete');
      expect(simulator.stats().byKind).not.toHaveProperty('deactivate');
    },
  );

  test.each([
    ['at once', { times: 1 }],
    ['after all of it was stopped', { everyNth: 2, times: 1 }],
  ] as const)('is as it was before when replacing it is refused %s', async (_, match) => {
    const { manifest, simulator, oic, before } = await arrange();
    simulator.faults.add({ match: { kind: 'project-replace', ...match }, answer: { status: 400 } });

    const { failures } = await restoreInto(oic, manifest);

    expect(failures).toMatchObject([
      { id: 'project SHOP', step: 'replace', message: expect.stringMatching(/as before/) },
    ]);
    isAsBefore(simulator, before);
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
  });

  test('is replaced once when the answer to that is lost', async () => {
    const { manifest, simulator, oic } = await arrange({ projectPutOnActive: 'accept' });
    simulator.faults.add({ match: { kind: 'project-replace', times: 1 }, answer: 'reset-after' });

    expect(await restoreInto(oic, manifest)).toMatchObject({ failures: [], kinds: { projects: { replaced: 1 } } });
    expect(simulator.stats().byKind['project-replace']).toBe(1);
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
  });

  test.each([
    ['its deletion is refused', 'project-delete', 423, 1],
    ['the import is refused', 'project-import', 400, 1],
  ] as const)('is as it was before when there is no replacing and %s', async (_, kind, status, times) => {
    const { manifest, simulator, oic, before } = await arrange({ projectPut: 404 });
    simulator.faults.add({ match: { kind, times }, answer: { status } });

    const { failures } = await restoreInto(oic, manifest, SHOP_SETTINGS);

    expect(failures).toMatchObject([{ id: 'project SHOP', step: 'replace' }]);
    isAsBefore(simulator, before);
    expect(statesOf(simulator)).toEqual(AS_CAPTURED);
  });
});

test('many projects are listed once for a plan, and found one by one then', async () => {
  const codes = ['SHOP', 'STORE', 'STALL'];
  const source = await start();
  for (const code of codes) source.simulator.instance.addProject(buildProject({ ...SHOP, code }));
  const manifest = await workshop.snapshotOf(source.oic, { kinds: onlyKinds(() => true) });
  const { simulator, oic } = await start();
  for (const code of codes) simulator.instance.addProject(buildProject({ ...EDITED, code }));

  expect(await restoreInto(oic, manifest, SHOP_SETTINGS)).toMatchObject({ activated: 6, failures: [] });

  // And once more for what is left to do by hand.
  expect(simulator.stats().byKind['project-list']).toBe(2);
});
