/** What may go wrong with one item of many and be told as its own failure. */
import { NotDone, NotKnown, type Unknown, unknownIn } from '../../core/errors.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import { VaultError } from '../../store/vault.ts';
import { ActivationError } from './activation.ts';
import { ScheduleError } from './schedule.ts';

/** What went wrong with one item, and what became of it: told as a failure of that item. */
export class RestoreTrouble extends Error {
  override readonly name = 'RestoreTrouble';
}

export const isArchiveTrouble = (error: unknown): error is Error =>
  error instanceof VaultError || (error instanceof Error && error.name === 'ArchiveError');

/** Wrong credentials and an instance that is gone stop the run; every other trouble is that item's own. */
export const isTroubleOfOne = (error: unknown): error is Error =>
  isArchiveTrouble(error) ||
  error instanceof NotDone ||
  error instanceof NotKnown ||
  error instanceof ActivationError ||
  error instanceof ScheduleError ||
  error instanceof RestoreTrouble ||
  (isOicError(error) && !stopsTheRun(error));

/** As reports tell it. */
export const troubleText = (error: Error): { readonly message: string; readonly unknown?: Unknown } => {
  const unknown = unknownIn(error);
  return { message: error.message, ...(unknown && { unknown }) };
};

/** As the beginning of what is told once everything was put back. Oracle ends some of its sentences with a full stop, and others not. */
export const causeText = (error: Error): string => {
  const text = error instanceof NotKnown ? `${error.unknown.sent}, and ${error.unknown.read}` : error.message;
  return text.replace(/\.$/, '');
};
