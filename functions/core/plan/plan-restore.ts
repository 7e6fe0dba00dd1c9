/**
 * What a restore has to do, decided without touching the target: each integration by the rules of plan-install, then what
 * `--mirror` takes away. What was active and scheduled when the snapshot was taken is to be so in the target, nothing else.
 */

import { type CallOrder, orderByCalls } from '../call-order.ts';
import type { IntegrationId, IntegrationRef } from '../integration.ts';
import { type AskedSchedule, isOn } from '../schedule.ts';
import { isActive, isInService } from '../status.ts';
import {
  type InstallPlan,
  type InstallStep,
  isRival,
  planInstall,
  type TargetIntegration,
  type Wanted,
} from './plan-install.ts';

export interface RestoreWanted extends Wanted {
  readonly captured: NonNullable<Wanted['captured']>;
  readonly calls: readonly IntegrationRef[];
}

export interface RestorePolicy {
  readonly existing: 'skip' | 'replace';
  /** Take away what the snapshot does not hold. */
  readonly mirror: boolean;
  readonly activation: 'as-captured' | 'never';
  /** Of schedules in projects, for the others say it in what is wanted. @default false */
  readonly scheduleParameters?: boolean | undefined;
}

export interface RestorePlan {
  readonly installs: readonly InstallPlan[];
  /** With `mirror`: what is taken out of service, or away; last of all. */
  readonly removals: readonly RemovalStep[];
  readonly order: CallOrder;
}

export interface RemovalStep {
  readonly do: 'stop-schedule' | 'deactivate' | 'delete';
  readonly id: IntegrationId;
  readonly reason: string;
}

/** One line of the plan as people and scripts read it. */
export interface PlannedStep {
  readonly do: InstallStep['do'] | RemovalStep['do'] | 'unchanged' | 'skip' | 'refuse';
  /** Of an integration its id; of others such as `lookup CODES`, `project SHOP`, `ORDER|01.00.0000 in project SHOP`. */
  readonly id: string;
  readonly reason: string;
}

/** @param covers whether the snapshot would hold an integration of this code, had the instance had it */
export const planRestore = (
  wanted: readonly RestoreWanted[],
  target: readonly TargetIntegration[],
  policy: RestorePolicy,
  covers: (code: string) => boolean,
): RestorePlan => {
  const ofCode = Map.groupBy(target, ({ code }) => code);
  const wantedById = new Map(wanted.map((one) => [one.id, one]));
  const installs = wanted.map((one) => {
    const versions = ofCode.get(one.code) ?? [];
    const { existing, activation } = policy;
    return planInstall(one, versions, {
      existing,
      activation,
      mayDowngrade: mayDowngrade(one, versions, wantedById, policy),
    });
  });
  const removals = policy.mirror ? planRemovals(wantedById, target, installs, policy, covers) : [];
  return { installs, removals, order: orderByCalls(wanted) };
};

/** Of lookups, libraries and projects. */
export interface OtherSteps {
  readonly left: readonly PlannedStep[];
  /** Before integrations are imported, which may use them. */
  readonly things: readonly PlannedStep[];
  readonly projects: readonly PlannedStep[];
  /** Of the integrations in projects. */
  readonly activations: readonly PlannedStep[];
}

const LEFT: ReadonlyArray<PlannedStep['do']> = ['unchanged', 'skip', 'refuse'];
const SCHEDULES: ReadonlyArray<PlannedStep['do']> = [
  'set-parameters',
  'start-schedule',
  'resume-schedule',
  'pause-schedule',
];
const CONTENTS: ReadonlyArray<PlannedStep['do']> = ['stop-schedule', 'deactivate', 'import', 'replace'];

/** The plan in the order in which it is run: contents, connections, activations, schedules, removals. */
export const plannedSteps = (
  { installs, removals, order }: RestorePlan,
  others: OtherSteps = { left: [], things: [], projects: [], activations: [] },
): PlannedStep[] => {
  const place = new Map<string, number>(order.order.map((id, index) => [id, index]));
  const steps = installs.flatMap(({ id, verdict, reason, steps: own }): PlannedStep[] =>
    verdict === 'install'
      ? own.map((step) => ({ do: step.do, id: step.id, reason: step.reason }))
      : [{ do: verdict, id, reason }],
  );
  const inPhase = (phase: ReadonlyArray<PlannedStep['do']>) => steps.filter((step) => phase.includes(step.do));
  return [
    ...inPhase(LEFT),
    ...others.left,
    ...others.things,
    ...inPhase(CONTENTS),
    ...others.projects,
    ...inPhase(['connect']),
    ...inPhase(['activate']).toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0)),
    ...inPhase(SCHEDULES),
    ...others.activations,
    ...removals,
  ];
};

/** A newer active version may be displaced when the snapshot had it and not active, or when it is taken away anyway. */
const mayDowngrade = (
  one: RestoreWanted,
  versions: readonly TargetIntegration[],
  wantedById: ReadonlyMap<string, RestoreWanted>,
  { existing, mirror }: RestorePolicy,
): boolean => {
  if (existing === 'skip' && !mirror) return false;
  const newer = versions.filter((other) => isRival(one, other) && other.version > one.version && isActive(other));
  return newer.every(({ id }) => (wantedById.has(id) ? wantedById.get(id)?.captured.isActive === false : mirror));
};

const planRemovals = (
  wantedById: ReadonlyMap<string, RestoreWanted>,
  target: readonly TargetIntegration[],
  installs: readonly InstallPlan[],
  { activation }: RestorePolicy,
  covers: (code: string) => boolean,
): RemovalStep[] => {
  const touched = new Set(
    installs
      .filter(({ steps }) => steps.some(({ do: what }) => what === 'deactivate' || what === 'activate'))
      .map(({ id }) => id),
  );
  const displaced = new Set(
    installs.flatMap(({ steps }) => steps.flatMap((step) => (step.do === 'activate' ? step.displaces : []))),
  );
  return target.flatMap((there): RemovalStep[] => {
    const { id, schedule, isPrebuilt, code } = there;
    const one = wantedById.get(id);
    const reason = one ? 'it was not active when the snapshot was taken' : 'the snapshot does not hold it';
    const isServing = isInService(there) && !displaced.has(id);
    const off: RemovalStep[] = [
      ...(isServing && isOn(schedule) ? [{ do: 'stop-schedule' as const, id, reason }] : []),
      ...(isServing ? [{ do: 'deactivate' as const, id, reason }] : []),
    ];
    if (!one) return isPrebuilt || !covers(code) ? [] : [...off, { do: 'delete', id, reason }];
    const isMeantToBeOff = activation === 'as-captured' && !one.captured.isActive && !touched.has(id);
    if (isMeantToBeOff) return off;
    const runsUnasked = isOn(schedule) && one.captured.isActive && isOff(one.captured.schedule) && !touched.has(id);
    return runsUnasked ? [{ do: 'stop-schedule', id, reason: 'it did not run when the snapshot was taken' }] : [];
  });
};

/** What is not known is not taken for stopped. */
const isOff = (state: AskedSchedule): boolean => state === 'stopped' || state === null;
