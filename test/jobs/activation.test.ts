import { afterEach, expect, test } from 'vitest';
import { activateAndWait, deactivateAndWait } from '../../functions/jobs/activation.ts';
import type { OicClient } from '../../functions/oic/client.ts';
import { connectTo, failureOf } from '../oic/simulated.ts';
import { buildSampleArchive } from '../simulator/sample-archive.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/server.ts';
import { WAITING } from './install-bench.ts';

const ID = 'FLOW|01.00.0000';
const open: Array<{ close(): Promise<void> }> = [];
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
});

type Added = NonNullable<Parameters<Simulator['instance']['add']>[1]>;

const start = async (
  added: Added,
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; oic: OicClient }> => {
  const simulator = await startSimulator({ activationMs: 30, ...options });
  simulator.instance.add(buildSampleArchive({ code: 'FLOW', version: '01.00.0000', schedule: 'FREQ=DAILY' }), added);
  const oic = connectTo(simulator);
  open.push(simulator, oic);
  return { simulator, oic };
};

const asked = ({ requests }: Simulator, kind: string): number => requests.filter((one) => one.kind === kind).length;

const NOT_HEARD = ['reset-before', 'html-200', { status: 503 }, { status: 504, body: 'empty' }] as const;

test.each(NOT_HEARD)('an activation that was not heard (%j) is asked for again', async (answer) => {
  const { simulator, oic } = await start({ status: 'CONFIGURED' });
  simulator.faults.add({ match: { kind: 'activate', times: 1 }, answer });

  await activateAndWait(oic, ID, undefined, WAITING);

  expect(simulator.instance.get(ID)?.status).toBe('ACTIVATED');
  expect(asked(simulator, 'activate')).toBe(2);
});

test.each(NOT_HEARD)('a deactivation that was not heard (%j) is asked for again', async (answer) => {
  const { simulator, oic } = await start({ status: 'ACTIVATED' });
  simulator.faults.add({ match: { kind: 'deactivate', times: 1 }, answer });

  await deactivateAndWait(oic, ID, WAITING);

  expect(simulator.instance.get(ID)?.status).toBe('CONFIGURED');
  expect(asked(simulator, 'deactivate')).toBe(2);
});

test('an activation whose answer alone was lost is not asked for again', async () => {
  const { simulator, oic } = await start({ status: 'CONFIGURED' });
  simulator.faults.add({ match: { kind: 'activate', times: 1 }, answer: 'reset-after' });

  await activateAndWait(oic, ID, undefined, WAITING);

  expect(asked(simulator, 'activate')).toBe(1);
});

test('an activation that is never heard is given up, and its status told', async () => {
  const { simulator, oic } = await start({ status: 'CONFIGURED' });
  simulator.faults.add({ match: { kind: 'activate' }, answer: { status: 503 } });

  expect((await failureOf(activateAndWait(oic, ID, undefined, WAITING))).message).toBe(
    `activating ${ID} on dev was asked for 3 times without an answer, and it is still CONFIGURED`,
  );
});

test('the activation of a draft is refused at once, in the words of Oracle', async () => {
  const { simulator, oic } = await start({ status: 'INPROGRESS' });

  expect((await failureOf(activateAndWait(oic, ID, undefined, WAITING))).message).toContain('is not complete');
  expect(asked(simulator, 'activate')).toBe(1);
});

test('an activation that failed and left it CONFIGURED is told with its reason, long before the deadline', async () => {
  const { simulator, oic } = await start(
    { status: 'CONFIGURED' },
    { behaviour: { failedActivationLeaves: 'CONFIGURED' } },
  );
  simulator.faults.failActivation(ID, '<br> the mapping is broken', 1);

  const { message } = await failureOf(activateAndWait(oic, ID, undefined, { ...WAITING, deadlineMs: 600_000 }));

  expect(message).toMatch(/failed \(it is CONFIGURED\): .*the mapping is broken/);
});

test('a schedule is stopped before a deactivation although the answer to the stop was lost', async () => {
  const { simulator, oic } = await start({ status: 'ACTIVATED', scheduleState: 'started' });
  simulator.faults.add({ match: { kind: 'schedule-stop', times: 1 }, answer: 'reset-after' });

  await deactivateAndWait(oic, ID, WAITING);

  expect(simulator.instance.get(ID)).toMatchObject({ status: 'CONFIGURED', schedule: 'stopped' });
});
