/**
 * One archive into a target, or the target as it was: shared by deploy and restore.
 *
 *   read the target -> plan -> keep its own copy -> each step -> done, or rolled back
 *
 * Before the first change, what is needed to go back is remembered where another worker finds it.
 */
import { type Archive, readArchive } from '../../core/archive/integration-archive.ts';
import type { IntegrationId, IntegrationRef } from '../../core/integration.ts';
import {
  type Before,
  beforeOf,
  type InstallPlan,
  type InstallPolicy,
  type InstallStep,
  planInstall,
} from '../../core/plan/plan-install.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ConnectionSettings } from '../../oic/http/credentials.ts';
import { applyStep } from '../changes/apply-step.ts';
import { connect, type UnreadyConnection, unreadyText } from '../changes/connect.ts';
import type { Content } from '../changes/write-content.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { rollBack } from './roll-back.ts';
import { readTarget, type TargetState } from './target-state.ts';

export interface InstallServices {
  readonly oic: OicClient;
  readonly safety: Safety;
  readonly undoLog: UndoLog;
  /** The target's own settings for connections, from its credentials document. */
  readonly connections: Readonly<Record<string, ConnectionSettings>>;
  readonly waiting: ActivationWait;
  readonly onStep: (report: StepReport) => void;
  /** Throws when this worker may not go on: it has lost its lease. Asked before each change. */
  readonly mayGoOn: () => Promise<void>;
}

interface Safety {
  keepSafe(instance: string, ref: IntegrationRef, bytes: Uint8Array): Promise<SafeCopy>;
  getSafe(copy: SafeCopy): Promise<Uint8Array | undefined>;
  /** What a person types to put a copy back, for the message when everything else failed. */
  returnCommand(copy: SafeCopy, instance: string): string;
}

interface SafeCopy {
  readonly key: string;
  readonly versionId: string;
}

/** What the target was before a run began; kept until the run has ended. */
export interface Undo {
  readonly before: readonly Before[];
  readonly copy: SafeCopy | undefined;
}

export interface UndoLog {
  /** What earlier runs on this code that were cut off have left, by the integration they were about. */
  recall(): Promise<Readonly<Record<string, Undo>>>;
  /** Takes the place of what was remembered of the same integration, and of its rivals: `undo` holds their states as well. */
  remember(id: IntegrationId, undo: Undo): Promise<void>;
}

export interface StepReport {
  readonly do: InstallStep['do'] | 'keep-copy' | 'roll-back';
  readonly id: IntegrationId;
  readonly reason: string;
  readonly outcome: 'done' | 'failed';
  readonly message?: string | undefined;
}

export interface InstallOutcome {
  readonly id: IntegrationId;
  readonly state: 'deployed' | 'unchanged' | 'rejected' | 'failed' | 'rolled-back';
  readonly message: string;
  readonly steps: readonly StepReport[];
  /** Connections to be configured before it can be activated. */
  readonly connections?: readonly UnreadyConnection[] | undefined;
}

/** Another worker has taken over; this one must not touch the target any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The plan, for a person to read; nothing is changed. */
export const previewInstall = async (
  oic: OicClient,
  archive: Archive,
  policy: InstallPolicy,
  waiting: ActivationWait,
): Promise<InstallPlan> =>
  planInstall(wantedOf(archive), (await readTarget(oic, archive, waiting)).integrations, policy);

/** @throws when the target could not be read, or nothing was changed yet for another passing reason: then it may be tried again */
export const install = async (
  services: InstallServices,
  content: Content,
  policy: InstallPolicy,
): Promise<InstallOutcome> => {
  const { oic, undoLog, waiting, mayGoOn } = services;
  const { archive } = content;
  const target = await readTarget(oic, archive, waiting);
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
  const cutOff = recalled[archive.id];
  const copy = cutOff ? cutOff.copy : await keepCopy(services, target, plan, report);
  const undo = { before, copy };
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

/** The target as it was before anybody began: what cut-off runs remember holds against what is there now. */
const overlay = ({ integrations }: TargetState, undos: readonly Undo[]): Before[] => {
  const states = new Map(integrations.map((integration) => [integration.id, beforeOf(integration)]));
  for (const { before } of undos) for (const was of before) states.set(was.id, was);
  return [...states.values()];
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
  const { oic, waiting, mayGoOn } = services;
  const { id } = plan;
  let unready: UnreadyConnection[] = [];
  for (const step of plan.steps) {
    await mayGoOn();
    try {
      if (step.do === 'connect') unready = await connect(oic, content.archive, services.connections, waiting);
      else await applyStep(oic, step, content, waiting);
      report({ do: step.do, id: step.id, reason: step.reason, outcome: 'done' });
    } catch (error) {
      if (!(error instanceof Error) || error instanceof LeaseLost) throw error;
      report({ do: step.do, id: step.id, reason: step.reason, outcome: 'failed', message: error.message });
      const keepsNew = step.do === 'activate' && unready.length > 0 && plan.steps.some((one) => one.do === 'import');
      return goBack(services, content, undo, { cause: withoutStop(error.message), keepsNew, unready }, report);
    }
  }
  const wasWritten = plan.steps.some((step) => step.do === 'import' || step.do === 'replace');
  const isLeftOff = wasWritten && !plan.steps.some((step) => step.do === 'activate');
  return { id, state: 'deployed', message: `${id} is deployed on ${oic.instance}${isLeftOff ? ', NOT active' : ''}` };
};

/** Oracle ends some of its sentences with a full stop, and others not. */
const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '');

