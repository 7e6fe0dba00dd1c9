/**
 * Activating and deactivating, waited for. Oracle's 200 does not mean active (OIC 3 goes on in the background, and what it
 * shows may lag behind), and a 412 may mean "is so already": so the change is settled like every other one, and what its
 * status says is judged by what was seen of it since it was asked for.
 */
import type { Integration, IntegrationId, Tracing } from '../../core/integration.ts';
import { stripHtml } from '../../core/plain-text.ts';
import { isActive, isInService, isUnderWay, mayLag, statusWords, underWay } from '../../core/status.ts';
import { courseFrom, followed, type HowAsked, hasRested, judgeCourse } from '../../core/status-course.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import type { ActivationWait, SharedStatus } from '../instance/activation-wait.ts';
import { type Schedules, setSchedule } from './schedule.ts';
import { SHOWN_LATE_MS, type Sight, settle } from './settled-write.ts';

/** Integrations that are switched: those outside projects, or those in one. `instance` says where, for messages. */
export type Switchboard = Schedules &
  Pick<OicClient, 'activate' | 'deactivate' | 'getActivationStatus' | 'getActivationErrors'>;

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

/** Returns when the instance says ACTIVATED. @throws ActivationError with Oracle's reason; as `settle` */
export const activateAndWait = async (
  oic: Switchboard,
  id: IntegrationId,
  tracing: Tracing | undefined,
  waiting: ActivationWait,
): Promise<void> => {
  const change: Change = {
    kind: 'activation',
    doing: 'activating',
    ask: () => oic.activate(id, tracing),
    isDone: (there) => isActive(there) && !isUnderWay(there),
    readReason: async () => stripHtml((await oic.getActivationErrors(id).catch(() => undefined)) ?? ''),
  };
  await changeStatus(oic, await mustExist(oic, id), change, waiting);
};

/** Returns when the instance says it is no longer active; a schedule that runs or is on hold is stopped first. */
export const deactivateAndWait = async (
  oic: Switchboard,
  id: IntegrationId,
  waiting: ActivationWait,
): Promise<void> => {
  const before = await readIntegration(oic, id);
  if (before.hasSchedule && isActive(before)) await setSchedule(oic, id, 'stopped', waiting);
  const change: Change = {
    kind: 'deactivation',
    doing: 'deactivating',
    ask: () => oic.deactivate(id),
    isDone: (there) => !isInService(there),
    readReason: async () => '',
  };
  await changeStatus(oic, before, change, waiting);
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
  // Some repeat the status there.
  return { ...there, activationStatus: activationStatus === there.status ? undefined : activationStatus };
};

interface Change {
  readonly kind: 'activation' | 'deactivation';
  readonly doing: string;
  /** Gives the status right after. */
  readonly ask: () => Promise<string>;
  readonly isDone: (there: Integration) => boolean;
  /** Why it failed, by Oracle; empty when it tells no error. */
  readonly readReason: () => Promise<string>;
}

/** What was in the way has ended, and not as asked for. */
class AtRest extends Error {
  readonly there: Integration;

  constructor(there: Integration) {
    super('at rest');
    this.there = there;
  }
}

/** @param before as it was read last */
const changeStatus = async (
  oic: Switchboard,
  before: Integration,
  change: Change,
  waiting: ActivationWait,
): Promise<void> => {
  const until = waiting.now() + waiting.deadlineMs;
  for (let there = before; !change.isDone(there); ) {
    try {
      return await settleStatus(oic, there, change, waiting);
    } catch (error) {
      if (!(error instanceof AtRest)) throw error;
      there = error.there;
      if (waiting.now() < until) continue;
      const late = `did not end in ${Math.round(waiting.deadlineMs / 1000)} s (it is ${statusWords(there)})`;
      throw new ActivationError(before.id, there.status, `${change.doing} ${before.id} on ${oic.instance} ${late}`);
    }
  }
};

