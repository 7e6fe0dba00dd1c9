/**
 * Activating and deactivating, waited for. Oracle's 200 does not mean active (OIC 3 goes on in the background), a 412
 * may mean "is so already", and an answer may be lost: so the end is always read from the instance, never concluded.
 */
import type { Integration, IntegrationId, Tracing } from '../core/integration.ts';
import { stripHtml } from '../core/plain-text.ts';
import type { OicClient } from '../oic/client.ts';
import { isAnswerLost, isOicError } from '../oic/errors.ts';

export interface Waiting {
  readonly deadlineMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** It did not become active, or not inactive; `message` holds Oracle's reason, `id` the integration. */
export class ActivationError extends Error {
  override readonly name = 'ActivationError';
  readonly id: IntegrationId;
  readonly status: string;

  constructor(id: IntegrationId, status: string, message: string) {
    super(message);
    this.id = id;
    this.status = status;
  }
}

/** Returns when the instance says ACTIVATED. @throws ActivationError with Oracle's reason, OicError when it was refused */
export const activateAndWait = async (
  oic: OicClient,
  id: IntegrationId,
  tracing: Tracing | undefined,
  waiting: Waiting,
): Promise<void> => {
  try {
    await oic.activate(id, tracing);
  } catch (error) {
    if (
      isOicError(error, 'rejected') ||
      (isOicError(error, 'conflict') && (await mustExist(oic, id)).status === 'CONFIGURED')
    ) {
      throw error;
    }
    if (!isAnswerLost(error) && !isOicError(error, 'conflict')) throw error;
  }
  const status = await waitWhile(
    oic,
    id,
    (now) => now.status !== 'ACTIVATED' && now.status !== 'FAILEDACTIVATION',
    waiting,
  );
  if (status === 'ACTIVATED') return;
  const reason = stripHtml((await oic.getActivationErrors(id).catch(() => undefined)) ?? '');
  const words = reason ? `: ${reason}` : status === 'FAILEDACTIVATION' ? ' and Oracle gives no reason' : '';
  const happened =
    status === 'FAILEDACTIVATION'
      ? 'failed'
      : `did not end in ${Math.round(waiting.deadlineMs / 1000)} s (it is ${status})`;
  throw new ActivationError(id, status, `activating ${id} on ${oic.instance} ${happened}${words}`);
};

/** Returns when the instance says it is no longer active; a running schedule is stopped first. */
export const deactivateAndWait = async (oic: OicClient, id: IntegrationId, waiting: Waiting): Promise<void> => {
  const before = await mustExist(oic, id);
  if (before.hasSchedule && before.status === 'ACTIVATED' && (await oic.isScheduleStarted(id)))
    await oic.stopSchedule(id);
  try {
    await oic.deactivate(id);
  } catch (error) {
    if (!isAnswerLost(error) && !isOicError(error, 'conflict')) throw error;
    if (isOicError(error, 'conflict') && (await mustExist(oic, id)).status === 'ACTIVATED') throw error;
  }
  const status = await waitWhile(oic, id, (now) => now.status === 'ACTIVATED' || isUnderWay(now.status), waiting);
  if (status === 'ACTIVATED' || isUnderWay(status)) {
    const seconds = Math.round(waiting.deadlineMs / 1000);
    throw new ActivationError(
      id,
      status,
      `deactivating ${id} on ${oic.instance} did not end in ${seconds} s (it is ${status})`,
    );
  }
};

const isUnderWay = (status: string): boolean => status.endsWith('_INPROGRESS');

const mustExist = async (oic: OicClient, id: IntegrationId): Promise<Integration> => {
  const integration = await oic.getIntegration(id);
  if (!integration) throw new ActivationError(id, 'absent', `${oic.instance} has no integration ${id}`);
  return integration;
};

/** Reads the status, ever less often, until `goesOn` is false or the deadline has passed; gives the last one. */
const waitWhile = async (
  oic: OicClient,
  id: IntegrationId,
  goesOn: (integration: Integration) => boolean,
  { deadlineMs, now, sleep }: Waiting,
): Promise<string> => {
  const until = now() + deadlineMs;
  for (let pauseMs = 250; ; pauseMs = Math.min(4_000, pauseMs * 1.6)) {
    const integration = await mustExist(oic, id);
    if (!goesOn(integration) || now() >= until) return integration.status;
    await sleep(pauseMs);
  }
};
