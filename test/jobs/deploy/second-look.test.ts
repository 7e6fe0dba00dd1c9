/** What is said of a target that was put back while something that was sent may still arrive. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { handleDrop } from '../../../functions/jobs/deploy/handle-drop.ts';
import { createLonelyTime } from '../../oic/http/virtual-time.ts';
import { connectTo } from '../../oic/simulated.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { startSimulator } from '../../simulator/server.ts';
import { type InstallBench, openInstallBench, stateOf } from './install-bench.ts';

let bench: InstallBench;
let open: Array<{ close(): Promise<void> }>;
beforeEach(async () => {
  bench = await openInstallBench();
  open = [bench];
});
afterEach(async () => {
  for (const it of open.reverse()) await it.close();
});

const ID = 'FLOW|01.00.0000';
const archive = (marker: string) => buildSampleArchive({ code: 'FLOW', version: '01.00.0000', marker });
const LOST = { status: 504, body: 'empty' } as const;
const UNKNOWN = {
  sent: expect.stringContaining('FLOW|01.00.0000 on dev'),
  read: expect.stringContaining('dev'),
  lookAt: `${ID} on dev`,
  command: `oic show dev '${ID}'`,
};

const start = async () => {
  const time = createLonelyTime();
  const simulator = await startSimulator({ now: time.now });
  const oic = connectTo(simulator);
  open.push(simulator, oic);
  const said: string[] = [];
  const waiting = { deadlineMs: 150_000, ...time, note: (sentence: string) => said.push(sentence) };
  return { simulator, oic, time, waiting, said };
};

test('what arrives after everything was put back is undone at a second look', async () => {
  const { simulator, oic, time, waiting, said } = await start();
  // Longer than it is waited for, twice.
  simulator.faults.add({ match: { kind: 'import', times: 1 }, answer: { ...LOST, landsAfterMs: 400_000 } });
  simulator.faults.add({ match: { kind: 'import' }, answer: LOST });

  const outcome = await bench.install(oic, archive('new'), {}, { waiting });

  expect(outcome).toMatchObject({ state: 'rolled-back', message: expect.stringMatching(/dev is as it was before$/) });
  expect(outcome.steps.at(-1)).toMatchObject({ do: 'roll-back', reason: expect.stringContaining('looked at again') });
  await time.sleep(90_000);
  await simulator.catchUp();
  expect(stateOf(simulator)).toEqual([]);
  expect(simulator.stats().byKind).toMatchObject({ import: 2, delete: 1 });
  expect(said.some((line) => line.includes('it is looked at again in 60 s'))).toBe(true);
});

test('a target that there is no time to look at again is told as not known', async () => {
  const { simulator, oic, time, waiting } = await start();
  simulator.instance.add(archive('old'), { status: 'CONFIGURED' });
  simulator.faults.add({ match: { kind: 'replace' }, answer: LOST });
  const endsAt = time.now() + 200_000;

  const outcome = await bench.install(oic, archive('new'), {}, { waiting: { ...waiting, endsAt } });

  expect(outcome).toMatchObject({ state: 'unknown', unknown: UNKNOWN });
  expect(outcome.message).toMatch(/is not known: .*oic show dev 'FLOW\|01\.00\.0000'`$/);
});

test('a target that cannot be read any more is told as not known, and the receipt says where to look', async () => {
  const { simulator, oic, waiting } = await start();
  simulator.instance.add(archive('old'), { status: 'CONFIGURED' });
  simulator.onRequest(({ kind }) => {
    if (kind === 'replace') simulator.faults.add({ match: {}, answer: { status: 502, body: 'html' } });
  });
  const key = 'deploy/dev/flow.iar';
  const { versionId } = await bench.store.put(key, archive('new'));

  const result = await handleDrop({ ...bench.services(oic, 'dev'), waiting }, { key, versionId });

  expect(result).toMatchObject({ kind: 'receipt', receipt: { state: 'unknown', unknown: UNKNOWN } });
  expect(simulator.stats().byKind.replace).toBe(1);
});
