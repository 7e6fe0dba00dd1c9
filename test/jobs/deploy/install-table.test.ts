/**
 * Every combination of what the target may have and what the policy says, installed for real in the simulator. The
 * expected state is written down from Oracle's rules and the promises, not computed by the planner.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OicClient } from '../../../functions/oic/client.ts';
import { connectTo } from '../../oic/simulated.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type InstallBench, openInstallBench } from './install-bench.ts';

const THERE = ['absent', 'configured', 'active', 'failed', 'locked'] as const;
const CONTENT = ['same', 'changed'] as const;
const SCHEDULE = ['started', 'paused', 'stopped'] as const;
const RIVAL = ['none', 'older same-major active', 'newer same-major active', 'other-major active'] as const;
const ACTIVATION = ['activate', 'keep', 'never'] as const;

interface Case {
  readonly there: (typeof THERE)[number];
  readonly content: (typeof CONTENT)[number];
  readonly schedule: (typeof SCHEDULE)[number];
  readonly rival: (typeof RIVAL)[number];
  readonly activation: (typeof ACTIVATION)[number];
}

const ID = 'FLOW|01.01.0000';
const RIVAL_VERSION = {
  'older same-major active': '01.00.0000',
  'newer same-major active': '01.02.0000',
  'other-major active': '02.00.0000',
} as const;

/** Two versions of one major are never active together, and only what is active can have a running schedule. */
const canBe = ({ there, content, schedule, rival }: Case): boolean => {
  if (there === 'absent' && content === 'same') return false;
  if (there === 'active' && (rival === 'older same-major active' || rival === 'newer same-major active')) return false;
  return schedule === 'stopped' || there === 'active' || (rival !== 'none' && there !== 'locked');
};

const cases: Case[] = THERE.flatMap((there) =>
  CONTENT.flatMap((content) =>
    SCHEDULE.flatMap((schedule) =>
      RIVAL.flatMap((rival) => ACTIVATION.map((activation) => ({ there, content, schedule, rival, activation }))),
    ),
  ),
).filter(canBe);
/** All of them take a while: in few rounds a third of those of each policy. */
const isMeant = rounds(
  (n: number) => (n + Math.floor(n / ACTIVATION.length)) % 3 === 0,
  () => true,
);
const meant = cases.filter((_, n) => isMeant(n));

const archiveOf = (version: string, marker: string) =>
  buildSampleArchive({ code: 'FLOW', version, schedule: 'FREQ=DAILY', marker, exportedAt: new Date('2026-01-01') });

let simulator: Simulator;
let oic: OicClient;
let bench: InstallBench;
beforeAll(async () => {
  simulator = await startSimulator();
  oic = connectTo(simulator);
  bench = await openInstallBench();
});
afterAll(async () => {
  await oic.close();
  await simulator.close();
  await bench.close();
});
afterEach(() => {
  for (const { id } of simulator.instance.list()) simulator.instance.remove(id);
});

const TRACED = { tracing: true, payload: true, recording: false };

const arrange = ({ there, schedule, rival }: Case): void => {
  const isActive = there === 'active';
  if (there !== 'absent') {
    const status = (
      { active: 'ACTIVATED', failed: 'FAILEDACTIVATION', configured: 'CONFIGURED', locked: 'CONFIGURED' } as const
    )[there];
    simulator.instance.add(archiveOf('01.01.0000', 'old'), {
      status,
      scheduleState: isActive ? schedule : 'stopped',
      ...(isActive && { tracing: TRACED }),
      ...(there === 'locked' && { lockedBy: 'bob@example.com' }),
    });
  }
  if (rival !== 'none') {
    simulator.instance.add(archiveOf(RIVAL_VERSION[rival], 'rival'), {
      status: 'ACTIVATED',
      scheduleState: isActive ? 'stopped' : schedule,
      tracing: TRACED,
    });
  }
};

