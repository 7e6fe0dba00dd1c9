/**
 * An exported package is a .par file: a zip of whole integration archives. Reading one reads each of them, one after the
 * other. It says which integrations the package held; each of the inner files is an archive like any other.
 */

import { ArchiveError, quoted } from '../formats/archive-error.ts';
import { sha256 } from '../formats/hashing.ts';
import { readZip } from '../formats/zip.ts';
import { attributesMeaning } from './content-digest.ts';
import { type Archive, readArchive, readProperties } from './integration-archive.ts';

export interface PackageArchive {
  /** undefined: neither the package nor what is in it says a name. */
  readonly name: string | undefined;
  readonly integrations: readonly Archive[];
  readonly bytes: number;
  readonly sha256: string;
  /** Digest of the meaning: equal for two exports of one unchanged package. */
  readonly contentSha256: string;
  /** Digest of the designs in it; a package is no more than a name for them. */
  readonly designSha256: string;
  readonly rezipped: boolean;
}

const ATTRIBUTES = 'ics_package_attributes.properties';

/** Proves the file and every archive in it whole. Throws an `ArchiveError` that says why not. */
export const readPackageArchive = async (bytes: Uint8Array): Promise<PackageArchive> => {
  const { members, rezipped } = await readZip(bytes);
  const inner = [...members].filter(([name]) => name.endsWith('.iar'));
  const attributes = [...members].find(([name]) => name === ATTRIBUTES || name.endsWith(`/${ATTRIBUTES}`))?.[1];
  if (inner.length === 0 && !attributes) throw notAPackage([...members.keys()]);
  const archives = new Map<string, Archive>();
  for (const [name, data] of inner) {
    const archive = await readInner(name, data);
    if (archives.has(archive.id)) {
      throw new ArchiveError('ambiguous', `The package holds ${quoted(archive.id)} more than once.`);
    }
    archives.set(archive.id, archive);
  }
  const integrations = [...archives.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const facts = attributes && readProperties(ATTRIBUTES, attributes);
  const name =
    facts?.get('package_name') || facts?.get('name') || integrations.find((it) => it.packageName)?.packageName;
  const lines = (digest: 'contentSha256' | 'designSha256'): string =>
    integrations.map((it) => `${it.id}\0${it[digest]}\n`).join('');
  return {
    name,
    integrations,
    bytes: bytes.length,
    sha256: await sha256(bytes),
    contentSha256: await sha256(`${attributes ? attributesMeaning(attributes) : ''}\n${lines('contentSha256')}`),
    designSha256: await sha256(lines('designSha256')),
    rezipped,
  };
};

const readInner = async (name: string, data: Buffer): Promise<Archive> => {
  try {
    return await readArchive(data);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new ArchiveError(error.reason, `In the package, the file ${quoted(name)} is no good: ${error.message}`);
  }
};

const notAPackage = (names: readonly string[]): ArchiveError => {
  let what = 'it holds no .iar file';
  if (names.some((name) => name.startsWith('icspackage/'))) what = 'it is the archive of one integration (.iar)';
  else if (names.some((name) => /(^|\/)project\/project\.yaml$/.test(name))) what = 'it is an exported project (.car)';
  return new ArchiveError('another-kind', `The file is a zip but not an exported package (.par): ${what}.`);
};
