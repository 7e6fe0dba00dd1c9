import { afterEach, describe, expect, test } from 'vitest';
import { activateAndWait, deactivateAndWait } from '../../../functions/jobs/changes/activation.ts';
import type { ActivationWait } from '../../../functions/jobs/instance/activation-wait.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { createLonelyTime } from '../../oic/http/virtual-time.ts';
import { connectTo, failureOf } from '../../oic/simulated.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/server.ts';

const ID = 'FLOW|01.00.0000';
const open: Array<{ close(): Promise<void> }> = [];
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
});

type Added = NonNullable<Parameters<Simulator['instance']['add']>[1]>;

interface Started {
  readonly simulator: Simulator;
  readonly oic: OicClient;
  readonly waiting: ActivationWait;
}

const start = async (added: Added, options: SimulatorOptions = {}): Promise<Started> => {
  const { now, sleep } = createLonelyTime();
  const simulator = await startSimulator({ activationMs: 3_000, now, ...options });
  simulator.instance.add(buildSampleArchive({ code: 'FLOW', version: '01.00.0000', schedule: 'FREQ=DAILY' }), added);
  const oic = connectTo(simulator);
  open.push(simulator, oic);
  return { simulator, oic, waiting: { deadlineMs: 600_000, now, sleep } };
};

const asked = ({ requests }: Simulator, kind: string): number => requests.filter((one) => one.kind === kind).length;

const NOT_HEARD = ['reset-before', 'html-200', { status: 503 }, { status: 504, body: 'empty' }] as const;

test.each(NOT_HEARD)('an activation that was not heard (%j) is asked for again', async (answer) => {
  const { simulator, oic, waiting } = await start({ status: 'CONFIGURED' });
  simulator.faults.add({ match: { kind: 'activate', times: 1 }, answer });

  await activateAndWait(oic, ID, undefined, waiting);

  expect(simulator.instance.get(ID)?.status).toBe('ACTIVATED');
  expect(asked(simulator, 'activate')).toBe(2);
});

test.each(NOT_HEARD)('a deactivation that was not heard (%j) is asked for again', async (answer) => {
  const { simulator, oic, waiting } = await start({ status: 'ACTIVATED' });
  simulator.faults.add({ match: { kind: 'deactivate', times: 1 }, answer });

  await deactivateAndWait(oic, ID, waiting);

  expect(simulator.instance.get(ID)?.status).toBe('CONFIGURED');
  expect(asked(simulator, 'deactivate')).toBe(2);
});

test('an activation whose answer alone was lost is not asked for again', async () => {
  const { simulator, oic, waiting } = await start({ status: 'CONFIGURED' });
  simulator.faults.add({ match: { kind: 'activate', times: 1 }, answer: 'reset-after' });

  await activateAndWait(oic, ID, undefined, waiting);

  expect(asked(simulator, 'activate')).toBe(1);
});

test('an activation that is never heard is given up, and its status told', async () => {
  const { simulator, oic, waiting } = await start({ status: 'CONFIGURED' });
  simulator.faults.add({ match: { kind: 'activate' }, answer: { status: 504, body: 'empty' } });

  expect((await failureOf(activateAndWait(oic, ID, undefined, waiting))).message).toMatch(
    /^activating .* answered 504.*\(sent 2 times\), but 600 s later FLOW\|01.00.0000 on dev was as before \(CONFIGURED\)$/,
  );
});

test('the activation of a draft is refused at once, in the words of Oracle', async () => {
  const { simulator, oic, waiting } = await start({ status: 'INPROGRESS' });

  expect((await failureOf(activateAndWait(oic, ID, undefined, waiting))).message).toContain(
    `Integration 'FLOW | 1.0' is either already active, activation in-progress or not ready for activation.`,
  );
  expect(asked(simulator, 'activate')).toBe(1);
});

