/** How a name becomes part of a key, so that every file system and store takes it and no two names become one. */

import { hash } from 'node:crypto';

/** A name that cannot be part of a key. */
export class UnstorableName extends Error {
  override readonly name = 'UnstorableName';
}

/**
 * A name as part of a key: what is not letters, digits, `_`, `-` and `.` is written as in a URL, and so is a dot in front or
 * at the end, and a letter of what a file system or a directory store keeps for itself. What is longer than a file system
 * takes, or no text at all, becomes its beginning and a hash of it all.
 *
 * @param ending of the file; none: it is a folder. @throws UnstorableName for a name without a letter
 */
export const partOf = (name: string, ending = ''): string => {
  if (name === '') throw new UnstorableName('a name without a letter cannot be stored');
  const encoded = encodeURIComponent(name.toWellFormed())
    .replace(/[!'()*~]/g, encodeLetter)
    .replace(/^\./, '%2E');
  if (encoded.length + ending.length > MAX_PART || !name.isWellFormed()) {
    const head = encoded.slice(0, HEAD).replace(/%[0-9A-F]?$/, '');
    return `${unreserved(head, '')}~${hashOf(name)}${ending}`;
  }
  return unreserved(encoded, ending) + ending;
};

/** Of one folder or file name, in bytes: what file systems take. */
const MAX_PART = 255;
/** As much of a long name stays readable. */
const HEAD = 100;

const encodeLetter = (letter: string): string => `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** What Windows keeps for devices, whatever the ending, or would strip; what editors leave behind; a store's own names. */
const RESERVED =
  /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|\.$|\.(?:tmp|swp|part|partial|filepart|crdownload)$|^(?:thumbs\.db|desktop\.ini)$|^v\d{10}$/i;

/** No letter of it is one any more that makes it reserved; what comes out is no other name's. */
const unreserved = (encoded: string, ending: string): string => {
  if (!RESERVED.test(encoded + ending)) return encoded;
  const last = encoded.replace(/%..$|.$/, (end) => (end.length === 1 ? encodeLetter(end) : end));
  return RESERVED.test(last + ending) ? last.replace(/^[^%]/, encodeLetter) : last;
};

/** Of the name as it is, also of half a letter: JSON writes those as escapes. */
const hashOf = (name: string): string => hash('sha256', JSON.stringify(name)).slice(0, HASH_LETTERS);
const HASH_LETTERS = 32;

/** What comes out of it. */
export const PART = /^(?:[\w-]|%[0-9A-F]{2})(?:[\w.-]|%[0-9A-F]{2})*(?:~[0-9a-f]{32})?$/;

/**
 * The key of an archive whose own key is another's on a file system that does not tell capitals: apart from it, and from
 * whatever else there is.
 */
export const keyApart = (key: string): string =>
  key.replace(
    /^([^/]+\/[^/]+\/)([^/~]+?)(\/.*|\.[a-z]+)$/,
    (_, folder: string, name: string, rest: string) =>
      `${folder}${name.slice(0, HEAD).replace(/%[0-9A-F]?$/, '')}~${hashOf(name)}${rest}`,
  );
