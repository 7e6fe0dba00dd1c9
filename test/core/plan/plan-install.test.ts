import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type InstallPolicy,
  planInstall,
  type TargetIntegration,
  type Wanted,
} from '../../../functions/core/plan/plan-install.ts';
import type { AskedSchedule } from '../../../functions/core/schedule.ts';
import { rounds } from '../../rounds.ts';
import { applySteps, capturedOf, thereOf, wantedOf } from './target-model.ts';

const DROP: InstallPolicy = { activation: 'activate', existing: 'replace', mayDowngrade: false };
const RESTORE: InstallPolicy = { activation: 'as-captured', existing: 'replace', mayDowngrade: false };

interface Row {
  readonly name: string;
  readonly wanted?: Wanted;
  readonly target?: readonly TargetIntegration[];
  readonly policy?: Partial<InstallPolicy>;
  /** The verdict and its reason, or each step and its reason. */
  readonly is: readonly string[];
}

const said = ({ wanted = wantedOf(), target = [], policy = {} }: Row): string[] => {
  const { verdict, reason, steps } = planInstall(wanted, target, { ...DROP, ...policy });
  if (verdict !== 'install') return [`${verdict}: ${reason}`];
  expect(reason).toBe(steps[0]?.reason);
  return steps.map((step) => `${step.do}${step.id === wanted.id ? '' : ` ${step.id}`}: ${step.reason}`);
};

const check = (rows: readonly Row[]): void => test.for(rows)('$name', (row) => expect(said(row)).toEqual(row.is));

const IMPORT = 'import: the target does not have it';
const REPLACE = 'replace: the target has it with other content';
const DEACTIVATE = 'deactivate: it is active, and an active integration cannot be replaced';
const CONNECT = 'connect: its connections must be configured before it is activated';
const ACTIVATE = 'activate: it is to be active';
const SAME = { designSha256: 'new' };
const RUNS = { hasSchedule: true, schedule: 'started' } as const;
const HELD = { hasSchedule: true, schedule: 'paused' } as const;
const SCHEDULED = wantedOf({ hasSchedule: true });
const captured = (schedule: AskedSchedule) => wantedOf({ hasSchedule: true, captured: capturedOf({ schedule }) });

describe('content', () => {
  check([
    { name: 'is imported when the target does not have it', is: [IMPORT, CONNECT, ACTIVATE] },
    {
      name: 'is replaced in an integration that is active only after that was deactivated',
      target: [thereOf()],
      is: [DEACTIVATE, REPLACE, CONNECT, ACTIVATE],
    },
    {
      name: 'is replaced at once in an integration that is not active',
      target: [thereOf({ status: 'CONFIGURED' })],
      is: [REPLACE, CONNECT, ACTIVATE],
    },
    {
      name: 'is replaced after a schedule that runs was stopped',
      wanted: SCHEDULED,
      target: [thereOf(RUNS)],
      is: [
        'stop-schedule: its schedule runs, and must not while it is deactivated',
        DEACTIVATE,
        REPLACE,
        CONNECT,
        ACTIVATE,
        'start-schedule: it ran before',
      ],
    },
    {
      name: 'is replaced after a schedule on hold was stopped, which is put on hold again',
      wanted: SCHEDULED,
      target: [thereOf(HELD)],
      is: [
        'stop-schedule: its schedule is on hold, and must be stopped before it is deactivated',
        DEACTIVATE,
        REPLACE,
        CONNECT,
        ACTIVATE,
        'start-schedule: it was on hold before: only one that runs can be put on hold, which is next',
        'pause-schedule: it was on hold before',
      ],
    },
    {
      name: 'that is another is left when what exists may stay',
      target: [thereOf()],
      policy: { existing: 'skip' },
      is: ['skip: is there with other content, which is left as it is'],
    },
    {
      name: 'that was not read counts as another',
      target: [thereOf({ designSha256: undefined, status: 'CONFIGURED' })],
      policy: { activation: 'never' },
      is: [REPLACE],
    },
  ]);
});

