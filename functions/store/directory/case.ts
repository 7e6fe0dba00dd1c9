/**
 * Where a key lies on a file system that takes `Foo` and `foo` for one name, as those of macOS and Windows do. Whoever
 * comes first has the plain name; another that differs only in case lies beside it under its own name and a digest of that,
 * which is again a name of its own there. Elsewhere a key lies where it says.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ensureDirectory, exists, readNames, unless } from './files.ts';
import { type DirectoryLayout, VERSIONS } from './layout.ts';

const APART = /^(.*)~case-([0-9a-f]{8})$/s;
const digestOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 8);
const nameApart = (name: string): string => `${name}~case-${digestOf(name)}`;

/** The part of a key that a name on the disk stands for. */
export const partOfName = (name: string): string => {
  const [, part, digest] = APART.exec(name) ?? [];
  return part !== undefined && digest === digestOf(part) ? part : name;
};

/** Also what differs only in how an accent is written is one name there. */
const fold = (name: string): string => name.normalize('NFD').toUpperCase().toLowerCase();

/** The name of a part in a directory as it is now. */
const nameIn = async (directory: string, part: string): Promise<string> => {
  const names = (await unless(['ENOTDIR'], readNames(directory))) ?? [];
  if (names.includes(part)) return part;
  const apart = nameApart(part);
  return names.includes(apart) || names.some((name) => fold(name) === fold(part)) ? apart : part;
};

const placeIn = async (base: string, key: string): Promise<string> => {
  let place = base;
  for (const part of key.split('/')) place = join(place, await nameIn(place, part));
  return place;
};

/**
 * Whether this directory, which was written to before, takes two cases for one name. What is found under the other case and
 * not listed is the same; inodes do not tell, for some file systems give one to each way of writing a name.
 */
export const ignoresCase = async (root: string): Promise<boolean | undefined> => {
  const other = VERSIONS.toUpperCase();
  const [isThere, isOtherThere] = await Promise.all([VERSIONS, other].map((name) => exists(join(root, name))));
  if (!isThere) return undefined;
  return isOtherThere && !(await readNames(root)).includes(other);
};

/** The same directory, with the place of one key found. */
export const placeKey = async (root: string, layout: DirectoryLayout, key: string): Promise<DirectoryLayout> => {
  const [file, changes] = await Promise.all([placeIn(root, key), placeIn(join(root, VERSIONS), key)]);
  return { staging: layout.staging, file: () => file, changes: () => changes };
};

/** The same before a first write: the place is taken at once, so that no twin of the key takes it meanwhile. */
export const takePlace = async (root: string, layout: DirectoryLayout, key: string): Promise<DirectoryLayout> => {
  for (;;) {
    const placed = await placeKey(root, layout, key);
    await ensureDirectory(placed.changes(key));
    const again = await placeKey(root, layout, key);
    if (again.changes(key) === placed.changes(key)) return again;
  }
};
