import { describe, expect, test } from 'vitest';
import type { Behaviour } from './behaviour.ts';
import { patch, pathOf, type RawAnswer, type RawClient, sample, useSimulators } from './raw-client.ts';
import type { Simulator } from './server.ts';

const start = useSimulators();

const HELLO = 'HELLO|01.00.0000';

const activate = (api: RawClient, id = HELLO, more = {}): Promise<RawAnswer> =>
  patch(api, id, { status: 'ACTIVATED', ...more });
const deactivate = (api: RawClient, id = HELLO, more = {}): Promise<RawAnswer> =>
  patch(api, id, { status: 'CONFIGURED', ...more });

const statuses = ({ instance }: Simulator): Record<string, string> =>
  Object.fromEntries(instance.list().map(({ id, status }) => [id, status]));

const addVersions = ({ instance }: Simulator, versions: Readonly<Record<string, 'ACTIVATED' | 'CONFIGURED'>>): void => {
  for (const [version, status] of Object.entries(versions)) instance.add(sample('HELLO', { version }), { status });
};

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
    expect(await activate(api)).toMatchObject({ status: 200, body: { status: 'ACTIVATION_INPROGRESS' } });
    now += 4999;
    expect(await ask()).toEqual({ activationStatus: 'ACTIVATION_INPROGRESS' });
    expect((await activate(api)).status).toBe(412);
    expect((await deactivate(api)).status).toBe(412);
    expect((await api('DELETE', pathOf(HELLO))).status).toBe(423);
    now += 1;
    expect(await ask()).toEqual({ activationStatus: 'ACTIVATED' });
    expect((await api('GET', pathOf(HELLO))).body).toMatchObject({ status: 'ACTIVATED' });
  });

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

describe('an activation that fails', () => {
  const errors = async (api: RawClient): Promise<unknown> =>
    (await api('GET', `${pathOf(HELLO)}/activationErrors`)).body;

  test('tells OIC 3 callers later: FAILEDACTIVATION, and HTML in the errors', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('HELLO', { connections: [{ id: 'ERP' }] }), {
      status: 'CONFIGURED',
      connections: 'DRAFT',
    });
    expect(await errors(api)).toEqual({ code: 'HELLO', version: '01.00.0000', hasErrors: false });

    expect((await activate(api)).status).toBe(200);

    expect(statuses(simulator)).toEqual({ [HELLO]: 'FAILEDACTIVATION' });
    expect(await errors(api)).toMatchObject({ hasErrors: true, errorMessage: expect.stringMatching(/<br>.*ERP/s) });
  });

  test.each([
    [{}, 500, 'FAILEDACTIVATION'],
    [{ failedActivationStatus: 412 }, 412, 'FAILEDACTIVATION'],
    [{ failedActivationLeaves: 'CONFIGURED' }, 500, 'CONFIGURED'],
  ] satisfies [Partial<Behaviour>, number, string][])(
    'tells Gen 2 callers at once (%o)',
    async (behaviour, status, left) => {
      const { simulator, api } = await start({ generation: 'gen2', behaviour });
      simulator.instance.add(sample('HELLO'), { status: 'CONFIGURED', connections: 'DRAFT' });

      expect(await activate(api)).toMatchObject({ status, body: { title: expect.stringContaining('LOCAL_REST') } });
      expect(statuses(simulator)).toEqual({ [HELLO]: left });
    },
  );

  test('can be tried again when the connection is configured', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('HELLO'), { status: 'CONFIGURED', connections: 'DRAFT' });
    await activate(api);

    for (const connection of simulator.instance.connections.values()) connection.status = 'CONFIGURED';
    await activate(api);

    expect(statuses(simulator)).toEqual({ [HELLO]: 'ACTIVATED' });
    expect(await errors(api)).toMatchObject({ hasErrors: false });
  });

  test('is that of a caller before its callee', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('CHILD'), { status: 'CONFIGURED' });
    simulator.instance.add(sample('HELLO', { calls: [{ code: 'CHILD', version: '01.00.0000' }] }), {
      status: 'CONFIGURED',
    });

    await activate(api);
    expect(await errors(api)).toMatchObject({ errorMessage: expect.stringContaining('CHILD|01.00.0000') });
    await activate(api, 'CHILD|01.00.0000');
    await activate(api);

    expect(Object.values(statuses(simulator))).toEqual(['ACTIVATED', 'ACTIVATED']);
  });

  test.each([
    ['draftConnectionActivation', { draftConnectionActivation: 'succeeds' }],
    ['inactiveCalleeActivation', { inactiveCalleeActivation: 'succeeds' }],
  ] satisfies [string, Partial<Behaviour>][])(
    'does not fail for that with %s switched',
    async (switched, behaviour) => {
      const { simulator, api } = await start({ behaviour });
      const isDraft = switched === 'draftConnectionActivation';
      const calls = isDraft ? [] : [{ code: 'CHILD', version: '01.00.0000' }];
      const connections = isDraft ? 'DRAFT' : 'CONFIGURED';
      simulator.instance.add(sample('HELLO', { calls }), { status: 'CONFIGURED', connections });

      await activate(api);

      expect(statuses(simulator)).toEqual({ [HELLO]: 'ACTIVATED' });
    },
  );

  test('can be ordered, so many times', async () => {
    const { simulator, api } = await start();
    addVersions(simulator, { '01.00.0000': 'CONFIGURED' });
    simulator.faults.failActivation(HELLO, 'XPath <b>is bad</b>', 1);

    await activate(api);
    expect(await errors(api)).toMatchObject({ errorMessage: expect.stringContaining('XPath <b>is bad</b>') });
    await activate(api);

    expect(statuses(simulator)).toEqual({ [HELLO]: 'ACTIVATED' });
  });

  test.each([
    [{}, 'CONFIGURED'],
    [{ failedActivationDisplaces: false }, 'ACTIVATED'],
  ] satisfies [Partial<Behaviour>, string][])(
    'with %o leaves the version before it %s',
    async (behaviour, expected) => {
      const { simulator, api } = await start({ behaviour });
      addVersions(simulator, { '01.00.0000': 'ACTIVATED', '01.00.0001': 'CONFIGURED' });
      simulator.faults.failActivation('HELLO|01.00.0001', 'no');

      await activate(api, 'HELLO|01.00.0001');

      expect(statuses(simulator)[HELLO]).toBe(expected);
    },
  );
});

