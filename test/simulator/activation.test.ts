import { describe, expect, test } from 'vitest';
import type { Behaviour } from './behaviour.ts';
import {
  activate,
  addVersions,
  deactivate,
  HELLO,
  itemsOf,
  patch,
  pathOf,
  sample,
  statuses,
  useSimulators,
} from './http/raw-client.ts';

const start = useSimulators();

describe('activation', () => {
  test('is done when Gen 2 answers', async () => {
    const { simulator, api } = await start({ generation: 'gen2', activationMs: 20 });
    addVersions(simulator, { '01.00.0000': 'CONFIGURED' });

    expect(await activate(api)).toMatchObject({ status: 200, body: { id: HELLO, status: 'ACTIVATED' } });
  });

  test('runs on after OIC 3 has answered, and its status can be asked for', async () => {
    let now = Date.now();
    const { simulator, api } = await start({ activationMs: 5000, now: () => now });
    addVersions(simulator, { '01.00.0000': 'CONFIGURED' });
    const ask = async (): Promise<unknown> => (await api('GET', `${pathOf(HELLO)}/activationStatus`)).body;

    expect(await ask()).toEqual({ activationStatus: 'CONFIGURED' });
    const answer = await activate(api);
    // As recorded.
    expect(answer).toMatchObject({ status: 200, body: { status: 'ACTIVATION_INPROGRESS', links: [] } });
    expect(Object.keys(answer.body as object)).toHaveLength(9);
    expect(answer.headers.get('oic-work-request-id')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    now += 4999;
    expect(await ask()).toEqual({ activationStatus: 'ACTIVATION_INPROGRESS' });
    expect((await api('GET', pathOf(HELLO))).body).toMatchObject({
      status: 'ACTIVATION_INPROGRESS',
      activationStatus: 'ACTIVATION_INPROGRESS',
    });
    expect((await activate(api)).status).toBe(412);
    expect((await deactivate(api)).status).toBe(412);
    expect((await api('DELETE', pathOf(HELLO))).status).toBe(423);
    now += 1;
    expect(await ask()).toEqual({ activationStatus: 'ACTIVATED' });
    expect((await api('GET', pathOf(HELLO))).body).toMatchObject({
      status: 'ACTIVATED',
      activationStatus: 'ACTIVATION_SUCCEEDED',
    });
  });

  test.each([
    ['told', 'ACTIVATION_INPROGRESS'],
    ['absent', undefined],
  ] as const)('can show its status late, with activationStatus %s', async (activationStatus, shown) => {
    let now = Date.now();
    const behaviour = { statusLag: 9000, activationStatus };
    const { simulator, api } = await start({ activationMs: 20_000, now: () => now, behaviour });
    addVersions(simulator, { '01.00.0000': 'CONFIGURED' });
    const read = async () => (await api('GET', pathOf(HELLO))).body as Record<string, unknown>;

    await activate(api);
    now += 8999;
    const early = await read();
    expect([early.status, early.activationStatus]).toEqual(['CONFIGURED', shown]);
    expect(itemsOf(await api('GET', 'integrations'))).toMatchObject([{ status: 'CONFIGURED' }]);
    expect((await activate(api)).status).toBe(412);
    now += 1;
    expect((await read()).status).toBe('ACTIVATION_INPROGRESS');
    now += 11_000;
    expect((await read()).status).toBe('ACTIVATED');
  });

  test.each(['ACTIVATED', 'ACTIVATION_INPROGRESS', 'INPROGRESS'] as const)(
    'of what is %s is refused with the one sentence that stands for all of it',
    async (status) => {
      const { simulator, api } = await start();
      simulator.instance.add(sample('HELLO'), { status });

      // As recorded.
      expect((await activate(api)).body).toMatchObject({
        title:
          "Integration 'HELLO | 1.0' is either already active, activation in-progress or not ready for activation.",
      });
    },
  );

  test('runs on after Gen 2 has answered, when asked to', async () => {
    const { simulator, api } = await start({ generation: 'gen2', activationMs: 60_000 });
    addVersions(simulator, { '01.00.0000': 'CONFIGURED' });

    await patch(api, HELLO, { status: 'ACTIVATED' }, { enableAsyncActivationMode: 'true' });

    expect(statuses(simulator)).toEqual({ [HELLO]: 'ACTIVATION_INPROGRESS' });
  });

  test('sets the tracing it was given; deactivation clears it', async () => {
    const { simulator, api } = await start();
    addVersions(simulator, { '01.00.0000': 'CONFIGURED' });

    await activate(api, HELLO, { tracingEnabledFlag: true, recordEnabledFlag: true });
    expect(simulator.instance.get(HELLO)?.tracing).toEqual({ tracing: true, payload: false, recording: true });
    await patch(api, HELLO, { payloadTracingEnabledFlag: true });
    expect(simulator.instance.get(HELLO)?.tracing).toEqual({ tracing: true, payload: true, recording: true });
    await deactivate(api);
    expect(simulator.instance.get(HELLO)?.tracing).toEqual({ tracing: false, payload: false, recording: false });
  });

  test.each([
    [{ '01.00.0000': 'ACTIVATED', '01.00.0001': 'CONFIGURED' }, '01.00.0001', {}, ['CONFIGURED', 'ACTIVATED']],
    [{ '01.00.0000': 'ACTIVATED', '01.02.0000': 'CONFIGURED' }, '01.02.0000', {}, ['CONFIGURED', 'ACTIVATED']],
    [{ '01.00.0000': 'ACTIVATED', '02.00.0000': 'CONFIGURED' }, '02.00.0000', {}, ['ACTIVATED', 'ACTIVATED']],
    [{ '01.00.0000': 'CONFIGURED', '01.00.0001': 'ACTIVATED' }, '01.00.0000', {}, ['ACTIVATED', 'CONFIGURED']],
    [
      { '01.00.0000': 'CONFIGURED', '01.00.0001': 'ACTIVATED' },
      '01.00.0000',
      { downgrade: 412 },
      ['CONFIGURED', 'ACTIVATED'],
    ],
  ] satisfies [Parameters<typeof addVersions>[1], string, Partial<Behaviour>, string[]][])(
    'of one of %o, %s, with %o leaves %j',
    async (versions, version, behaviour, expected) => {
      const { simulator, api } = await start({ behaviour });
      addVersions(simulator, versions);

      await activate(api, `HELLO|${version}`);

      expect(Object.values(statuses(simulator))).toEqual(expected);
    },
  );

  test('displaces nothing of another code', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('HELLO_2'), { status: 'ACTIVATED' });
    addVersions(simulator, { '01.00.0001': 'CONFIGURED' });

    await activate(api, 'HELLO|01.00.0001');

    expect(Object.values(statuses(simulator))).toEqual(['ACTIVATED', 'ACTIVATED']);
  });

  test.each([
    [{}, 'ACTIVATED', 'stopped'],
    [{ displacedSchedule: 412 }, 'CONFIGURED', 'started'],
  ] satisfies [Partial<Behaviour>, string, string][])(
    'beside a version with a running schedule, with %o, ends as %s and leaves that %s',
    async (behaviour, status, schedule) => {
      const { simulator, api } = await start({ behaviour });
      const older = simulator.instance.add(sample('HELLO', { schedule: 'FREQ=DAILY' }), {
        status: 'ACTIVATED',
        scheduleState: 'started',
      });
      addVersions(simulator, { '01.00.0001': 'CONFIGURED' });

      await activate(api, 'HELLO|01.00.0001');

      expect(simulator.instance.get('HELLO|01.00.0001')?.status).toBe(status);
      expect(simulator.instance.get(older)?.schedule).toBe(schedule);
    },
  );

  test.each([
    ['active', { status: 'ACTIVATED' }, {}, 412],
    ['active', { status: 'ACTIVATED' }, { alreadyInStateStatus: 409 }, 409],
    ['a draft', { status: 'INPROGRESS' }, {}, 412],
    ['locked', { status: 'CONFIGURED', lockedBy: 'anna' }, {}, 423],
    ['locked', { status: 'CONFIGURED', lockedBy: 'anna' }, { activateLocked: 409 }, 409],
    ['over the limit', { status: 'CONFIGURED' }, { activeLimit: 0 }, 412],
  ] as const)('of what is %s (%o, %o) is answered %i', async (_, added, behaviour, status) => {
    const { simulator, api } = await start({ behaviour });
    simulator.instance.add(sample('HELLO'), added);

    expect((await activate(api)).status).toBe(status);
    expect(simulator.instance.get(HELLO)?.status).toBe(added.status);
  });

  test('within the limit can take the place of its own earlier version', async () => {
    const { simulator, api } = await start({ behaviour: { activeLimit: 1 } });
    addVersions(simulator, { '01.00.0000': 'ACTIVATED', '01.00.0001': 'CONFIGURED', '02.00.0000': 'CONFIGURED' });

    expect((await activate(api, 'HELLO|02.00.0000')).status).toBe(412);
    expect((await activate(api, 'HELLO|01.00.0001')).status).toBe(200);
  });

  test.each([['{"status":"ON"}'], ['[1]'], ['{']])('refuses the body %s', async (json) => {
    const { simulator, api } = await start();
    addVersions(simulator, { '01.00.0000': 'CONFIGURED' });
    const url = `${simulator.url}/ic/api/integration/v1/${pathOf(HELLO)}?integrationInstance=sim-dev`;
    const token = simulator.secrets().find((secret) => secret.startsWith('eyJ'));
    const headers = { authorization: `Bearer ${token}`, 'x-http-method-override': 'PATCH' };

    expect((await fetch(url, { method: 'POST', headers, body: json })).status).toBe(400);
    expect((await activate(api, 'NOT_THERE|01.00.0000')).status).toBe(404);
  });

  test.each([
    ['POST without the override', 'POST', {}, 405],
    ['PATCH as a verb', 'PATCH', {}, 405],
    ['PATCH as a verb, where it works', 'PATCH', { patchVerb: 'accept' }, 200],
  ] satisfies [string, string, Partial<Behaviour>, number][])(
    'by %s is answered',
    async (_, method, behaviour, status) => {
      const { simulator, api } = await start({ behaviour });
      addVersions(simulator, { '01.00.0000': 'CONFIGURED' });

      expect((await api(method, pathOf(HELLO), { json: { status: 'ACTIVATED' } })).status).toBe(status);
    },
  );
});
