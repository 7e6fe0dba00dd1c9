/** The receipt of a drop while it is handled: claimed by the first, counted by each, written for good once. */
import type { DropEvent } from '../../core/drop/drop-event.ts';
import { hasEnded, parseReceipt, type Receipt } from '../../core/drop/receipt.ts';
import type { IntegrationId } from '../../core/integration.ts';
import type { Document } from '../../store/drop-box.ts';

export type Ending = Pick<Receipt, 'state' | 'message'> &
  Partial<Pick<Receipt, 'id' | 'steps' | 'connections' | 'unknown'>>;

export interface Claim {
  readonly receipt: Receipt;
  readonly isFinal: boolean;
}

/**
 * Put if absent: of the same event twice, both see one receipt, and the lease decides who works. One that waits for an approval
 * is not begun, so that is no try.
 */
export const claimReceipt = async (
  document: Document,
  instance: string,
  event: DropEvent,
  now: number,
): Promise<Claim> => {
  const startedAt = new Date(now).toISOString();
  const message = 'is being handled';
  const started = { formatVersion: 1, instance, ...event, state: 'started', startedAt, message, steps: [] } as const;
  const first: Receipt = { ...started, tries: 1 };
  if ((await document.write(first, undefined)) !== undefined) return { receipt: first, isFinal: false };
  for (;;) {
    const { etag, ...claim } = await readClaim(document);
    if (claim.isFinal || claim.receipt.state === 'waiting') return claim;
    const receipt: Receipt = { ...claim.receipt, tries: triesOf(claim) + 1 };
    if ((await document.write(receipt, etag)) !== undefined) return { receipt, isFinal: false };
  }
};

export const triesOf = ({ receipt }: Claim): number => receipt.tries ?? 1;

export const readClaim = async (
  document: Document,
): Promise<Claim & { readonly etag: string; readonly writtenAt: Date }> => {
  const found = await document.read();
  if (!found) throw new Error(`the receipt ${document.key} was removed while its drop was handled; drop it again`);
  const receipt = parseReceipt(found.content, document.key);
  return { receipt, isFinal: hasEnded(receipt), etag: found.etag, writtenAt: found.writtenAt };
};

/** Writes the id of what was begun into the receipt, before there is an ending. */
export const noteBegun = async (document: Document, id: IntegrationId): Promise<void> => {
  const { receipt, isFinal, etag } = await readClaim(document);
  if (!isFinal) await document.write({ ...receipt, id }, etag);
};

/** @returns the receipt as it is for good, and whether it is this one */
export const finishReceipt = async (
  document: Document,
  { receipt }: Claim,
  ending: Ending,
  now: number,
): Promise<{ readonly receipt: Receipt; readonly isNew: boolean }> => {
  const finishedAt = new Date(now).toISOString();
  const final: Receipt = { ...receipt, finishedAt, ...ending, steps: ending.steps ?? [] };
  for (;;) {
    const found = await document.read();
    const there = found && parseReceipt(found.content, document.key);
    // The first ending holds: a worker that was slow does not write over it.
    if (there && hasEnded(there)) return { receipt: there, isNew: false };
    if ((await document.write(final, found?.etag)) !== undefined) return { receipt: final, isNew: true };
  }
};
