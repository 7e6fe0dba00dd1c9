/**
 * One drop, once: event (key, versionId) -> receipt.
 *
 *   claim the receipt -> read the archive -> lease on its code -> superseded? -> install -> receipt -> release
 *
 * The same event again finds its receipt and changes nothing. A worker that died is followed by another when its lease
 * expires, which reads from the target what was done. File names mean nothing: what is dropped says what it is.
 */
import { type Archive, readArchive } from '../../core/archive/integration-archive.ts';
import type { DropEvent } from '../../core/drop/drop-event.ts';
import { parseReceipt, type Receipt } from '../../core/drop/receipt.ts';
import { instanceOfDrop } from '../../core/keys.ts';
import type { InstallPolicy } from '../../core/plan/plan-install.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ConnectionSettings } from '../../oic/http/credentials.ts';
import type { Document, DropBox } from '../../store/drop-box.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { type InstallOutcome, install, LeaseLost, type StepReport } from './install.ts';
import { type HandledDrop, type Lease, type LeaseOptions, takeLease } from './lease.ts';

export interface DropServices {
  readonly dropBox: DropBox;
  readonly instance: string;
  /** undefined: the instance has no `deploy`, so nothing is sent to it. */
  readonly target: Target | undefined;
  readonly waiting: ActivationWait;
  readonly lease: LeaseOptions;
  readonly onStep: (report: StepReport) => void;
}

interface Target {
  readonly oic: OicClient;
  readonly connections: Readonly<Record<string, ConnectionSettings>>;
  readonly policy: InstallPolicy;
}

export type DropResult =
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly isNew: boolean }
  /** Nothing has been decided: another worker is at this code, or the instance is away. To be tried again later. */
  | { readonly kind: 'later'; readonly reason: string };

/** Larger than any archive that can be meant: the largest ever seen is 0.6 MB. */
const MAX_DROP_BYTES = 100 * 1024 * 1024;

/** @param isLastTry what may pass becomes `failed` now, for nobody will try again. */
export const handleDrop = async (services: DropServices, event: DropEvent, isLastTry: boolean): Promise<DropResult> => {
  const document = services.dropBox.receipts(services.instance, event.key, event.versionId);
  const claim = await claimReceipt(services, document, event);
  if (claim.isFinal) return { kind: 'receipt', receipt: claim.receipt, isNew: false };
  const finish = async (ending: Ending): Promise<DropResult> => finishReceipt(services, document, claim, ending);

  const read = await readDrop(services, event);
  if ('state' in read) return finish(read);
  const lease = await takeLease(services.dropBox.lease(services.instance, read.archive.code), services.lease);
  if (!lease) return later(`another worker is at ${read.archive.code} on ${services.instance}`, isLastTry, finish);
  try {
    return await underLease(services, event, read, lease, document, finish);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return later(error.message, isLastTry && !(error instanceof LeaseLost), finish);
  } finally {
    await lease.release();
  }
};

type Ending = Pick<Receipt, 'state' | 'message'> & Partial<Pick<Receipt, 'id' | 'steps' | 'connections'>>;
type Finish = (ending: Ending) => Promise<DropResult>;

const later = async (reason: string, isLastTry: boolean, finish: Finish): Promise<DropResult> =>
  isLastTry ? finish({ state: 'failed', message: reason }) : { kind: 'later', reason };

interface Claim {
  readonly receipt: Receipt;
  readonly isFinal: boolean;
}

/** Put if absent: of the same event twice, both see one receipt, and the lease decides who works. */
const claimReceipt = async (
  { instance, waiting }: DropServices,
  document: Document,
  event: DropEvent,
): Promise<Claim> => {
  const started: Receipt = {
    formatVersion: 1,
    instance,
    ...event,
    state: 'started',
    startedAt: new Date(waiting.now()).toISOString(),
    message: 'is being handled',
    steps: [],
  };
  if ((await document.write(started, undefined)) !== undefined) return { receipt: started, isFinal: false };
  return readClaim(document);
};

const readClaim = async (document: Document): Promise<Claim> => {
  const found = await document.read();
  if (!found) throw new Error(`the receipt ${document.key} was removed while its drop was handled; drop it again`);
  const receipt = parseReceipt(found.content, document.key);
  return { receipt, isFinal: receipt.state !== 'started' };
};

