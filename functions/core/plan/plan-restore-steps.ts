/**
 * What a restore does, phase after phase, as one value. The printed plan is all of its steps in a row, and the run goes
 * through the same value, so nothing can be printed and not run, or run and not printed. The order is the one that works:
 * what integrations use is there before they are, they are there before anything is activated, called integrations are
 * activated before their callers, and what is to go goes last.
 */

import { type CallOrder, inTurn } from '../call-order.ts';
import type { IntegrationId } from '../integration.ts';
import type { OtherKind } from '../kinds.ts';
import type { InstallPlan, InstallStep, RunStep } from './plan-install.ts';
import type { RemovalStep, RestorePlan } from './plan-restore.ts';
import type { ItemPlan } from './plan-restore-items.ts';

/** What is done with one item in one phase: its steps one after the other, and no further when one fails. */
export interface Turn<Step, Id extends string = IntegrationId> {
  readonly id: Id;
  readonly steps: readonly Step[];
}

export type StepOf<K extends InstallStep['do']> = InstallStep & { readonly do: K };
type ScheduleChange = StepOf<'set-parameters' | 'start-schedule' | 'resume-schedule' | 'pause-schedule'>;
export type ContentStep = StepOf<'stop-schedule' | 'deactivate' | 'import' | 'replace'>;

/** One item beside integrations. */
export interface ItemTurn {
  /** As people read it: `lookup CODES`. */
  readonly id: string;
  readonly steps: readonly [{ readonly do: 'import' | 'replace'; readonly kind: OtherKind; readonly reason: string }];
}

/** The integrations in one item: its connections first, then one integration after the other. */
export interface InsideTurn {
  /** As people read it: `project SHOP`. */
  readonly id: string;
  readonly connects: readonly StepOf<'connect'>[];
  /** Called integrations before their callers; their ids name the item as well. */
  readonly runs: readonly Turn<RunStep, string>[];
}

/** Of the kinds that are restored: whether integrations outside projects need it, or it may need them. */
export interface PhasesOfKinds {
  readonly before: readonly OtherKind[];
  readonly after: readonly OtherKind[];
}

interface PhaseOf<Does extends string, T> {
  readonly does: Does;
  /** As people see it while it is under way. */
  readonly name: string;
  /** Taken side by side. */
  readonly turns: readonly T[];
}

export type Phase =
  | (PhaseOf<'put-items', ItemTurn> & { readonly kind: OtherKind; readonly how: 'import' | 'replace' })
  | (PhaseOf<'put-contents', Turn<ContentStep>> & { readonly how: 'import' | 'replace' })
  | PhaseOf<'connect', Turn<StepOf<'connect'>>>
  | PhaseOf<'activate', Turn<RunStep>>
  | PhaseOf<'schedule', Turn<RunStep>>
  | PhaseOf<'activate-inside', InsideTurn>
  | PhaseOf<'remove', Turn<RemovalStep>>;

const WAYS = [
  ['importing', 'import'],
  ['replacing', 'replace'],
] as const;

/** In the order in which they are run. @param items of other kinds */
export const planPhases = (
  { installs, removals, order }: RestorePlan,
  items: readonly ItemPlan[],
  { before, after }: PhasesOfKinds,
): readonly Phase[] => {
  const ordered = inOrder(installs, order.order);
  const contents = (how: 'import' | 'replace'): Turn<ContentStep>[] =>
    turnsOf(installs, isOfContent).filter(({ steps }) => steps.some((step) => step.do === how));
  const activating = activationsOf(ordered, order, contents('replace'));
  const putItems = (kind: OtherKind): Phase[] =>
    WAYS.map(([doing, how]) => ({
      does: 'put-items',
      ...{ name: `${doing} ${kind}`, kind, how },
      turns: items.flatMap(({ do: what, kind: own, label, reason }): ItemTurn[] =>
        what === how && own === kind ? [{ id: label, steps: [{ do: how, kind, reason }] }] : [],
      ),
    }));
  const putContents = WAYS.map(([name, how]): Phase => ({ does: 'put-contents', name, how, turns: contents(how) }));
  const connecting = inOrder(
    turnsOf(installs, isConnect),
    activating.map(({ id }) => id),
  );
  const inside = (kind: OtherKind): Phase => ({
    does: 'activate-inside',
    name: `activating in ${kind}`,
    turns: items
      .filter((item) => item.kind === kind)
      .map(insideOf)
      .filter(({ runs }) => runs.length > 0),
  });
  return [
    ...before.flatMap(putItems),
    ...putContents,
    ...after.flatMap(putItems),
    { does: 'connect', name: 'connections', turns: connecting },
    { does: 'activate', name: 'activating', turns: activating },
    { does: 'schedule', name: 'starting schedules', turns: turnsOf(ordered, isScheduleChange) },
    ...after.map(inside),
    {
      does: 'remove',
      name: 'removing',
      turns: [...Map.groupBy(removals, ({ id }) => id)].map(([id, steps]) => ({ id, steps })),
    },
  ];
};

const isContent = (step: InstallStep): step is ContentStep =>
  step.do === 'stop-schedule' || step.do === 'deactivate' || step.do === 'import' || step.do === 'replace';
