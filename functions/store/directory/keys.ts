/** Which keys a directory store has to look at: every file a person can see, and every key that has changes. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { checkKey } from '../object-key.ts';
import { unless } from './files.ts';
import { type DirectoryLayout, isReserved, sequenceOf } from './layout.ts';

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : 1);

/** Keys under a prefix that hold something or have held it, in key order. @param isFlat none below a further folder */
export const keysUnder = async (layout: DirectoryLayout, prefix: string, isFlat = false): Promise<string[]> => {
  const folder = prefix.slice(0, Math.max(prefix.lastIndexOf('/'), 0));
  if (prefix.includes('/')) checkKey(folder);
  const keys = new Set<string>();

  const pathsIn = (entries: readonly Dirent[], folder: string, isWanted: (entry: Dirent) => boolean): string[] =>
    entries
      .filter((entry) => !isReserved(entry.name) && isWanted(entry))
      .map(({ name }) => (folder === '' ? name : `${folder}/${name}`))
      .filter((path) => path.startsWith(prefix));

  const below = (entries: readonly Dirent[], folder: string): string[] =>
    pathsIn(entries, folder, (entry) => entry.isDirectory());

  const collectFiles = async (folder: string): Promise<void> => {
    const entries = await unless(['ENOENT', 'ENOTDIR'], readdir(layout.file(folder), { withFileTypes: true }));
    if (!entries) return;
    for (const key of pathsIn(entries, folder, (entry) => !entry.isDirectory())) keys.add(key);
    if (!isFlat) await Promise.all(below(entries, folder).map(collectFiles));
  };

  const collectChanged = async (folder: string, depth = 0): Promise<void> => {
    const entries = await unless(['ENOENT'], readdir(layout.changes(folder), { withFileTypes: true }));
    if (!entries) return;
    if (folder.startsWith(prefix) && entries.some(({ name }) => sequenceOf(name) !== undefined)) keys.add(folder);
    if (isFlat && depth > 0) return;
    await Promise.all(below(entries, folder).map((one) => collectChanged(one, depth + 1)));
  };

  await Promise.all([collectFiles(folder), collectChanged(folder)]);
  return [...keys].sort(byCodeUnits);
};