interface Trouble {
  readonly cause: string;
  readonly keepsNew: boolean;
  readonly unready: readonly UnreadyConnection[];
}

const goBack = async (
  services: InstallServices,
  { archive: { id, code, version } }: Content,
  undo: Undo,
  { cause, keepsNew, unready }: Trouble,
  report: (step: StepReport) => void,
): Promise<Ending> => {
  const { oic, safety, waiting, mayGoOn } = services;
  await mayGoOn();
  const connections = unready.length > 0 ? { connections: unready } : {};
  const reason = keepsNew ? 'what it displaced is put back; it stays imported' : 'the target is put back as it was';
  try {
    const bytes = undo.copy && (await safety.getSafe(undo.copy));
    if (undo.copy && !bytes) throw new Error(`the safety copy ${undo.copy.key} is gone`);
    const old = bytes && { bytes, archive: await readArchive(bytes) };
    await rollBack(oic, { id, code, version }, { before: undo.before, old, keepsNew }, waiting);
    report({ do: 'roll-back', id, reason, outcome: 'done' });
  } catch (error) {
    if (!(error instanceof Error) || error instanceof LeaseLost) throw error;
    report({ do: 'roll-back', id, reason, outcome: 'failed', message: error.message });
    const state = await describeState(oic, undo.before, id);
    const repair = undo.copy
      ? `put the old archive back: ${safety.returnCommand(undo.copy, oic.instance)}`
      : `see \`oic show ${oic.instance} '${id}'\` and deploy it again`;
    const message = `${cause}. The roll-back failed too: ${error.message}. ${state} To repair it, ${repair}`;
    return { id, state: 'failed', message, ...connections };
  }
  if (!keepsNew) {
    // Oracle keeps the mark of a failed activation on one that was there, inactive, with the same content.
    const { status } = (await oic.getIntegration(id).catch(() => undefined)) ?? {};
    const but = status === 'FAILEDACTIVATION' ? `, but that Oracle shows ${id} as ${status}` : '';
    return { id, state: 'rolled-back', message: `${cause}. ${oic.instance} is as it was before${but}`, ...connections };
  }
  const needy = unready.map(unreadyText).join('; ');
  const message = `${id} is imported on ${oic.instance} but not active: ${cause}. Its connections need a person: ${needy}. Their settings belong into the credentials document (\`oic connections ${oic.instance} --template\`); then drop it again`;
  return { id, state: 'failed', message, ...connections };
};

const SCHEDULE_WORDS = {
  started: ' with its schedule running',
  paused: ' with its schedule on hold',
  stopped: '',
} as const;

/** What the target is now and was before, in a sentence; a best effort, for the instance may be away. */
const describeState = async (oic: OicClient, before: readonly Before[], id: IntegrationId): Promise<string> => {
  const ids = [...new Set([id, ...before.filter(({ isActive }) => isActive).map((was) => was.id)])];
  const states = await Promise.all(
    ids.map(async (one) => {
      const was = before.find((state) => state.id === one);
      const earlier = was
        ? `${was.isActive ? 'active' : 'not active'}${SCHEDULE_WORDS[was.schedule ?? 'stopped']}`
        : 'absent';
      try {
        return `${one} is ${(await oic.getIntegration(one))?.status ?? 'absent'} (was ${earlier})`;
      } catch {
        return `${one} could not be read (was ${earlier})`;
      }
    }),
  );
  return `Now ${states.join(', ')}.`;
};