const finishReceipt = async (
  { waiting }: DropServices,
  document: Document,
  { receipt }: Claim,
  ending: Ending,
): Promise<DropResult> => {
  const finishedAt = new Date(waiting.now()).toISOString();
  const final: Receipt = { ...receipt, finishedAt, ...ending, steps: ending.steps ?? [] };
  for (;;) {
    const found = await document.read();
    const there = found && parseReceipt(found.content, document.key);
    // The first ending holds: a worker that was slow does not write over it.
    if (there && there.state !== 'started') return { kind: 'receipt', receipt: there, isNew: false };
    if ((await document.write(final, found?.etag)) !== undefined)
      return { kind: 'receipt', receipt: final, isNew: true };
  }
};

interface ReadDrop {
  readonly archive: Archive;
  readonly bytes: Uint8Array;
  readonly droppedAt: Date;
}

const readDrop = async (
  { dropBox, instance, target }: DropServices,
  { key, versionId }: DropEvent,
): Promise<ReadDrop | Ending> => {
  const rejected = (reason: string): Ending => ({
    state: 'rejected',
    message: `nothing was sent to ${instance}: ${reason}`,
  });
  if (instanceOfDrop(key) !== instance)
    return rejected(`${key} is not a drop for it; put .iar files under deploy/${instance}/`);
  if (!target) return rejected(`${instance} has no \`deploy\` in the settings, so it is only read`);
  const head = await dropBox.headDrop(key, versionId);
  if (!head) return rejected('the file was removed before it was read');
  if (head.bytes > MAX_DROP_BYTES)
    return rejected(`the file has ${head.bytes} bytes; at most ${MAX_DROP_BYTES} are taken`);
  const object = await dropBox.getDrop(key, versionId);
  if (!object) return rejected('the file was removed before it was read');
  try {
    return { archive: await readArchive(object.body), bytes: object.body, droppedAt: object.lastModified };
  } catch (error) {
    if (error instanceof Error && error.name === 'ArchiveError') return rejected(error.message);
    throw error;
  }
};

const underLease = async (
  services: DropServices,
  event: DropEvent,
  { archive, bytes, droppedAt }: ReadDrop,
  lease: Lease,
  document: Document,
  finish: Finish,
): Promise<DropResult> => {
  const { id } = archive;
  // Somebody may have handled this very event while we waited for the lease, or died before it could write the receipt.
  const claim = await readClaim(document);
  if (claim.isFinal) return { kind: 'receipt', receipt: claim.receipt, isNew: false };
  const handled = lease.newest(id);
  if (handled?.key === event.key && handled.versionId === event.versionId) {
    return finish({ state: handled.state, id, message: handled.message });
  }
  const newer = await findNewer(services, event, id, droppedAt, handled);
  if (newer !== undefined) return finish({ state: 'superseded', id, message: newer });
  const outcome = await installDrop(services, { archive, bytes }, lease);
  const { state, message } = outcome;
  // Before the receipt: what was to undo must not outlive an ending that anybody has read.
  const drop = { droppedAt: droppedAt.toISOString(), ...event, state, message };
  await lease.settle(id, { wasRefused: state === 'rejected', drop });
  return finish(outcome);
};

const findNewer = async (
  { dropBox, instance }: DropServices,
  { key, versionId }: DropEvent,
  id: string,
  droppedAt: Date,
  handled: HandledDrop | undefined,
): Promise<string | undefined> => {
  const current = await dropBox.newestDrop(key);
  if (current && current.versionId !== versionId && current.lastModified >= droppedAt) {
    return `a newer file was put at ${key} before this one was handled; that one counts`;
  }
  if (handled && Date.parse(handled.droppedAt) > droppedAt.getTime()) {
    return `${handled.key}, a newer drop of ${id}, has been handled on ${instance} already; this older one does not overwrite it`;
  }
  return undefined;
};

const installDrop = (
  { target, dropBox, waiting, onStep }: DropServices,
  content: { archive: Archive; bytes: Uint8Array },
  { undoLog, mayGoOn }: Lease,
): Promise<InstallOutcome> => {
  if (!target) throw new Error('a drop for an instance without `deploy` is rejected before this');
  const { oic, connections, policy } = target;
  return install({ oic, safety: dropBox, undoLog, connections, waiting, onStep, mayGoOn }, content, policy);
};
