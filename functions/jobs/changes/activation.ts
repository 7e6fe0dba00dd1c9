/**
 * Activating and deactivating, waited for. Oracle's 200 does not mean active (OIC 3 goes on in the background, and what it
 * shows may lag behind), a 412 may mean "is so already", and an answer may be lost: so the end is always read from the
 * instance, never concluded. What was heard has failed when Oracle says so, or at the deadline. What was asked for and not
 * heard is asked for again, once the instance was seen to stand still for longer than its status ever lags.
 */
import type { Integration, IntegrationId, Tracing } from '../../core/integration.ts';
import { stripHtml } from '../../core/plain-text.ts';
import { isActive, isInService, isUnderWay, saysFailed, statusWords, underWay } from '../../core/status.ts';
import type { OicClient } from '../../oic/client.ts';
import { isAnswerLost, isOicError, type OicError, stopsTheRun } from '../../oic/http/errors.ts';
import type { ActivationWait, SharedStatus } from '../instance/activation-wait.ts';
import { setSchedule } from './schedule.ts';

/** Integrations that are switched: those outside projects, or those in one. `instance` says where, for messages. */
export type Switchboard = Pick<
  OicClient,
  | 'instance'
  | 'getIntegration'
  | 'activate'
  | 'deactivate'
  | 'getActivationStatus'
  | 'getActivationErrors'
  | 'getSchedule'
  | 'changeSchedule'
  | 'setScheduleParameters'
>;

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
  waiting: ActivationWait,
): Promise<void> => {
  const readReason = async () => stripHtml((await oic.getActivationErrors(id).catch(() => undefined)) ?? '');
  const end = await changeStatus(
    oic,
    await mustExist(oic, id),
    {
      kind: 'activation',
      ask: () => oic.activate(id, tracing),
      isDone: (there) => isActive(there) && !isUnderWay(there),
      hasErrors: async () => (await readReason()) !== '',
    },
    waiting,
  );
  if (end.how === 'done') return;
  const reason = await readReason();
  const noReason = end.how === 'failed' ? ' and Oracle gives no reason' : '';
  const message = `activating ${id} on ${oic.instance} ${happened(end, waiting)}${reason ? `: ${reason}` : noReason}`;
  throw new ActivationError(id, end.there.status, message);
};

/** Returns when the instance says it is no longer active; a schedule that runs or is on hold is stopped first. */
export const deactivateAndWait = async (
  oic: Switchboard,
  id: IntegrationId,
  waiting: ActivationWait,
): Promise<void> => {
  const before = await readIntegration(oic, id);
  if (before.hasSchedule && isActive(before)) await setSchedule(oic, id, 'stopped', waiting);
  const end = await changeStatus(
    oic,
    before,
    {
      kind: 'deactivation',
      ask: () => oic.deactivate(id),
      isDone: (there) => !isInService(there),
      hasErrors: () => Promise.resolve(false),
    },
    waiting,
  );
  if (end.how === 'done') return;
  throw new ActivationError(id, end.there.status, `deactivating ${id} on ${oic.instance} ${happened(end, waiting)}`);
};

const mustExist = async (
  oic: Switchboard,
  id: IntegrationId,
  sharedStatus: SharedStatus = oic.getIntegration,
): Promise<Integration> => {
  const integration = await sharedStatus(id);
  if (!integration) throw new ActivationError(id, 'absent', `${oic.instance} has no integration ${id}`);
  return integration;
};

/** With what is told of its activation, which not every instance says when an integration is read. */
const readIntegration = async (oic: Switchboard, id: IntegrationId): Promise<Integration> => {
  const there = await mustExist(oic, id);
  if (there.activationStatus !== undefined || underWay(there)) return there;
  const activationStatus = await oic.getActivationStatus(id).catch((error: unknown) => {
    if (!isOicError(error) || stopsTheRun(error)) throw error;
    return undefined;
  });
  return { ...there, activationStatus };
};

interface Change {
  readonly kind: 'activation' | 'deactivation';
  /** Gives the status right after. */
  readonly ask: () => Promise<string>;
  readonly isDone: (there: Integration) => boolean;
  /** Whether Oracle tells of errors, although the status does not. */
  readonly hasErrors: () => Promise<boolean>;
}

interface End {
  readonly there: Integration;
  /** `unanswered`: asked for several times, each answer lost, and nothing has moved. */
  readonly how: 'done' | 'failed' | 'late' | 'unanswered';
  /** What it was refused with when it was asked for again; an earlier request seemed to have arrived. */
  readonly refusal?: OicError | undefined;
}

const happened = ({ how, there, refusal }: End, { deadlineMs }: ActivationWait): string => {
  const status = statusWords(there);
  const words = refusal?.details.oracle;
  if (how === 'late')
    return `did not end in ${Math.round(deadlineMs / 1000)} s (it is ${status}${words ? `, and asking again was answered "${words}"` : ''})`;
  if (how === 'unanswered') return `was asked for ${TRIES} times without an answer, and it is still ${status}`;
  return status === 'FAILEDACTIVATION' ? 'failed' : `failed (it is ${status})`;
};

const TRIES = 3;
/** A status was seen to lag 9 s behind: what has not moved for twice as long has not heard, or shows how it is. */
const REST_MS = 20_000;
/** Once it was seen to move, what it shows is no longer that of before. */
const REST_AFTER_MOVING_MS = 7_000;

