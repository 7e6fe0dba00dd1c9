/**
 * One archive into a target, or the target as it was: shared by deploy and restore.
 *
 *   read the target -> plan -> keep its own copy -> each step -> done, or rolled back
 *
 * Before the first change, what is needed to go back is remembered where another worker finds it.
 */
import { LOCAL_CALLS } from '../../core/archive/connection-template.ts';
import type { Archive } from '../../core/archive/integration-archive.ts';
import { Interrupted, NotDone, NotKnown } from '../../core/errors.ts';
import type { IntegrationId } from '../../core/integration.ts';
import type { OwnConnections } from '../../core/plan/connection-address.ts';
import { findLacks, type Lack } from '../../core/plan/lacks.ts';
import {
  type Before,
  beforeOf,
  type InstallPlan,
  type InstallPolicy,
  planInstall,
} from '../../core/plan/plan-install.ts';
import { applyStep } from '../changes/apply-step.ts';
import { connect, readOwnConnections, type UnreadyConnection } from '../changes/connect.ts';
import type { Content } from '../changes/write-content.ts';
import { stoppable } from '../instance/activation-wait.ts';
import { mapLimited } from '../journal/journal.ts';
import { goBack } from './go-back.ts';
import {
  type InstallOutcome,
  type InstallServices,
  LeaseLost,
  type SafeCopy,
  type StepReport,
  type Undo,
} from './install-services.ts';
import { readTarget, type TargetState } from './target-state.ts';

export type InstallPreview = InstallPlan & {
  /** What would keep it from being activated, known before anything is sent. */
  readonly lacks: readonly Lack[];
};

/**
 * The plan, for a person to read; nothing is changed.
 * @param arriving what is deployed before it
 */
export const previewInstall = async (
  { oic, connections, waiting }: Pick<InstallServices, 'oic' | 'connections' | 'waiting'>,
  archive: Archive,
  policy: InstallPolicy,
  arriving: ReadonlySet<IntegrationId>,
): Promise<InstallPreview> => {
  const plan = planInstall(wantedOf(archive), (await readTarget(oic, archive, waiting)).integrations, policy);
  if (!plan.steps.some((step) => step.do === 'activate')) return { ...plan, lacks: [] };
  const callees = archive.calls.map(({ id }) => id).filter((id) => !arriving.has(id));
  const [connectionsThere, states] = await Promise.all([
    mapLimited(
      archive.connections.filter(({ type }) => type !== LOCAL_CALLS),
      4,
      async ({ id }) => [id, await oic.getConnection(id)] as const,
    ),
    mapLimited(callees, 4, async (id) => [id, await oic.getIntegration(id)] as const),
  ]);
  const [connection, there] = [new Map(connectionsThere), new Map(states)];
  const calls = archive.calls.map(({ id }) => id);
  const lacks = findLacks([{ id: archive.id, connections: archive.connections, calls }], {
    connection: (id) => connection.get(id),
    settings: connections,
    isThere: (id) => arriving.has(id) || there.get(id) !== undefined,
    instance: oic.instance,
  });
  return { ...plan, lacks };
};

/**
 * @throws when the target could not be read, or nothing was changed yet for another passing reason: then it may be tried
 * again; Interrupted when it was stopped before the first change
 */
export const install = async (
  services: InstallServices,
  content: Content,
  policy: InstallPolicy,
): Promise<InstallOutcome> => {
  const { oic, undoLog, waiting, mayGoOn, stop } = services;
  const { archive } = content;
  const target = await readTarget(oic, archive, stoppable(waiting, stop));
  const recalled = await undoLog.recall();
  const before = overlay(target, Object.values(recalled));
  const plan = planInstall(wantedOf(archive), target.integrations, policy, before);
  const end = (state: InstallOutcome['state'], message: string): InstallOutcome => ({
    id: archive.id,
    state,
    message,
    steps: [],
  });
  if (plan.verdict === 'refuse')
    return end('rejected', `${archive.id} was not installed on ${oic.instance}: it ${plan.reason}`);
  if (plan.verdict !== 'install') return end('unchanged', `${archive.id}: ${plan.reason}`);

  const steps: StepReport[] = [];
  const report = (step: StepReport): void => {
    steps.push(step);
    services.onStep(step);
  };
  await mayGoOn();
  stop?.throwIfAborted();
  const cutOff = recalled[archive.id];
  const copy = cutOff ? cutOff.copy : await keepCopy(services, target, plan, report);
  const ownConnections = cutOff?.ownConnections ?? (await readOwn(services, archive, target, plan));
  const undo = { before, copy, ownConnections };
  await undoLog.remember(archive.id, undo);
  const was = target.copy?.archive.designSha256;
  return { ...(await run(services, { ...content, was }, plan, undo, report)), steps };
};

