/**
 * Activating and deactivating, waited for. Oracle's 200 does not mean active (OIC 3 goes on in the background), a 412
 * may mean "is so already", and an answer may be lost: so the end is always read from the instance, never concluded.
 * What was asked for and not heard is asked for again, once the instance was seen to stand still.
 */
import type { Integration, IntegrationId, Tracing } from '../core/integration.ts';
import { stripHtml } from '../core/plain-text.ts';
import type { OicClient } from '../oic/client.ts';
import { isAnswerLost, isOicError } from '../oic/errors.ts';
import type { Look } from './look.ts';
import { setSchedule } from './schedule.ts';

/** Integrations that are switched: those outside projects, or those in one. `instance` says where, for messages. */
export type Switchboard = Pick<
  OicClient,
  'instance' | 'getIntegration' | 'activate' | 'deactivate' | 'getActivationErrors' | 'getSchedule' | 'changeSchedule'
>;

export interface Waiting {
  readonly deadlineMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Of somebody who waits for many at once. @default one request each */
  readonly look?: Look;
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
  oic: Switchboard,
  id: IntegrationId,
  tracing: Tracing | undefined,
  waiting: Waiting,
): Promise<void> => {
  const readReason = async () => stripHtml((await oic.getActivationErrors(id).catch(() => undefined)) ?? '');
  const end = await changeStatus(
    oic,
    id,
    {
      ask: () => oic.activate(id, tracing),
      isDone: (status) => status === 'ACTIVATED',
      hasFailed: async () => (await readReason()) !== '',
    },
    waiting,
  );
  if (end.how === 'done') return;
  const reason = await readReason();
  const noReason = end.how === 'failed' ? ' and Oracle gives no reason' : '';
  const message = `activating ${id} on ${oic.instance} ${happened(end, waiting)}${reason ? `: ${reason}` : noReason}`;
  throw new ActivationError(id, end.status, message);
};

/** Returns when the instance says it is no longer active; a schedule that runs or is on hold is stopped first. */
export const deactivateAndWait = async (oic: Switchboard, id: IntegrationId, waiting: Waiting): Promise<void> => {
  const before = await mustExist(oic, id);
  if (before.hasSchedule && before.status === 'ACTIVATED') await setSchedule(oic, id, 'stopped', waiting);
  const end = await changeStatus(
    oic,
    id,
    {
      ask: () => oic.deactivate(id),
      isDone: (status) => status !== 'ACTIVATED' && !isUnderWay(status),
      hasFailed: () => Promise.resolve(false),
    },
    waiting,
  );
  if (end.how === 'done') return;
  throw new ActivationError(id, end.status, `deactivating ${id} on ${oic.instance} ${happened(end, waiting)}`);
};

const isUnderWay = (status: string): boolean => status.endsWith('_INPROGRESS');

const mustExist = async (
  oic: Switchboard,
  id: IntegrationId,
  look: Look = oic.getIntegration,
): Promise<Integration> => {
  const integration = await look(id);
  if (!integration) throw new ActivationError(id, 'absent', `${oic.instance} has no integration ${id}`);
  return integration;
};

interface Change {
  /** Gives the status right after. */
  readonly ask: () => Promise<string>;
  readonly isDone: (status: string) => boolean;
  /** Whether Oracle tells of a failure, although the status does not. */
  readonly hasFailed: () => Promise<boolean>;
}

interface End {
  readonly status: string;
  /** `unheard`: asked for several times, each answer lost, and nothing has moved. */
  readonly how: 'done' | 'failed' | 'late' | 'unheard';
}

const happened = ({ how, status }: End, { deadlineMs }: Waiting): string => {
  if (how === 'late') return `did not end in ${Math.round(deadlineMs / 1000)} s (it is ${status})`;
  if (how === 'unheard') return `was asked for ${TRIES} times without an answer, and it is still ${status}`;
  return status === 'FAILEDACTIVATION' ? 'failed' : `failed (it is ${status})`;
};

const TRIES = 3;
/** Some seven seconds: an instance that has not moved for so long has not heard, or has given up. */
const LOOKS_AT_REST = 6;

const changeStatus = async (oic: Switchboard, id: IntegrationId, change: Change, waiting: Waiting): Promise<End> => {
  const until = waiting.now() + waiting.deadlineMs;
  for (let tried = 1; ; tried++) {
    const asked = await ask(oic, id, change);
    const end = await waitForEnd(oic, id, change, asked, until, waiting);
    if (end.how !== 'unheard' || tried === TRIES) return end;
  }
};

interface Asked {
  /** Accepted; otherwise its answer was lost, or something else was under way. */
  readonly isHeard: boolean;
  readonly hasBegun: boolean;
}

/** @throws OicError when it was refused and the instance is at rest in another state than was asked for */
const ask = async (oic: Switchboard, id: IntegrationId, change: Change): Promise<Asked> => {
  try {
    return { isHeard: true, hasBegun: isUnderWay(await change.ask()) };
  } catch (error) {
    if (isAnswerLost(error)) return { isHeard: false, hasBegun: false };
    if (!isOicError(error, 'conflict')) throw error;
    const { status } = await mustExist(oic, id);
    if (!change.isDone(status) && !isUnderWay(status)) throw error;
    return { isHeard: false, hasBegun: isUnderWay(status) };
  }
};

/** How long the last few changes of an instance took, in ms. */
const lately = new WeakMap<Switchboard, readonly number[]>();
const LATELY = 8;

/**
 * When to look again at what is under way: hardly before the time others have taken of late, and from then on soon, since
 * what comes after waits for it.
 */
const untilNextLook = (oic: Switchboard, elapsedMs: number): number => {
  const expectedMs = Math.min(...(lately.get(oic) ?? [0]));
  return Math.max(0.9 * expectedMs - elapsedMs, Math.min(4_000, Math.max(100, 0.05 * elapsedMs)));
};

/** Reads the status until it is so, has failed, or there is nothing more to wait for. */
const waitForEnd = async (
  oic: Switchboard,
  id: IntegrationId,
  change: Change,
  { isHeard, ...asked }: Asked,
  until: number,
  { now, sleep, look }: Waiting,
): Promise<End> => {
  const begunAt = now();
  let { hasBegun } = asked;
  let atRest = 0;
  for (let pauseMs = 250; ; pauseMs = Math.min(4_000, pauseMs * 1.6)) {
    const { status } = await mustExist(oic, id, look);
    if (change.isDone(status)) {
      if (hasBegun) lately.set(oic, [now() - begunAt, ...(lately.get(oic) ?? [])].slice(0, LATELY));
      return { status, how: 'done' };
    }
    if (now() >= until) return { status, how: 'late' };
    if (isUnderWay(status)) [hasBegun, atRest] = [true, 0];
    else if (status === 'FAILEDACTIVATION' && (isHeard || hasBegun)) return { status, how: 'failed' };
    else if (++atRest >= LOOKS_AT_REST) {
      if (!isHeard) return { status, how: 'unheard' };
      if (hasBegun || (await change.hasFailed())) return { status, how: 'failed' };
    }
    await sleep(isUnderWay(status) ? untilNextLook(oic, now() - begunAt) : pauseMs);
  }
};
