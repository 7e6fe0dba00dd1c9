/**
 * A simulated instance in a process of its own, so that it shares no event loop with what is measured: started by
 * `startInstance` (instance.ts) with its `InstancePlan` as the only argument, talking over the channel of `fork`.
 */

import { seedSamples } from '../simulator/archives/samples.ts';
import { createRandom } from '../simulator/random.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { createArchiveBuilder, drawBytes } from './archives.ts';
import type { InstanceFacts, InstancePlan } from './instance.ts';

const SAVED = new Date('2026-01-05T04:15:00Z');

const seed = (simulator: Simulator, plan: InstancePlan): void => {
  const { count, archives } = plan;
  if (archives === 'samples') {
    seedSamples(simulator, { count, until: SAVED });
    return;
  }
  const random = createRandom(1);
  const build = createArchiveBuilder(random, { memberBytes: archives.memberBytes, largestBytes: archives.bytes });
  for (let n = 0; n < count; n++) {
    const sample = { code: `FLOW_${String(n).padStart(5, '0')}`, version: '01.00.0000', name: `Flow ${n}` };
    const status = n < count * (plan.activeShare ?? 0) ? 'ACTIVATED' : 'CONFIGURED';
    simulator.instance.add(build(sample, archives.bytes ?? drawBytes(random)), { status, lastUpdated: SAVED });
  }
};

const plan = JSON.parse(process.argv[2] ?? '{}') as InstancePlan;
const simulator = await startSimulator({
  ...plan.options,
  behaviour: { importedConnection: 'CONFIGURED' },
});
seed(simulator, plan);
process.on('message', () => {
  const { maxInFlight } = simulator.stats();
  const requests = simulator.requests.map(({ kind, time, status }) => ({ kind, time, status }));
  process.send?.({ maxInFlight, requests });
});
process.once('disconnect', () => process.exit());
process.send?.({
  url: simulator.url,
  tokenUrl: simulator.tokenUrl,
  integrationInstance: simulator.integrationInstance,
  credentials: simulator.credentials(),
  ids: simulator.instance.list().map(({ id }) => id),
  startedSchedules: simulator.instance
    .list()
    .filter(({ status, schedule }) => status === 'ACTIVATED' && schedule !== null).length,
} satisfies InstanceFacts);
