/**
 * One process at a time: a lock in a directory, which may be shared by machines and containers.
 *
 *   <directory>/0000000007/holder.json   who has the 7th turn; written again every 15 s for as long as it lasts
 *   <directory>/0000000007/ended         it is over
 *   <directory>/.new-<random>/           a turn being prepared
 *
 * A turn is prepared aside and taken by renaming it to the number after the newest, which only one of many can do: a
 * directory that holds something is never replaced. The newest number is never removed, so whoever takes an older one, late,
 * sees that it is too late. A turn is free when it has ended, when its process is certainly dead, or when it was not heard
 * of for a minute, by the clock of the file system. Who sleeps longer than that has lost it, and is told when it asks.
 */
import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDirectories } from './make-directories.ts';
import { identifyThisProcess, lifeOf, type ProcessIdentity } from './process-identity.ts';

export interface Turn {
  /** False once another process has taken over. */
  isOurs(): Promise<boolean>;
  end(): Promise<void>;
}

/** Whose turn it is instead. */
export interface Holder {
  /** undefined when what says it cannot be read. */
  readonly who: ProcessIdentity | undefined;
  readonly heardOfMsAgo: number;
}

export const FREE_AFTER_MS = 60_000;
const RENEW_MS = 15_000;
/** A process that is alive and yet looks late, as after a jump of the clock, is given the time to renew. */
const LOOKS = 20;
const LOOK_MS = 1_000;

const HOLDER = 'holder.json';
const ENDED = 'ended';
const PREPARED = '.new-';
const NUMBER = /^\d{10}$/;

const readNumbers = async (directory: string): Promise<number[]> =>
  (await readdir(directory))
    .filter((name) => NUMBER.test(name))
    .map(Number)
    .sort((a, b) => b - a);

const pathOf = (directory: string, number: number): string => join(directory, String(number).padStart(10, '0'));

const parseHolder = (text: string): ProcessIdentity | undefined => {
  try {
    const { host, boot, pidNamespace, pid, start } = JSON.parse(text) as ProcessIdentity;
    const isWhole = [host, boot, pidNamespace, start].every((field) => typeof field === 'string');
    return isWhole && Number.isInteger(pid) ? { host, boot, pidNamespace, pid, start } : undefined;
  } catch {
    return undefined;
  }
};

/** Of the file, or of what is there when the file is not. */
const modifiedMs = async (turn: string): Promise<number> => {
  const found = await stat(join(turn, HOLDER)).catch(() => stat(turn));
  return found.mtimeMs;
};

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Undefined when the turn is free. */
const readHolder = async (turn: string, nowMs: number, here: ProcessIdentity): Promise<Holder | undefined> => {
  if (await isThere(join(turn, ENDED))) return undefined;
  const who = parseHolder(await readFile(join(turn, HOLDER), 'utf8').catch(() => ''));
  const life = who ? await lifeOf(who, here) : 'unknown';
  if (life === 'dead') return undefined;
  const renewedMs = await modifiedMs(turn).catch(() => undefined);
  if (renewedMs === undefined) return undefined;
  // A clock that was set back leaves times that are ahead: they say as little as times long ago.
  const heardOfMsAgo = Math.abs(nowMs - renewedMs);
  if (heardOfMsAgo <= FREE_AFTER_MS) return { who, heardOfMsAgo };
  return life === 'alive' && (await isRenewed(turn, renewedMs)) ? { who, heardOfMsAgo: 0 } : undefined;
};

const isRenewed = async (turn: string, renewedMs: number): Promise<boolean> => {
  for (let looks = 0; looks < LOOKS; looks++) {
    await sleep(LOOK_MS);
    if ((await modifiedMs(turn).catch(() => renewedMs)) !== renewedMs) return true;
  }
  return false;
};

/** @returns false when somebody else has that number. */
const takeNumber = async (prepared: string, turn: string): Promise<boolean> => {
  try {
    await rename(prepared, turn);
    return true;
  } catch (error) {
    // Or it was there, and is over and cleared by now.
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '') || (await isThere(turn)))
      return false;
    throw error;
  }
};

/** Turns before this one, and what processes that died have prepared. */
const clear = async (directory: string, number: number, nowMs: number): Promise<void> => {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const isOver = NUMBER.test(name)
      ? Number(name) < number
      : name.startsWith(PREPARED) && nowMs - (await modifiedMs(path).catch(() => nowMs)) > FREE_AFTER_MS;
    if (isOver) await rm(path, { recursive: true, force: true });
  }
};

const hold = (directory: string, number: number, text: string): Turn => {
  const turn = pathOf(directory, number);
  const isOurs = async (): Promise<boolean> => {
    const [newest] = await readNumbers(directory).catch(() => []);
    return newest === number && (await readFile(join(turn, HOLDER), 'utf8').catch(() => '')) === text;
  };
  const renew = async (): Promise<void> => {
    if (!(await isOurs())) return;
    const file = await open(join(turn, HOLDER), 'r+');
    try {
      await file.write(text, 0);
    } finally {
      await file.close();
    }
  };
  // What cannot be renewed is lost in a minute; `isOurs` tells.
  const timer = setInterval(() => void renew().catch(() => undefined), RENEW_MS).unref();
  return {
    isOurs,
    end: async () => {
      clearInterval(timer);
      if (!(await isOurs())) return;
      await writeFile(join(turn, ENDED), '', { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    },
  };
};

/** Does not wait: when it is the turn of another process, that one is returned. */
export const takeTurn = async (directory: string): Promise<Turn | Holder> => {
  await makeDirectories(directory);
  const here = await identifyThisProcess();
  const text = `${JSON.stringify({ ...here, token: randomUUID() })}\n`;
  const prepared = join(directory, `${PREPARED}${randomUUID()}`);
  try {
    for (;;) {
      await makeDirectories(prepared);
      await writeFile(join(prepared, HOLDER), text, { mode: 0o600 });
      const nowMs = await modifiedMs(prepared);
      const [newest = 0] = await readNumbers(directory);
      const holder = newest === 0 ? undefined : await readHolder(pathOf(directory, newest), nowMs, here);
      if (holder) return holder;
      const number = newest + 1;
      if (!(await takeNumber(prepared, pathOf(directory, number)))) continue;
      if ((await readNumbers(directory))[0] === number) {
        await clear(directory, number, nowMs);
        return hold(directory, number, text);
      }
      await rm(pathOf(directory, number), { recursive: true, force: true });
    }
  } finally {
    await rm(prepared, { recursive: true, force: true });
  }
};
