/**
 * The digest of what an archive means. Two exports of one unchanged integration have different bytes: another order of
 * entries and keys, other zip times, other date comments, and a few keys that tell of the export. None of that counts here;
 * everything else does. Line ends in `.properties` files do not count either.
 */

import { createTurns, sha256 } from '../formats/hashing.ts';
import { parseProperties } from '../formats/properties.ts';
import { isExportKey } from './stamps.ts';

/**
 * The attributes file counts as keys and values, sorted: Gen 2 writes it in the order of a hash table, which may differ
 * between two exports, and the order means nothing to Java.
 */
export const attributesMeaning = (data: Buffer): string =>
  JSON.stringify([...parseProperties(data)].filter(([key]) => !isExportKey(key)).sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Java writes its date as a comment on top, so only the comments on top are dropped: some files of this name are no
 * properties but text of the designer's, in which a later line that begins with `#` may be part of an expression.
 */
export const propertiesMeaning = (data: Buffer): Buffer => {
  const text = data.toString('latin1').replace(/\r\n?/g, '\n');
  let start = 0;
  while (text[start] === '#') {
    const end = text.indexOf('\n', start);
    start = end === -1 ? text.length : end + 1;
  }
  return Buffer.from(text.slice(start), 'latin1');
};

/** What a member counts as. */
type Meaning = (name: string, data: Buffer) => Buffer | string | Promise<Buffer | string>;

const meaningInIntegration = (name: string, data: Buffer): Buffer | string => {
  if (/^icspackage\/project\/[^/]+\/ics_project_attributes\.properties$/.test(name)) return attributesMeaning(data);
  return name.endsWith('.properties') ? propertiesMeaning(data) : data;
};

/** SHA-256 in hex over the members, by sorted name. */
export const contentDigest = async (
  members: ReadonlyMap<string, Buffer>,
  meaning: Meaning = meaningInIntegration,
): Promise<string> => {
  const turns = createTurns();
  const lines: string[] = [];
  for (const [name, data] of [...members].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(`${name}\0${await sha256(await meaning(name, data))}\n`);
    await turns(data.length);
  }
  return sha256(lines.join(''));
};
