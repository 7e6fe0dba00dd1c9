import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { takeLease } from '../../../functions/jobs/deploy/lease.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { createLonelyTime } from '../../oic/http/virtual-time.ts';
import { connectTo } from '../../oic/simulated.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/server.ts';
import { type InstallBench, openInstallBench, stateOf } from './install-bench.ts';

let bench: InstallBench;
let open: Array<{ close(): Promise<void> }>;
beforeEach(async () => {
  bench = await openInstallBench();
  open = [bench];
});
afterEach(async () => {
  for (const it of open.reverse()) await it.close();
});

const start = async (options: SimulatorOptions = {}): Promise<{ simulator: Simulator; oic: OicClient }> => {
  const simulator = await startSimulator(options);
  const oic = connectTo(simulator);
  open.push(simulator, oic);
  return { simulator, oic };
};

const OLD = 'FLOW|01.00.0000';
const NEW_MINOR = 'FLOW|01.01.0000';
const archiveOf = (version: string, marker: string) =>
  buildSampleArchive({ code: 'FLOW', version, schedule: 'FREQ=DAILY', marker });
const RUNNING = {
  status: 'ACTIVATED',
  scheduleState: 'started',
  tracing: { tracing: true, payload: false, recording: false },
} as const;

/** A refusal, which Oracle gives as 500 with its reason, at the step; the way back is free. */
const REFUSED = { status: 500, body: 'oracle' } as const;

describe('replacing an active, scheduled, traced integration', () => {
  test.each(['deactivate', 'replace', 'activate', 'schedule-start', 'connection-get'] as const)(
    'puts everything back when %s is refused',
    async (kind) => {
      const { simulator, oic } = await start();
      simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);
      simulator.instance.add(archiveOf('02.00.0000', 'beside'), RUNNING);
      const before = stateOf(simulator);
      // A read is tried six times before it counts as failed.
      simulator.faults.add({ match: { kind, times: kind === 'connection-get' ? 6 : 1 }, answer: REFUSED });

      const outcome = await bench.install(oic, archiveOf('01.00.0000', 'new'));

      expect(outcome.state).toBe('rolled-back');
      expect(outcome.message).toMatch(/test is as it was before|dev is as it was before/);
      expect(outcome.steps.at(-1)).toMatchObject({ do: 'roll-back', outcome: 'done' });
      expect(stateOf(simulator)).toEqual(before);
    },
  );

  test("puts everything back when the activation fails, and tells Oracle's reason without HTML", async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);
    const before = stateOf(simulator);
    simulator.faults.failActivation(OLD, '<br> the xpath expression in <case> is no boolean', 1);

    const outcome = await bench.install(oic, archiveOf('01.00.0000', 'new'));

    expect(outcome).toMatchObject({
      state: 'rolled-back',
      message: expect.stringContaining('the xpath expression in <case> is no boolean'),
    });
    expect(outcome.message).not.toContain('<br>');
    expect(stateOf(simulator)).toEqual(before);
  });

  test.each(['schedule-stop', 'deactivate', 'replace', 'activate', 'schedule-start'] as const)(
    'goes on when the answer to %s is lost, without doing it twice',
    async (kind) => {
      const { simulator, oic } = await start();
      simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);
      simulator.faults.add({ match: { kind, times: 1 }, answer: 'reset-after' });

      const outcome = await bench.install(oic, archiveOf('01.00.0000', 'new'));

      expect(outcome).toMatchObject({ state: 'deployed' });
      expect(simulator.instance.get(OLD)).toMatchObject({
        status: 'ACTIVATED',
        schedule: 'started',
        tracing: { tracing: true },
      });
      expect(simulator.requests.filter((request) => request.kind === kind)).toHaveLength(1);
    },
  );

  test.each(['replace', 'activate', 'deactivate'] as const)(
    'does %s when the request was lost before it was done',
    async (kind) => {
      const { simulator, oic } = await start();
      simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);
      const before = stateOf(simulator);
      simulator.faults.add({ match: { kind, times: 1 }, answer: 'reset-before' });

      const outcome = await bench.install(oic, archiveOf('01.00.0000', 'new'));

      // Either it was found not done and done again, or everything was put back; never in between.
      if (outcome.state === 'rolled-back') expect(stateOf(simulator)).toEqual(before);
      else expect(simulator.instance.get(OLD)).toMatchObject({ status: 'ACTIVATED', schedule: 'started' });
      expect(['deployed', 'rolled-back']).toContain(outcome.state);
    },
  );

  test("keeps the target's own copy first, byte for byte what Oracle exported", async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);
    const { archive } = await oic.exportIntegration(OLD);

    await bench.install(oic, archiveOf('01.00.0000', 'new'));

    const { readArchive } = await import('../../../functions/core/archive/integration-archive.ts');
    const kept = await bench.store.get('safety/dev/FLOW/01.00.0000.iar');
    expect((await readArchive(kept?.body ?? Buffer.alloc(0))).contentSha256).toBe(archive.contentSha256);
  });

  test('says exactly what the target is and how to repair it when the roll-back fails too', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);
    simulator.faults.failActivation(OLD, 'the limit of active integrations is reached');

    const outcome = await bench.install(oic, archiveOf('01.00.0000', 'new'));

    expect(outcome.state).toBe('failed');
    expect(outcome.message).toMatch(/The roll-back failed too/);
    expect(outcome.message).toMatch(/Now FLOW\|01\.00\.0000 is \w+ \(was active with its schedule running\)/);
    expect(outcome.message).toMatch(/oic deploy dev .*safety\/dev\/FLOW\/01\.00\.0000\.iar/);
  });
});

