/** Which keys a directory store has to look at: every file a person can see, and every key that has changes. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkKey } from '../object-key.ts';
import { partOfName } from './case.ts';
import { unless } from './files.ts';
import { type DirectoryLayout, isReserved, sequenceOf } from './layout.ts';

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : 1);

interface Place {
  readonly key: string;
  readonly path: string;
}

/** Keys under a prefix that hold something or have held it, in key order. @param isFlat none below a further folder */
export const keysUnder = async (
  placeOf: (key: string) => Promise<DirectoryLayout>,
  prefix: string,
  isFlat = false,
): Promise<string[]> => {
  const folder = prefix.slice(0, Math.max(prefix.lastIndexOf('/'), 0));
  if (prefix.includes('/')) checkKey(folder);
  const keys = new Set<string>();

  /** Each with the place where it lies, which has another name where the file system takes two cases for one. */
  const placesIn = (entries: readonly Dirent[], at: Place, isWanted: (entry: Dirent) => boolean): Place[] =>
    entries
      .filter((entry) => !isReserved(entry.name) && isWanted(entry))
      .map(({ name }) => {
        const part = partOfName(name);
        return { key: at.key === '' ? part : `${at.key}/${part}`, path: join(at.path, name) };
      })
      .filter(({ key }) => key.startsWith(prefix));

  const below = (entries: readonly Dirent[], at: Place): Place[] =>
    placesIn(entries, at, (entry) => entry.isDirectory());

  const collectFiles = async (at: Place): Promise<void> => {
    const entries = await unless(['ENOENT', 'ENOTDIR'], readdir(at.path, { withFileTypes: true }));
    if (!entries) return;
    for (const { key } of placesIn(entries, at, (entry) => !entry.isDirectory())) keys.add(key);
    if (!isFlat) await Promise.all(below(entries, at).map(collectFiles));
  };

  const collectChanged = async (at: Place, depth = 0): Promise<void> => {
    const entries = await unless(['ENOENT'], readdir(at.path, { withFileTypes: true }));
    if (!entries) return;
    if (at.key.startsWith(prefix) && entries.some(({ name }) => sequenceOf(name) !== undefined)) keys.add(at.key);
    if (isFlat && depth > 0) return;
    await Promise.all(below(entries, at).map((one) => collectChanged(one, depth + 1)));
  };

  const placed = await placeOf(folder);
  await Promise.all([
    collectFiles({ key: folder, path: placed.file(folder) }),
    collectChanged({ key: folder, path: placed.changes(folder) }),
  ]);
  return [...keys].sort(byCodeUnits);
};