describe('nothing is done', () => {
  check([
    {
      name: 'with an active integration of this content',
      target: [thereOf(SAME)],
      is: ['unchanged: the target has it with this content, active'],
    },
    {
      name: 'with a draft that is there already',
      wanted: wantedOf({ isDraft: true }),
      target: [thereOf({ ...SAME, status: 'INPROGRESS' })],
      is: ['unchanged: the target has this draft already'],
    },
    {
      name: 'with one that is not active when nothing is to be activated',
      target: [thereOf({ ...SAME, status: 'CONFIGURED' })],
      policy: { activation: 'never' },
      is: ['unchanged: the target has it with this content, CONFIGURED, and never leaves that as it is'],
    },
    {
      name: 'with one of this content that is locked, for it is not touched',
      target: [thereOf({ ...SAME, lockedBy: 'ada' })],
      is: ['unchanged: the target has it with this content, active'],
    },
  ]);
});

describe('activation', () => {
  const inactive = (why: string) => `${DEACTIVATE}; it stays deactivated: ${why}`;
  check([
    { name: 'is not for drafts', wanted: wantedOf({ isDraft: true }), is: [IMPORT] },
    {
      name: 'does not follow when a draft replaces what was active, and the plan says so',
      wanted: wantedOf({ isDraft: true }),
      target: [thereOf()],
      is: [inactive('the archive is of a draft'), REPLACE],
    },
    {
      name: 'does not follow when it is never to be done',
      target: [thereOf()],
      policy: { activation: 'never' },
      is: [inactive('`activation` is `never`'), REPLACE],
    },
    {
      name: 'does not follow when the snapshot had it inactive',
      wanted: wantedOf({ captured: capturedOf({ isActive: false }) }),
      target: [thereOf()],
      policy: RESTORE,
      is: [inactive('it was not active when the snapshot was taken'), REPLACE],
    },
    { name: 'as captured needs a capture', policy: RESTORE, is: [IMPORT] },
    { name: 'of what is new is not kept, for it was not active', policy: { activation: 'keep' }, is: [IMPORT] },
    {
      name: 'of what was active is kept',
      target: [thereOf()],
      policy: { activation: 'keep' },
      is: [DEACTIVATE, REPLACE, CONNECT, ACTIVATE],
    },
    {
      name: 'is done alone when the content is there',
      target: [thereOf({ ...SAME, status: 'CONFIGURED' })],
      is: [CONNECT, ACTIVATE],
    },
    {
      name: 'of a new version takes the place of the active one of its major, whose schedule is stopped and goes on',
      wanted: wantedOf({ hasSchedule: true }, 'ORDER', '01.00.0001'),
      target: [thereOf(RUNS)],
      is: [
        IMPORT,
        CONNECT,
        'stop-schedule ORDER|01.00.0000: ORDER|01.00.0001 takes its place',
        'activate: takes the place of ORDER|01.00.0000',
        'start-schedule: it ran before',
      ],
    },
    {
      name: 'of another major displaces nothing',
      wanted: wantedOf({}, 'ORDER', '02.00.0000'),
      target: [thereOf(RUNS)],
      is: [IMPORT, CONNECT, ACTIVATE],
    },
    {
      name: 'of an older version displaces the newer one when that is allowed',
      target: [thereOf({}, '01.01.0000')],
      policy: { mayDowngrade: true },
      is: [IMPORT, CONNECT, 'activate: takes the place of ORDER|01.01.0000'],
    },
  ]);

  test('keeps the tracing that the displaced version had', () => {
    const tracing = { tracing: true, payload: true, recording: false };
    const { steps } = planInstall(wantedOf({}, 'ORDER', '01.00.0001'), [thereOf({ tracing })], DROP);

    expect(steps.at(-1)).toMatchObject({ do: 'activate', tracing, displaces: ['ORDER|01.00.0000'] });
  });

  test('prefers the tracing of the snapshot', () => {
    const tracing = { tracing: true, payload: false, recording: false };
    const { steps } = planInstall(wantedOf({ captured: capturedOf({ tracing }) }), [thereOf()], RESTORE);

    expect(steps.at(-1)).toMatchObject({ do: 'activate', tracing });
  });

  test.for([
    ['a schedule that is to run', 'started', false],
    ['a schedule that is to be on hold', 'paused', false],
    ['a schedule that did not run', 'stopped', true],
  ] as const)('says whether it may start %s', ([, schedule, keepsStopped]) => {
    const { steps } = planInstall(captured(schedule), [], RESTORE);

    expect(steps.find((step) => step.do === 'activate')).toMatchObject({ keepsStopped });
  });
});

