/**
 * Whether a directory may be trusted on a machine that others use: what they may write into decides what is restored and
 * deployed, and a link of theirs leads wherever they like. Where the system has no users (Windows) only links are looked at.
 */
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../store-error.ts';
import { unless } from './files.ts';
import { VERSIONS } from './layout.ts';

const OTHERS_MAY_WRITE = 0o022;

export interface Trust {
  /** @throws StoreError when others may write into the directory, or the way to the key goes through a link */
  check(key: string): Promise<void>;
}

/** What was found good is not looked at again: then only this user could have changed it. */
export const createTrust = (root: string): Trust => {
  const good = new Set<string>();

  const checkRoot = async (): Promise<void> => {
    const found = await unless(['ENOENT', 'ENOTDIR'], stat(root));
    if (!found) return;
    const user = process.getuid?.();
    if (user !== undefined) {
      if (user !== 0 && found.uid !== user && found.uid !== 0)
        throw new StoreError(
          'denied',
          `${root} belongs to another user, who can change all of it: choose another directory`,
        );
      if (found.isDirectory() && (found.mode & OTHERS_MAY_WRITE) !== 0)
        throw new StoreError(
          'denied',
          `others may write into ${root}, and so decide what is restored and deployed: chmod go-w ${shellWord(root)}`,
        );
    }
    good.add(root);
  };

  const checkWay = async (from: string, folders: readonly string[]): Promise<void> => {
    let place = from;
    for (const folder of folders) {
      place = join(place, folder);
      if (good.has(place)) continue;
      const found = await unless(['ENOENT', 'ENOTDIR'], lstat(place));
      if (!found) return;
      if (found.isSymbolicLink())
        throw new StoreError('blocked', `${place} is a link, which may lead anywhere: put the directory itself there`);
      good.add(place);
    }
  };

  return {
    check: async (key) => {
      if (!good.has(root)) await checkRoot();
      const folders = key.split('/').slice(0, -1);
      await checkWay(root, folders);
      await checkWay(root, [VERSIONS, ...folders]);
    },
  };
};

const shellWord = (path: string): string => (/[^\w./@:-]/.test(path) ? `'${path.replaceAll("'", "'\\''")}'` : path);
