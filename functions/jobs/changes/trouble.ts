/** What may go wrong with one item of many and be told as its own failure. */
import { VaultError } from '../../store/vault.ts';

/** What went wrong with one thing, and what became of it: told as a failure of that thing. */
export class RestoreTrouble extends Error {
  override readonly name = 'RestoreTrouble';
}

export const isArchiveTrouble = (error: unknown): error is Error =>
  error instanceof VaultError || (error instanceof Error && error.name === 'ArchiveError');