describe('it is refused', () => {
  check([
    {
      name: 'to replace what Oracle delivers',
      target: [thereOf({ isPrebuilt: true })],
      is: ['refuse: is delivered by Oracle (PREBUILT) and cannot be replaced'],
    },
    {
      name: 'to replace what somebody has open, by name',
      target: [thereOf({ lockedBy: 'ada' })],
      is: ['refuse: is locked: ada has it open in the designer; ask them to close it'],
    },
    {
      name: 'to activate what somebody unnamed has open',
      target: [thereOf({ ...SAME, status: 'CONFIGURED', lockedBy: '' })],
      is: ['refuse: is locked: somebody has it open in the designer; ask them to close it'],
    },
    {
      name: 'while it is being activated',
      target: [thereOf({ status: 'CONFIGURED', activationStatus: 'ACTIVATION_INPROGRESS' })],
      is: [
        'refuse: cannot be touched while ORDER|01.00.0000 is CONFIGURED (ACTIVATION_INPROGRESS); try again when that has ended',
      ],
    },
    {
      name: 'while another version of its major is being deactivated',
      target: [thereOf({ status: 'DEACTIVATION_INPROGRESS' }, '01.02.0000')],
      is: [
        'refuse: cannot be touched while ORDER|01.02.0000 is DEACTIVATION_INPROGRESS; try again when that has ended',
      ],
    },
    {
      name: 'to take a newer version out of service',
      target: [thereOf({}, '01.01.0000')],
      is: [
        'refuse: would take the newer ORDER|01.01.0000 out of service, which is active; deactivate that first if this is meant',
      ],
    },
    {
      name: 'while nobody knows what its own schedule does',
      wanted: SCHEDULED,
      target: [thereOf({ hasSchedule: true, schedule: 'unknown' })],
      is: [
        'refuse: cannot be put there while nobody knows what its own schedule does in the target, which could not be asked; try again later',
      ],
    },
    {
      name: 'while nobody knows what the schedule of the version does whose place it takes',
      wanted: wantedOf({}, 'ORDER', '01.00.0001'),
      target: [thereOf({ hasSchedule: true, schedule: 'unknown' })],
      is: [
        'refuse: cannot be put there while nobody knows what the schedule of ORDER|01.00.0000 does in the target, which could not be asked; try again later',
      ],
    },
    {
      name: 'to bring a schedule back when nobody knows what it does, though the content is there',
      wanted: captured('started'),
      target: [thereOf({ ...SAME, hasSchedule: true, schedule: 'unknown' })],
      policy: RESTORE,
      is: [
        'refuse: cannot be put there while nobody knows what its own schedule does in the target, which could not be asked; try again later',
      ],
    },
  ]);
  test('nothing for an unknown schedule when all is there and none is asked for', () => {
    const target = [thereOf({ ...SAME, hasSchedule: true, schedule: 'unknown' })];

    expect(planInstall(captured('unknown'), target, RESTORE).verdict).toBe('unchanged');
  });
});