describe('a new minor version that takes the place of an active one', () => {
  test.each([
    ['and had not displaced it yet', false],
    ['and had displaced it', true],
  ])('is deleted again when its activation fails %s, and the old one runs on', async (_, failedActivationDisplaces) => {
    const { simulator, oic } = await start({ behaviour: { failedActivationDisplaces } });
    simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);
    const before = stateOf(simulator);
    simulator.faults.failActivation(NEW_MINOR, 'no', 1);

    const outcome = await bench.install(oic, archiveOf('01.01.0000', 'new'));

    expect(outcome.state).toBe('rolled-back');
    expect(stateOf(simulator)).toEqual(before);
  });

  test.each(['schedule-stop', 'import', 'activate', 'schedule-start'] as const)(
    'leaves no trace when %s is refused',
    async (kind) => {
      const { simulator, oic } = await start();
      simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);
      const before = stateOf(simulator);
      simulator.faults.add({ match: { kind, times: 1 }, answer: REFUSED });

      const outcome = await bench.install(oic, archiveOf('01.01.0000', 'new'));

      expect(outcome.state).toBe('rolled-back');
      expect(stateOf(simulator)).toEqual(before);
    },
  );

  test('runs on the schedule and with the tracing of the one it displaced', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);

    expect(await bench.install(oic, archiveOf('01.01.0000', 'new'))).toMatchObject({ state: 'deployed' });

    expect(simulator.instance.get(NEW_MINOR)).toMatchObject({
      status: 'ACTIVATED',
      schedule: 'started',
      tracing: { tracing: true },
    });
    expect(simulator.instance.get(OLD)).toMatchObject({ status: 'CONFIGURED', schedule: 'stopped' });
  });
});