test('an activation that failed and left it CONFIGURED is told with its reason, long before the deadline', async () => {
  const { simulator, oic, waiting } = await start(
    { status: 'CONFIGURED' },
    { behaviour: { failedActivationLeaves: 'CONFIGURED' } },
  );
  simulator.faults.failActivation(ID, '<br> the mapping is broken', 1);

  const { message } = await failureOf(activateAndWait(oic, ID, undefined, waiting));

  expect(message).toMatch(/failed \(it is CONFIGURED\): .*the mapping is broken/);
});

test('a schedule is stopped before a deactivation although the answer to the stop was lost', async () => {
  const { simulator, oic, waiting } = await start({ status: 'ACTIVATED', scheduleState: 'started' });
  simulator.faults.add({ match: { kind: 'schedule-stop', times: 1 }, answer: 'reset-after' });

  await deactivateAndWait(oic, ID, waiting);

  expect(simulator.instance.get(ID)).toMatchObject({ status: 'CONFIGURED', schedule: 'stopped' });
});

type Lag = readonly [activationMs: number, statusLag: number, Behaviour['activationStatus']];

/** As inferred: nine seconds behind; and for as long as the change itself takes. */
const LAGS: readonly Lag[] = [
  [2_000, 9_000, 'told'],
  [2_000, 9_000, 'absent'],
  [30_000, 9_000, 'told'],
  [30_000, 9_000, 'absent'],
  [120_000, 130_000, 'told'],
];

describe('when the status lags behind', () => {
  const lagging = ([activationMs, statusLag, activationStatus]: Lag, more: Partial<Behaviour> = {}) => ({
    activationMs,
    behaviour: { statusLag, activationStatus, ...more },
  });

  test.each(LAGS)('an activation of %i ms, shown %i ms late, activationStatus %s, is waited for', async (...lag) => {
    const { simulator, oic, waiting } = await start({ status: 'CONFIGURED' }, lagging(lag));

    await activateAndWait(oic, ID, undefined, waiting);

    expect(simulator.instance.get(ID)?.status).toBe('ACTIVATED');
    expect(asked(simulator, 'activate')).toBe(1);
  });

  test.each(LAGS)('a deactivation of %i ms, shown %i ms late, activationStatus %s, is waited for', async (...lag) => {
    const { simulator, oic, waiting } = await start({ status: 'ACTIVATED' }, lagging(lag));

    await deactivateAndWait(oic, ID, waiting);

    expect(simulator.instance.get(ID)?.status).toBe('CONFIGURED');
    expect(asked(simulator, 'deactivate')).toBe(1);
    await oic.deleteIntegration(ID);
  });

  test.each(LAGS)(
    'that of an activation that failed before (%i ms, %i ms, %s) is not taken for that of this one',
    async (...lag) => {
      const { simulator, oic, waiting } = await start({ status: 'CONFIGURED' }, lagging(lag));
      simulator.faults.failActivation(ID, 'the first', 1);
      await failureOf(activateAndWait(oic, ID, undefined, waiting));

      await activateAndWait(oic, ID, undefined, waiting);

      expect(asked(simulator, 'activate')).toBe(2);
    },
  );

  test.each(LAGS.flatMap((lag) => [[...lag, 'FAILEDACTIVATION'] as const, [...lag, 'CONFIGURED'] as const]))(
    'a failure (%i ms, %i ms, %s, leaves %s) is told with its reason and before the deadline',
    async (...[ms, late, told, failedActivationLeaves]) => {
      const lag = [ms, late, told] as unknown as Lag;
      const { simulator, oic, waiting } = await start(
        { status: 'CONFIGURED' },
        lagging(lag, { failedActivationLeaves }),
      );
      simulator.faults.failActivation(ID, 'the mapping is broken', 1);
      const begun = waiting.now();

      const { message } = await failureOf(activateAndWait(oic, ID, undefined, waiting));

      expect(message).toMatch(/ failed.*: Integration FLOW.* the mapping is broken$/);
      expect(waiting.now() - begun).toBeLessThan(200_000);
    },
  );

  test.each(['told', 'absent'] as const)(
    'one that does nothing after its 200 ends at the deadline (activationStatus %s)',
    async (activationStatus) => {
      const behaviour = { statusLag: 10_000_000, activationStatus };
      const { simulator, oic, waiting } = await start(
        { status: 'CONFIGURED' },
        { activationMs: 10_000_000, behaviour },
      );
      const begun = waiting.now();

      const { message } = await failureOf(activateAndWait(oic, ID, undefined, waiting));

      const isTold = activationStatus === 'told';
      expect(message).toMatch(
        isTold
          ? /is not known: .*600 s later .* was still changing \(CONFIGURED \(ACTIVATION_INPROGRESS\)\)/
          : /is said to go on, but 600 s later .* was as before \(CONFIGURED\)$/,
      );
      expect(waiting.now() - begun).toBeLessThan(605_000);
      expect(asked(simulator, 'activate')).toBe(1);
    },
  );

  test('one whose answer was lost is not asked for again, however late its status comes', async () => {
    const behaviour = { statusLag: 60_000, activationStatus: 'absent' } as const;
    const { simulator, oic, waiting } = await start({ status: 'CONFIGURED' }, { activationMs: 90_000, behaviour });
    simulator.faults.add({ match: { kind: 'activate', times: 1 }, answer: 'reset-after' });

    await activateAndWait(oic, ID, undefined, waiting);

    expect(simulator.instance.get(ID)?.status).toBe('ACTIVATED');
    expect(asked(simulator, 'activate')).toBe(1);
  });

  test('one whose answer was lost is not asked for again while activationStatus says that it is under way', async () => {
    const { simulator, oic, waiting } = await start(
      { status: 'CONFIGURED' },
      { activationMs: 90_000, behaviour: { statusLag: 90_000 } },
    );
    simulator.faults.add({ match: { kind: 'activate', times: 1 }, answer: 'reset-after' });

    await activateAndWait(oic, ID, undefined, waiting);

    expect(asked(simulator, 'activate')).toBe(1);
  });
});