describe('deactivation', () => {
  test('is done when it is answered, or runs on when asked to', async () => {
    const { simulator, api } = await start({ activationMs: 60_000 });
    addVersions(simulator, { '01.00.0000': 'ACTIVATED', '02.00.0000': 'ACTIVATED' });

    expect(await deactivate(api)).toMatchObject({ status: 200, body: { status: 'CONFIGURED' } });
    await patch(api, 'HELLO|02.00.0000', { status: 'CONFIGURED' }, { enableAsyncActivationMode: 'true' });

    expect(Object.values(statuses(simulator))).toEqual(['CONFIGURED', 'ACTIVATED']);
    expect((await deactivate(api, 'HELLO|02.00.0000')).status).toBe(412);
  });

  test.each([
    [{}, {}, 412, 'ACTIVATED'],
    [{ stopScheduleForDeactivation: 'true' }, {}, 200, 'CONFIGURED'],
    [{}, { deactivateWithSchedule: 'stops' }, 200, 'CONFIGURED'],
  ] satisfies [object, Partial<Behaviour>, number, string][])(
    'with a running schedule, %o and %o, is answered %i',
    async (body, behaviour, status, left) => {
      const { simulator, api } = await start({ behaviour });
      const added = { status: 'ACTIVATED', scheduleState: 'started' } as const;
      simulator.instance.add(sample('HELLO', { schedule: 'FREQ=DAILY' }), added);

      expect((await deactivate(api, HELLO, body)).status).toBe(status);
      expect(statuses(simulator)).toEqual({ [HELLO]: left });
    },
  );

  test.each(['CONFIGURED', 'FAILEDACTIVATION', 'INPROGRESS'] as const)(
    'of what is %s is answered 412',
    async (status) => {
      const { simulator, api } = await start();
      simulator.instance.add(sample('HELLO'), { status });

      expect((await deactivate(api)).status).toBe(412);
    },
  );

  test.each([
    [true, true],
    [false, false],
  ])('moves lastUpdated: %s', async (activationMovesLastUpdated, expected) => {
    const { simulator, api } = await start({ behaviour: { activationMovesLastUpdated } });
    simulator.instance.add(sample('HELLO'), { status: 'ACTIVATED' });
    const before = simulator.instance.get(HELLO)?.lastUpdated;

    await deactivate(api);

    const after = simulator.instance.get(HELLO)?.lastUpdated;
    expect(after?.getTime() !== before?.getTime()).toBe(expected);
  });
});

describe('deletion', () => {
  test.each([
    ['configured', { status: 'CONFIGURED' }, {}, 200],
    ['a draft', { status: 'INPROGRESS' }, {}, 200],
    ['failed', { status: 'FAILEDACTIVATION' }, {}, 200],
    ['active', { status: 'ACTIVATED' }, {}, 423],
    ['active', { status: 'ACTIVATED' }, { deleteActive: 409 }, 409],
    ['locked', { status: 'CONFIGURED', lockedBy: 'anna' }, {}, 423],
    ['locked', { status: 'CONFIGURED', lockedBy: 'anna' }, { deleteLocked: 412 }, 412],
  ] as const)('of what is %s (%o, %o) is answered %i', async (_, added, behaviour, status) => {
    const { simulator, api } = await start({ behaviour });
    simulator.instance.add(sample('HELLO'), added);

    expect((await api('DELETE', pathOf(HELLO))).status).toBe(status);
    expect(simulator.instance.list()).toHaveLength(status === 200 ? 0 : 1);
  });

  test('of what is not there is answered 404', async () => {
    const { api } = await start();

    expect((await api('DELETE', pathOf(HELLO))).status).toBe(404);
  });
});
