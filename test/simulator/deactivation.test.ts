import { describe, expect, test } from 'vitest';
import type { Behaviour } from './behaviour.ts';
import { addVersions, deactivate, HELLO, patch, pathOf, sample, statuses, useSimulators } from './raw-client.ts';

const start = useSimulators();

describe('deactivation', () => {
  test('is done when it is answered, or runs on when asked to', async () => {
    const { simulator, api } = await start({ activationMs: 60_000 });
    addVersions(simulator, { '01.00.0000': 'ACTIVATED', '02.00.0000': 'ACTIVATED' });

    expect(await deactivate(api)).toMatchObject({ status: 200, body: { status: 'CONFIGURED' } });
    await patch(api, 'HELLO|02.00.0000', { status: 'CONFIGURED' }, { enableAsyncActivationMode: 'true' });

    expect(Object.values(statuses(simulator))).toEqual(['CONFIGURED', 'ACTIVATED']);
    expect((await deactivate(api, 'HELLO|02.00.0000')).status).toBe(412);
  });

  test('can always run on after it was answered', async () => {
    const { simulator, api } = await start({ activationMs: 60_000, behaviour: { deactivation: 'async' } });
    addVersions(simulator, { '01.00.0000': 'ACTIVATED' });

    expect(await deactivate(api)).toMatchObject({ status: 200, body: { status: 'ACTIVATED' } });
    expect(statuses(simulator)).toEqual({ [HELLO]: 'ACTIVATED' });
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
