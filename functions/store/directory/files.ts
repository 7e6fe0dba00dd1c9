/**
 * File operations of the directory store: durable where they write, whole where they read, and bounded in the number
 * of files open at once, whatever the number of callers.
 */
import { randomUUID } from 'node:crypto';
import { type BigIntStats, constants, lstat, readdir, stat } from 'node:fs';
import { copyFile, type FileHandle, link, open, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeDirectories } from '../../files/make-directories.ts';
import { StoreError } from '../store-error.ts';

/** macOS gives a process 256 descriptors unless told otherwise. */
const MAX_OPEN_FILES = 64;
const MAX_READS = 20;

/** As in fs/promises for three quarters of its work on this thread, which counts when thousands of keys are looked at. */
const statOf = promisify(stat);
const lstatOf = promisify(lstat);
const namesIn = promisify(readdir);

export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Undefined instead of an error of one of these codes. */
export const unless = async <T>(codes: readonly string[], work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (codes.includes(errorCode(error))) return undefined;
    throw error;
  }
};

const createLimit = (slots: number) => {
  const waiting: (() => void)[] = [];
  let free = slots;
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
};

const limit = createLimit(MAX_OPEN_FILES);

/** Not through a link that came there since it was looked at. Windows has no such flag. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

const withFile = <T>(path: string, flags: string | number, use: (file: FileHandle) => Promise<T>): Promise<T> =>
  limit(async () => {
    const file = await open(path, flags, 0o600);
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  });

/** The names in a directory; none when it is not there. */
export const readNames = async (path: string): Promise<readonly string[]> =>
  (await unless(['ENOENT'], namesIn(path))) ?? [];

/** The regular file at this path; undefined when there is none. A link is none, for it may lead to anything. */
export const statFile = async (path: string): Promise<BigIntStats | undefined> => {
  const found = await unless(['ENOENT', 'ENOTDIR'], lstatOf(path, { bigint: true }));
  return found?.isFile() ? found : undefined;
};

export const exists = async (path: string): Promise<boolean> =>
  (await unless(['ENOENT', 'ENOTDIR'], statOf(path))) !== undefined;

/** @returns false when `from` is not there: somebody else has moved it. */
export const renameIfThere = async (from: string, to: string): Promise<boolean> =>
  (await unless(
    ['ENOENT'],
    rename(from, to).then(() => true),
  )) ?? false;

export const writeDurably = (path: string, body: Uint8Array, modified: Date): Promise<void> =>
  withFile(path, 'wx', async (file) => {
    await file.writeFile(body);
    await file.utimes(modified, modified);
    await file.sync();
  });

const syncFile = (path: string): Promise<void> => withFile(path, 'r', (file) => file.sync());

/** Makes the names in a directory survive a power cut. Not every file system can; those that cannot say so. */
export const syncDirectory = async (path: string): Promise<void> => {
  await unless(['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP', 'ENOENT'], syncFile(path));
};

/** Creates what is missing of a path, for this user only, durably. */
export const ensureDirectory = async (path: string): Promise<void> => {
  for (const created of (await makeDirectories(path)).toReversed()) await syncDirectory(dirname(created));
};

/** Two names for one file; a copy with the same time where the file system has no hard links or refuses this one. */
export const linkOrCopy = async (from: string, to: string): Promise<void> => {
  try {
    await link(from, to);
  } catch (error) {
    if (['ENOENT', 'EEXIST', 'ENOSPC', 'EROFS'].includes(errorCode(error))) throw error;
    await copyApart(from, to);
  }
};

/**
 * The same bytes and time under an inode of its own, so that whoever writes into one file leaves the other alone. Where
 * the file system can (Btrfs, XFS, APFS) the two share their blocks until then.
 */
export const copyApart = async (from: string, to: string): Promise<void> => {
  const { atime, mtime } = await statOf(from);
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await utimes(to, atime, mtime);
  await syncFile(to);
};

const isUntouched = (a: BigIntStats, b: BigIntStats): boolean =>
  a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;

/** The bytes of exactly the file that was looked at before; undefined when another lies there by now. */
export const readWhole = (path: string, expected: BigIntStats): Promise<Uint8Array | undefined> =>
  withFile(path, READ, async (file) => {
    if (!isUntouched(await file.stat({ bigint: true }), expected)) return undefined;
    const body = await file.readFile();
    return isUntouched(await file.stat({ bigint: true }), expected) ? body : undefined;
  });

/** Repeats until `attempt` gives an answer. @throws StoreError when a file never holds still */
export const untilStill = async <T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> => {
  for (let tries = 0; tries < MAX_READS; tries += 1) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    await sleep(5 * tries);
  }
  throw new StoreError('failed', `${what} changes while it is read: try again when it has been copied as a whole`);
};

const readBytes = (path: string): Promise<Uint8Array> => withFile(path, READ, (file) => file.readFile());

export const haveSameBytes = async (a: string, b: string): Promise<boolean> =>
  Buffer.compare(await readBytes(a), await readBytes(b)) === 0;

/** Lends a private directory to prepare a change in; what is left of it afterwards is removed. */
export const withStage = async <T>(staging: string, use: (stage: string) => Promise<T>): Promise<T> => {
  const stage = join(staging, randomUUID());
  await makeDirectories(stage);
  try {
    return await use(stage);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
};

/** No process takes this long for a change. */
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

const ageMs = async (path: string): Promise<number> => {
  const found = await unless(['ENOENT'], statOf(path));
  return found ? Date.now() - found.mtimeMs : 0;
};

/** Clears what killed processes have left. */
export const sweepStaging = async (staging: string): Promise<void> => {
  for (const name of await readNames(staging)) {
    const path = join(staging, name);
    if ((await ageMs(path)) > STALE_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
};

/** Older than every change that is still being prepared, as long as the staging directory is swept first. */
export const isSettledLongAgo = async (path: string): Promise<boolean> => (await ageMs(path)) > 2 * STALE_AFTER_MS;
