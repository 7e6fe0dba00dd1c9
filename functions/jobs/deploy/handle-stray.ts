/** What was dropped for no instance is answered too: with a receipt that says where it belongs. */
import type { DropEvent } from '../../core/drop/drop-event.ts';
import { refusalOfStray } from '../../core/drop/dropped-file.ts';
import { parseReceipt, type Receipt } from '../../core/drop/receipt.ts';
import { NO_INSTANCE } from '../../core/keys.ts';
import type { DropBox } from '../../store/drop-box.ts';

export interface StrayServices {
  readonly dropBox: DropBox;
  /** Every instance there is, and whether it has `deploy`. */
  readonly targets: ReadonlyMap<string, boolean>;
  /** The time of day. */
  readonly now: () => number;
}

export const handleStray = async (
  { dropBox, targets, now }: StrayServices,
  event: DropEvent,
): Promise<{ readonly receipt: Receipt; readonly isNew: boolean }> => {
  const document = dropBox.receipts(NO_INSTANCE, event.key, event.versionId);
  const at = new Date(now()).toISOString();
  const receipt: Receipt = {
    formatVersion: 1,
    instance: NO_INSTANCE,
    ...event,
    state: 'rejected',
    startedAt: at,
    finishedAt: at,
    message: `nothing was sent anywhere: ${refusalOfStray(event.key, targets)}`,
    steps: [],
  };
  if ((await document.write(receipt, undefined)) !== undefined) return { receipt, isNew: true };
  const found = await document.read();
  return { receipt: found ? parseReceipt(found.content, document.key) : receipt, isNew: false };
};
