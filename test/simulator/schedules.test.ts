import { describe, expect, test } from 'vitest';
import type { Behaviour } from './behaviour.ts';
import type { ScheduleState } from './holds/holdings.ts';
import { patch, pathOf, type RawAnswer, type RawClient, sample, useSimulators } from './http/raw-client.ts';

const start = useSimulators();

const NIGHTLY = 'NIGHTLY|01.00.0000';
const SCHEDULE = `${pathOf(NIGHTLY)}/schedule`;
const nightly = sample('NIGHTLY', { schedule: 'FREQ=DAILY;BYHOUR=2', scheduleParameters: { since: '0', size: '50' } });

const ask = (api: RawClient, verb: string, json: object = {}, query = {}, id = NIGHTLY): Promise<RawAnswer> =>
  api('POST', `${pathOf(id)}/schedule/${verb}`, { json, query });

const move = async (api: RawClient, verb: string, id?: string): Promise<number> =>
  (await ask(api, verb, {}, {}, id)).status;

const startWith = async (behaviour: Partial<Behaviour>, scheduleState: ScheduleState) => {
  const { simulator, api } = await start({ behaviour });
  simulator.instance.add(nightly, { status: 'ACTIVATED', scheduleState });
  return { simulator, api };
};

describe('a schedule', () => {
  test.each([
    ['stopped', 'start', 202, 'started'],
    ['stopped', 'stop', 412, 'stopped'],
    ['stopped', 'pause', 412, 'stopped'],
    ['stopped', 'resume', 412, 'stopped'],
    ['started', 'start', 412, 'started'],
    ['started', 'stop', 202, 'stopped'],
    ['started', 'pause', 202, 'paused'],
    ['started', 'resume', 412, 'started'],
    ['paused', 'start', 412, 'paused'],
    ['paused', 'stop', 202, 'stopped'],
    ['paused', 'pause', 412, 'paused'],
    ['paused', 'resume', 202, 'started'],
  ] as const)('that is %s answers %s with %i and is %s', async (scheduleState, verb, status, expected) => {
    const { simulator, api } = await startWith({}, scheduleState);

    expect(await move(api, verb)).toBe(status);
    expect(simulator.instance.get(NIGHTLY)?.schedule).toBe(expected);
  });

  // The sentences of start and stop as recorded; the answer has links, and an address that encodes its own query.
  test.each([
    ['start', 'started', 'Schedule is in ACTIVE state. It can be started only when in CANCELLED state.'],
    ['start', 'paused', 'Schedule is in HOLD state. It can be started only when in CANCELLED state.'],
    ['stop', 'stopped', 'Schedule is in CANCELLED state. It can be stopped only when in ACTIVE or HOLD state.'],
  ] as const)('refuses %s when %s in the words of Oracle', async (verb, scheduleState, title) => {
    const { api } = await startWith({}, scheduleState);

    expect(await ask(api, verb)).toMatchObject({ status: 412, body: { title } });
  });

  test('answers a start with links to what may be asked next', async () => {
    const { simulator, api } = await startWith({}, 'stopped');

    const { headers, body } = await ask(api, 'start', {}, { async: 'true' });

    expect(body).toMatchObject({ id: '', instanceId: '' });
    expect((body as { links: { rel: string }[] }).links.map(({ rel }) => rel)).toEqual([
      'self',
      'canonical',
      'Schedule',
      'Pause Schedule',
      'Resume Schedule',
      'Stop Schedule',
    ]);
    expect(headers.get('location')).toBe(
      `${simulator.url}/ic/api/integration/v1/${SCHEDULE}%3FintegrationInstance%3D${simulator.integrationInstance}`,
    );
  });

  test.each([
    ['started', 'ACTIVE'],
    ['paused', 'HOLD'],
    ['stopped', 'CANCELLED'],
    ['resuming', 'RESUMING'],
  ] as const)('that is %s says %s', async (scheduleState, state) => {
    const { api } = await startWith({}, scheduleState);

    expect(await api('GET', SCHEDULE)).toMatchObject({ status: 200, body: { state } });
  });

  test('takes its time to change when it is told to, and a stuck one moves on when it is asked to retry', async () => {
    let now = 0;
    const { simulator, api } = await start({ behaviour: { scheduleChangeMs: 40 }, now: () => now });
    simulator.instance.add(nightly, { status: 'ACTIVATED', scheduleState: 'stopped' });
    await move(api, 'start');
    expect((await api('GET', SCHEDULE)).body).toMatchObject({ state: 'STARTING' });
    now += 40;
    expect(simulator.instance.get(NIGHTLY)?.schedule).toBe('started');

    simulator.instance.setSchedule(NIGHTLY, 'pausing');
    expect(await move(api, 'pause')).toBe(412);
    expect((await ask(api, 'pause', {}, { retry: 'true' })).status).toBe(202);
    now += 40;
    expect(simulator.instance.get(NIGHTLY)?.schedule).toBe('paused');
  });

  test('cannot be started when the integration is not active', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(nightly, { status: 'CONFIGURED' });

    expect(await move(api, 'start')).toBe(412);
  });

  test('that is not defined is told as Oracle tells it, whatever is asked', async () => {
    const { simulator, api } = await start();
    const id = simulator.instance.add(sample('HELLO'), { status: 'ACTIVATED' });
    const refusal = { status: 412, body: { title: 'Schedule is not defined for this integration.' } };

    expect(await api('GET', `${pathOf(id)}/schedule`)).toMatchObject(refusal);
    expect(await ask(api, 'start', {}, {}, id)).toMatchObject(refusal);
    expect(await api('DELETE', `${pathOf(id)}/schedule`)).toMatchObject(refusal);
    expect(await move(api, 'start', 'NOT_THERE|01.00.0000')).toBe(404);
    expect(simulator.instance.get(id)?.schedule).toBeNull();
  });

  test('is created once, without a state in the answer, and deleted once', async () => {
    const { simulator, api } = await startWith({}, 'started');
    const json = { frequency: { frequencyType: 'DAILY', interval: 1 }, endDate: null };

    expect(await api('POST', SCHEDULE, { json })).toMatchObject({
      status: 409,
      body: { title: 'Schedule already exists.' },
    });
    expect((await api('DELETE', SCHEDULE)).status).toBe(200);
    expect((await api('DELETE', SCHEDULE)).status).toBe(412);
    const { status, body } = await api('POST', SCHEDULE, { json });

    expect(status).toBe(200);
    expect(body).toMatchObject({ frequency: json.frequency, name: 'Schedule2NIGHTLY_01_00_0000' });
    expect(body).not.toHaveProperty('state');
    expect(simulator.instance.get(NIGHTLY)?.schedule).toBe('stopped');
  });

  test('has the parameters of its design until others are given; those that are not named stay', async () => {
    const { simulator, api } = await startWith({}, 'stopped');
    const told = async () => ((await api('GET', pathOf(NIGHTLY))).body as { scheduleParams: unknown }).scheduleParams;
    expect(await told()).toEqual([
      { name: 'since', value: '0' },
      { name: 'size', value: '50' },
    ]);

    await ask(api, 'start', { parameters: [{ name: 'since', value: '7' }] });
    const { status } = await api('POST', `${SCHEDULE}/parameters`, {
      json: { parameters: [{ name: 'size', value: '9' }] },
      headers: { 'x-http-method-override': 'PATCH' },
    });

    expect(status).toBe(200);
    expect(simulator.instance.get(NIGHTLY)?.parameters).toEqual({ since: '7', size: '9' });
    expect((await ask(api, 'stop')).status).toBe(202);
    expect((await ask(api, 'start', { parameters: [{ name: 'other', value: '1' }] })).status).toBe(400);
  });

  test('runs now when it is asked to, without a change of its state', async () => {
    const { simulator, api } = await startWith({}, 'stopped');

    expect((await api('POST', `${SCHEDULE}/jobs`, { json: { runAsSchedule: false } })).status).toBe(204);
    expect(simulator.instance.get(NIGHTLY)?.schedule).toBe('stopped');
  });

  test('is not started by activating its integration again', async () => {
    const { simulator, api } = await startWith({}, 'started');

    await patch(api, NIGHTLY, { status: 'CONFIGURED', stopScheduleForDeactivation: 'true' });
    await patch(api, NIGHTLY, { status: 'ACTIVATED' });

    expect(simulator.instance.get(NIGHTLY)).toMatchObject({ status: 'ACTIVATED', schedule: 'stopped' });
  });

  test.each([
    [{ startStarted: 'accept' }, 'started', 'start', 202],
    [{ startPaused: 'accept' }, 'paused', 'start', 202],
    [{ resume: 412 }, 'paused', 'resume', 412],
    [{ scheduleSuccess: 200 }, 'stopped', 'start', 200],
    [{ scheduleSuccess: 200 }, 'started', 'stop', 200],
  ] satisfies [Partial<Behaviour>, ScheduleState, string, number][])(
    'with %o, when %s, answers %s with %i',
    async (behaviour, scheduleState, verb, status) => {
      const { api } = await startWith(behaviour, scheduleState);

      expect(await move(api, verb)).toBe(status);
    },
  );

  test.each([
    [{ missingSchedule: 404 }, 'HELLO', 404, {}],
    [{ pausedWord: 'PAUSED' }, 'NIGHTLY', 200, { state: 'PAUSED' }],
  ] satisfies [Partial<Behaviour>, string, number, object][])(
    'with %o, is told of %s with %i',
    async (behaviour, code, status, body) => {
      const { simulator, api } = await startWith(behaviour, 'paused');
      simulator.instance.add(sample('HELLO'), { status: 'ACTIVATED' });

      expect(await api('GET', `${pathOf(`${code}|01.00.0000`)}/schedule`)).toMatchObject({ status, body });
    },
  );
});
