import { describe, expect, test } from 'vitest';
import type { IntegrationId } from '../../../functions/core/integration.ts';
import type { InstallPlan, InstallStep } from '../../../functions/core/plan/plan-install.ts';
import type { RestorePlan } from '../../../functions/core/plan/plan-restore.ts';
import type { ItemPlan } from '../../../functions/core/plan/plan-restore-items.ts';
import { plannedSteps, planPhases } from '../../../functions/core/plan/plan-restore-steps.ts';

const idOf = (name: string): IntegrationId => `${name}|01.00.0000`;
const reason = 'because';

type Simple = Exclude<InstallStep['do'], 'activate' | 'set-parameters'>;
const step = (what: Simple, name: string): InstallStep => ({ do: what, id: idOf(name), reason });
const activate = (name: string, ...displaces: string[]): InstallStep => ({
  do: 'activate',
  id: idOf(name),
  reason,
  tracing: undefined,
  displaces: displaces.map(idOf),
  keepsStopped: false,
});
const install = (name: string, ...steps: InstallStep[]): InstallPlan => ({
  id: idOf(name),
  verdict: 'install',
  reason,
  steps,
});
const left = (name: string, verdict: 'unchanged' | 'skip' | 'refuse'): InstallPlan => ({
  id: idOf(name),
  verdict,
  reason,
  steps: [],
});

/** @param calls who calls whom; called ones are in front in `installs` */
const planOf = (
  installs: readonly InstallPlan[],
  removals: RestorePlan['removals'] = [],
  calls: Readonly<Record<string, readonly string[]>> = {},
): RestorePlan => ({
  installs,
  removals,
  order: {
    order: installs.map(({ id }) => id),
    waitsFor: new Map(Object.entries(calls).map(([name, called]) => [idOf(name), called.map(idOf)])),
    cycles: [],
  },
});

const item = (kind: 'lookups' | 'libraries', label: string, what: ItemPlan['do']): ItemPlan => ({
  kind,
  id: label.split(' ')[1] ?? '',
  label,
  do: what,
  reason,
});
const project = (code: string, what: ItemPlan['do'], ...integrations: InstallPlan[]): ItemPlan => ({
  kind: 'projects',
  id: code,
  label: `project ${code}`,
  do: what,
  reason,
  inside: integrations,
});

const KINDS = { before: ['lookups', 'libraries'], after: ['projects'] } as const;

const linesOf = (plan: RestorePlan, ...items: ItemPlan[]): string[] =>
  plannedSteps(plan, items, planPhases(plan, items, KINDS)).map(
    ({ do: what, id }) => `${what} ${id.replaceAll('|01.00.0000', '')}`,
  );

describe('the planned steps of a restore', () => {
  test('import what is missing before they replace what is there', () => {
    const replaced = install('A', step('deactivate', 'A'), step('replace', 'A'));

    expect(linesOf(planOf([replaced, install('B', step('import', 'B')), install('C', step('import', 'C'))]))).toEqual([
      'import B',
      'import C',
      'deactivate A',
      'replace A',
    ]);
  });

  test('go from what is used to who uses it, and end with what is taken away', () => {
    const started = install(
      'A',
      step('import', 'A'),
      step('connect', 'A'),
      activate('A'),
      step('start-schedule', 'A'),
      step('pause-schedule', 'A'),
    );
    const removals = (['stop-schedule', 'deactivate', 'delete'] as const).map((what) => ({
      do: what,
      id: idOf('GONE'),
      reason,
    }));
    const inside = install('X', step('connect', 'X'), activate('X'), step('start-schedule', 'X'));

    expect(
      linesOf(
        planOf([started, left('SAME', 'unchanged')], removals),
        item('libraries', 'library L|1', 'import'),
        item('lookups', 'lookup OLD', 'replace'),
        item('lookups', 'lookup NEW', 'import'),
        item('lookups', 'lookup KEPT', 'skip'),
        project('P', 'replace', inside, install('Y', step('connect', 'Y'), activate('Y')), left('Z', 'refuse')),
      ),
    ).toEqual([
      'unchanged SAME',
      'skip lookup KEPT',
      'refuse Z in project P',
      'import lookup NEW',
      'replace lookup OLD',
      'import library L|1',
      'import A',
      'replace project P',
      'connect A',
      'activate A',
      'start-schedule A',
      'pause-schedule A',
      'connect X in project P',
      'connect Y in project P',
      'activate X in project P',
      'start-schedule X in project P',
      'activate Y in project P',
      'stop-schedule GONE',
      'deactivate GONE',
      'delete GONE',
    ]);
  });

  test('activate each as soon as what it calls is active, whoever waits longer', () => {
    const all = ['CALLED', 'CALLER', 'OTHER'].map((name) => install(name, activate(name)));

    expect(linesOf(planOf(all, [], { CALLER: ['CALLED'] }))).toEqual([
      'activate CALLED',
      'activate OTHER',
      'activate CALLER',
    ]);
  });

  test('stop the schedule of a version right before another takes its place, and only once', () => {
    const takesOver = (name: string, ...displaced: string[]) =>
      install(name, ...displaced.map((other) => step('stop-schedule', other)), activate(name, ...displaced));
    const replaced = install('B', step('stop-schedule', 'B'), step('deactivate', 'B'), step('replace', 'B'));

    expect(linesOf(planOf([install('X', activate('X')), takesOver('A', 'OLD')]))).toEqual([
      'activate X',
      'stop-schedule OLD',
      'activate A',
    ]);
    expect(linesOf(planOf([takesOver('A', 'B'), replaced]))).toEqual([
      'stop-schedule B',
      'deactivate B',
      'replace B',
      'activate A',
    ]);
  });

  test('tell of each what kind of item it is about', () => {
    const plan = planOf([install('A', step('import', 'A'))]);
    const items = [item('lookups', 'lookup CODES', 'import'), project('P', 'import', install('X', activate('X')))];

    const steps = plannedSteps(plan, items, planPhases(plan, items, KINDS));

    expect(steps).toEqual([
      { do: 'import', id: 'lookup CODES', kind: 'lookups', reason },
      { do: 'import', id: 'A|01.00.0000', kind: 'integrations', reason },
      { do: 'import', id: 'project P', kind: 'projects', reason },
      { do: 'activate', id: 'X|01.00.0000 in project P', kind: 'integrations', reason },
    ]);
  });
});
