import { describe, expect, test } from 'vitest';
import type { Behaviour } from './behaviour.ts';
import {
  activate,
  addVersions,
  HELLO,
  pathOf,
  type RawClient,
  sample,
  statuses,
  useSimulators,
} from './http/raw-client.ts';

const start = useSimulators();

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
