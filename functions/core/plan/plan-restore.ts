/**
 * What a restore has to do, decided without touching the target: each integration by the rules of plan-install, then what
 * `--mirror` takes away. What was active and scheduled when the snapshot was taken is to be so in the target, nothing else.
 */

import { type CallOrder, orderByCalls } from '../call-order.ts';
import type { IntegrationId, IntegrationRef } from '../integration.ts';
import { type AskedSchedule, isOn } from '../schedule.ts';
import { isActive, isInService } from '../status.ts';
import {
  type Before,
  beforeOf,
  type InstallPlan,
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

/**
 * @param covers whether the snapshot would hold an integration of this code, had the instance had it
 * @param before of a run that was cut off; the target otherwise
 */
export const planRestore = (
  wanted: readonly RestoreWanted[],
  target: readonly TargetIntegration[],
  policy: RestorePolicy,
  covers: (code: string) => boolean,
  before: readonly Before[] = target.map(beforeOf),
): RestorePlan => {
  const ofCode = Map.groupBy(target, ({ code }) => code);
  const beforeOfCode = Map.groupBy(before, ({ code }) => code);
  const wantedById = new Map(wanted.map((one) => [one.id, one]));
  const installs = wanted.map((one) => {
    const versions = ofCode.get(one.code) ?? [];
    const { existing, activation } = policy;
    const mayDown = mayDowngrade(one, versions, wantedById, policy);
    const install = { existing, activation, mayDowngrade: mayDown };
    return planInstall(one, versions, install, beforeOfCode.get(one.code) ?? []);
  });
  const removals = policy.mirror ? planRemovals(wantedById, target, installs, policy, covers) : [];
  return { installs, removals, order: orderByCalls(wanted) };
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
