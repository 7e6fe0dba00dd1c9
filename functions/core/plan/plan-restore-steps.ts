/**
 * What a restore does, phase after phase, as one value. The printed plan is all of its steps in a row, and the run goes
 * through the same value, so nothing can be printed and not run, or run and not printed. The order is the one that works:
 * what integrations use is there before they are, they are there before anything is activated, called integrations are
 * activated before their callers, and what is to go goes last.
 */

import { type CallOrder, inTurn } from '../call-order.ts';
import type { IntegrationId } from '../integration.ts';
import type { InstallPlan, InstallStep } from './plan-install.ts';
import type { RemovalStep, RestorePlan } from './plan-restore.ts';
import type { RestoredKind, ThingPlan } from './plan-restore-items.ts';
import type { ProjectPlan } from './plan-restore-projects.ts';

/** By the names that people see while they are under way. Within a phase, turns are taken side by side. */
export const PHASES = [
  'importing lookups',
  'replacing lookups',
  'importing libraries',
  'replacing libraries',
  'importing',
  'replacing',
  'importing projects',
  'replacing projects',
  'connections',
  'activating',
  'starting schedules',
  'activating in projects',
  'removing',
] as const;
export type PhaseName = (typeof PHASES)[number];

/** What is done with one item in one phase: its steps one after the other, and no further when one fails. */
export interface Turn<Step> {
  readonly id: IntegrationId;
  readonly steps: readonly Step[];
}

export type StepOf<K extends InstallStep['do']> = InstallStep & { readonly do: K };
type ScheduleChange = StepOf<'set-parameters' | 'start-schedule' | 'resume-schedule' | 'pause-schedule'>;
export type ContentStep = StepOf<'stop-schedule' | 'deactivate' | 'import' | 'replace'>;
/** The schedules of other versions of the code, whose place it takes, are stopped first. */
export type ActivationTurn = Turn<StepOf<'stop-schedule' | 'activate'>>;

/** One lookup, library or project. */
export interface ThingTurn {
  /** As people read it: `lookup CODES`. */
  readonly id: string;
  readonly steps: readonly [
    { readonly do: 'import' | 'replace'; readonly kind: RestoredKind; readonly reason: string },
  ];
}

/** The integrations in one project: its connections first, then one integration after the other. */
export interface ProjectTurn {
  /** As people read it: `project SHOP`. */
  readonly id: string;
  readonly code: string;
  readonly connects: readonly StepOf<'connect'>[];
  /** Called integrations before their callers. */
  readonly runs: readonly Turn<Exclude<InstallStep, { do: 'connect' }>>[];
}

interface TurnOf extends Record<`${'importing' | 'replacing'} ${RestoredKind}`, ThingTurn> {
  readonly importing: Turn<ContentStep>;
  readonly replacing: Turn<ContentStep>;
  readonly connections: Turn<StepOf<'connect'>>;
  readonly activating: ActivationTurn;
  readonly 'starting schedules': Turn<ScheduleChange>;
  readonly 'activating in projects': ProjectTurn;
  readonly removing: Turn<RemovalStep>;
}

/** What is to be done in each phase; `PHASES` says in which order. */
export type RestorePhases = { readonly [Name in PhaseName]: readonly TurnOf[Name][] };

export const planPhases = (
  { installs, removals, order }: RestorePlan,
  things: readonly ThingPlan[],
  projects: readonly ProjectPlan[],
): RestorePhases => {
  const ordered = inOrder(installs, order.order);
  const contents = (how: 'import' | 'replace'): Turn<ContentStep>[] =>
    turnsOf(installs, isOfContent).filter(({ steps }) => steps.some((step) => step.do === how));
  const replacing = contents('replace');
  const activating = activationsOf(ordered, order, replacing);
  const puts = (how: 'import' | 'replace', kind: RestoredKind): ThingTurn[] =>
    [...things, ...projects].flatMap(({ do: what, kind: own, label, reason }) =>
      what === how && own === kind ? [{ id: label, steps: [{ do: how, kind, reason }] }] : [],
    );
  return {
    'importing lookups': puts('import', 'lookups'),
    'replacing lookups': puts('replace', 'lookups'),
    'importing libraries': puts('import', 'libraries'),
    'replacing libraries': puts('replace', 'libraries'),
    importing: contents('import'),
    replacing,
    'importing projects': puts('import', 'projects'),
    'replacing projects': puts('replace', 'projects'),
    connections: inOrder(
      turnsOf(installs, isConnect),
      activating.map(({ id }) => id),
    ),
    activating,
    'starting schedules': turnsOf(ordered, isScheduleChange),
    'activating in projects': projects.map(inProject).filter(({ runs }) => runs.length > 0),
    removing: [...Map.groupBy(removals, ({ id }) => id)].map(([id, steps]) => ({ id, steps })),
  };
};

