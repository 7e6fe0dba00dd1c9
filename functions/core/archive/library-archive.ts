/**
 * An exported library: a zip (a .jar) with JavaScript and, in those Oracle writes, a properties file that tells code and
 * version. A library a person made may tell neither.
 */

import { ArchiveError } from '../formats/archive-error.ts';
import { sha256 } from '../formats/hashing.ts';
import { readZip } from '../formats/zip.ts';
import { contentDigest } from './content-digest.ts';
import { designDigest } from './design-digest.ts';
import { readProperties } from './integration-archive.ts';

export interface LibraryArchive {
  readonly code: string | undefined;
  readonly version: string | undefined;
  readonly bytes: number;
  readonly sha256: string;
  /** Digest of the meaning: equal for two exports of one unchanged library. */
  readonly contentSha256: string;
  /** Digest of the design: equal also for two exports from different instances. */
  readonly designSha256: string;
}

/** Proves the file whole. Throws an `ArchiveError` that says why not. */
export const readLibraryArchive = async (bytes: Uint8Array): Promise<LibraryArchive> => {
  const { members } = await readZip(bytes);
  if (members.size === 0) throw new ArchiveError('another-kind', 'The file is a zip but not a library: it is empty.');
  const identity = [...members].find(([name]) => name.endsWith('_properties.properties'));
  const facts = identity && readProperties(...identity);
  return {
    code: facts?.get('code') || undefined,
    version: facts?.get('version') || undefined,
    bytes: bytes.length,
    sha256: await sha256(bytes),
    contentSha256: await contentDigest(members),
    designSha256: await designDigest(members),
  };
};
