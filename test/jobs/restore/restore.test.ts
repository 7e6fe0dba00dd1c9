import { describe, expect, test } from 'vitest';
import { createLonelyTime } from '../../oic/http/virtual-time.ts';
import { failureOf } from '../../oic/simulated.ts';
import { buildSampleArchive, type SampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Simulator } from '../../simulator/server.ts';
import { storedFile } from '../../store/stored-file.ts';
import { WAITING } from '../deploy/install-bench.ts';
import { changesIn } from '../requests.ts';
import { useWorkshop } from '../workshop.ts';
import { restoringFrom } from './restore-bench.ts';

const workshop = useWorkshop();
const { start, snapshotOf } = workshop;
const restoreInto = restoringFrom(workshop);

/** Equal for two instances when content, status and schedule of everything are equal. */
const stateOf = ({ instance }: Simulator) =>
  new Map(
    instance.list().map(({ id, status, schedule, contentDigest }) => [id, `${status} ${schedule} ${contentDigest}`]),
  );

const flow = (code: string, more: Partial<SampleArchive> = {}) =>
  buildSampleArchive({ code, version: '01.00.0000', ...more });
const configured = (simulator: Simulator): void => {
  simulator.onRequest(() => {
    for (const connection of simulator.instance.connections.values()) connection.status = 'CONFIGURED';
  });
};

describe('a snapshot restored into an empty instance', () => {
  test('gives what was there: content, status, schedules, tracing', async () => {
    const source = await start();
    source.simulator.instance.add(flow('ACTIVE', { schedule: 'FREQ=DAILY' }), {
      status: 'ACTIVATED',
      scheduleState: 'started',
      tracing: { payload: true },
    });
    source.simulator.instance.add(flow('IDLE', { schedule: 'FREQ=DAILY' }), { status: 'ACTIVATED' });
    source.simulator.instance.add(flow('OFF'), { status: 'CONFIGURED' });
    const manifest = await snapshotOf(source.oic);
    const target = await start();
    configured(target.simulator);

    const report = await restoreInto(target.oic, manifest);

    expect(report).toMatchObject({
      created: 3,
      replaced: 0,
      activated: 2,
      scheduled: 1,
      skipped: 0,
      deleted: 0,
      failures: [],
      cycles: [],
    });
    expect(stateOf(target.simulator)).toEqual(stateOf(source.simulator));
    expect(target.simulator.instance.get('ACTIVE|01.00.0000')?.tracing).toMatchObject({ payload: true });
  });

  test('run again does nothing: no write is sent', async () => {
    const source = await start();
    for (let n = 0; n < 20; n++)
      source.simulator.instance.add(flow(`F${n}`, { schedule: 'FREQ=DAILY' }), {
        status: 'ACTIVATED',
        scheduleState: 'started',
      });
    const manifest = await snapshotOf(source.oic);
    const target = await start();
    configured(target.simulator);
    await restoreInto(target.oic, manifest);
    const before = changesIn(target.simulator).length;

    for (const existing of ['skip', 'replace'] as const) {
      expect(await restoreInto(target.oic, manifest, { existing })).toMatchObject({
        created: 0,
        replaced: 0,
        activated: 0,
        skipped: 20,
        failures: [],
      });
    }
    expect(changesIn(target.simulator)).toHaveLength(before);
  });

  test('with --dry-run sends no write, and names the steps the run then does', async () => {
    const source = await start();
    source.simulator.instance.add(flow('CALLER', { calls: [{ code: 'Z_CALLED', version: '01.00.0000' }] }), {
      status: 'ACTIVATED',
    });
    source.simulator.instance.add(flow('Z_CALLED'), { status: 'ACTIVATED' });
    const manifest = await snapshotOf(source.oic);
    const target = await start();
    configured(target.simulator);

    const planned = await restoreInto(target.oic, manifest, { dryRun: true });
    expect(changesIn(target.simulator)).toEqual([]);
    expect(planned.plan.filter((step) => step.do === 'activate').map(({ id }) => id)).toEqual([
      'Z_CALLED|01.00.0000',
      'CALLER|01.00.0000',
    ]);
    expect(planned.plan.every(({ reason }) => reason.length > 0)).toBe(true);

    const report = await restoreInto(target.oic, manifest);
    expect(report.plan).toEqual(planned.plan);
    expect(changesIn(target.simulator).filter((write) => write.startsWith('activate'))).toEqual([
      'activate Z_CALLED|01.00.0000',
      'activate CALLER|01.00.0000',
    ]);
  });

  test("tests connections with the target's own settings, and lists once what is still missing", async () => {
    const source = await start();
    const uses = (code: string, id: string) => flow(code, { connections: [{ id, properties: ['host'] }] });
    for (const [code, connection] of [
      ['A', 'ERP'],
      ['B', 'ERP'],
      ['C', 'HCM'],
    ] as const) {
      source.simulator.instance.add(uses(code, connection), { status: 'ACTIVATED' });
    }
    const manifest = await snapshotOf(source.oic);
    const target = await start();
    const first = await restoreInto(target.oic, manifest);
    expect(first).toMatchObject({ created: 3, activated: 0 });
    expect(first.connections.map(({ id }) => id).sort()).toEqual(['ERP', 'HCM']);
    expect(first.failures).toMatchObject([
      { id: 'ERP', step: 'connect', dependents: ['A|01.00.0000', 'B|01.00.0000'] },
      { id: 'HCM', step: 'connect', dependents: ['C|01.00.0000'] },
    ]);
    expect(first.failures[0]?.message).toContain('2 integrations were not activated because of it: A|01.00.0000, B');

    const { template } = first.connections.find(({ id }) => id === 'ERP') as { template: object };
    const filled = JSON.parse(JSON.stringify(template).replaceAll('"propertyValue":""', '"propertyValue":"x"'));
    const second = await restoreInto(target.oic, manifest, {}, { connections: { ERP: filled } });

    expect(second).toMatchObject({ created: 0, activated: 2 });
    expect(second.connections.map(({ id }) => id)).toEqual(['HCM']);
  });
});

