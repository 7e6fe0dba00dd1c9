/** Schedules on hold, without a definition, and those that cannot be asked: through backups, restores and deployments. */
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { setSchedule } from '../../../functions/jobs/changes/schedule.ts';
import type { RestoreReport } from '../../../functions/jobs/restore/restore-options.ts';
import { onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { buildProject } from '../../core/archive/kinds-forge.ts';
import { createLonelyTime } from '../../oic/http/virtual-time.ts';
import { failureOf } from '../../oic/simulated.ts';
import { buildSampleArchive, type SampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import type { ScheduleState } from '../../simulator/holds/holdings.ts';
import type { Simulator } from '../../simulator/server.ts';
import { openInstallBench, stateOf, WAITING } from '../deploy/install-bench.ts';
import { restoringFrom, SHOP_SETTINGS } from '../restore/restore-bench.ts';
import { useWorkshop } from '../workshop.ts';

const ID = 'FLOW|01.00.0000';
const workshop = useWorkshop({ behaviour: { importedConnection: 'CONFIGURED' } });
const { start } = workshop;

const flow = (code = 'FLOW', more: Partial<SampleArchive> = {}) =>
  buildSampleArchive({ code, version: '01.00.0000', schedule: 'FREQ=DAILY', ...more });

const startWith = async (scheduleState: ScheduleState, behaviour: Partial<Behaviour> = {}) => {
  const started = await start({ behaviour });
  started.simulator.instance.add(flow(), { status: 'ACTIVATED', scheduleState });
  return started;
};

/** Projects are exported by POST. */
const asked = ({ requests }: Simulator): string[] =>
  requests
    .filter(({ method, kind }) => method !== 'GET' && kind !== 'token' && kind !== 'project-export')
    .map(({ kind }) => kind);

/** Minutes that take no time. */
const quickClock = () => {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms: number): Promise<void> => {
      now += ms;
    },
  };
};

describe('a schedule that is to be changed', () => {
  test.each([
    ['stopped', 'started', ['start']],
    ['stopped', 'paused', ['start', 'pause']],
    ['started', 'paused', ['pause']],
    ['started', 'stopped', ['stop']],
    ['paused', 'started', ['resume']],
    ['paused', 'stopped', ['stop']],
    ['paused', 'paused', []],
  ] as const)('goes from %s to %s by %j, also when that takes its time', async (from, to, verbs) => {
    for (const behaviour of [{}, { scheduleChangeMs: 60, scheduleSuccess: 200 }] as const) {
      const { simulator, oic } = await startWith(from, behaviour);

      await setSchedule(oic, ID, to, WAITING);

      expect(simulator.instance.get(ID)?.schedule).toBe(to);
      expect(asked(simulator)).toEqual(verbs.map((verb) => `schedule-${verb}`));
    }
  });

  test.each(['starting', 'pausing', 'resuming', 'stopping'] as const)(
    'is waited for while it is %s on its own',
    async (state) => {
      const { simulator, oic } = await startWith(state);
      setTimeout(() => simulator.instance.setSchedule(ID, 'paused'), 80);

      await setSchedule(oic, ID, 'paused', WAITING);

      expect(asked(simulator)).toEqual([]);
    },
  );

  test('and is stuck is asked to go on, as Oracle documents it; one that stays stuck is told', async () => {
    const { simulator, oic } = await startWith('pausing');
    const clock = quickClock();

    await setSchedule(oic, ID, 'paused', clock);

    expect(simulator.instance.get(ID)?.schedule).toBe('paused');
    expect(simulator.requests.filter(({ kind }) => kind === 'schedule-pause')).toMatchObject([
      { query: { async: 'true', retry: 'true' } },
    ]);
    simulator.instance.setSchedule(ID, 'stopping');
    expect((await failureOf(setSchedule(oic, ID, 'started', clock))).message).toBe(
      `whether stopping the schedule of ${ID} on dev was done is not known: stopping the schedule of ${ID} on dev is said to go on, and 60 s later the schedule of ${ID} on dev was still changing (about to stop). Look at the schedule of ${ID} on dev: \`oic show dev '${ID}'\``,
    );
  });

  test('is stopped and started where resuming is refused', async () => {
    const { simulator, oic } = await startWith('paused', { resume: 412 });

    await setSchedule(oic, ID, 'started', WAITING);

    expect(simulator.instance.get(ID)?.schedule).toBe('started');
    expect(asked(simulator)).toEqual(['schedule-resume', 'schedule-stop', 'schedule-start']);
  });

  test('is read after a refusal, which is no proof: what was presumed wrongly comes right all the same', async () => {
    const { simulator, oic } = await startWith('paused');

    await setSchedule(oic, ID, 'started', WAITING, { presumed: 'stopped' });

    expect(simulator.instance.get(ID)?.schedule).toBe('started');
    expect(asked(simulator)).toEqual(['schedule-start', 'schedule-resume']);
  });

  test.each([
    ['reset-after', 1],
    ['reset-before', 2],
    [{ status: 504, body: 'empty' }, 2],
  ] as const)('is settled by reading when the answer was lost (%j)', async (answer, times) => {
    const { simulator, oic } = await startWith('started');
    simulator.faults.add({ match: { kind: 'schedule-stop', times: 1 }, answer });

    await setSchedule(oic, ID, 'stopped', createLonelyTime());

    expect(simulator.instance.get(ID)?.schedule).toBe('stopped');
    expect(asked(simulator)).toEqual(Array.from({ length: times }, () => 'schedule-stop'));
  });

  test('fails when the change was taken and never came, in the words of what it is', async () => {
    const { simulator, oic } = await startWith('started', { scheduleChangeMs: 1 });
    const clock = quickClock();
    simulator.onRequest(({ kind }) => {
      if (kind === 'schedule-get') simulator.instance.setSchedule(ID, 'started');
    });

    expect((await failureOf(setSchedule(oic, ID, 'stopped', clock))).message).toMatch(
      /^stopping the schedule of FLOW\|01\.00\.0000 on dev is said to go on, but 60 s later .* was as before \(started\)$/,
    );
  });

  test('and that there is none of counts as stopped, and cannot be started', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(buildSampleArchive({ code: 'FLOW', version: '01.00.0000' }), { status: 'ACTIVATED' });

    await setSchedule(oic, ID, 'stopped', WAITING);

    expect((await failureOf(setSchedule(oic, ID, 'started', WAITING))).message).toMatch(
      /cannot be started: there is none/,
    );
    expect(asked(simulator)).toEqual([]);
  });
});

