import { describe, expect, test } from 'vitest';
import type { Behaviour } from './behaviour.ts';
import { patch, pathOf, type RawClient, sample, useSimulators } from './raw-client.ts';

const start = useSimulators();

const NIGHTLY = 'NIGHTLY|01.00.0000';
const nightly = sample('NIGHTLY', { schedule: 'FREQ=DAILY;BYHOUR=2' });

const move = async (api: RawClient, verb: string, id = NIGHTLY): Promise<number> =>
  (await api('POST', `${pathOf(id)}/schedule/${verb}`, { json: { parameters: [] } })).status;

describe('a schedule', () => {
  test.each([
    ['stopped', 'start', 200, 'started'],
    ['stopped', 'stop', 412, 'stopped'],
    ['stopped', 'pause', 412, 'stopped'],
    ['stopped', 'resume', 412, 'stopped'],
    ['started', 'start', 412, 'started'],
    ['started', 'stop', 200, 'stopped'],
    ['started', 'pause', 200, 'paused'],
    ['started', 'resume', 412, 'started'],
    ['paused', 'start', 200, 'started'],
    ['paused', 'stop', 200, 'stopped'],
    ['paused', 'pause', 412, 'paused'],
    ['paused', 'resume', 200, 'started'],
  ] as const)('that is %s answers %s with %i and is %s', async (scheduleState, verb, status, expected) => {
    const { simulator, api } = await start();
    simulator.instance.add(nightly, { status: 'ACTIVATED', scheduleState });

    expect(await move(api, verb)).toBe(status);
    expect(simulator.instance.get(NIGHTLY)?.schedule).toBe(expected);
  });

  test.each([
    ['started', 'ACTIVE'],
    ['paused', 'PAUSED'],
    ['stopped', 'CANCELLED'],
  ] as const)('that is %s says %s', async (scheduleState, state) => {
    const { simulator, api } = await start();
    simulator.instance.add(nightly, { status: 'ACTIVATED', scheduleState });

    expect(await api('GET', `${pathOf(NIGHTLY)}/schedule`)).toMatchObject({ status: 200, body: { state } });
  });

  test('cannot be started when the integration is not active', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(nightly, { status: 'CONFIGURED' });

    expect(await move(api, 'start')).toBe(412);
  });

  test('that an integration does not have is not there', async () => {
    const { simulator, api } = await start();
    const id = simulator.instance.add(sample('HELLO'), { status: 'ACTIVATED' });

    expect((await api('GET', `${pathOf(id)}/schedule`)).status).toBe(404);
    expect(await move(api, 'start', id)).toBe(404);
    expect(await move(api, 'start', 'NOT_THERE|01.00.0000')).toBe(404);
    expect(simulator.instance.get(id)?.schedule).toBeNull();
  });

  test('is not started by activating its integration again', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(nightly, { status: 'ACTIVATED', scheduleState: 'started' });

    await patch(api, NIGHTLY, { status: 'CONFIGURED', stopScheduleForDeactivation: 'true' });
    await patch(api, NIGHTLY, { status: 'ACTIVATED' });

    expect(simulator.instance.get(NIGHTLY)).toMatchObject({ status: 'ACTIVATED', schedule: 'stopped' });
  });

  test.each([
    [{ startStarted: 'accept' }, 'started', 'start', 200],
    [{ scheduleSuccess: 202 }, 'stopped', 'start', 202],
    [{ scheduleSuccess: 202 }, 'started', 'stop', 202],
  ] satisfies [Partial<Behaviour>, 'started' | 'stopped', string, number][])(
    'with %o, when %s, answers %s with %i',
    async (behaviour, scheduleState, verb, status) => {
      const { simulator, api } = await start({ behaviour });
      simulator.instance.add(nightly, { status: 'ACTIVATED', scheduleState });

      expect(await move(api, verb)).toBe(status);
    },
  );
});