/** @throws AtRest when something else was under way, and it has to be asked for again */
const settleStatus = (
  oic: Switchboard,
  before: Integration,
  change: Change,
  waiting: ActivationWait,
): Promise<void> => {
  const { id } = before;
  const { instance, shownBy = `oic show ${instance} '${id}'` } = oic;
  const sightings = createSightings(oic, before, change, waiting);
  return settle(
    {
      what: `${change.doing} ${id} on ${instance}`,
      send: async () => {
        // What is under way is waited for, whoever has asked for it: Oracle refuses another change meanwhile.
        if (underWay(before)) sightings.answered('busy');
        else await ask(change, sightings.answered);
        if (sightings.isInBackground()) await waiting.sleep(untilNextLook(oic, 0));
        return 'goes-on';
      },
      look: sightings.look,
      shown: sightings.shown,
      refusedMs: sightings.refusedMs,
      patienceMs: waiting.deadlineMs,
      lookAt: `${id} on ${instance}`,
      command: shownBy,
      pauseMs: sightings.pauseMs,
    },
    waiting,
  );
};

const ask = async (change: Change, answered: Sightings['answered']): Promise<void> => {
  answered('unanswered');
  try {
    answered('accepted', await change.ask());
  } catch (error) {
    // One sentence of Oracle's stands for "is so already", "is under way" and "is not ready" (recorded).
    if (isOicError(error, 'conflict')) answered('busy');
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

interface Sightings {
  /** @param status that the answer told */
  answered(how: HowAsked, status?: string): void;
  isInBackground(): boolean;
  look(): Promise<Sight>;
  shown(): string;
  /** For how long it may be done all the same. */
  refusedMs(): number;
  pauseMs(waitedMs: number): number;
}

/** Looks at the status, and remembers what was seen since it was asked for. */
const createSightings = (
  oic: Switchboard,
  before: Integration,
  change: Change,
  { now, sharedStatus }: ActivationWait,
): Sightings => {
  const { id } = before;
  let there = before;
  let askedAt = now();
  let course = courseFrom(change.kind, before, askedAt);
  let isInBackground = false;
  return {
    answered: (how, status) => {
      // What was seen before it was asked for again may be news by then.
      if (how === 'unanswered') [askedAt, course] = [now(), courseFrom(change.kind, there, now())];
      course = { ...course, how };
      isInBackground = status !== undefined && isUnderWay({ status });
    },
    isInBackground: () => isInBackground,
    look: async () => {
      const mustReadItAlone = hasRested(course, now()) || (course.how === 'busy' && !course.isMoving);
      there = mustReadItAlone ? await readIntegration(oic, id) : await mustExist(oic, id, sharedStatus);
      course = followed(course, there, now());
      if (course.isMoving) return 'moving';
      const verdict = judgeCourse(course, there, change.isDone(there), now());
      if (verdict === 'done' && (course.hasMoved || isInBackground)) {
        lately.set(oic, [now() - askedAt, ...(lately.get(oic) ?? [])].slice(0, LATELY));
      }
      if (verdict === 'done') return 'done';
      if (verdict === 'at-rest' && (course.hasMoved || course.hasMovedBack)) throw new AtRest(there);
      const reason = verdict === 'failed' || verdict === 'errors?' ? await change.readReason() : '';
      if (verdict === 'failed' || reason !== '') throw failureOf(oic, change, there, reason);
      return 'before';
    },
    shown: () => statusWords(there),
    refusedMs: () => (course.how === 'busy' && mayLag(there) ? SHOWN_LATE_MS : 0),
    pauseMs: (waitedMs) =>
      course.isMoving ? untilNextLook(oic, now() - askedAt) : Math.min(4_000, Math.max(250, waitedMs * 0.6)),
  };
};

const failureOf = (oic: Switchboard, { doing }: Change, there: Integration, reason: string): ActivationError => {
  const happened = there.status === 'FAILEDACTIVATION' ? 'failed' : `failed (it is ${statusWords(there)})`;
  const why = reason ? `: ${reason}` : ' and Oracle gives no reason';
  return new ActivationError(there.id, there.status, `${doing} ${there.id} on ${oic.instance} ${happened}${why}`);
};