const restoreInto = restoringFrom(workshop, { concurrency: 4 }, { connections: SHOP_SETTINGS });

const onSchedules = ({ byHand }: RestoreReport): string[] =>
  byHand.flatMap(({ kind, id }) => (kind === 'integrations' ? [id] : []));

const snapshotOf = (oic: OicClient): Promise<Manifest> =>
  workshop.snapshotOf(oic, { kinds: onlyKinds((kind) => kind === 'projects') });

const everything = ({ instance }: Simulator) => [
  ...instance.list().map(({ id, status, schedule, contentDigest }) => ({ id, status, schedule, contentDigest })),
  ...instance.listProjects(),
];

const SHOP = buildProject({
  code: 'SHOP',
  integrations: [
    { code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED', schedule: 'FREQ=DAILY' },
    { code: 'STOCK', version: '01.00.0000', state: 'ACTIVATED', schedule: 'FREQ=DAILY' },
  ],
});
const ORDER = 'ORDER|01.00.0000';

/** One of each: running, on hold, stopped, and one whose schedule was deleted, which 412 tells. */
const fill = ({ instance }: Simulator): void => {
  for (const state of ['started', 'paused', 'stopped'] as const)
    instance.add(flow(state.toUpperCase()), { status: 'ACTIVATED', scheduleState: state });
  instance.add(buildSampleArchive({ code: 'NONE', version: '01.00.0000' }), { status: 'ACTIVATED' });
  instance.addProject(SHOP);
  instance.setProjectSchedule('SHOP', ORDER, 'paused');
  instance.setProjectSchedule('SHOP', 'STOCK|01.00.0000', 'started');
};

const PARAMETERS = { lastExecutionTime: '2026-01-01T00:00:00Z', size: '50' };
const withParameters = (code = 'FLOW', more: Partial<SampleArchive> = {}) =>
  flow(code, { scheduleParameters: PARAMETERS, ...more });
const RAN = { lastExecutionTime: '2026-11-23T02:00:00Z' };

const schedulesOf = ({ integrations }: { integrations: Manifest['integrations'] }) =>
  Object.fromEntries(integrations.map(({ code, schedule }) => [code, schedule]));

describe.each<Partial<Behaviour>>([
  {},
  { missingSchedule: 404, scheduleSuccess: 200, pausedWord: 'PAUSED' },
  { scheduleChangeMs: 30, errorBody: 'empty' },
  { activationStartsSchedule: true },
  { activationStartsSchedule: true, scheduleChangeMs: 30 },
])('a snapshot with schedules in every state, of instances with %j', (behaviour) => {
  test('is restored as it was, on hold what was on hold, and a second restore writes nothing', async () => {
    const source = await start({ behaviour });
    fill(source.simulator);
    const manifest = await snapshotOf(source.oic);
    const target = await start({ behaviour });

    const report = await restoreInto(target.oic, manifest);

    expect(schedulesOf(manifest)).toEqual({ STARTED: 'started', PAUSED: 'paused', STOPPED: 'stopped', NONE: null });
    expect(manifest.projects?.[0]?.integrations.map(({ schedule }) => schedule)).toEqual(['paused', 'started']);
    expect(manifest).toMatchObject({ complete: true, warnings: [] });
    expect(report).toMatchObject({ scheduled: 4, failures: [] });
    expect(onSchedules(report)).toEqual([]);
    expect(everything(target.simulator)).toEqual(everything(source.simulator));
    const before = asked(target.simulator).length;
    for (const existing of ['skip', 'replace'] as const) {
      expect(await restoreInto(target.oic, manifest, { existing })).toMatchObject({ scheduled: 0, failures: [] });
    }
    expect(asked(target.simulator)).toHaveLength(before);
  });
});

test('the plan says how a schedule comes to be on hold', async () => {
  const source = await startWith('paused');
  const target = await start();

  const { plan } = await restoreInto(target.oic, await snapshotOf(source.oic), { dryRun: true });

  expect(plan.map((step) => step.do)).toEqual(['import', 'connect', 'activate', 'start-schedule', 'pause-schedule']);
  expect(plan[3]?.reason).toMatch(/only one that runs can be put on hold, which is next/);
});

test.each([
  ['started', 'paused', ['schedule-pause'], 'pause-schedule'],
  ['paused', 'started', ['schedule-resume'], 'resume-schedule'],
] as const)('a schedule that is %s in the target and was %s is brought there', async (now, was, requests, step) => {
  const source = await startWith(was);
  const manifest = await snapshotOf(source.oic);
  const target = await startWith(now);

  const report = await restoreInto(target.oic, manifest);

  expect(report.plan.map(({ do: what }) => what)).toEqual([step]);
  expect(asked(target.simulator)).toEqual(requests);
  expect(target.simulator.instance.get(ID)?.schedule).toBe(was);
});

test('with --mirror one on hold that did not run is stopped, and one that is not in the snapshot goes', async () => {
  const source = await startWith('stopped');
  const manifest = await snapshotOf(source.oic);
  const target = await startWith('paused');
  target.simulator.instance.add(flow('EXTRA'), { status: 'ACTIVATED', scheduleState: 'paused' });

  const report = await restoreInto(target.oic, manifest, { mirror: true });

  expect(report).toMatchObject({ failures: [], deleted: 1 });
  expect(target.simulator.instance.list()).toMatchObject([{ id: ID, status: 'ACTIVATED', schedule: 'stopped' }]);
});

describe('a schedule that cannot be asked', () => {
  const refuse = ({ faults }: Simulator): void => {
    faults.add({ match: { kind: 'schedule-get' }, answer: { status: 500, body: 'oracle' } });
  };
  const takeSnapshot = async (): Promise<Manifest> => {
    const { simulator, oic } = await startWith('started');
    simulator.instance.addProject(SHOP);
    refuse(simulator);
    return snapshotOf(oic);
  };

  test('costs a warning with its id, and neither the archive nor the snapshot', async () => {
    const manifest = await takeSnapshot();

    expect(manifest).toMatchObject({ complete: true, failures: [] });
    expect(manifest.integrations).toMatchObject([
      { schedule: null, scheduleUnknown: true, archive: { bytes: expect.any(Number) } },
    ]);
    expect(manifest.projects).toMatchObject([
      { archive: { bytes: expect.any(Number) }, integrations: [{ scheduleUnknown: true }, { scheduleUnknown: true }] },
    ]);
    expect(manifest.warnings.map(({ id }) => id)).toEqual([
      ID,
      'ORDER|01.00.0000 in project SHOP',
      'STOCK|01.00.0000 in project SHOP',
    ]);
    expect(manifest.warnings[0]?.message).toMatch(
      /what its schedule does is not known, for it could not be asked: .*500/,
    );
  });

  test('is not touched by a restore, which says what is left to a person', async () => {
    const manifest = await takeSnapshot();
    const target = await startWith('paused');

    const report = await restoreInto(target.oic, manifest, { mirror: false });

    expect(report).toMatchObject({ failures: [] });
    expect(onSchedules(report)).toEqual([ID, 'ORDER|01.00.0000 in project SHOP', 'STOCK|01.00.0000 in project SHOP']);
    expect(report.byHand[0]?.todo).toMatch(/see to its schedule/);
    expect(target.simulator.instance.get(ID)?.schedule).toBe('paused');
    expect(target.simulator.instance.listProjects()).toMatchObject([
      { integrations: [{ schedule: 'stopped' }, { schedule: 'stopped' }] },
    ]);
  });

  test('is put back as it was in the target when its integration is replaced', async () => {
    const manifest = await takeSnapshot();
    const target = await start();
    target.simulator.instance.add(flow('FLOW', { marker: 'other' }), { status: 'ACTIVATED', scheduleState: 'paused' });

    const report = await restoreInto(target.oic, manifest, { existing: 'replace' });

    expect(report).toMatchObject({ replaced: 1, failures: [] });
    expect(target.simulator.instance.get(ID)?.schedule).toBe('paused');
  });

  test('in the target keeps that one from being replaced, and no other', async () => {
    const source = await startWith('started');
    source.simulator.instance.add(flow('OTHER'), { status: 'ACTIVATED' });
    const manifest = await snapshotOf(source.oic);
    const target = await start();
    target.simulator.instance.add(flow('FLOW', { marker: 'other' }), { status: 'ACTIVATED', scheduleState: 'started' });
    refuse(target.simulator);

    const report = await restoreInto(target.oic, manifest, { existing: 'replace' });

    expect(report).toMatchObject({ created: 1, activated: 1, failures: [{ id: ID, step: 'refuse' }] });
    expect(report.failures[0]?.message).toMatch(/nobody knows what its own schedule does in the target/);
    expect(target.simulator.instance.get(ID)).toMatchObject({ status: 'ACTIVATED', schedule: 'started' });
  });
});

describe('a deployment over an integration whose schedule is on hold', () => {
  const bench = async () => {
    const opened = await openInstallBench();
    workshop.open.push(opened);
    return opened;
  };

  test('leaves it on hold, and the same again changes nothing', async () => {
    const { simulator, oic } = await startWith('paused');
    const { install } = await bench();
    const bytes = flow('FLOW', { marker: 'new' });

    const outcome = await install(oic, bytes);

    expect(outcome).toMatchObject({ state: 'deployed' });
    expect(outcome.steps.map((step) => step.do)).toEqual([
      'keep-copy',
      'stop-schedule',
      'deactivate',
      'replace',
      'connect',
      'activate',
      'start-schedule',
      'pause-schedule',
    ]);
    expect(simulator.instance.get(ID)).toMatchObject({ status: 'ACTIVATED', schedule: 'paused' });
    expect(await install(oic, bytes)).toMatchObject({ state: 'unchanged', steps: [] });
  });

  test.each(['deactivate', 'replace', 'activate', 'schedule-start', 'schedule-pause'] as const)(
    'goes back to on hold when %s is refused',
    async (kind) => {
      const { simulator, oic } = await startWith('paused');
      const { install } = await bench();
      const before = stateOf(simulator);
      simulator.faults.add({ match: { kind, times: 1 }, answer: { status: 500, body: 'oracle' } });

      expect(await install(oic, flow('FLOW', { marker: 'new' }))).toMatchObject({ state: 'rolled-back' });

      expect(before).toMatchObject([{ schedule: 'paused' }]);
      expect(stateOf(simulator)).toEqual(before);
    },
  );

  test('of which another version takes the place, hands it on; and back when that fails', async () => {
    const { simulator, oic } = await startWith('paused');
    const { install } = await bench();
    const before = stateOf(simulator);
    simulator.faults.failActivation('FLOW|01.01.0000', 'no', 1);

    expect(await install(oic, flow('FLOW', { version: '01.01.0000' }))).toMatchObject({ state: 'rolled-back' });
    expect(stateOf(simulator)).toEqual(before);
    expect(await install(oic, flow('FLOW', { version: '01.01.0000' }))).toMatchObject({ state: 'deployed' });

    expect(simulator.instance.list()).toMatchObject([
      { id: ID, status: 'CONFIGURED', schedule: 'stopped' },
      { id: 'FLOW|01.01.0000', status: 'ACTIVATED', schedule: 'paused' },
    ]);
  });
});

describe.each([0, 30])('where an activation starts the schedule, which takes %i ms,', (scheduleChangeMs) => {
  const behaviour = { activationStartsSchedule: true, scheduleChangeMs };
  const bench = async () => {
    const opened = await openInstallBench();
    workshop.open.push(opened);
    return opened;
  };

  test.each(['stopped', 'started', 'paused'] as const)(
    'a deployment leaves one that is %s as it was',
    async (state) => {
      const { simulator, oic } = await startWith(state, behaviour);
      const { install } = await bench();
      const bytes = flow('FLOW', { marker: 'new' });

      expect(await install(oic, bytes)).toMatchObject({ state: 'deployed' });

      expect(simulator.instance.get(ID)).toMatchObject({ status: 'ACTIVATED', schedule: state });
      expect(await install(oic, bytes)).toMatchObject({ state: 'unchanged' });
    },
  );

  test('one that is new to the target does not run', async () => {
    const { simulator, oic } = await start({ behaviour });
    const { install } = await bench();

    expect(await install(oic, flow())).toMatchObject({ state: 'deployed' });

    expect(simulator.instance.get(ID)).toMatchObject({ status: 'ACTIVATED', schedule: 'stopped' });
  });

  test('a roll-back leaves one that did not run stopped', async () => {
    const { simulator, oic } = await startWith('stopped', behaviour);
    const { install } = await bench();
    const before = stateOf(simulator);
    simulator.faults.failActivation(ID, 'no', 1);

    expect(await install(oic, flow('FLOW', { marker: 'new' }))).toMatchObject({ state: 'rolled-back' });

    expect(stateOf(simulator)).toEqual(before);
  });
});

describe('the parameters of a schedule', () => {
  const startRun = async (behaviour: Partial<Behaviour> = {}, scheduleState: ScheduleState = 'started') => {
    const started = await start({ behaviour });
    started.simulator.instance.add(withParameters(), { status: 'ACTIVATED', scheduleState });
    started.simulator.instance.setParameters(ID, RAN);
    return started;
  };
  const asParameters = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => ({ name, value }));

  test.each([false, true])(
    'are in the snapshot, listed or not (%s); a night asks only what has some',
    async (listedParameters) => {
      const { simulator, oic } = await startRun({ listedParameters });
      simulator.instance.add(flow('PLAIN'), { status: 'ACTIVATED', scheduleState: 'started' });
      const first = await snapshotOf(oic);
      simulator.instance.setParameters(ID, { size: '60' });
      const gets = () => simulator.requests.filter(({ kind }) => kind === 'get').map(({ id }) => id);
      const before = gets().length;

      const second = await snapshotOf(oic);

      const told = ({ integrations }: Manifest) => integrations.map(({ scheduleParameters }) => scheduleParameters);
      expect(told(first)).toContainEqual(asParameters({ ...PARAMETERS, ...RAN }));
      expect(told(second)).toContainEqual(asParameters({ ...PARAMETERS, ...RAN, size: '60' }));
      expect(told(second)).toContainEqual([]);
      expect(gets().slice(before)).toEqual(listedParameters ? [] : [ID]);
    },
  );

  test('that look like secrets are in no snapshot, only their names', async () => {
    const { simulator, oic } = await start();
    const values = { apiToken: 'tiger-in-the-tank', note: 'Bearer abcdefgh12345678' };
    simulator.instance.add(flow('FLOW', { scheduleParameters: values }), { status: 'ACTIVATED' });

    const manifest = await snapshotOf(oic);

    expect(manifest.integrations[0]?.scheduleParameters).toEqual([{ name: 'apiToken' }, { name: 'note' }]);
    expect(await workshop.everything()).not.toMatch(/tiger-in-the-tank|abcdefgh12345678/);
  });

  test('are restored when that is asked for, and a second restore writes nothing', async () => {
    const source = await startRun({}, 'paused');
    const manifest = await snapshotOf(source.oic);
    const target = await start();
    const options = { scheduleParameters: true };

    const report = await restoreInto(target.oic, manifest, options);

    expect(report).toMatchObject({ scheduled: 1, failures: [] });
    expect(report.plan.map((step) => step.do)).toEqual([
      'import',
      'connect',
      'activate',
      'set-parameters',
      'start-schedule',
      'pause-schedule',
    ]);
    expect(target.simulator.instance.get(ID)).toMatchObject({
      schedule: 'paused',
      parameters: { ...PARAMETERS, ...RAN },
    });
    expect(everything(target.simulator)).toEqual(everything(source.simulator));
    const before = asked(target.simulator).length;
    expect(await restoreInto(target.oic, manifest, options)).toMatchObject({ scheduled: 0, failures: [] });
    expect(asked(target.simulator)).toHaveLength(before);
    target.simulator.instance.setParameters(ID, PARAMETERS);
    const third = await restoreInto(target.oic, manifest, options);
    expect(third.plan).toMatchObject([
      { do: 'set-parameters', reason: expect.stringMatching(/^lastExecutionTime had/) },
    ]);
    expect(target.simulator.instance.get(ID)?.parameters).toEqual({ ...PARAMETERS, ...RAN });
  });

  test('are left to the target otherwise, also when its schedule is started', async () => {
    const source = await startRun();
    const manifest = await snapshotOf(source.oic);
    const [fresh, own] = [await start(), await startRun({ startParameters: 'reset' }, 'stopped')];
    own.simulator.instance.setParameters(ID, { size: '7' });

    await restoreInto(fresh.oic, manifest);
    await restoreInto(own.oic, manifest);

    expect(fresh.simulator.instance.get(ID)).toMatchObject({ schedule: 'started', parameters: PARAMETERS });
    expect(own.simulator.instance.get(ID)).toMatchObject({
      schedule: 'started',
      parameters: { ...PARAMETERS, ...RAN, size: '7' },
    });
  });

  test.each<Partial<Behaviour>>([{}, { startParameters: 'reset' }])(
    'survive a deployment, and one that is rolled back, with %j',
    async (behaviour) => {
      const { simulator, oic } = await startRun(behaviour);
      const bench = await openInstallBench();
      workshop.open.push(bench);
      const kept = { schedule: 'started', parameters: { ...PARAMETERS, ...RAN } };
      simulator.faults.failActivation(ID, 'no', 1);

      expect(await bench.install(oic, withParameters('FLOW', { marker: 'bad' }))).toMatchObject({
        state: 'rolled-back',
      });
      expect(simulator.instance.get(ID)).toMatchObject(kept);
      expect(await bench.install(oic, withParameters('FLOW', { marker: 'new' }))).toMatchObject({ state: 'deployed' });
      expect(simulator.instance.get(ID)).toMatchObject(kept);
    },
  );

  test('that a new version does not have are not sent to it', async () => {
    const { simulator, oic } = await startRun();
    const bench = await openInstallBench();
    workshop.open.push(bench);

    const outcome = await bench.install(
      oic,
      flow('FLOW', { version: '01.01.0000', scheduleParameters: { size: '1' } }),
    );

    expect(outcome).toMatchObject({ state: 'deployed' });
    expect(simulator.instance.get('FLOW|01.01.0000')).toMatchObject({
      schedule: 'started',
      parameters: { size: '50' },
    });
  });

  test('that were set and are not there afterwards fail the restore of that one, by name', async () => {
    const source = await startRun();
    const manifest = await snapshotOf(source.oic);
    const target = await start();
    target.simulator.onRequest(({ kind, id }) => {
      if (kind === 'get' && id === ID) target.simulator.instance.setParameters(ID, { lastExecutionTime: 'never' });
    });

    const waiting = { deadlineMs: 60_000, ...createLonelyTime() };
    const { failures } = await restoreInto(target.oic, manifest, { scheduleParameters: true }, { waiting });

    expect(failures).toMatchObject([
      { id: ID, message: expect.stringMatching(/^setting the parameters lastExecutionTime of the schedule of FLOW/) },
    ]);
  });

  test('that cannot be read cost a warning, and what the schedule does is known all the same', async () => {
    const { simulator, oic } = await startRun();
    simulator.faults.add({ match: { kind: 'get' }, answer: { status: 500, body: 'oracle' } });

    const manifest = await snapshotOf(oic);

    expect(manifest).toMatchObject({ complete: true, integrations: [{ schedule: 'started' }] });
    expect(manifest.integrations[0]).not.toHaveProperty('scheduleParameters');
    expect(manifest.warnings).toMatchObject([
      { id: ID, message: expect.stringMatching(/^the parameters of its schedule/) },
    ]);
  });
});