describe('what keeps a restore from being run', () => {
  const incomplete = async () => {
    const source = await start();
    source.simulator.instance.add(flow('FINE'));
    source.simulator.instance.add(flow('BAD'));
    source.simulator.faults.add({ match: { kind: 'export', id: 'BAD|01.00.0000' }, answer: { status: 503 } });
    return snapshotOf(source.oic);
  };

  test('an incomplete snapshot, unless that is allowed', async () => {
    const manifest = await incomplete();
    const { simulator, oic } = await start();
    configured(simulator);

    expect((await failureOf(restoreInto(oic, manifest))).message).toMatch(/is incomplete.*--allow-incomplete/);
    expect(simulator.requests).toEqual([]);
    const report = await restoreInto(oic, manifest, { allowIncomplete: true });
    expect(report).toMatchObject({ created: 1 });
    expect(report.failures).toMatchObject([{ id: 'BAD|01.00.0000', step: 'read-archive' }]);
  });

  test('--mirror with an incomplete snapshot or with --only: nothing is deleted', async () => {
    const manifest = await incomplete();
    const { simulator, oic } = await start();
    simulator.instance.add(flow('MINE'), { status: 'ACTIVATED' });

    expect((await failureOf(restoreInto(oic, manifest, { mirror: true, allowIncomplete: true }))).message).toMatch(
      /--mirror would delete/,
    );
    expect(
      (await failureOf(restoreInto(oic, { ...manifest, complete: true }, { mirror: true, only: ['FINE'] }))).message,
    ).toMatch(/do not go together/);
    expect(simulator.requests).toEqual([]);
  });

  test('a damaged or missing archive: it is named before anything of it is sent, the others are restored', async () => {
    const source = await start();
    for (const code of ['A', 'B', 'C']) source.simulator.instance.add(flow(code));
    const manifest = await snapshotOf(source.oic);
    const [a, b] = manifest.integrations;
    const { open: openFile } = await import('node:fs/promises');
    const file = await openFile(await storedFile(workshop.directory, a?.archive?.key ?? ''), 'r+');
    await file.write(Buffer.from('damage'), 0, 6, 300);
    await file.close();
    await workshop.store.deleteVersion(b?.archive?.key ?? '', b?.archive?.versionId ?? '');
    const { simulator, oic } = await start();
    configured(simulator);

    const report = await restoreInto(oic, manifest);

    expect(report).toMatchObject({ created: 1 });
    expect(report.failures).toMatchObject([
      { id: 'A|01.00.0000', step: 'read-archive', message: expect.stringContaining('damaged') },
      { id: 'B|01.00.0000', step: 'read-archive', message: expect.stringContaining('missing') },
    ]);
    expect(changesIn(simulator)).toEqual(['import C|01.00.0000', 'activate C|01.00.0000']);
  });

  test('a pattern that matches nothing', async () => {
    const source = await start();
    source.simulator.instance.add(flow('A'));
    const manifest = await snapshotOf(source.oic);

    expect((await failureOf(restoreInto(source.oic, manifest, { only: ['A*', 'TYPO*'] }))).message).toContain(
      '--only TYPO*',
    );
  });
});