/** @param before as it was read last */
const changeStatus = async (
  oic: Switchboard,
  before: Integration,
  change: Change,
  waiting: ActivationWait,
): Promise<End> => {
  const until = waiting.now() + waiting.deadlineMs;
  if (change.isDone(before)) return { there: before, how: 'done' };
  let there = before;
  for (let tried = 0; ; ) {
    // What is under way is waited for, whoever has asked for it: Oracle refuses another change meanwhile.
    const asked: Asked = underWay(there) ? { how: 'busy' } : await ask(oic, there, change, tried++);
    const end = await waitForEnd(oic, there, change, asked, until, waiting);
    if (end.how === 'at-rest' && waiting.now() >= until) return { ...end, how: 'late' };
    if (end.how !== 'at-rest' && (end.how !== 'unanswered' || tried === TRIES)) return { ...end, how: end.how };
    there = end.there;
  }
};

interface Asked {
  /**
   * `accepted`: now or when it was asked for before. `unanswered`: its answer was lost. `busy`: something is under way
   * that was not asked for by this.
   */
  readonly how: 'accepted' | 'unanswered' | 'busy';
  /** The status that the answer told. */
  readonly status?: string;
  readonly refusal?: OicError;
}

/**
 * @param tried how often it was asked for before, each answer lost
 * @throws OicError when it was refused and the instance is at rest in another state than was asked for
 */
const ask = async (oic: Switchboard, { id }: Integration, change: Change, tried: number): Promise<Asked> => {
  try {
    return { how: 'accepted', status: await change.ask() };
  } catch (error) {
    if (isAnswerLost(error) || (isOicError(error) && error.details.isPutOff)) return { how: 'unanswered' };
    if (!isOicError(error, 'conflict')) throw error;
    const there = await readIntegration(oic, id);
    if (change.isDone(there) || underWay(there)) return { how: 'busy' };
    // One sentence of Oracle's stands for "is so already", "is under way" and "is not ready" (recorded).
    if (tried > 0) return { how: 'accepted', refusal: error };
    throw error;
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

/** What was seen of a change since it was asked for. */
interface Course {
  readonly how: Asked['how'];
  /** Oracle said of an earlier one that it failed, before this was asked for. */
  readonly wasFailed: boolean;
  readonly hasMoved: boolean;
  /** The opposite change was under way. */
  readonly hasMovedBack: boolean;
  readonly restedMs: number;
}

/**
 * What an integration at rest says of the change. `at-rest`: what was in the way has
 * ended, and not as asked for.
 */
const judge = (
  { kind, isDone }: Change,
  there: Integration,
  { how, wasFailed, hasMoved, hasMovedBack, restedMs }: Course,
): 'done' | 'failed' | 'at-rest' | 'unanswered' | 'errors?' | 'wait' => {
  const hasRested = restedMs >= REST_MS;
  // After the opposite change it may show what was before that one.
  if (isDone(there)) return hasMovedBack && !hasRested ? 'wait' : 'done';
  // What it said before it was asked for says nothing of this change, until it has moved or rested.
  const isNews = hasMoved || !wasFailed || (how === 'accepted' && hasRested);
  if (isNews && saysFailed(kind, there)) return 'failed';
  if (how === 'busy' && (hasRested || !hasMoved)) return 'at-rest';
  if (how === 'unanswered' && hasRested && !hasMoved) return 'unanswered';
  return hasRested || (hasMoved && restedMs >= REST_AFTER_MOVING_MS) ? 'errors?' : 'wait';
};

type Seen = Omit<End, 'how'> & { readonly how: End['how'] | 'at-rest' };

/** Reads the status until it is so, has failed, or there is nothing more to wait for. */
const waitForEnd = async (
  oic: Switchboard,
  before: Integration,
  change: Change,
  { how, status, refusal }: Asked,
  until: number,
  { now, sleep, sharedStatus }: ActivationWait,
): Promise<Seen> => {
  const begunAt = now();
  const isInBackground = status !== undefined && isUnderWay({ status });
  let moving = underWay(before);
  let course: Course = {
    how,
    wasFailed: saysFailed(change.kind, before),
    hasMoved: false,
    hasMovedBack: false,
    restedMs: 0,
  };
  if (isInBackground) await sleep(untilNextLook(oic, 0));
  for (let pauseMs = 250; ; pauseMs = Math.min(4_000, pauseMs * 1.6)) {
    if (moving) {
      const isThisWay = moving === change.kind;
      course = {
        ...course,
        restedMs: 0,
        hasMoved: course.hasMoved || isThisWay,
        hasMovedBack: course.hasMovedBack || !isThisWay,
      };
    }
    const mustReadItAlone = course.restedMs >= REST_MS;
    const there = mustReadItAlone
      ? await readIntegration(oic, before.id)
      : await mustExist(oic, before.id, sharedStatus);
    moving = underWay(there);
    const verdict = moving ? 'wait' : judge(change, there, course);
    if (verdict === 'done' && (course.hasMoved || isInBackground)) {
      lately.set(oic, [now() - begunAt, ...(lately.get(oic) ?? [])].slice(0, LATELY));
    }
    if (verdict === 'errors?' && (await change.hasErrors())) return { there, how: 'failed' };
    if (verdict !== 'wait' && verdict !== 'errors?') return { there, how: verdict };
    if (now() >= until) return { there, how: 'late', refusal };
    if (!moving) course = { ...course, restedMs: course.restedMs + pauseMs };
    await sleep(moving ? untilNextLook(oic, now() - begunAt) : pauseMs);
  }
};