/** The schedule of another version is stopped when that is displaced, not with the content. */
const isOfContent = (step: InstallStep, id: IntegrationId): step is ContentStep => isContent(step) && step.id === id;
const isConnect = (step: InstallStep): step is StepOf<'connect'> => step.do === 'connect';
const isActivate = (step: InstallStep): step is StepOf<'activate'> => step.do === 'activate';
const isScheduleChange = (step: InstallStep): step is ScheduleChange =>
  !isContent(step) && !isConnect(step) && !isActivate(step);
const isRunStep = (step: InstallStep): step is RunStep =>
  isActivate(step) || isScheduleChange(step) || step.do === 'stop-schedule';

const turnsOf = <Step extends InstallStep>(
  installs: readonly Pick<InstallPlan, 'id' | 'steps'>[],
  isMeant: (step: InstallStep, id: IntegrationId) => step is Step,
): Turn<Step>[] =>
  installs
    .map(({ id, steps }) => ({ id, steps: steps.filter((step) => isMeant(step, id)) }))
    .filter(({ steps }) => steps.length > 0);

const inOrder = <T extends { readonly id: IntegrationId }>(
  items: readonly T[],
  order: readonly IntegrationId[],
): T[] => {
  const place = new Map(order.map((id, index) => [id, index]));
  return items.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
};

/** A schedule that was stopped already, for its own content or for another version, is not stopped again. */
const activationsOf = (
  installs: readonly InstallPlan[],
  { waitsFor }: CallOrder,
  replacing: readonly Turn<ContentStep>[],
): Turn<RunStep>[] => {
  const activated = turnsOf(installs, isActivate).map(({ id }) => id);
  const stopped = new Set(
    replacing.filter(({ steps }) => steps.some((step) => step.do === 'stop-schedule')).map(({ id }) => id),
  );
  const isStop = (step: InstallStep, id: IntegrationId): boolean => {
    if (step.do !== 'stop-schedule' || step.id === id || stopped.has(step.id)) return false;
    stopped.add(step.id);
    return true;
  };
  return turnsOf(
    inOrder(
      installs.filter(({ steps }) => steps.some(isActivate)),
      inTurn(activated, waitsFor),
    ),
    (step, id): step is RunStep => isActivate(step) || isStop(step, id),
  );
};

const insideOf = ({ label, inside = [] }: ItemPlan): InsideTurn => ({
  id: label,
  connects: turnsOf(inside, isConnect).flatMap(({ steps }) => steps),
  runs: turnsOf(inside, isRunStep).map(({ id, steps }) => ({ id: nameInside(id, label), steps })),
});

/** One line of the plan as people and scripts read it. */
export interface PlannedStep {
  readonly do: InstallStep['do'] | RemovalStep['do'] | 'unchanged' | 'skip' | 'refuse';
  /** Of an integration its id; of others such as `lookup CODES`, `project SHOP`, `ORDER|01.00.0000 in project SHOP`. */
  readonly id: string;
  readonly kind: 'integrations' | OtherKind;
  readonly reason: string;
}

/** How an integration in an item is named beside those outside of any. */
const nameInside = (id: string, label: string): string => `${id} in ${label}`;

/** Of `ORDER|01.00.0000 in project SHOP` the part that all in it share; undefined of what is in nothing. */
export const containerIn = (id: string): string | undefined => / in .+$/.exec(id)?.[0];

/** What is left as it is, then every step of every phase. */
export const plannedSteps = (
  { installs }: Pick<RestorePlan, 'installs'>,
  items: readonly ItemPlan[],
  phases: readonly Phase[],
): PlannedStep[] => [
  ...leftOf(installs, (id) => id),
  ...items
    .filter(isIdle)
    .flatMap(({ do: what, label, kind, reason }): PlannedStep[] =>
      what === 'import' || what === 'replace' ? [] : [{ do: what, id: label, kind, reason }],
    ),
  ...items
    .filter((one) => !isIdle(one))
    .flatMap(({ label, inside = [] }) =>
      leftOf(
        inside.filter(({ verdict }) => verdict !== 'unchanged'),
        (id) => nameInside(id, label),
      ),
    ),
  ...phases.flatMap(({ turns }) => turns.flatMap(linesOf)),
];

const isIdle = ({ inside = [] }: ItemPlan): boolean => inside.every(({ verdict }) => verdict === 'unchanged');

const leftOf = (installs: readonly InstallPlan[], nameOf: (id: IntegrationId) => string): PlannedStep[] =>
  installs.flatMap(({ id, verdict, reason }): PlannedStep[] =>
    verdict === 'install' ? [] : [{ do: verdict, id: nameOf(id), kind: 'integrations', reason }],
  );

const linesOf = (turn: Phase['turns'][number]): PlannedStep[] => {
  if ('runs' in turn) {
    const steps = [...turn.connects, ...turn.runs.flatMap((run) => run.steps)];
    return steps.map((step) => lineOf(step, nameInside(step.id, turn.id)));
  }
  return turn.steps.map((step) => ('kind' in step ? { ...step, id: turn.id } : lineOf(step, step.id)));
};

const lineOf = ({ do: what, reason }: InstallStep | RemovalStep, id: string): PlannedStep => ({
  do: what,
  id,
  kind: 'integrations',
  reason,
});
