/** Reads the archive of any kind, and tells whose it is as far as the archive itself does. */

import type { ArchiveKind } from '../keys.ts';
import { readArchive } from './integration-archive.ts';
import { readLibraryArchive } from './library-archive.ts';
import { readLookup } from './lookup-file.ts';
import { readProjectArchive } from './project-archive.ts';

interface ReadKind {
  /** As `ArchivedItem` has it; undefined: the archive does not tell. */
  readonly id: string | undefined;
  readonly contentSha256: string;
  readonly designSha256: string;
  /** Of a lookup, as `LookupFile` has it. */
  readonly formerContentSha256?: string | undefined;
}

/** @param id the one expected: a lookup's file is read by it. Throws an `ArchiveError` that says why the bytes are none. */
export const readKind = async (kind: ArchiveKind, bytes: Uint8Array, id: string): Promise<ReadKind> => {
  switch (kind) {
    case 'integrations':
      return readArchive(bytes);
    case 'projects': {
      const { code, contentSha256, designSha256 } = await readProjectArchive(bytes);
      return { id: code, contentSha256, designSha256 };
    }
    case 'lookups': {
      const { name, contentSha256, designSha256, formerContentSha256 } = await readLookup(bytes, id);
      return { id: name, contentSha256, designSha256, formerContentSha256 };
    }
    case 'libraries': {
      const { code, version, contentSha256, designSha256 } = await readLibraryArchive(bytes);
      return { id: code && version ? `${code}|${version}` : undefined, contentSha256, designSha256 };
    }
  }
};
