/** A disaster of real size: hundreds of integrations of every kind, a thousand in many rounds, wiped and restored; and restored by halves. */
import { expect, test } from 'vitest';
import type { RestoreOptions } from '../../../functions/jobs/restore/restore-options.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { createRandom } from '../../simulator/random.ts';
import type { Simulator } from '../../simulator/server.ts';
import { useWorkshop } from '../workshop.ts';
import { restoringFrom } from './restore-bench.ts';

// A circle of calls can be active only where Oracle lets a caller be activated before what it calls.
const workshop = useWorkshop({ behaviour: { inactiveCalleeActivation: 'succeeds' } });
const { start } = workshop;
const restoreManifest = restoringFrom(workshop);

const codeOf = (n: number): string => `FLOW_${String(n).padStart(3, '0')}`;
const NEEDY = 'NEEDS_SETTINGS';

/** With 800 codes 1,000: 100 codes in three majors, 200 scheduled, 300 calling others, one circle, 20 on a connection that needs settings, 750 active. */
const fill = ({ instance }: Simulator, codes: number): void => {
  const refs = Array.from({ length: codes }, (_, n) => ({ code: codeOf(n), version: '01.00.0000' }));
  for (let n = 0; n < Math.min(100, codes); n++)
    refs.push({ code: codeOf(n), version: '02.00.0000' }, { code: codeOf(n), version: '03.00.0000' });
  for (const [n, ref] of refs.entries()) {
    const isScheduled = n % 5 === 0;
    const inCircle = n < 3 ? [{ code: codeOf((n + 1) % 3), version: '01.00.0000' }] : [];
    const callee = n >= 3 && n % 10 >= 7 ? refs[n - 3] : undefined;
    const archive = buildSampleArchive({
      ...ref,
      ...(isScheduled && { schedule: 'FREQ=DAILY' }),
      calls: callee ? [callee] : inCircle,
      connections: [n >= 20 && n < 40 ? { id: NEEDY, properties: ['host'] } : { id: `CONN_${n % 7}` }],
    });
    const isActive = n < refs.length * 0.75;
    instance.add(archive, {
      status: isActive ? 'ACTIVATED' : 'CONFIGURED',
      scheduleState: isActive && isScheduled && n % 2 === 0 ? 'started' : 'stopped',
      tracing: { tracing: n % 3 === 0 },
      lastUpdated: new Date('2026-09-01'),
    });
  }
};

/** All but one connection of the target are configured. */
const configure = (simulator: Simulator): void => {
  simulator.onRequest(() => {
    for (const [id, connection] of simulator.instance.connections) if (id !== NEEDY) connection.status = 'CONFIGURED';
  });
};

const stateOf = ({ instance }: Simulator) =>
  new Map(
    instance.list().map(({ id, status, schedule, contentDigest }) => [id, `${status} ${schedule} ${contentDigest}`]),
  );

const restoreInto = async (oic: OicClient, options: Partial<RestoreOptions> = {}) =>
  restoreManifest(oic, await workshop.latest(), options);

const CODES = rounds(60, 800);
/** A hundred of them, where there are so many, in three majors. */
const COUNT = CODES + 2 * Math.min(100, CODES);

test(`${COUNT} integrations come back as they were, apart from what the report names`, async () => {
  const source = await start();
  fill(source.simulator, CODES);
  expect(await workshop.backUp(source.oic)).toMatchObject({ integrations: COUNT, complete: true });
  const target = await start({ latencyMs: { import: 1, activate: 1 } });
  configure(target.simulator);

  const report = await restoreInto(target.oic);

  expect(report).toMatchObject({ created: COUNT, activated: 0.75 * COUNT - 20 });
  expect(report.cycles).toEqual([['FLOW_002|01.00.0000', 'FLOW_000|01.00.0000', 'FLOW_001|01.00.0000']]);
  expect(report.connections.map(({ id }) => id)).toEqual([NEEDY]);
  const named = new Set<string>(report.failures.flatMap(({ dependents }) => dependents ?? []));
  expect(report.failures).toMatchObject([{ id: NEEDY, step: 'connect' }]);
  expect(named.size).toBe(20);
  const [was, is] = [stateOf(source.simulator), stateOf(target.simulator)];
  expect([...was].filter(([id, state]) => is.get(id) !== state && !named.has(id))).toEqual([]);
  expect(is.size).toBe(was.size);
  expect(target.simulator.stats().maxInFlight).toBeLessThanOrEqual(8);
}, 120_000);

test.each(['skip', 'replace'] as const)(
  'into a target that holds half of it, exactly the steps of the plan are done (--existing %s)',
  async (existing) => {
    const seed = Date.now() % 1_000_000;
    const random = createRandom(seed);
    const source = await start();
    const codes = rounds(20, 200);
    fill(source.simulator, codes);
    await workshop.backUp(source.oic);
    const target = await start();
    configure(target.simulator);
    fill(target.simulator, codes);
    const { instance } = target.simulator;
    for (const { id, code, version } of instance.list()) {
      const fate = random.below(10);
      if (fate < 5) instance.remove(id);
      else if (fate === 5) instance.edit(id, { marker: `edited ${id}` });
      else if (fate === 6) instance.lock(id, 'bob@example.com');
      else if (fate === 7) instance.setStatus(id, 'CONFIGURED');
      else if (fate === 8)
        instance.add(buildSampleArchive({ code, version: version.replace(/\.00\.0000$/, '.01.0000') }), {
          status: 'CONFIGURED',
        });
    }
    const planned = await restoreInto(target.oic, { existing, dryRun: true });
    const sent = target.simulator.requests.length;

    const report = await restoreInto(target.oic, { existing });

    expect(report.plan, `seed ${seed}`).toEqual(planned.plan);
    const kinds: Record<string, string> = {
      import: 'import',
      replace: 'replace',
      activate: 'activate',
      deactivate: 'deactivate',
      'schedule-start': 'start-schedule',
      'schedule-stop': 'stop-schedule',
    };
    const done = target.simulator.requests
      .slice(sent)
      .filter(({ kind }) => kinds[kind])
      .map(({ kind, id }) => `${kinds[kind]} ${id}`);
    const failed = new Set<string>(report.failures.map(({ id }) => id));
    const meant = planned.plan
      .filter(({ do: what }) => Object.values(kinds).includes(what))
      .map(({ do: what, id }) => `${what} ${id}`);
    expect(
      done.filter((step) => !meant.includes(step)),
      `seed ${seed}`,
    ).toEqual([]);
    expect(
      meant.filter((step) => !done.includes(step) && !failed.has(step.split(' ')[1] ?? '')),
      `seed ${seed}`,
    ).toEqual([]);
    if (existing === 'skip') expect(done.filter((step) => step.startsWith('replace'))).toEqual([]);
  },
  120_000,
);