test('--only restores what its patterns match, by code, id or glob', async () => {
  const source = await start();
  for (const code of ['PAY_A', 'PAY_B', 'ORD_A']) source.simulator.instance.add(flow(code));
  source.simulator.instance.add(buildSampleArchive({ code: 'ORD_A', version: '02.00.0000' }));
  const manifest = await snapshotOf(source.oic);
  const restored = async (...only: string[]) => {
    const { simulator, oic } = await start();
    await restoreInto(oic, manifest, { only });
    return simulator.instance.list().map(({ id }) => id);
  };

  expect(await restored('PAY_*')).toEqual(['PAY_A|01.00.0000', 'PAY_B|01.00.0000']);
  expect(await restored('ORD_A/02.00.0000')).toEqual(['ORD_A|02.00.0000']);
  expect(await restored('ORD_A', 'PAY_A|01*')).toEqual(['ORD_A|01.00.0000', 'ORD_A|02.00.0000', 'PAY_A|01.00.0000']);
});

describe('a snapshot restored into an instance that has some of it', () => {
  const arrange = async () => {
    const source = await start();
    const { instance } = source.simulator;
    instance.add(flow('SAME'), { status: 'ACTIVATED' });
    instance.add(flow('OTHER', { marker: 'captured' }), { status: 'ACTIVATED' });
    instance.add(flow('LOCKED', { marker: 'captured' }), { status: 'CONFIGURED' });
    instance.add(flow('NEW'), { status: 'ACTIVATED' });
    instance.add(flow('BACK'), { status: 'ACTIVATED' });
    const manifest = await snapshotOf(source.oic);
    const target = await start();
    configured(target.simulator);
    const { instance: there } = target.simulator;
    there.add(flow('SAME'), { status: 'CONFIGURED' });
    there.add(flow('OTHER', { marker: 'edited since' }), { status: 'ACTIVATED' });
    there.add(flow('LOCKED', { marker: 'edited since' }), { status: 'CONFIGURED', lockedBy: 'bob@example.com' });
    there.add(buildSampleArchive({ code: 'BACK', version: '01.01.0000' }), { status: 'ACTIVATED' });
    there.add(flow('EXTRA', { schedule: 'FREQ=DAILY' }), { status: 'ACTIVATED', scheduleState: 'started' });
    return { source, manifest, target };
  };

  test('leaves what differs, by default, and says what it left', async () => {
    const { manifest, target } = await arrange();

    const report = await restoreInto(target.oic, manifest);

    expect(changesIn(target.simulator).sort()).toEqual([
      'activate NEW|01.00.0000',
      'activate SAME|01.00.0000',
      'import NEW|01.00.0000',
    ]);
    expect(report).toMatchObject({ created: 1, activated: 2, skipped: 2 });
    expect(report.plan).toContainEqual({
      do: 'skip',
      id: 'OTHER|01.00.0000',
      kind: 'integrations',
      reason: expect.stringContaining('left as it is'),
    });
    expect(report.failures.map(({ id, step, message }) => [id, step, message])).toEqual([
      ['BACK|01.00.0000', 'refuse', expect.stringContaining('the newer BACK|01.01.0000 out of service')],
    ]);
  });

  test('replaces what differs when told to, keeps a copy first, and never touches what is the same', async () => {
    const { source, manifest, target } = await arrange();

    const planned = await restoreInto(target.oic, manifest, { existing: 'replace', dryRun: true });
    const report = await restoreInto(target.oic, manifest, { existing: 'replace' });

    expect(report.plan).toEqual(planned.plan);
    expect(report).toMatchObject({ created: 1, replaced: 1, activated: 3, deleted: 0 });
    expect(report.failures.map(({ id, step, message }) => [id, step, message])).toEqual([
      ['BACK|01.00.0000', 'refuse', expect.any(String)],
      ['LOCKED|01.00.0000', 'refuse', expect.stringContaining('bob@example.com')],
    ]);
    const [there, captured] = [target.simulator, source.simulator].map(({ instance }) =>
      instance.get('OTHER|01.00.0000'),
    );
    expect(there).toMatchObject({ status: 'ACTIVATED', contentDigest: captured?.contentDigest });
    expect(await workshop.store.get('safety/dev/OTHER/01.00.0000.iar')).toBeDefined();
    expect(target.simulator.instance.get('EXTRA|01.00.0000')).toMatchObject({
      status: 'ACTIVATED',
      schedule: 'started',
    });
  });

  test('names the copy of what it replaced and then could not activate', async () => {
    const { manifest, target } = await arrange();
    target.simulator.faults.failActivation('OTHER|01.00.0000', 'no', 1);

    const { failures } = await restoreInto(target.oic, manifest, { existing: 'replace' });

    expect(failures.find(({ id }) => id === 'OTHER|01.00.0000')).toMatchObject({
      step: 'activate',
      message: expect.stringMatching(/; it stays replaced, .* kept as safety\/dev\/OTHER\/01\.00\.0000\.iar in /),
    });
  });

  test('is made its mirror: what the snapshot does not hold is taken out of service and deleted', async () => {
    const { source, manifest, target } = await arrange();
    target.simulator.instance.unlock('LOCKED|01.00.0000');

    const report = await restoreInto(target.oic, manifest, { existing: 'replace', mirror: true });

    expect(report).toMatchObject({ deleted: 2, failures: [] });
    expect(stateOf(target.simulator)).toEqual(stateOf(source.simulator));
    const before = changesIn(target.simulator).length;
    expect(await restoreInto(target.oic, manifest, { existing: 'replace', mirror: true })).toMatchObject({
      deleted: 0,
      skipped: 5,
    });
    expect(changesIn(target.simulator)).toHaveLength(before);
  });

  test('keeps, as a mirror, what the backup was told to leave out', async () => {
    const source = await start();
    source.simulator.instance.add(flow('KEPT'));
    source.simulator.instance.add(flow('SCRATCH_1'));
    const manifest = await workshop.vault.getSnapshot(
      'dev',
      (await workshop.backUp(source.oic, { filter: { exclude: ['SCRATCH_*'] } })).snapshot,
    );
    const target = await start();
    configured(target.simulator);
    target.simulator.instance.add(flow('SCRATCH_2'));
    target.simulator.instance.add(flow('GONE'));

    await restoreInto(target.oic, manifest, { mirror: true });

    expect(target.simulator.instance.list().map(({ id }) => id)).toEqual(['KEPT|01.00.0000', 'SCRATCH_2|01.00.0000']);
  });
});

