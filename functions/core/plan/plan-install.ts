/**
 * What it takes to bring archives into a target, decided without touching it: for each a list of steps, each with its
 * reason, or why there are none. Oracle's rules live here:
 * - replace answers 404 when the integration is absent, import 409 when it is there
 *   (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-integrations-archive-put.html);
 * - an active integration is deactivated before it is changed, and its schedule stopped before that, also one on hold;
 * - a schedule is started only when it is stopped, and put on hold only when it runs: so one that is to be on hold after an
 *   activation is started and paused;
 * - of one code and major version one is active: activating 01.00.0001 deactivates 01.00.0000, 02.00.0000 runs beside it
 *   (…/op-ic-api-integration-v1-integrations-id-post.html); the rule has no "newer" in it, so an older one displaces too;
 * - what is locked in the designer can be neither replaced nor activated.
 * Once everything was done, planning again yields `unchanged` only.
 */
import type { Integration, IntegrationId, IntegrationRef, Tracing } from '../integration.ts';
import { type AskedSchedule, isOn, type ScheduleParameter, type ScheduleState } from '../schedule.ts';
import { isActive, isUnderWay, statusWords } from '../status.ts';
import {
  type CapturedSchedule,
  type StepOfSchedule,
  scheduleSteps,
  type WantedSchedule,
  wantedSchedule,
} from './plan-schedule.ts';

/** An integration that is to be in the target. */
export interface Wanted extends IntegrationRef {
  readonly designSha256: string;
  /** The archive is of a draft: it can be stored and not activated. */
  readonly isDraft: boolean;
  readonly hasSchedule: boolean;
  /** How it was when the snapshot was taken; absent for a drop. */
  readonly captured?: (CapturedSchedule & { readonly isActive: boolean; readonly tracing: Tracing }) | undefined;
}

export interface TargetIntegration extends Integration {
  /** Of one that is not active: `stopped`, or null. */
  readonly schedule: AskedSchedule;
  /** undefined when it was not read: it was not needed, or it is locked. */
  readonly designSha256: string | undefined;
}

export interface InstallPolicy {
  /** `keep`: active afterwards only if it was; `as-captured`: as in the snapshot. */
  readonly activation: 'activate' | 'keep' | 'never' | 'as-captured';
  /** What is there with other content: `replace` it, or `skip` and leave it. */
  readonly existing: 'replace' | 'skip';
  /** Whether an older version may displace a newer active one of its major. */
  readonly mayDowngrade: boolean;
}

/** Makes an integration run that is there already, in a project or outside. */
export type RunStep =
  | StepOfSchedule
  | Readonly<{
      do: 'activate';
      id: IntegrationId;
      reason: string;
      tracing: Tracing | undefined;
      displaces: readonly IntegrationId[];
      /** Its schedule did not run, so it is stopped again should the activation have started it. */
      keepsStopped: boolean;
    }>;

export type InstallStep =
  | Readonly<{ do: 'connect'; id: IntegrationId; reason: string }>
  | Readonly<{ do: 'deactivate' | 'import' | 'replace'; id: IntegrationId; reason: string }>
  | RunStep;

export interface InstallPlan {
  readonly id: IntegrationId;
  /** `refuse`: the target's state or the policy forbids it; `skip`: it is there with other content and may stay. */
  readonly verdict: 'install' | 'unchanged' | 'skip' | 'refuse';
  readonly reason: string;
  readonly steps: readonly InstallStep[];
}

/** How an integration was before anything was changed: it is different now when an earlier run was cut off. */
export interface Before extends IntegrationRef {
  readonly isActive: boolean;
  readonly schedule: ScheduleState;
  /** undefined: not read. */
  readonly parameters?: readonly ScheduleParameter[] | undefined;
  readonly tracing: Tracing;
}

/** @param target every version of the wanted code, at least. @param before as a run that was cut off found it; else as the target is */
export const planInstall = (
  wanted: Wanted,
  target: readonly TargetIntegration[],
  policy: InstallPolicy,
  before: readonly Before[] = target.map(beforeOf),
): InstallPlan => {
  const there = target.find(({ id }) => id === wanted.id);
  const was = before.find(({ id }) => id === wanted.id);
  const isSame = there !== undefined && there.designSha256 === wanted.designSha256;
  const rivals = target.filter((other) => isRival(wanted, other) && isActive(other));
  const displacedBefore = before.find((other) => isRival(wanted, other) && other.isActive);
  const activates = wantsActive(wanted, was, policy) && !(isSame && isActive(there));
  const { id } = wanted;
  const verdict = (kind: InstallPlan['verdict'], reason: string) => ({ id, verdict: kind, reason, steps: [] });

  if (there && !isSame && policy.existing === 'skip')
    return verdict('skip', 'is there with other content, which is left as it is');
  const refusal = findRefusal(wanted, there, target, isSame && !activates, policy);
  if (refusal !== undefined) return verdict('refuse', refusal);
  const newer = rivals.find(({ version }) => version > wanted.version);
  if (activates && newer && !policy.mayDowngrade) {
    return verdict(
      'refuse',
      `would take the newer ${newer.id} out of service, which is active; deactivate that first if this is meant`,
    );
  }

  const schedule = wantedSchedule(wanted.captured, isOn(was?.schedule) ? was.schedule : displacedBefore?.schedule);
  // Another version takes over: it goes on from the parameters that the one before it has come to.
  const own = (was?.isActive ? was : (displacedBefore ?? was))?.parameters;
  const steps = [
    ...(isSame ? [] : contentSteps(wanted, there, activates, policy)),
    ...(activates ? activationSteps(wanted, was, displacedBefore, rivals, schedule) : []),
    ...(policy.activation === 'never'
      ? []
      : scheduleSteps(wanted, isSame ? there : undefined, activates, schedule, own)),
  ];
  if (steps.length === 0) return verdict('unchanged', unchangedReason(wanted, there, policy));
  return { id, verdict: 'install', reason: steps[0]?.reason ?? '', steps };
};