interface Expected {
  readonly state: 'deployed' | 'unchanged' | 'rejected';
  readonly message?: RegExp;
  /** Of the wanted one: null when it is not there. */
  readonly active: boolean | null;
  readonly content: 'old' | 'new' | null;
  /** What its schedule does; undefined when it is not there. */
  readonly schedule: Case['schedule'] | undefined;
  readonly traced: boolean;
  readonly rivalActive: boolean | null;
  readonly rivalSchedule: Case['schedule'] | undefined;
}

/** The rules, in words of their own. */
const promised = (one: Case): Expected => {
  const { there, content, schedule, rival, activation } = one;
  const wasActive = there === 'active';
  const rivalThere = rival !== 'none';
  const untouched = {
    active: there === 'absent' ? null : wasActive,
    content: there === 'absent' ? null : ('old' as const),
    schedule: there === 'absent' ? undefined : wasActive ? schedule : ('stopped' as const),
    traced: wasActive,
    rivalActive: rivalThere ? true : null,
    rivalSchedule: rivalThere ? (wasActive ? ('stopped' as const) : schedule) : undefined,
  };
  const wantsActive = activation === 'activate' || (activation === 'keep' && wasActive);
  const isDone = content === 'same' && (!wantsActive || wasActive);
  // What is locked cannot be exported, so nobody knows whether it is the same.
  if (there === 'locked') return { state: 'rejected', message: /locked: bob@example\.com/, ...untouched };
  if (isDone) return { state: 'unchanged', ...untouched };
  const displacesRival = wantsActive && rivalThere && rival !== 'other-major active';
  if (displacesRival && rival === 'newer same-major active') {
    return { state: 'rejected', message: /would take the newer FLOW\|01\.02\.0000 out of service/, ...untouched };
  }
  return {
    state: 'deployed',
    active: wantsActive,
    content: content === 'same' ? 'old' : 'new',
    schedule: wantsActive && (wasActive || displacesRival) ? schedule : 'stopped',
    traced: wantsActive && (wasActive || displacesRival),
    rivalActive: rivalThere ? !displacesRival : null,
    rivalSchedule: displacesRival ? 'stopped' : untouched.rivalSchedule,
  };
};

const observed = (one: Case): Omit<Expected, 'state' | 'message'> => {
  const now = simulator.instance.get(ID);
  const rival = one.rival === 'none' ? undefined : simulator.instance.get(`FLOW|${RIVAL_VERSION[one.rival]}`);
  return {
    active: now ? now.status === 'ACTIVATED' : null,
    content: now
      ? now.contentDigest === digests.new
        ? 'new'
        : now.contentDigest === digests.old
          ? 'old'
          : null
      : null,
    schedule: now?.schedule as Expected['schedule'],
    traced: now?.status === 'ACTIVATED' && now.tracing.tracing && now.tracing.payload,
    rivalActive: rival ? rival.status === 'ACTIVATED' : null,
    rivalSchedule: rival?.schedule as Expected['schedule'],
  };
};

const digests = { old: '', new: '' };
beforeAll(() => {
  for (const marker of ['old', 'new'] as const) {
    simulator.instance.add(archiveOf('01.01.0000', marker));
    digests[marker] = simulator.instance.get(ID)?.contentDigest ?? '';
    simulator.instance.remove(ID);
  }
});

test('the table holds every combination that can be', () => {
  expect(cases.length).toBeGreaterThan(100);
  expect(digests.old).not.toBe(digests.new);
});

describe.each(ACTIVATION)('with the activation policy %s', (activation) => {
  test.each(meant.filter((one) => one.activation === activation))(
    'target $there, content $content, schedule $schedule, $rival',
    async (one) => {
      arrange(one);
      const expected = promised(one);

      const bytes = archiveOf('01.01.0000', one.content === 'same' ? 'old' : 'new');
      const outcome = await bench.install(oic, bytes, { activation });

      const { state, message, ...after } = expected;
      expect({ state: outcome.state, ...observed(one) }).toEqual({ state, ...after });
      if (message) expect(outcome.message).toMatch(message);
      // The law: planned again after everything was done, there is nothing to do.
      if (outcome.state === 'deployed')
        expect(await bench.install(oic, bytes, { activation })).toMatchObject({ state: 'unchanged', steps: [] });
    },
  );
});