describe('a schedule', () => {
  const there = (schedule: AskedSchedule) => [thereOf({ ...SAME, hasSchedule: true, schedule })];
  const row = (now: AskedSchedule, then: AskedSchedule, ...is: string[]): Row => ({
    name: `that is ${now} and was ${then}: ${is.map((one) => one.replace(/:.*/, '')).join(', ')}`,
    wanted: captured(then),
    target: there(now),
    policy: RESTORE,
    is,
  });
  const UNCHANGED = 'unchanged: the target has it with this content, active';
  check([
    row('stopped', 'started', 'start-schedule: it ran when the snapshot was taken'),
    row('paused', 'started', 'resume-schedule: it ran when the snapshot was taken'),
    row('started', 'started', UNCHANGED),
    row(
      'stopped',
      'paused',
      'start-schedule: it was on hold when the snapshot was taken: only one that runs can be put on hold, which is next',
      'pause-schedule: it was on hold when the snapshot was taken',
    ),
    row('started', 'paused', 'pause-schedule: it was on hold when the snapshot was taken'),
    row('paused', 'paused', UNCHANGED),
    row('started', 'stopped', UNCHANGED),
    row('started', 'unknown', UNCHANGED),
    {
      name: 'that could not be asked for the snapshot is as it was in the target before',
      wanted: captured('unknown'),
      target: [thereOf(HELD)],
      policy: RESTORE,
      is: [
        'stop-schedule: its schedule is on hold, and must be stopped before it is deactivated',
        DEACTIVATE,
        REPLACE,
        CONNECT,
        ACTIVATE,
        'start-schedule: it was on hold before: only one that runs can be put on hold, which is next',
        'pause-schedule: it was on hold before',
      ],
    },
    {
      name: 'that the new content does not have is not started',
      target: [thereOf(RUNS)],
      is: [
        'stop-schedule: its schedule runs, and must not while it is deactivated',
        DEACTIVATE,
        REPLACE,
        CONNECT,
        ACTIVATE,
      ],
    },
    {
      name: 'of what stays inactive is not touched',
      wanted: captured('started'),
      target: [thereOf({ ...SAME, hasSchedule: true, status: 'CONFIGURED', schedule: 'stopped' })],
      policy: { activation: 'never' },
      is: ['unchanged: the target has it with this content, CONFIGURED, and never leaves that as it is'],
    },
    {
      name: 'has the parameters of the snapshot set where they differ, and no others',
      wanted: wantedOf({
        hasSchedule: true,
        captured: capturedOf({ schedule: 'started', parameters: [{ name: 'since', value: '1' }, { name: 'secret' }] }),
      }),
      target: [thereOf({ ...SAME, ...RUNS, scheduleParameters: [{ name: 'since', value: '2' }] })],
      policy: RESTORE,
      is: ['set-parameters: since had other values when the snapshot was taken'],
    },
    {
      name: 'that is not started keeps its own parameters through a change',
      wanted: SCHEDULED,
      target: [
        thereOf({ hasSchedule: true, schedule: 'stopped', scheduleParameters: [{ name: 'since', value: '2' }] }),
      ],
      is: [
        DEACTIVATE,
        REPLACE,
        CONNECT,
        ACTIVATE,
        'set-parameters: its parameters keep the values they had before: since',
      ],
    },
  ]);

  test('that is started again is given the parameters it had', () => {
    const scheduleParameters = [{ name: 'since', value: '2' }];
    const { steps } = planInstall(SCHEDULED, [thereOf({ ...RUNS, scheduleParameters })], DROP);

    expect(steps.at(-1)).toMatchObject({ do: 'start-schedule', parameters: scheduleParameters });
  });
});

test('a run that was cut off goes by what was before it, not by what it left behind', () => {
  const before = [{ ...thereOf(RUNS), isActive: true, schedule: 'paused' as const }];
  const { steps } = planInstall(
    SCHEDULED,
    [thereOf({ ...SAME, hasSchedule: true, status: 'CONFIGURED', schedule: 'stopped' })],
    { ...DROP, activation: 'keep' },
    before,
  );

  expect(steps.map((step) => step.do)).toEqual(['connect', 'activate', 'start-schedule', 'pause-schedule']);
});

const VERSIONS = ['01.00.0000', '01.00.0001', '01.02.0000', '02.00.0000'] as const;
const schedules = fc.constantFrom<AskedSchedule[]>('started', 'paused', 'stopped', 'unknown');
const parameters = fc.option(
  fc.uniqueArray(fc.record({ name: fc.constantFrom('since', 'until'), value: fc.constantFrom('1', '2') }), {
    selector: ({ name }) => name,
  }),
  { nil: undefined },
);
const tracing = fc.record({ tracing: fc.boolean(), payload: fc.boolean(), recording: fc.boolean() });

