/** Parameters of a schedule are live state, such as how far a flow has come: a deployment leaves them as they are. */
import { afterEach, describe, expect, test } from 'vitest';
import { useClients } from '../../oic/clients.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { type InstallBench, openInstallBench } from './install-bench.ts';

const start = useClients();
let bench: InstallBench | undefined;
afterEach(() => bench?.close());

const flow = (version: string, marker: string) =>
  buildSampleArchive({ code: 'FLOW', version, marker, schedule: 'FREQ=DAILY', scheduleParameters: { since: '0' } });

const deployOver = async (schedule: 'started' | 'paused' | 'stopped', behaviour: Partial<Behaviour>) => {
  const { simulator, oic } = await start({ behaviour: { importedConnection: 'CONFIGURED', ...behaviour } });
  simulator.instance.add(flow('01.00.0000', 'old'), { status: 'ACTIVATED', scheduleState: schedule });
  simulator.instance.setParameters('FLOW|01.00.0000', { since: '77' });
  bench = await openInstallBench();
  const since = async (id: 'FLOW|01.00.0000' | 'FLOW|01.01.0000') =>
    (await oic.getIntegration(id))?.scheduleParameters?.find(({ name }) => name === 'since')?.value;
  return { simulator, oic, bench, since };
};

describe.each(['started', 'paused', 'stopped'] as const)('of a schedule that is %s', (schedule) => {
  test.each([{}, { activationStartsSchedule: true }, { startParameters: 'reset' as const }])(
    'stay what they were when it is replaced (%j)',
    async (behaviour) => {
      const { simulator, oic, bench, since } = await deployOver(schedule, behaviour);

      expect(await bench.install(oic, flow('01.00.0000', 'new'))).toMatchObject({ state: 'deployed' });

      expect(await since('FLOW|01.00.0000')).toBe('77');
      expect(simulator.instance.get('FLOW|01.00.0000')?.schedule).toBe(schedule);
    },
  );

  test('go on to the version that takes its place, also when that was there before, inactive', async () => {
    const { simulator, oic, bench, since } = await deployOver(schedule, {});
    simulator.instance.add(flow('01.01.0000', 'failed earlier'), { status: 'CONFIGURED' });

    expect(await bench.install(oic, flow('01.01.0000', 'new'))).toMatchObject({ state: 'deployed' });

    expect(await since('FLOW|01.01.0000')).toBe('77');
  });

  test.each([{}, { activationStartsSchedule: true }])('are put back by a roll-back (%j)', async (behaviour) => {
    const { simulator, oic, bench, since } = await deployOver(schedule, behaviour);
    simulator.faults.failActivation('FLOW|01.00.0000', 'no', 1);

    expect(await bench.install(oic, flow('01.00.0000', 'new'))).toMatchObject({ state: 'rolled-back' });

    expect(await since('FLOW|01.00.0000')).toBe('77');
    expect(simulator.instance.get('FLOW|01.00.0000')?.schedule).toBe(schedule);
  });
});
