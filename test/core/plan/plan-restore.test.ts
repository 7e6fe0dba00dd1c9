/** The plan of a restore by tables, and its law on a model of an instance. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TargetIntegration } from '../../../functions/core/plan/plan-install.ts';
import {
  planRestore,
  type RestorePlan,
  type RestorePolicy,
  type RestoreWanted,
} from '../../../functions/core/plan/plan-restore.ts';
import { planPhases } from '../../../functions/core/plan/plan-restore-steps.ts';
import { isActive } from '../../../functions/core/status.ts';
import { rounds } from '../../rounds.ts';
import { applySteps, capturedOf, type ModelStep, thereOf, wantedOf } from './target-model.ts';

const POLICY: RestorePolicy = { existing: 'replace', mirror: false, activation: 'as-captured' };
const MIRROR = { ...POLICY, mirror: true };
const everything = (): boolean => true;

const restoreOf = (
  changes: Partial<Omit<RestoreWanted, 'captured'>> & { captured?: Partial<RestoreWanted['captured']> } = {},
  version = '01.00.0000',
  code = 'ORDER',
): RestoreWanted => ({
  ...wantedOf({}, code, version),
  calls: [],
  ...changes,
  captured: capturedOf(changes.captured),
});

const removalsOf = ({ removals }: RestorePlan): string[] => removals.map(({ do: what, id }) => `${what} ${id}`);
const verdictsOf = ({ installs }: RestorePlan): string[] => installs.map(({ verdict, id }) => `${verdict} ${id}`);
const SAME = { designSha256: 'new' };
const OLDER = '01.00.0000';
const NEWER = '01.00.0001';

describe('what the snapshot does not hold', () => {
  test('is left, unless the restore is to mirror it', () => {
    expect(removalsOf(planRestore([], [thereOf()], POLICY, everything))).toEqual([]);
  });

  test.each<[string, Partial<TargetIntegration>, string[]]>([
    ['and is active', {}, ['deactivate', 'delete']],
    ['and runs on a schedule', { hasSchedule: true, schedule: 'started' }, ['stop-schedule', 'deactivate', 'delete']],
    ['with a schedule on hold', { hasSchedule: true, schedule: 'paused' }, ['stop-schedule', 'deactivate', 'delete']],
    ['with a schedule that does not run', { hasSchedule: true, schedule: 'stopped' }, ['deactivate', 'delete']],
    ['and is not active', { status: 'CONFIGURED' }, ['delete']],
    ['and is being activated', { status: 'ACTIVATION_INPROGRESS' }, ['deactivate', 'delete']],
    ['and Oracle delivered', { isPrebuilt: true }, []],
  ])('%s, is taken away by a mirror: %j -> %j', (_, changes, steps) => {
    const plan = planRestore([], [thereOf(changes)], MIRROR, everything);

    expect(plan.removals.map((step) => step.do)).toEqual(steps);
    for (const { reason } of plan.removals) expect(reason).toBe('the snapshot does not hold it');
  });

  test('and would not, had the instance had it, is left by a mirror too', () => {
    const target = [thereOf({}, OLDER, 'MINE'), thereOf({}, OLDER, 'THEIRS')];

    expect(removalsOf(planRestore([], target, MIRROR, (code) => code === 'MINE'))).toEqual([
      'deactivate MINE|01.00.0000',
      'delete MINE|01.00.0000',
    ]);
  });
});

describe('what the snapshot holds as inactive, and the target has active', () => {
  const wanted = restoreOf({ captured: { isActive: false } });

  test('goes out of service in a mirror alone', () => {
    expect(removalsOf(planRestore([wanted], [thereOf(SAME)], POLICY, everything))).toEqual([]);
    expect(removalsOf(planRestore([wanted], [thereOf(SAME)], MIRROR, everything))).toEqual([
      'deactivate ORDER|01.00.0000',
    ]);
  });

  test('stays in service when activation is left alone', () => {
    const never: RestorePolicy = { ...MIRROR, activation: 'never' };

    expect(removalsOf(planRestore([wanted], [thereOf(SAME)], never, everything))).toEqual([]);
  });

  test('is deactivated once, when it is replaced as well', () => {
    const plan = planRestore([wanted], [thereOf()], MIRROR, everything);

    expect(plan.installs[0]?.steps.map((step) => step.do)).toEqual(['deactivate', 'replace']);
    expect(plan.removals).toEqual([]);
  });
});

describe('a schedule that runs in the target', () => {
  const there = thereOf({ ...SAME, hasSchedule: true, schedule: 'started' });
  test.each([
    ['stopped', ['stop-schedule ORDER|01.00.0000']],
    [null, ['stop-schedule ORDER|01.00.0000']],
    ['started', []],
    // What is not known is not taken for stopped.
    ['unknown', []],
  ] as const)('and was %s when the snapshot was taken: a mirror sends %j', (schedule, removals) => {
    const wanted = restoreOf({ hasSchedule: true, captured: { schedule } });

    expect(removalsOf(planRestore([wanted], [there], MIRROR, everything))).toEqual(removals);
  });
});

describe('a newer version that is active in the target', () => {
  const newer = thereOf({}, NEWER);
  const older = restoreOf();
  test.each<[string, RestoreWanted[], RestorePolicy, string]>([
    ['which the snapshot does not know', [older], POLICY, 'refuse'],
    ['which a mirror takes away', [older], MIRROR, 'install'],
    ['which was not active then', [older, restoreOf({ captured: { isActive: false } }, NEWER)], POLICY, 'install'],
    [
      'which was not active then, of a restore that leaves what exists',
      [older, restoreOf({ captured: { isActive: false } }, NEWER)],
      { ...POLICY, existing: 'skip' },
      'refuse',
    ],
  ])('%s', (_, wanted, policy, verdict) => {
    const plan = planRestore(wanted, [newer], policy, everything);

    expect(verdictsOf(plan)[0]).toBe(`${verdict} ORDER|01.00.0000`);
  });

  test('and is displaced, is not deactivated again before it is taken away', () => {
    const plan = planRestore([older], [newer], MIRROR, everything);

    expect(plan.installs[0]?.steps).toContainEqual(expect.objectContaining({ do: 'activate', displaces: [newer.id] }));
    expect(removalsOf(plan)).toEqual([`delete ${newer.id}`]);
  });
});

test('called integrations come before their callers', () => {
  const caller = restoreOf({ calls: [restoreOf({}, OLDER, 'Z_CALLED')] }, OLDER, 'A_CALLER');
  const called = restoreOf({}, OLDER, 'Z_CALLED');

  expect(planRestore([caller, called], [], POLICY, everything).order.order).toEqual([called.id, caller.id]);
});

const VERSIONS = [OLDER, NEWER, '02.00.0000'];
const places = ['A', 'B'].flatMap((code) => VERSIONS.map((version) => ({ code, version })));
const state = fc.record({
  isThere: fc.boolean(),
  isActive: fc.boolean(),
  hasSchedule: fc.boolean(),
  schedule: fc.constantFrom('started', 'paused', 'stopped'),
});
type Place = (typeof places)[number] & {
  readonly hasSchedule: boolean;
  readonly isActive: boolean;
  readonly schedule: 'started' | 'paused' | 'stopped' | null;
};

/** Of one code and major version one is active, and only what is active has a schedule that runs. */
const instances = fc.tuple(...places.map(() => state)).map((states) => {
  const taken = new Set<string>();
  return states.flatMap(({ isThere, ...one }, at): Place[] => {
    const place = places[at];
    if (!isThere || !place) return [];
    const major = `${place.code}|${place.version.slice(0, 2)}`;
    const active = one.isActive && !taken.has(major);
    if (active) taken.add(major);
    const { hasSchedule } = one;
    const schedule = hasSchedule ? (active ? one.schedule : 'stopped') : null;
    return [{ ...place, hasSchedule, isActive: active, schedule }];
  });
});