test('a connection that cannot be read is named, and costs only those that use it', async () => {
  const source = await start();
  const connections = (id: string) => [{ id, type: 'rest' }];
  source.simulator.instance.add(flow('A', { connections: connections('ONE') }), { status: 'ACTIVATED' });
  source.simulator.instance.add(flow('B', { connections: connections('TWO') }), { status: 'ACTIVATED' });
  const manifest = await snapshotOf(source.oic);
  const { simulator, oic } = await start();
  simulator.onRequest(() => {
    const two = simulator.instance.connections.get('TWO');
    if (two) two.status = 'CONFIGURED';
  });
  simulator.faults.add({ match: { kind: 'connection-get', id: 'ONE' }, answer: { status: 503 } });

  const report = await restoreInto(oic, manifest);

  expect(report.connections).toMatchObject([{ id: 'ONE', problem: expect.stringContaining('503') }]);
  expect(report.failures).toMatchObject([{ id: 'ONE', step: 'connect', dependents: ['A|01.00.0000'] }]);
  expect(simulator.instance.get('B|01.00.0000')?.status).toBe('ACTIVATED');
});

test('an integration that fails does not stop the others, its callers are still tried, and Oracle is quoted', async () => {
  const source = await start();
  source.simulator.instance.add(flow('CALLED'), { status: 'ACTIVATED' });
  source.simulator.instance.add(flow('CALLER', { calls: [{ code: 'CALLED', version: '01.00.0000' }] }), {
    status: 'ACTIVATED',
  });
  source.simulator.instance.add(flow('OTHER'), { status: 'ACTIVATED' });
  const manifest = await snapshotOf(source.oic);
  const target = await start();
  configured(target.simulator);
  target.simulator.faults.failActivation('CALLED|01.00.0000', '<br>the certificate has expired');

  const report = await restoreInto(target.oic, manifest);

  expect(report).toMatchObject({ created: 3, activated: 1 });
  expect(report.failures).toMatchObject([
    { id: 'CALLED|01.00.0000', step: 'activate', message: expect.stringContaining('the certificate has expired') },
    { id: 'CALLER|01.00.0000', step: 'activate' },
  ]);
  expect(changesIn(target.simulator)).toContain('activate CALLER|01.00.0000');
});

