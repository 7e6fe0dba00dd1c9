/**
 * What a restore does with a container, such as a project, and the integrations in it. One that is there is replaced in place,
 * as Oracle's own scripts do (`PUT /projects/archive` after a 409), so that its connections keep their passwords. Whether an
 * instance knows that call is found out by asking; one that does not can only delete and import.
 */

import { inCallOrder } from '../archive/calls-inside.ts';
import { LOCAL_CALLS } from '../archive/connection-template.ts';
import type { ArchiveConnection } from '../archive/integration-archive.ts';
import type { Integration, IntegrationId } from '../integration.ts';
import type { IntegrationInside } from '../kinds.ts';
import { type AskedSchedule, scheduleOf } from '../schedule.ts';
import { isDraft, isMeantActive, isUnderWay, statusWords } from '../status.ts';
import { type InstallPlan, planInstall, type TargetIntegration, type Wanted } from './plan-install.ts';
import type { RestorePolicy } from './plan-restore.ts';
import { type ItemPlan, planItem, type TargetItem, type WantedItem } from './plan-restore-items.ts';

export interface WantedContainer extends WantedItem {
  readonly integrations: readonly IntegrationInside[];
  /** Those in it that call or are called, called first. */
  readonly callOrder: readonly IntegrationId[];
}

export interface TargetContainer extends TargetItem {
  readonly integrations: readonly (Integration & { readonly schedule: AskedSchedule })[];
  /** Of its own archive. */
  readonly connections: readonly Pick<ArchiveConnection, 'id' | 'type'>[];
}

export const planContainer = (
  wanted: WantedContainer,
  there: TargetContainer | undefined,
  policy: RestorePolicy,
): ItemPlan => {
  const plan = planItem(wanted, there, policy.existing, () => whyNotReplaced(there));
  const isHandled = plan.do === 'import' || plan.do === 'replace' || plan.do === 'unchanged';
  const integrations = isHandled ? planIntegrations(wanted, plan.do === 'unchanged' ? there : undefined, policy) : [];
  return { ...plan, reason: reasonOf(plan), inside: inCallOrder(integrations, wanted.callOrder) };
};

const whyNotReplaced = (there: TargetContainer | undefined): string | undefined => {
  const busy = there?.integrations.find(isUnderWay);
  if (busy) return `cannot be replaced while ${busy.id} in it is ${statusWords(busy)}; try again when that has ended`;
  const locked = there?.integrations.find(({ lockedBy }) => lockedBy !== undefined);
  return locked && `cannot be replaced: ${locked.lockedBy || 'somebody'} has ${locked.id} in it open in the designer`;
};

/**
 * Why a container must not be deleted and imported: the passwords of its connections are in no archive.
 * @param configurable the connections that the target's credentials document has settings for
 */
export const passwordsLost = (
  connections: TargetContainer['connections'],
  configurable: ReadonlySet<string>,
): string | undefined => {
  const lost = connections.filter(({ id, type }) => type !== LOCAL_CALLS && !configurable.has(id));
  if (lost.length === 0) return undefined;
  return (
    'cannot be replaced without losing passwords: this instance only lets it be deleted and imported, and the ' +
    `credentials document of the target has no settings for ${lost.map(({ id }) => id).join(', ')}; put them there, or ` +
    'replace it by hand'
  );
};

const reasonOf = ({ do: what, reason }: ItemPlan): string =>
  what === 'replace' ? `${reason}; it is replaced in place, its own archive and state kept first` : reason;

/** @param there the one that has this content already; undefined: it will be there, with nothing in it active */
const planIntegrations = (
  { integrations, designSha256 }: WantedContainer,
  there: TargetContainer | undefined,
  policy: RestorePolicy,
): InstallPlan[] => {
  const target = there
    ? there.integrations.map((one): TargetIntegration => ({ ...one, designSha256 }))
    : integrations.map((one) => asImported(one, designSha256));
  return integrations.map((one) => {
    const wanted = toWanted(one, designSha256, policy.scheduleParameters ?? false);
    if (!target.some(({ id }) => id === one.id)) return notInIt(one.id);
    return planInstall(
      wanted,
      target.filter(({ code }) => code === one.code),
      { existing: policy.existing, activation: policy.activation, mayDowngrade: policy.existing === 'replace' },
    );
  });
};

const toWanted = (one: IntegrationInside, designSha256: string, hasParameters: boolean): Wanted => ({
  id: one.id,
  code: one.code,
  version: one.version,
  designSha256,
  isDraft: isDraft(one),
  hasSchedule: scheduleOf(one) !== null,
  captured: {
    isActive: isMeantActive(one),
    schedule: scheduleOf(one),
    parameters: hasParameters ? one.scheduleParameters : undefined,
    tracing: one.tracing,
  },
});

const asImported = (one: IntegrationInside, designSha256: string): TargetIntegration => ({
  id: one.id,
  code: one.code,
  version: one.version,
  name: one.name,
  status: isDraft(one) ? one.status : 'CONFIGURED',
  isPrebuilt: false,
  hasSchedule: scheduleOf(one) !== null,
  tracing: one.tracing,
  schedule: 'stopped',
  designSha256,
});

const notInIt = (id: IntegrationId): InstallPlan => ({
  id,
  verdict: 'refuse',
  reason: 'is in the snapshot and not in what the target has of it, though its content is the same',
  steps: [],
});
