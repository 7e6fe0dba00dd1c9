/**
 * One drop, once: event (key, versionId) -> receipt.
 *
 *   claim the receipt -> read the archive -> approved? -> lease on its code -> withdrawn? superseded? -> install -> receipt
 *
 * The same event again finds its receipt and changes nothing. A worker that died is followed by another when its lease
 * expires, which reads from the target what was done. File names mean nothing: what is dropped says what it is.
 */
import type { Archive } from '../../core/archive/integration-archive.ts';
import { isOlderDrop } from '../../core/drop/age.ts';
import type { DropEvent } from '../../core/drop/drop-event.ts';
import type { Receipt } from '../../core/drop/receipt.ts';
import { isProgrammingError } from '../../core/errors.ts';
import { type IntegrationId, parseIntegrationId } from '../../core/integration.ts';
import type { InstallPolicy } from '../../core/plan/plan-install.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ConnectionSettings } from '../../oic/http/credentials.ts';
import type { Document, DropBox } from '../../store/drop-box.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { holdForApproval, refusalOf } from './approval.ts';
import {
  type Claim,
  claimReceipt,
  type Ending,
  finishReceipt,
  noteBegun,
  readClaim,
  triesOf,
} from './claim-receipt.ts';
import { describeState } from './go-back.ts';
import { install } from './install.ts';
import { type InstallOutcome, LeaseLost, type StepReport, type UndoLog } from './install-services.ts';
import { type HandledDrop, type Lease, type LeaseOptions, withLease } from './lease.ts';
import { type Gone, goneEnding, type ReadDrop, readDrop, rejection, replaced, WITHDRAWN } from './read-drop.ts';

export interface DropServices {
  readonly dropBox: DropBox;
  readonly instance: string;
  /** undefined: the instance has no `deploy`, so nothing is sent to it. */
  readonly target: Target | undefined;
  /** Somebody has to approve it before anything is sent. */
  readonly needsApproval: boolean;
  readonly waiting: ActivationWait;
  readonly lease: LeaseOptions;
  /** Seconds from each try to the next; after the last one a drop that cannot be decided has failed. */
  readonly retries: readonly number[];
  readonly onStep: (report: StepReport) => void;
}

interface Target {
  readonly oic: OicClient;
  readonly connections: Readonly<Record<string, ConnectionSettings>>;
  readonly policy: InstallPolicy;
}

export type DropResult =
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly isNew: boolean }
  /** For somebody to approve it. */
  | { readonly kind: 'waiting'; readonly receipt: Receipt; readonly isNew: boolean }
  /** Nothing has been decided: another worker is at this code, or the instance is away. To be tried again. */
  | { readonly kind: 'later'; readonly reason: string; readonly seconds: number };

/**
 * Every last try writes its end, unless its worker dies. So many times as many tries are more than deaths by chance, or the
 * same event delivered often at once.
 */
const UNENDED = 3;

export const handleDrop = async (services: DropServices, event: DropEvent): Promise<DropResult> => {
  const document = services.dropBox.receipts(services.instance, event.key, event.versionId);
  const { instance, lease } = services;
  const claim = await claimReceipt(document, instance, event, lease.now());
  if (claim.isFinal) return { kind: 'receipt', receipt: claim.receipt, isNew: false };
  const { needsApproval, dropBox } = services;
  const attempt: Attempt = {
    isHeld: needsApproval && claim.receipt.approval?.answer !== 'approved',
    hold: async (id) => ({ kind: 'waiting', ...(await holdForApproval(document, dropBox.name, id, lease.now())) }),
    begun: claim.receipt.id,
    document,
    finish: async (ending) => ({
      kind: 'receipt',
      ...(await finishReceipt(document, claim, ending, lease.now())),
    }),
    later: async (reason, isOurs) => {
      const seconds = services.retries[triesOf(claim) - 1];
      if (seconds === undefined && isOurs) return attempt.finish({ state: 'failed', message: reason });
      return { kind: 'later', reason, seconds: seconds ?? services.retries.at(-1) ?? 0 };
    },
  };
  if (claim.receipt.state === 'waiting') {
    const refusal = refusalOf(claim.receipt, lease.now());
    return refusal ? attempt.finish(refusal) : { kind: 'waiting', receipt: claim.receipt, isNew: false };
  }
  if (triesOf(claim) > UNENDED * (services.retries.length + 1)) return attempt.finish(givenUp(services, claim));
  try {
    return await decide(services, event, attempt);
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AbortError' || isProgrammingError(error)) throw error;
    return attempt.later(error.message, !(error instanceof LeaseLost));
  }
};

const givenUp = ({ instance }: DropServices, claim: Claim): Ending => ({
  state: 'failed',
  message: `it was begun ${triesOf(claim) - 1} times and never came to an end: see what the worker says of it, and what ${instance} has now (\`oic list ${instance}\`)`,
});

interface Attempt {
  /** Until somebody has approved it. */
  readonly isHeld: boolean;
  readonly hold: (id: IntegrationId) => Promise<DropResult>;
  /** Of an earlier try that has begun to change the target; undefined when there was none. */
  readonly begun: string | undefined;
  /** The receipt. */
  readonly document: Document;
  readonly finish: (ending: Ending) => Promise<DropResult>;
  /**
   * What may pass is tried again, or has failed when this was the last try.
   * @param isOurs false: it is in the hands of another worker, who may be at this very drop
   */
  readonly later: (reason: string, isOurs: boolean) => Promise<DropResult>;
}