const state = fc.record({
  version: fc.constantFrom(...VERSIONS),
  status: fc.constantFrom(
    'ACTIVATED',
    'ACTIVATED',
    'CONFIGURED',
    'INPROGRESS',
    'FAILEDACTIVATION',
    'ACTIVATION_INPROGRESS',
  ),
  content: fc.constantFrom('new', 'old', undefined),
  isLocked: fc.nat(9).map((dice) => dice === 0),
  hasSchedule: fc.boolean(),
  schedule: schedules,
  scheduleParameters: parameters,
  tracing,
});

/** At most one version of a major is active, what is not active has no running schedule, equal content is equally a draft. */
const targets = (hasSchedule: boolean, isDraft: boolean) =>
  fc.uniqueArray(state, { selector: ({ version }) => version, maxLength: 4 }).map((versions) => {
    const taken = new Set<string>();
    return versions.map(({ version, content, isLocked, ...one }) => {
      const major = version.slice(0, 2);
      const isSame = version === '01.00.0001' && content === 'new';
      const told =
        isSame && (isDraft || one.status === 'INPROGRESS') ? (isDraft ? 'INPROGRESS' : 'CONFIGURED') : one.status;
      const status = told === 'ACTIVATED' && taken.has(major) ? 'CONFIGURED' : told;
      if (status === 'ACTIVATED') taken.add(major);
      const has = isSame ? hasSchedule : one.hasSchedule;
      const schedule = status === 'ACTIVATED' ? one.schedule : 'stopped';
      return thereOf(
        {
          ...one,
          status,
          designSha256: content,
          hasSchedule: has,
          schedule: has ? schedule : null,
          ...(isLocked && { lockedBy: 'ada' }),
        },
        version,
      );
    });
  });

const cases = fc
  .record({
    hasSchedule: fc.boolean(),
    isDraft: fc.boolean(),
    isActive: fc.boolean(),
    schedule: schedules,
    parameters,
    tracing,
  })
  .chain(({ hasSchedule, isDraft, ...was }) => {
    const policy = fc.record({
      activation: fc.constantFrom<InstallPolicy['activation'][]>('activate', 'keep', 'never', 'as-captured'),
      existing: fc.constantFrom<InstallPolicy['existing'][]>('replace', 'replace', 'skip'),
      mayDowngrade: fc.boolean(),
    });
    const schedule = hasSchedule ? was.schedule : null;
    return fc.record({ policy, target: targets(hasSchedule, isDraft) }).map(({ policy, target }) => ({
      policy,
      target,
      wanted: wantedOf(
        { hasSchedule, isDraft, ...(policy.activation === 'as-captured' && { captured: { ...was, schedule } }) },
        'ORDER',
        '01.00.0001',
      ),
    }));
  });

describe('whatever the target is', () => {
  test('Oracle takes every step, and planning again after all was done finds nothing to do', () => {
    fc.assert(
      fc.property(cases, ({ wanted, target, policy }) => {
        const plan = planInstall(wanted, target, policy);
        fc.pre(plan.verdict === 'install' || plan.verdict === 'unchanged');
        const after = applySteps(target, plan.steps, [wanted]);

        expect(planInstall(wanted, after, policy)).toMatchObject({ verdict: 'unchanged', steps: [] });
      }),
      { numRuns: rounds(500, 50_000) },
    );
  });

  test('what is refused, skipped or unchanged has no steps, and every answer has a reason', () => {
    fc.assert(
      fc.property(cases, ({ wanted, target, policy }) => {
        const { verdict, reason, steps } = planInstall(wanted, target, policy);

        expect(reason).not.toBe('');
        expect(steps.length > 0).toBe(verdict === 'install');
      }),
      { numRuns: rounds(500, 50_000) },
    );
  });
});