/** One whose schedule is not known is left as it is, so nothing has to be put back. */
export const beforeOf = (there: TargetIntegration): Before => ({
  id: there.id,
  code: there.code,
  version: there.version,
  isActive: isActive(there),
  schedule: there.schedule === 'unknown' ? null : there.schedule,
  parameters: there.scheduleParameters,
  tracing: there.tracing,
});

/** Same code, same major, another version: only one of them can be active. */
export const isRival = (one: IntegrationRef, other: IntegrationRef): boolean =>
  other.code === one.code && other.id !== one.id && other.version.slice(0, 2) === one.version.slice(0, 2);

const wantsActive = (wanted: Wanted, was: Before | undefined, { activation }: InstallPolicy): boolean => {
  if (wanted.isDraft) return false;
  switch (activation) {
    case 'activate':
      return true;
    case 'keep':
      return was?.isActive ?? false;
    case 'as-captured':
      return wanted.captured?.isActive ?? false;
    case 'never':
      return false;
  }
};

const findRefusal = (
  wanted: Wanted,
  there: TargetIntegration | undefined,
  target: readonly TargetIntegration[],
  isDone: boolean,
  { activation }: InstallPolicy,
): string | undefined => {
  const asksForSchedule = activation === 'as-captured' && isOn(wanted.captured?.schedule);
  const unasked = target.find(
    (other) =>
      other.schedule === 'unknown' &&
      (other.id === wanted.id ? !isDone || asksForSchedule : !isDone && isRival(wanted, other)),
  );
  if (unasked) {
    const whose = unasked.id === wanted.id ? 'its own schedule' : `the schedule of ${unasked.id}`;
    return `cannot be put there while nobody knows what ${whose} does in the target, which could not be asked; try again later`;
  }
  if (isDone) return undefined;
  if (there?.isPrebuilt) return 'is delivered by Oracle (PREBUILT) and cannot be replaced';
  if (there?.lockedBy !== undefined) {
    return `is locked: ${there.lockedBy || 'somebody'} has it open in the designer; ask them to close it`;
  }
  const busy = target.find((other) => (other.id === wanted.id || isRival(wanted, other)) && isUnderWay(other));
  return busy && `cannot be touched while ${busy.id} is ${statusWords(busy)}; try again when that has ended`;
};

const contentSteps = (
  wanted: Wanted,
  there: TargetIntegration | undefined,
  activates: boolean,
  policy: InstallPolicy,
): InstallStep[] => {
  const { id } = wanted;
  if (!there) return [{ do: 'import', id, reason: 'the target does not have it' }];
  const stop: InstallStep = {
    do: 'stop-schedule',
    id,
    reason: `its schedule ${there.schedule === 'paused' ? 'is on hold, and must be stopped before' : 'runs, and must not while'} it is deactivated`,
  };
  const deactivate: InstallStep = {
    do: 'deactivate',
    id,
    reason: `it is active, and an active integration cannot be replaced${activates ? '' : `; it stays deactivated: ${whyInactive(wanted, policy)}`}`,
  };
  return [
    ...(isOn(there.schedule) ? [stop] : []),
    ...(isActive(there) ? [deactivate] : []),
    { do: 'replace', id, reason: 'the target has it with other content' },
  ];
};

const whyInactive = ({ isDraft }: Wanted, { activation }: InstallPolicy): string => {
  if (isDraft) return 'the archive is of a draft';
  if (activation === 'as-captured') return 'it was not active when the snapshot was taken';
  return activation === 'never' ? '`activation` is `never`' : 'it was not active before';
};

const activationSteps = (
  { id, captured, hasSchedule }: Wanted,
  was: Before | undefined,
  displacedBefore: Before | undefined,
  rivals: readonly TargetIntegration[],
  schedule: WantedSchedule,
): InstallStep[] => {
  const displaces = rivals.map((rival) => rival.id);
  // Another version takes over: it is traced as the displaced one was.
  const model = was?.isActive ? was : displacedBefore;
  const reason = displaces.length > 0 ? `takes the place of ${displaces.join(', ')}` : 'it is to be active';
  return [
    { do: 'connect', id, reason: 'its connections must be configured before it is activated' },
    ...rivals
      .filter(({ schedule }) => isOn(schedule))
      .map((rival): InstallStep => ({ do: 'stop-schedule', id: rival.id, reason: `${id} takes its place` })),
    {
      do: 'activate',
      id,
      reason,
      tracing: captured?.tracing ?? model?.tracing,
      displaces,
      keepsStopped: hasSchedule && !isOn(schedule.state),
    },
  ];
};

const unchangedReason = (wanted: Wanted, there: TargetIntegration | undefined, policy: InstallPolicy): string => {
  if (there && isActive(there)) return 'the target has it with this content, active';
  if (wanted.isDraft) return 'the target has this draft already';
  return `the target has it with this content, ${there?.status}, and ${policy.activation} leaves that as it is`;
};
