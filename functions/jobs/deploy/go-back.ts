/**
 * What becomes of an install that failed: the target is put back as it was, and looked at once more when something that was
 * sent may still arrive. Nothing is said of the target that was not read.
 */
import { readArchive } from '../../core/archive/integration-archive.ts';
import { type Unknown, unknownIn } from '../../core/errors.ts';
import type { IntegrationId, IntegrationRef } from '../../core/integration.ts';
import type { Before } from '../../core/plan/plan-install.ts';
import type { OicClient } from '../../oic/client.ts';
import { type UnreadyConnection, unreadyText } from '../changes/connect.ts';
import { mayStillArrive, SECOND_LOOK_MS, waitToLookAgain } from '../changes/second-look.ts';
import { causeText } from '../changes/trouble.ts';
import {
  type InstallOutcome,
  type InstallServices,
  LeaseLost,
  type StepReport,
  type Undo,
} from './install-services.ts';
import { rollBack, type WayBack } from './roll-back.ts';

export interface Trouble {
  readonly error: Error;
  /** An archive that was new to the target stays, not active, for somebody to complete. */
  readonly keepsNew: boolean;
  readonly unready: readonly UnreadyConnection[];
}

type Ending = Omit<InstallOutcome, 'steps'>;
type Services = Pick<InstallServices, 'oic' | 'safety' | 'connections' | 'waiting' | 'mayGoOn'>;

export const goBack = async (
  services: Services,
  wanted: IntegrationRef,
  undo: Undo,
  trouble: Trouble,
  report: (step: StepReport) => void,
): Promise<Ending> => {
  const { mayGoOn, oic } = services;
  const { error, keepsNew, unready } = trouble;
  const { id } = wanted;
  const cause = causeText(error);
  const connections = unready.length > 0 ? { connections: unready } : {};
  const reason = keepsNew ? 'what it displaced is put back; it stays imported' : 'the target is put back as it was';
  await mayGoOn();
  let isLookedAtAgain = false;
  try {
    const { before, ownConnections } = undo;
    const wayBack = { before, ownConnections, old: await oldContent(services, undo), keepsNew };
    await rollBack(services, wanted, wayBack);
    report({ do: 'roll-back', id, reason, outcome: 'done' });
    if (mayStillArrive(error)) isLookedAtAgain = await lookAgain(services, wanted, wayBack, report);
  } catch (failure) {
    if (!(failure instanceof Error) || failure instanceof LeaseLost) throw failure;
    report({ do: 'roll-back', id, reason, outcome: 'failed', message: failure.message });
    const unknown = unknownIn(failure) ?? unknownIn(error);
    const message = `${cause}. The roll-back failed too: ${failure.message}. ${await repairText(services, undo, id)}`;
    return { id, state: unknown ? 'unknown' : 'failed', message, ...(unknown && { unknown }), ...connections };
  }
  if (mayStillArrive(error) && !isLookedAtAgain) return { ...notSure(oic, id, cause), ...connections };
  if (!keepsNew) {
    // Oracle keeps the mark of a failed activation on one that was there, inactive, with the same content.
    const { status } = (await oic.getIntegration(id).catch(() => undefined)) ?? {};
    const mark = status === 'FAILEDACTIVATION' ? `: ${id} is not active, which Oracle now shows as ${status}` : '';
    return {
      id,
      state: 'rolled-back',
      message: `${cause}. ${oic.instance} is as it was before${mark}`,
      ...connections,
    };
  }
  const needy = unready.map(unreadyText).join('; ');
  const message = `${id} is imported on ${oic.instance} but not active: ${cause}. Its connections need a person: ${needy}. Their settings belong into the credentials document (\`oic connections ${oic.instance} --template\`); then drop or deploy it again`;
  return { id, state: 'failed', message, ...connections };
};

const oldContent = async ({ safety }: Services, { copy }: Undo): Promise<WayBack['old']> => {
  const bytes = copy && (await safety.getSafe(copy));
  if (copy && !bytes) throw new Error(`the safety copy ${copy.key} is gone`);
  return bytes && { bytes, archive: await readArchive(bytes) };
};

/** What has arrived meanwhile is undone. @returns false when there is no time to look */
const lookAgain = async (
  services: Services,
  wanted: IntegrationRef,
  wayBack: WayBack,
  report: (step: StepReport) => void,
): Promise<boolean> => {
  const { oic, waiting, mayGoOn } = services;
  if (!(await waitToLookAgain(oic.instance, waiting))) return false;
  await mayGoOn();
  await rollBack(services, wanted, wayBack);
  const reason = `the target was looked at again ${SECOND_LOOK_MS / 1000} s later`;
  report({ do: 'roll-back', id: wanted.id, reason, outcome: 'done' });
  return true;
};

const notSure = ({ instance }: OicClient, id: IntegrationId, sent: string): Ending => {
  const unknown: Unknown = {
    sent,
    read: `${instance} was put back as it was, and there was no time to look again`,
    lookAt: `${id} on ${instance}`,
    command: `oic show ${instance} '${id}'`,
  };
  const message = `whether ${instance} stays as it was before is not known: ${sent}. It was put back, and there was no time to look again: what was sent may still arrive. Look at ${unknown.lookAt}: \`${unknown.command}\``;
  return { id, state: 'unknown', message, unknown };
};

const repairText = async ({ oic, safety }: Services, { before, copy }: Undo, id: IntegrationId): Promise<string> => {
  const repair = copy
    ? `put the old archive back: ${safety.returnCommand(copy, oic.instance)}`
    : `see \`oic show ${oic.instance} '${id}'\` and deploy it again`;
  return `${await describeState(oic, before, id)} To repair it, ${repair}`;
};

const SCHEDULE_WORDS = {
  started: ' with its schedule running',
  paused: ' with its schedule on hold',
  stopped: '',
} as const;

/** What the target is now and was before, in a sentence; a best effort, for the instance may be away. */
export const describeState = async (oic: OicClient, before: readonly Before[], id: IntegrationId): Promise<string> => {
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
