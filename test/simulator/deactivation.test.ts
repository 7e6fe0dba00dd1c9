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
  upload,
  useSimulators,
} from './http/raw-client.ts';

const start = useSimulators();

describe('deactivation', () => {
  // As recorded: nine keys, and the status alone means something.
  const UNDER_WAY = {
    apiDeploymentInprogress: false,
    compatible: false,
    links: [],
    lockedFlag: false,
    scheduleApplicableFlag: false,
    scheduleDefinedFlag: false,
    status: 'DEACTIVATION_INPROGRESS',
    tempCopyExists: false,
    totalEndPoints: 0,
  };

  test('runs on after OIC 3 has answered: still listed, and neither changed, activated nor deleted meanwhile', async () => {
    let now = Date.now();
    const { simulator, api } = await start({ activationMs: 5000, now: () => now });
    addVersions(simulator, { '01.00.0000': 'ACTIVATED' });

    const answer = await patch(api, HELLO, { status: 'CONFIGURED' }, { enableAsyncActivationMode: 'true' });
    expect(answer).toMatchObject({ status: 200, body: UNDER_WAY });
    expect(Object.keys(answer.body as object)).toEqual(Object.keys(UNDER_WAY));
    now += 4999;
    const [listed] = itemsOf(await api('GET', 'integrations'));
    expect(listed).toMatchObject({ id: HELLO, status: 'DEACTIVATION_INPROGRESS' });
    expect(listed).not.toHaveProperty('activationStatus');
    expect((await api('GET', pathOf(HELLO))).body).toMatchObject({
      status: 'DEACTIVATION_INPROGRESS',
      activationStatus: 'DEACTIVATION_INPROGRESS',
    });
    expect((await upload(api, 'PUT', sample('HELLO'))).body).toMatchObject({
      title: 'Failed to save integration configuration because it is active or is in the process of being activated.',
    });
    expect((await activate(api)).status).toBe(412);
    expect((await deactivate(api)).status).toBe(412);
    expect((await api('DELETE', pathOf(HELLO))).status).toBe(423);
    now += 1;
    expect((await api('GET', pathOf(HELLO))).body).toMatchObject({ status: 'CONFIGURED' });
    expect((await api('DELETE', pathOf(HELLO))).status).toBe(200);
  });

  test.each([
    ['Gen 2', { generation: 'gen2' }],
    ['an OIC 3 that waits for its end', { behaviour: { deactivation: 'sync' } }],
  ] as const)('is done when %s answers', async (_, options) => {
    const { simulator, api } = await start({ activationMs: 60_000, ...options });
    addVersions(simulator, { '01.00.0000': 'ACTIVATED' });

    expect(await deactivate(api)).toMatchObject({ status: 200, body: { id: HELLO, status: 'CONFIGURED' } });
    expect(statuses(simulator)).toEqual({ [HELLO]: 'CONFIGURED' });
  });

  test('that an activation of another version brings about takes its time as well', async () => {
    let now = Date.now();
    const { simulator, api } = await start({ activationMs: 5000, now: () => now });
    addVersions(simulator, { '01.00.0000': 'ACTIVATED', '01.00.0001': 'CONFIGURED' });

    await activate(api, 'HELLO|01.00.0001');
    expect(Object.values(statuses(simulator))).toEqual(['DEACTIVATION_INPROGRESS', 'ACTIVATION_INPROGRESS']);
    now += 5000;
    expect(Object.values(statuses(simulator))).toEqual(['CONFIGURED', 'ACTIVATED']);
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
