/** What was dropped: its archive, or why nothing of it is sent. */
import { type Archive, readArchive } from '../../core/archive/integration-archive.ts';
import type { DropEvent } from '../../core/drop/drop-event.ts';
import { refusalOfDrop } from '../../core/drop/dropped-file.ts';
import type { DropBox } from '../../store/drop-box.ts';
import type { Ending } from './claim-receipt.ts';

/** Larger than any archive that can be meant: the largest ever seen is 0.6 MB. */
const MAX_DROP_BYTES = 100 * 1024 * 1024;

interface Place {
  readonly dropBox: DropBox;
  readonly instance: string;
  /** undefined: nothing is sent to it. */
  readonly target: object | undefined;
}

export interface ReadDrop {
  readonly archive: Archive;
  readonly bytes: Uint8Array;
  readonly droppedAt: Date;
}

export const WITHDRAWN = 'it was withdrawn: the file was removed before it was handled';

export const readDrop = async (
  { dropBox, instance, target }: Place,
  { key, versionId }: DropEvent,
): Promise<ReadDrop | Ending | Gone> => {
  const rejected = (reason: string): Ending => rejection(instance, reason);
  const refusal = refusalOfDrop(key, instance);
  if (refusal !== undefined) return rejected(refusal);
  if (!target) return rejected(`${instance} has no \`deploy\` in the settings, so it is only read`);
  const head = await dropBox.headDrop(key, versionId);
  if (!head) return gone(dropBox, key);
  if (head.bytes > MAX_DROP_BYTES)
    return rejected(`the file has ${head.bytes} bytes; at most ${MAX_DROP_BYTES} are taken`);
  const object = await dropBox.getDrop(key, versionId);
  if (!object) return gone(dropBox, key);
  try {
    return { archive: await readArchive(object.body), bytes: object.body, droppedAt: object.lastModified };
  } catch (error) {
    if (error instanceof Error && error.name === 'ArchiveError') return rejected(error.message);
    throw error;
  }
};

/** A version that cannot be read any more: a directory keeps none that a person has put a file over, or removed. */
export interface Gone {
  readonly isGone: true;
  readonly isReplaced: boolean;
}

const gone = async (dropBox: DropBox, key: string): Promise<Gone> => ({
  isGone: true,
  isReplaced: (await dropBox.newestDrop(key)) !== undefined,
});

export const goneEnding = ({ instance }: Pick<Place, 'instance'>, { key }: DropEvent, { isReplaced }: Gone): Ending =>
  isReplaced ? { state: 'superseded', message: replaced(key) } : rejection(instance, WITHDRAWN);

export const replaced = (key: string): string =>
  `a newer file was put at ${key} before this one was handled; that one counts`;

export const rejection = (instance: string, reason: string): Ending => ({
  state: 'rejected',
  message: `nothing was sent to ${instance}: ${reason}`,
});