const decide = async (services: DropServices, event: DropEvent, attempt: Attempt): Promise<DropResult> => {
  const { dropBox, instance } = services;
  const read = await readDrop(services, event);
  if ('state' in read) return attempt.finish(read);
  if (attempt.isHeld && !('isGone' in read)) return attempt.hold(read.archive.id);
  const code = 'isGone' in read ? parseIntegrationId(attempt.begun ?? '')?.code : read.archive.code;
  if (code === undefined) return attempt.finish(goneEnding(services, event, read as Gone));
  const done = await withLease(dropBox.lease(instance, code), services.lease, async (lease) =>
    'isGone' in read
      ? attempt.finish(await goneHalfDone(services, event, read, lease, attempt.begun as IntegrationId))
      : underLease(services, event, read, lease, attempt),
  );
  return done ?? attempt.later(`another worker is at ${code} on ${instance}`, false);
};

/** Without its bytes it cannot be brought to its end. */
const goneHalfDone = async (
  services: DropServices,
  event: DropEvent,
  read: Gone,
  lease: Lease,
  id: IntegrationId,
): Promise<Ending> => {
  const undo = (await lease.undoLogOf().recall())[id];
  const { target, instance } = services;
  if (!undo || !target || !lease.wasBegunBy(id, event)) return { ...goneEnding(services, event, read), id };
  const state = await describeState(target.oic, undo.before, id);
  const what = read.isReplaced ? 'another file was put in its place' : 'the file was removed';
  const message = `${what} after it was begun, so it cannot be brought to its end on ${instance}. ${state} Drop or deploy ${id} again: that goes on from there`;
  return { state: 'failed', id, message };
};

const underLease = async (
  services: DropServices,
  event: DropEvent,
  read: ReadDrop,
  lease: Lease,
  { document, finish }: Attempt,
): Promise<DropResult> => {
  const { id } = read.archive;
  // Somebody may have handled this very event while we waited for the lease, or died before it could write the receipt.
  const claim = await readClaim(document);
  if (claim.isFinal) return { kind: 'receipt', receipt: claim.receipt, isNew: false };
  const handled = lease.newest(id);
  if (handled?.key === event.key && handled.versionId === event.versionId) {
    return finish({ state: handled.state, id, message: handled.message });
  }
  const reason = lease.wasBegunBy(id, event) ? undefined : await reasonAgainst(services, event, read, lease, handled);
  if (reason) return finish({ ...reason, id });
  const outcome = await installDrop(services, event, read, lease, document).catch(async (error: Error) => {
    throw lease.wasBegunBy(id, event) ? await halfDone(services, lease, id, error) : error;
  });
  const { state, message } = outcome;
  // Before the receipt: what was to undo must not outlive an ending that anybody has read.
  const times = { droppedAt: read.droppedAt.toISOString(), handledAt: claim.writtenAt.toISOString() };
  await lease.settle(id, { wasRefused: state === 'rejected', drop: { ...times, ...event, state, message } });
  return finish(outcome);
};

/** What is thrown instead of the cause: it also says what the target is now. */
const halfDone = async ({ target }: DropServices, lease: Lease, id: IntegrationId, cause: Error): Promise<Error> => {
  const undo = (await lease.undoLogOf().recall())[id];
  if (!undo || !target || cause instanceof LeaseLost || isProgrammingError(cause)) return cause;
  const state = await describeState(target.oic, undo.before, id);
  return new Error(`${cause.message}. It is half done. ${state} The next try, or deployment of it, goes on from there`);
};

/** Why it is not to be installed any more. What was begun is past that: half way, the target may be without it. */
const reasonAgainst = async (
  services: DropServices,
  event: DropEvent,
  read: ReadDrop,
  lease: Lease,
  handled: HandledDrop | undefined,
): Promise<Ending | undefined> => {
  const current = await services.dropBox.newestDrop(event.key);
  if (!current) return rejection(services.instance, WITHDRAWN);
  const message =
    current.versionId === event.versionId
      ? await olderThanHandled(services, event, read, lease, handled)
      : replaced(event.key);
  return message === undefined ? undefined : { state: 'superseded', message };
};

/** @returns undefined for one that is not older than the newest that was handled */
const olderThanHandled = async (
  { instance }: DropServices,
  { key }: DropEvent,
  { archive: { id }, droppedAt }: ReadDrop,
  lease: Lease,
  handled: HandledDrop | undefined,
): Promise<string | undefined> => {
  // What lies at a key now was put there after all that lay there before.
  if (!handled || handled.key === key || Date.parse(handled.droppedAt) <= droppedAt.getTime()) return undefined;
  // The store tells whole seconds.
  const now = (await lease.storeTime()).getTime() + 999;
  const handledAt = handled.handledAt === undefined ? undefined : Date.parse(handled.handledAt);
  const age = { droppedAt: Date.parse(handled.droppedAt), handledAt };
  if (!isOlderDrop(droppedAt.getTime(), age, now)) return undefined;
  return `${handled.key}, a newer drop of ${id} (of ${handled.droppedAt}), has been handled on ${instance} already; this older one (of ${droppedAt.toISOString()}) does not overwrite it`;
};

const installDrop = (
  { target, dropBox, waiting, onStep }: DropServices,
  event: DropEvent,
  content: { archive: Archive; bytes: Uint8Array },
  { undoLogOf, mayGoOn }: Lease,
  document: Document,
): Promise<InstallOutcome> => {
  if (!target) throw new Error('a drop for an instance without `deploy` is rejected before this');
  const { oic, connections, policy } = target;
  const { recall, remember } = undoLogOf(event);
  const undoLog: UndoLog = {
    recall,
    remember: async (id, undo) => {
      await remember(id, undo);
      await noteBegun(document, id);
    },
  };
  return install(
    { oic: oic.guarded(mayGoOn), safety: dropBox, undoLog, connections, waiting, onStep, mayGoOn },
    content,
    policy,
  );
};