const cases = fc.record({
  captured: instances,
  there: instances,
  sameAt: fc.subarray(places.map(({ code, version }) => `${code}|${version}`)),
  policy: fc.record({
    existing: fc.constantFrom('replace' as const, 'skip' as const),
    mirror: fc.boolean(),
    activation: fc.constantFrom('as-captured' as const, 'never' as const),
  }),
});

/** In the order in which they are sent, phase after phase. */
const stepsOf = (plan: RestorePlan): ModelStep[] =>
  planPhases(plan, [], { before: [], after: [] }).flatMap((phase) =>
    phase.does === 'put-items' || phase.does === 'activate-inside'
      ? []
      : phase.turns.flatMap(({ steps }): readonly ModelStep[] => steps),
  );

type Case = typeof cases extends fc.Arbitrary<infer One> ? One : never;

const wantedIn = ({ captured }: Case): RestoreWanted[] =>
  captured.map(({ code, version, hasSchedule, ...was }) => restoreOf({ hasSchedule, captured: was }, version, code));

/** Of one content, both have a schedule or neither. */
const targetIn = ({ captured, there, sameAt }: Case): TargetIntegration[] =>
  there.map(({ code, version, isActive: active, ...one }) => {
    const isSame = sameAt.includes(`${code}|${version}`);
    const twin = isSame ? captured.find((other) => other.code === code && other.version === version) : undefined;
    const hasSchedule = twin?.hasSchedule ?? one.hasSchedule;
    const runs = active ? (one.schedule ?? 'stopped') : 'stopped';
    const changes = { designSha256: isSame ? 'new' : 'old', hasSchedule, schedule: hasSchedule ? runs : null };
    return thereOf({ ...changes, status: active ? 'ACTIVATED' : 'CONFIGURED' }, version, code);
  });

const isAsWanted = (
  { id, captured }: RestoreWanted,
  verdict: string | undefined,
  now: TargetIntegration | undefined,
  { activation, mirror }: RestorePolicy,
): void => {
  if (verdict === 'install') expect(now).toMatchObject({ id, designSha256: 'new' });
  if (activation === 'never' || verdict === 'refuse') return;
  if (mirror && !captured.isActive) expect(now && isActive(now)).toBe(false);
  if (verdict !== 'install' || !captured.isActive) return;
  expect(now && isActive(now)).toBe(true);
  if (captured.schedule !== 'stopped' || mirror) expect(now?.schedule).toBe(captured.schedule);
};

test('Oracle takes every step, the target is then as wanted, and a second plan is empty', () => {
  const law = (one: Case): void => {
    const [wanted, target, { policy }] = [wantedIn(one), targetIn(one), one];
    const plan = planRestore(wanted, target, policy, everything);

    const after = applySteps(target, stepsOf(plan), wanted);

    for (const it of wanted) {
      const verdict = plan.installs.find(({ id }) => id === it.id)?.verdict;
      isAsWanted(
        it,
        verdict,
        after.find(({ id }) => id === it.id),
        policy,
      );
    }
    if (policy.mirror) expect(after.filter(({ id }) => !wanted.some((it) => it.id === id))).toEqual([]);
    expect(stepsOf(planRestore(wanted, after, policy, everything))).toEqual([]);
  };
  fc.assert(fc.property(cases, law), { numRuns: rounds(500, 20_000) });
});