const isContent = (step: InstallStep): step is ContentStep =>
  step.do === 'stop-schedule' || step.do === 'deactivate' || step.do === 'import' || step.do === 'replace';
/** The schedule of another version is stopped when that is displaced, not with the content. */
const isOfContent = (step: InstallStep, id: IntegrationId): step is ContentStep => isContent(step) && step.id === id;
const isConnect = (step: InstallStep): step is StepOf<'connect'> => step.do === 'connect';
const isActivate = (step: InstallStep): step is StepOf<'activate'> => step.do === 'activate';
const isScheduleChange = (step: InstallStep): step is ScheduleChange =>
  !isContent(step) && !isConnect(step) && !isActivate(step);

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
): ActivationTurn[] => {
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
    (step, id): step is StepOf<'stop-schedule' | 'activate'> => isActivate(step) || isStop(step, id),
  );
};

const inProject = ({ label, id: code, integrations }: ProjectPlan): ProjectTurn => ({
  id: label,
  code,
  connects: turnsOf(integrations, isConnect).flatMap(({ steps }) => steps),
  runs: turnsOf(integrations, (step): step is Exclude<InstallStep, { do: 'connect' }> => !isConnect(step)),
});

/** One line of the plan as people and scripts read it. */
export interface PlannedStep {
  readonly do: InstallStep['do'] | RemovalStep['do'] | 'unchanged' | 'skip' | 'refuse';
  /** Of an integration its id; of others such as `lookup CODES`, `project SHOP`, `ORDER|01.00.0000 in project SHOP`. */
  readonly id: string;
  readonly kind: 'integrations' | RestoredKind;
  readonly reason: string;
}

/** How an integration in a project is named beside those outside of any. */
export const nameInProject = (id: string, code: string): string => `${id} in project ${code}`;

/** What is left as it is, then every step of every phase. */
export const plannedSteps = (
  { installs }: Pick<RestorePlan, 'installs'>,
  things: readonly ThingPlan[],
  projects: readonly ProjectPlan[],
  phases: RestorePhases,
): PlannedStep[] => [
  ...leftOf(installs, (id) => id),
  ...[...things, ...projects.filter(isIdle)].flatMap(({ do: what, label, kind, reason }): PlannedStep[] =>
    what === 'import' || what === 'replace' ? [] : [{ do: what, id: label, kind, reason }],
  ),
  ...projects
    .filter((one) => !isIdle(one))
    .flatMap(({ id: code, integrations }) =>
      leftOf(
        integrations.filter(({ verdict }) => verdict !== 'unchanged'),
        (id) => nameInProject(id, code),
      ),
    ),
  ...PHASES.flatMap((name) => phases[name].flatMap(linesOf)),
];

const isIdle = ({ integrations }: ProjectPlan): boolean => integrations.every(({ verdict }) => verdict === 'unchanged');

const leftOf = (installs: readonly InstallPlan[], nameOf: (id: IntegrationId) => string): PlannedStep[] =>
  installs.flatMap(({ id, verdict, reason }): PlannedStep[] =>
    verdict === 'install' ? [] : [{ do: verdict, id: nameOf(id), kind: 'integrations', reason }],
  );

const linesOf = (turn: TurnOf[PhaseName]): PlannedStep[] => {
  if ('runs' in turn) {
    const steps = [...turn.connects, ...turn.runs.flatMap((run) => run.steps)];
    return steps.map((step) => lineOf(step, nameInProject(step.id, turn.code)));
  }
  return turn.steps.map((step) => ('kind' in step ? { ...step, id: turn.id } : lineOf(step, step.id)));
};

const lineOf = ({ do: what, reason }: InstallStep | RemovalStep, id: string): PlannedStep => ({
  do: what,
  id,
  kind: 'integrations',
  reason,
});