describe('what somebody else has begun', () => {
  test.each([0, 9_000])('is waited for before an activation is asked for (status %i ms late)', async (statusLag) => {
    const { simulator, oic, waiting } = await start({ status: 'ACTIVATED' }, { behaviour: { statusLag } });
    await oic.deactivate(ID);

    await activateAndWait(oic, ID, undefined, waiting);

    expect(simulator.instance.get(ID)?.status).toBe('ACTIVATED');
    expect(simulator.requests.filter(({ kind }) => kind === 'activate').map(({ status }) => status)).toEqual([200]);
  });

  test.each([0, 9_000])('is waited for before a deactivation is asked for (status %i ms late)', async (statusLag) => {
    const { simulator, oic, waiting } = await start({ status: 'CONFIGURED' }, { behaviour: { statusLag } });
    await oic.activate(ID);

    await deactivateAndWait(oic, ID, waiting);

    expect(simulator.instance.get(ID)?.status).toBe('CONFIGURED');
    expect(asked(simulator, 'deactivate')).toBe(1);
  });

  test('and leads where it is wanted is not asked for again', async () => {
    const { simulator, oic, waiting } = await start({ status: 'ACTIVATED' });
    await oic.deactivate(ID);

    await deactivateAndWait(oic, ID, waiting);

    expect(simulator.instance.get(ID)?.status).toBe('CONFIGURED');
    expect(asked(simulator, 'deactivate')).toBe(1);
  });
});

test('what is active already is not asked to be', async () => {
  const { simulator, oic, waiting } = await start({ status: 'ACTIVATED' });

  await activateAndWait(oic, ID, undefined, waiting);

  expect(asked(simulator, 'activate')).toBe(0);
});