describe('what is being activated or deactivated', () => {
  const flow = (code: string, marker = 'a') => buildSampleArchive({ code, version: '01.00.0000', marker });

  test('when the snapshot is taken comes back as what it was about to be', async () => {
    const source = await start();
    source.simulator.instance.add(flow('ON'), { status: 'ACTIVATION_INPROGRESS' });
    source.simulator.instance.add(flow('OFF'), { status: 'DEACTIVATION_INPROGRESS' });
    const manifest = await snapshotOf(source.oic);
    expect(manifest.integrations.map(({ status }) => status)).toEqual([
      'DEACTIVATION_INPROGRESS',
      'ACTIVATION_INPROGRESS',
    ]);
    const { simulator, oic } = await start({ behaviour: { importedConnection: 'CONFIGURED' } });

    expect(await restoreInto(oic, manifest)).toMatchObject({ created: 2, activated: 1, failures: [] });

    expect(simulator.instance.list().map(({ id, status }) => [id, status])).toEqual([
      ['OFF|01.00.0000', 'CONFIGURED'],
      ['ON|01.00.0000', 'ACTIVATED'],
    ]);
    expect(await restoreInto(oic, manifest)).toMatchObject({ skipped: 2, created: 0, activated: 0, failures: [] });
  });

  test('in the target is waited for before the plan is made, also when it is to be taken away', async () => {
    const source = await start();
    source.simulator.instance.add(flow('KEPT', 'new'), { status: 'ACTIVATED' });
    const manifest = await snapshotOf(source.oic);
    const { simulator, oic } = await start({ behaviour: { importedConnection: 'CONFIGURED' } });
    simulator.instance.add(flow('KEPT', 'old'), { status: 'ACTIVATION_INPROGRESS' });
    simulator.instance.add(flow('EXTRA'), { status: 'DEACTIVATION_INPROGRESS' });
    let listings = 0;
    simulator.onRequest(({ kind }) => {
      if (kind !== 'list' || ++listings !== 3) return;
      simulator.instance.setStatus('KEPT|01.00.0000', 'ACTIVATED');
      simulator.instance.setStatus('EXTRA|01.00.0000', 'CONFIGURED');
    });

    const report = await restoreInto(oic, manifest, { mirror: true, existing: 'replace' });

    expect(report).toMatchObject({ replaced: 1, activated: 1, deleted: 1, failures: [] });
    expect(report.plan.map(({ do: what, id }) => `${what} ${id}`)).toEqual([
      'deactivate KEPT|01.00.0000',
      'replace KEPT|01.00.0000',
      'connect KEPT|01.00.0000',
      'activate KEPT|01.00.0000',
      'delete EXTRA|01.00.0000',
    ]);
    expect(simulator.requests.filter(({ status = 0 }) => status === 412 || status === 423)).toEqual([]);
  });

  test.each(['told', 'absent'] as const)(
    'by the restore itself is waited for although the status lags nine seconds behind (activationStatus %s)',
    async (activationStatus) => {
      const source = await start();
      for (const code of ['A', 'B', 'C', 'D', 'E'])
        source.simulator.instance.add(flow(code, 'new'), { status: 'ACTIVATED' });
      const manifest = await snapshotOf(source.oic);
      const { now, sleep } = createLonelyTime();
      const behaviour = { statusLag: 9_000, activationStatus };
      const { simulator, oic } = await start({ now, activationMs: 4_000, behaviour });
      for (const code of ['A', 'B', 'C', 'D', 'E', 'EXTRA'])
        simulator.instance.add(flow(code, 'old'), { status: 'ACTIVATED' });

      const options = { mirror: true, existing: 'replace' } as const;
      const report = await restoreInto(oic, manifest, options, { waiting: { deadlineMs: 600_000, now, sleep } });

      expect(report).toMatchObject({ replaced: 5, activated: 5, deleted: 1, failures: [] });
      expect(simulator.instance.list().map(({ status }) => status)).toEqual(Array(5).fill('ACTIVATED'));
      const changes = simulator.requests.filter(({ kind }) => kind === 'activate' || kind === 'deactivate');
      expect(changes.map(({ status }) => status)).toEqual(Array(11).fill(200));
    },
  );

  test('and does not end is refused by name', async () => {
    const source = await start();
    source.simulator.instance.add(flow('KEPT', 'new'), { status: 'ACTIVATED' });
    const manifest = await snapshotOf(source.oic);
    const { simulator, oic } = await start();
    simulator.instance.add(flow('KEPT', 'old'), { status: 'DEACTIVATION_INPROGRESS' });

    const { failures } = await restoreInto(
      oic,
      manifest,
      { existing: 'replace' },
      { waiting: { ...WAITING, deadlineMs: 100 } },
    );

    expect(failures).toMatchObject([
      { step: 'refuse', message: expect.stringContaining('while KEPT|01.00.0000 is DEACTIVATION_INPROGRESS') },
    ]);
  });

  test('because another version takes its place is waited for before it is deleted', async () => {
    const source = await start();
    source.simulator.instance.add(flow('FLOW'), { status: 'ACTIVATED' });
    const manifest = await snapshotOf(source.oic);
    const { simulator, oic } = await start({ activationMs: 60, behaviour: { importedConnection: 'CONFIGURED' } });
    const newer = simulator.instance.add(buildSampleArchive({ code: 'FLOW', version: '01.01.0000' }), {
      status: 'ACTIVATED',
    });
    // It takes longer than the activation that has brought it about.
    let isActive = false;
    let looks = 0;
    simulator.onRequest(({ kind, id }) => {
      if (!isActive && simulator.instance.get('FLOW|01.00.0000')?.status === 'ACTIVATED') {
        isActive = true;
        simulator.instance.setStatus(newer, 'DEACTIVATION_INPROGRESS');
      }
      if (isActive && kind === 'get' && id === newer && ++looks === 4)
        simulator.instance.setStatus(newer, 'CONFIGURED');
    });

    expect(await restoreInto(oic, manifest, { mirror: true })).toMatchObject({ deleted: 1, failures: [] });

    expect(simulator.instance.list().map(({ id, status }) => [id, status])).toEqual([['FLOW|01.00.0000', 'ACTIVATED']]);
    expect(simulator.requests.filter(({ kind }) => kind === 'delete').map(({ status }) => status)).toEqual([200]);
  });
});
