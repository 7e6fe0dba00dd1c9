/** Reads the archive of any kind, and tells whose it is as far as the archive itself does. */
import { readArchive } from '../core/archive/integration-archive.ts';
import type { ArchiveKind } from '../core/keys.ts';
import { kindOf } from './all-kinds.ts';
import type { ReadArchive } from './kind.ts';

/** @param id the one expected: a lookup's file is read by it. Throws an `ArchiveError` that says why the bytes are none. */
export const readKind = async (kind: ArchiveKind, bytes: Uint8Array, id: string): Promise<ReadArchive> => {
  if (kind === 'integrations') return readArchive(bytes);
  const { archive } = kindOf(kind);
  if (!archive) throw new RangeError(`${kind} have no archives`);
  return archive.read(bytes, id);
};