describe('an archive that is new to the target and whose connection is not configured', () => {
  const usesErp = (marker: string) =>
    buildSampleArchive({
      code: 'USES',
      version: '01.00.0000',
      marker,
      connections: [{ id: 'ERP', properties: ['host'] }],
    });

  test('stays imported, and what the connection lacks is named as the template would write it', async () => {
    const { simulator, oic } = await start();

    const outcome = await bench.install(oic, usesErp('a'));

    expect(outcome).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/is imported on dev but not active/),
    });
    expect(outcome.connections).toMatchObject([{ id: 'ERP', missing: expect.arrayContaining(['host']) }]);
    const template = outcome.connections?.[0]?.template as {
      connectionProperties: Array<{ propertyName: string; propertyValue: string }>;
    };
    expect(template.connectionProperties).toContainEqual(
      expect.objectContaining({ propertyName: 'host', propertyValue: '' }),
    );
    expect(simulator.instance.get('USES|01.00.0000')?.status).not.toBe('ACTIVATED');
  });

  test("gets the target's own settings, is tested and activated", async () => {
    const { simulator, oic } = await start();
    const first = await bench.install(oic, usesErp('a'));
    const template = first.connections?.[0]?.template as Record<string, Array<{ propertyName: string }>>;
    const fill = (properties: Array<{ propertyName: string }> = []) =>
      properties.map(({ propertyName }) => ({ propertyName, propertyValue: 'SECRET-VALUE' }));
    const settings = {
      ERP: {
        connectionProperties: fill(template.connectionProperties),
        securityProperties: fill(template.securityProperties),
      },
    };
    const { handleDrop } = await import('../../../functions/jobs/deploy/handle-drop.ts');
    const { POLICY } = await import('./install-bench.ts');
    const { key, versionId } = await bench.store.put('deploy/dev/uses.iar', usesErp('a'));

    const result = await handleDrop(
      { ...bench.services(oic, 'dev'), target: { oic, connections: settings, policy: POLICY } },
      { key, versionId },
    );

    expect(result).toMatchObject({ kind: 'receipt', receipt: { state: 'deployed' } });
    expect(simulator.instance.connections.get('ERP')?.status).toBe('CONFIGURED');
    expect(JSON.stringify(result)).not.toContain('SECRET-VALUE');
  });
});

test('what a run on another version has left when it was killed is not undone long after', async () => {
  const { simulator, oic } = await start();
  const id = simulator.instance.add(archiveOf('01.09.0000', 'old'), { status: 'CONFIGURED' });
  const killed = await takeLease(bench.dropBox.lease('dev', 'FLOW'), bench.services(oic, 'dev').lease);
  const { tracing } = RUNNING;
  await killed?.undoLogOf().remember('FLOW|01.10.0000', {
    before: [
      { id: 'FLOW|01.09.0000', code: 'FLOW', version: '01.09.0000', isActive: true, schedule: 'started', tracing },
    ],
    copy: undefined,
  });
  await killed?.release();
  expect(await bench.install(oic, archiveOf('01.02.0000', 'new'))).toMatchObject({ state: 'deployed' });
  simulator.faults.failActivation('FLOW|01.03.0000', 'no', 1);

  expect(await bench.install(oic, archiveOf('01.03.0000', 'newer'))).toMatchObject({ state: 'rolled-back' });

  expect(simulator.instance.get('FLOW|01.02.0000')?.status).toBe('ACTIVATED');
  expect(simulator.instance.get(id)?.status).toBe('CONFIGURED');
});

test('one that was there, inactive and with the same content, is told to bear the mark of a failed activation', async () => {
  const { simulator, oic } = await start();
  simulator.instance.add(archiveOf('01.00.0000', 'same'), { status: 'CONFIGURED' });
  simulator.faults.failActivation(OLD, 'no', 1);

  const { message } = await bench.install(oic, archiveOf('01.00.0000', 'same'));

  expect(message).toMatch(
    /dev is as it was before: FLOW\|01\.00\.0000 is not active, which Oracle now shows as FAILEDACTIVATION$/,
  );
});

test('one that was there, inactive and with the same content, is inactive again when it becomes active too late', async () => {
  const { now, sleep } = createLonelyTime();
  const { simulator, oic } = await start({ now, activationMs: 12_000 });
  simulator.instance.add(archiveOf('01.00.0000', 'same'), { status: 'CONFIGURED' });
  let isAsked = false;
  simulator.onRequest(({ kind }) => {
    if (isAsked) simulator.instance.setStatus(OLD, 'CONFIGURED');
    isAsked ||= kind === 'deactivate';
  });

  const outcome = await bench.install(
    oic,
    archiveOf('01.00.0000', 'same'),
    {},
    {
      waiting: { deadlineMs: 10_000, now, sleep },
    },
  );

  expect(outcome).toMatchObject({ state: 'rolled-back', message: expect.stringContaining('10 s later') });
  expect(simulator.instance.get(OLD)?.status).toBe('CONFIGURED');
  expect(isAsked).toBe(true);
});

