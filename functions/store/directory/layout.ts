/**
 * Where things lie in a directory store, as names only; no file is touched here.
 *
 *   <root>/<key>                                  a copy of the current version, for people; or what they put there
 *   <root>/.versions/<key>/v0000000002/<version>  what the 2nd change of <key> stored ...
 *   <root>/.versions/<key>/v0000000003/.deleted   ... and the 3rd deleted
 *   <root>/.versions/.new/<random>/               a change being prepared
 */
import type { BigIntStats } from 'node:fs';
import { join, sep } from 'node:path';
import { checkKey } from '../object-key.ts';
import { StoreError } from '../store-error.ts';

/** Marks a change as a deletion. Names that begin with a dot are never parts of keys, so that nothing can collide. */
export const DELETED = '.deleted';
/** There while a change is decided but has not reached the file at the key. */
export const UNPUBLISHED = '.unpublished';

/** Holds all changes, and what is being prepared. */
export const VERSIONS = '.versions';

/** Keeps the number of a change whose version was removed for good. */
export const REMOVED = '.removed';

const CHANGE = /^v(\d{10})$/;
/** Hidden files, and what editors, desktops and unfinished transfers leave behind. */
const STRAY = /^\.|^~\$|^#.*#$|~$|\.(?:tmp|swp|part|partial|filepart|crdownload)$|^(?:thumbs\.db|desktop\.ini)$/i;

/** No part of a key: a stray file, or a name that the store uses itself. */
export const isReserved = (name: string): boolean => STRAY.test(name) || CHANGE.test(name);

export const changeName = (sequence: number): string => `v${String(sequence).padStart(10, '0')}`;

/** The sequence number in a change's name; undefined for any other name. */
export const sequenceOf = (name: string): number | undefined => {
  const digits = CHANGE.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** Tells the contents a file has had apart, as far as that can be done without reading it. */
export const stampOf = ({ mtimeNs, size }: Pick<BigIntStats, 'mtimeNs' | 'size'>): string =>
  `${mtimeNs.toString(36)}-${size.toString(36)}`;

/** A version put by the store is `<stamp>-<nonce>`, one put by hand only `<stamp>`. */
export const isVersionOf = (versionId: string, stamp: string): boolean =>
  versionId === stamp || versionId.startsWith(`${stamp}-`);

export interface DirectoryLayout {
  readonly staging: string;
  /** The file at the key. */
  file(key: string): string;
  /** The directory of its changes. */
  changes(key: string): string;
}

export const createLayout = (root: string): DirectoryLayout => {
  const versions = join(root, VERSIONS);
  return {
    staging: join(versions, '.new'),
    file: (key) => `${root}${sep}${key}`,
    changes: (key) => `${versions}${sep}${key}`,
  };
};

/** @throws StoreError `bad-key` */
export const checkFileKey = (key: string): void => {
  checkKey(key);
  const reserved = key.split('/').find(isReserved);
  if (reserved !== undefined) {
    throw new StoreError('bad-key', `${key} cannot be kept in a directory: ${reserved} looks like a stray file there`);
  }
};
