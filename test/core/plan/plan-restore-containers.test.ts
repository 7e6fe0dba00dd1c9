import { describe, expect, test } from 'vitest';
import type { Integration } from '../../../functions/core/integration.ts';
import type { IntegrationInside } from '../../../functions/core/kinds.ts';
import type { RestorePolicy } from '../../../functions/core/plan/plan-restore.ts';
import {
  passwordsLost,
  planContainer,
  type TargetContainer,
  type WantedContainer,
} from '../../../functions/core/plan/plan-restore-containers.ts';
import { thereOf } from './target-model.ts';

const REPLACE: RestorePolicy = { existing: 'replace', mirror: false, activation: 'as-captured' };
const SKIP: RestorePolicy = { ...REPLACE, existing: 'skip' };
const NEVER: RestorePolicy = { ...REPLACE, activation: 'never' };
const PARAMETERS = [{ name: 'since', value: 'monday' }];

const integrationOf = (changes: Partial<IntegrationInside> = {}): IntegrationInside => ({
  ...thereOf(),
  schedule: null,
  ...changes,
});
const wantedOf = (...integrations: IntegrationInside[]): WantedContainer => ({
  kind: 'projects',
  id: 'SHOP',
  label: 'project SHOP',
  designSha256: 'new',
  integrations,
  callOrder: [],
});
const targetOf = (
  changes: Partial<TargetContainer> = {},
  ...integrations: Partial<Integration & { schedule: 'started' | 'paused' | 'stopped' | null }>[]
): TargetContainer => ({
  id: 'SHOP',
  designSha256: 'old',
  integrations: integrations.map((one) => thereOf(one)),
  connections: [],
  ...changes,
});
const stepsOf = ({ inside = [] }: ReturnType<typeof planContainer>): string[] =>
  inside.flatMap(({ verdict, steps }) => (steps.length > 0 ? steps.map((step) => step.do) : [verdict]));

const NIGHTLY = integrationOf({ schedule: 'started' });

describe('a project', () => {
  test.each<[string, TargetContainer | undefined, RestorePolicy, string, string[]]>([
    ['that is missing', undefined, REPLACE, 'import', ['connect', 'activate', 'start-schedule']],
    ['that is missing, to stay inactive', undefined, NEVER, 'import', ['unchanged']],
    ['with other content', targetOf({}, {}), REPLACE, 'replace', ['connect', 'activate', 'start-schedule']],
    ['with other content that may stay', targetOf({}, {}), SKIP, 'skip', []],
    ['that is locked', targetOf({ lockedBy: 'ada' }), REPLACE, 'refuse', []],
    ['that cannot be exported', targetOf({ designSha256: undefined }), REPLACE, 'refuse', []],
    ['with something under way', targetOf({}, { status: 'ACTIVATION_INPROGRESS' }), REPLACE, 'refuse', []],
    ['with something open in the designer', targetOf({}, { lockedBy: 'ada' }), REPLACE, 'refuse', []],
    [
      'with this content, running',
      targetOf({ designSha256: 'new' }, { hasSchedule: true, schedule: 'started' }),
      REPLACE,
      'unchanged',
      ['unchanged'],
    ],
    [
      'with this content, its schedule stopped',
      targetOf({ designSha256: 'new' }, { hasSchedule: true, schedule: 'stopped' }),
      SKIP,
      'unchanged',
      ['start-schedule'],
    ],
    [
      'with this content, inactive',
      targetOf({ designSha256: 'new' }, { status: 'CONFIGURED', hasSchedule: true, schedule: 'stopped' }),
      SKIP,
      'unchanged',
      ['connect', 'activate', 'start-schedule'],
    ],
    ['with this content, and not what is in it', targetOf({ designSha256: 'new' }), REPLACE, 'unchanged', ['refuse']],
  ])('%s', (_, there, policy, what, steps) => {
    const plan = planContainer(wantedOf(NIGHTLY), there, policy);

    expect(plan).toMatchObject({ do: what, id: 'SHOP', kind: 'projects' });
    expect(plan.reason).not.toBe('');
    expect(stepsOf(plan)).toEqual(steps);
  });

  test.each<[string, Partial<IntegrationInside>, string[]]>([
    ['was active', {}, ['connect', 'activate']],
    ['was inactive', { status: 'CONFIGURED' }, ['unchanged']],
    ['was about to be active', { status: 'ACTIVATION_INPROGRESS' }, ['connect', 'activate']],
    ['was a draft', { status: 'INPROGRESS' }, ['unchanged']],
    ['was on hold', { schedule: 'paused' }, ['connect', 'activate', 'start-schedule', 'pause-schedule']],
  ])('whose integration %s, is imported and brought to that: %j', (_, changes, steps) => {
    expect(stepsOf(planContainer(wantedOf(integrationOf(changes)), undefined, REPLACE))).toEqual(steps);
  });

  test('gives schedules the parameters of the snapshot only when that is asked for', () => {
    const wanted = wantedOf(integrationOf({ schedule: 'started', scheduleParameters: PARAMETERS }));
    const given = (policy: RestorePolicy) =>
      (planContainer(wanted, undefined, policy).inside ?? [])
        .flatMap(({ steps }) => steps)
        .flatMap((step) => ('parameters' in step ? [step.parameters] : []));

    expect(given(REPLACE)).toEqual([]);
    expect(given({ ...REPLACE, scheduleParameters: true })).toContainEqual(PARAMETERS);
  });

  test('that is refused says who stands in the way', () => {
    const there = targetOf({}, { status: 'DEACTIVATION_INPROGRESS' });

    expect(planContainer(wantedOf(NIGHTLY), there, REPLACE).reason).toMatch(/while ORDER\|01\.00\.0000 in it is/);
    expect(planContainer(wantedOf(NIGHTLY), targetOf({}, { lockedBy: 'ada' }), REPLACE).reason).toMatch(
      /ada has ORDER/,
    );
  });

  test('has its integrations planned in the order of their calls', () => {
    const [caller, called] = ['A_CALLER', 'Z_CALLED'].map((code) =>
      integrationOf({ id: `${code}|01.00.0000`, code, version: '01.00.0000' }),
    );
    if (!caller || !called) throw new Error('two');
    const wanted = { ...wantedOf(caller, called), callOrder: [called.id, caller.id] };

    expect(planContainer(wanted, undefined, REPLACE).inside?.map(({ id }) => id)).toEqual([called.id, caller.id]);
  });
});

describe('passwords that a deletion would lose', () => {
  const shop = { id: 'SHOP_REST', type: 'rest' };
  const local = { id: 'Local', type: 'collocatedics' };
  test.each([
    [[shop], [], /settings for SHOP_REST/],
    [[shop, { id: 'ERP', type: 'erp' }], ['ERP'], /settings for SHOP_REST;/],
    [[shop], ['SHOP_REST'], undefined],
    // Calls within the instance need none.
    [[local], [], undefined],
    [[], [], undefined],
  ] as const)('of %j, with settings for %j: %s', (connections, settings, sentence) => {
    const lost = passwordsLost(connections, new Set(settings));

    if (sentence) expect(lost).toMatch(sentence);
    else expect(lost).toBeUndefined();
  });
});