test.each([
  ['told', 2_000],
  ['told', 30_000],
  ['absent', 2_000],
  ['absent', 30_000],
] as const)(
  'nothing is rolled back because the status lags nine seconds behind (activationStatus %s, an activation of %i ms)',
  async (activationStatus, activationMs) => {
    const { now, sleep } = createLonelyTime();
    const { simulator, oic } = await start({ now, activationMs, behaviour: { statusLag: 9_000, activationStatus } });
    simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);

    const waiting = { deadlineMs: 600_000, now, sleep };
    expect(await bench.install(oic, archiveOf('01.00.0000', 'new'), {}, { waiting })).toMatchObject({
      state: 'deployed',
    });

    expect(simulator.instance.get(OLD)).toMatchObject({ status: 'ACTIVATED', schedule: 'started' });
    const changes = simulator.requests.filter(({ kind }) => kind === 'activate' || kind === 'deactivate');
    expect(changes.map(({ kind, status }) => [kind, status])).toEqual([
      ['deactivate', 200],
      ['activate', 200],
    ]);
  },
);

test('a lower version is not deployed over a newer active one, unless that is allowed', async () => {
  const { simulator, oic } = await start();
  simulator.instance.add(archiveOf('01.02.0000', 'newer'), RUNNING);

  expect(await bench.install(oic, archiveOf('01.01.0000', 'older'))).toMatchObject({ state: 'rejected', steps: [] });
  expect(simulator.requests.filter(({ method }) => method !== 'GET').map(({ kind }) => kind)).toEqual(['token']);
  expect(await bench.install(oic, archiveOf('01.01.0000', 'older'), { mayDowngrade: true })).toMatchObject({
    state: 'deployed',
  });
  expect(simulator.instance.get('FLOW|01.02.0000')?.status).toBe('CONFIGURED');
});

test.each([
  ['Gen 2, where activation is waited for', { generation: 'gen2', activationMs: 30 }],
  ['OIC 3, where it goes on in the background', { generation: 'oic3', activationMs: 30 }],
  ['an instance that lets active ones be replaced', { behaviour: { putOnActive: 'accept' } }],
  [
    'an instance that stops schedules by itself',
    { behaviour: { deactivateWithSchedule: 'stops', displacedSchedule: 'stops' } },
  ],
  ['an instance that answers imports 200 and replacements 204', { behaviour: { importSuccess: 200, putSuccess: 204 } }],
  ['an instance whose failed activations leave CONFIGURED', { behaviour: { failedActivationLeaves: 'CONFIGURED' } }],
] as const satisfies readonly (readonly [string, SimulatorOptions])[])('deploys to %s', async (_, options) => {
  const { simulator, oic } = await start(options);
  simulator.instance.add(archiveOf('01.00.0000', 'old'), RUNNING);

  expect(await bench.install(oic, archiveOf('01.00.0000', 'new'))).toMatchObject({ state: 'deployed' });
  expect(simulator.instance.get(OLD)).toMatchObject({ status: 'ACTIVATED', schedule: 'started' });
});

describe('on an instance where an archive sets connections back', () => {
  const OWN = 'https://erp.example.com';
  const SETTINGS = {
    ERP: {
      securityPolicy: 'BASIC_AUTH',
      securityProperties: [
        { propertyName: 'username', propertyValue: 'ann' },
        { propertyName: 'password', propertyValue: 'pass-1' },
      ],
    },
  };
  const flow = (marker: string, connectionUrl: string) =>
    buildSampleArchive({
      code: 'FLOW',
      version: '01.00.0000',
      marker,
      connections: [{ id: 'ERP', values: { connectionUrl } }],
    });

  test('what one brings with another address gets no secret, and the old one is active again with its own', async () => {
    const { simulator, oic } = await start({ behaviour: { importKeepsConnections: false } });
    simulator.instance.add(flow('old', OWN), { status: 'ACTIVATED' });

    const elsewhere = flow('new', 'https://attacker.example.net');
    expect(await bench.install(oic, elsewhere, {}, { connections: SETTINGS })).toMatchObject({ state: 'rolled-back' });

    expect(simulator.instance.get(OLD)?.status).toBe('ACTIVATED');
    const erp = simulator.instance.connections.get('ERP');
    expect(erp).toMatchObject({ status: 'CONFIGURED' });
    expect([erp?.properties.get('connectionUrl'), erp?.credentials.get('password')]).toEqual([OWN, 'pass-1']);
    const updates = simulator.requests.filter(({ kind }) => kind === 'connection-update');
    expect(updates).toHaveLength(1);
  });
});