const wantedOf = (archive: Archive) => ({
  id: archive.id,
  code: archive.code,
  version: archive.version,
  designSha256: archive.designSha256,
  isDraft: archive.persistedState === 'INPROGRESS',
  hasSchedule: archive.schedule,
});

/** The target as it was before anybody began: what runs that were cut off remember counts, not what is there now. */
const overlay = ({ integrations }: TargetState, undos: readonly Undo[]): Before[] => {
  const states = new Map(integrations.map((integration) => [integration.id, beforeOf(integration)]));
  for (const { before } of undos) for (const was of before) states.set(was.id, was);
  return [...states.values()];
};

const readOwn = (
  { oic, connections }: InstallServices,
  archive: Archive,
  { copy }: TargetState,
  { steps }: InstallPlan,
): Promise<OwnConnections> => {
  if (!steps.some((step) => step.do === 'connect')) return Promise.resolve([]);
  const all = [...archive.connections, ...(copy?.archive.connections ?? [])];
  return readOwnConnections(oic, [...new Map(all.map((one) => [one.id, one])).values()], connections);
};

const keepCopy = async (
  { oic, safety }: InstallServices,
  { copy }: TargetState,
  plan: InstallPlan,
  report: (step: StepReport) => void,
): Promise<SafeCopy | undefined> => {
  if (!copy || !plan.steps.some((step) => step.do === 'replace')) return undefined;
  const kept = await safety.keepSafe(oic.instance, copy.archive, copy.bytes);
  report({
    do: 'keep-copy',
    id: plan.id,
    reason: "the target's own archive is kept before it is replaced",
    outcome: 'done',
  });
  return kept;
};

type Ending = Omit<InstallOutcome, 'steps'>;

const run = async (
  services: InstallServices,
  content: Content,
  plan: InstallPlan,
  undo: Undo,
  report: (step: StepReport) => void,
): Promise<Ending> => {
  const { oic, waiting, mayGoOn, stop } = services;
  const { id } = plan;
  let unready: UnreadyConnection[] = [];
  for (const step of plan.steps) {
    await mayGoOn();
    if (stop?.aborted) {
      const error = new Interrupted(`deploying ${id} to ${oic.instance} was interrupted`);
      return goBack(services, content.archive, undo, { error, keepsNew: false, unready: [] }, report);
    }
    try {
      if (step.do === 'connect')
        unready = await connect(oic, content.archive, services.connections, waiting, undo.ownConnections);
      else await applyStep(oic, step, content, waiting);
      report({ do: step.do, id: step.id, reason: step.reason, outcome: 'done' });
    } catch (error) {
      if (!(error instanceof Error) || error instanceof LeaseLost) throw error;
      report({ do: step.do, id: step.id, reason: step.reason, outcome: 'failed', message: error.message });
      const isRefused = !(error instanceof NotKnown) && !(error instanceof NotDone);
      const isNew = plan.steps.some((one) => one.do === 'import');
      const keepsNew = step.do === 'activate' && isRefused && unready.length > 0 && isNew;
      return goBack(services, content.archive, undo, { error, keepsNew, unready }, report);
    }
  }
  const wasWritten = plan.steps.some((step) => step.do === 'import' || step.do === 'replace');
  const isLeftOff = wasWritten && !plan.steps.some((step) => step.do === 'activate');
  return { id, state: 'deployed', message: `${id} is deployed on ${oic.instance}${isLeftOff ? ', NOT active' : ''}` };
};
