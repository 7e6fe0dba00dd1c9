/**
 * The changes of a key, in one unbroken order, without locks. A change is prepared aside as a directory and committed by
 * renaming that directory to the next number, which only one of many can do: a directory that holds something is never
 * replaced, and no number is given up. What counts is what was committed. Until people see it, the change carries
 * `.unpublished`:
 *
 *   put     .unpublished is a copy of the new bytes; it is renamed onto the file at the key
 *   delete  .unpublished is a directory; the file is renamed into it, then both are removed
 *
 * Either step works once, whoever takes it, and nobody commits before the change ahead is published. So the file goes
 * through the versions in their order, and a process that died, or slept, between the two steps does no harm.
 */
import type { BigIntStats } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  copyApart,
  ensureDirectory,
  exists,
  readNames,
  renameIfThere,
  statFile,
  syncDirectory,
  unless,
  withStage,
} from './files.ts';
import { changeName, DELETED, type DirectoryLayout, REMOVED, sequenceOf, stampOf, UNPUBLISHED } from './layout.ts';

/** A directory that is, or is to be, one change of a key. */
export interface Change {
  readonly directory: string;
  /** Undefined when the change is a deletion, or what it stored is lost. */
  readonly versionId: string | undefined;
}

interface CommittedChange extends Change {
  readonly isPublished: boolean;
  /** Somebody took away what it stored, but not by this store. */
  readonly isLost: boolean;
}

/** A version and the file that holds it. */
export interface FoundVersion {
  readonly versionId: string;
  readonly path: string;
  readonly file: BigIntStats;
  /** Its own file is lost; this is the copy. */
  readonly isOnlyCopy?: true;
}

export interface KeyState {
  /** The highest number taken; 0 when the store has never written the key. */
  readonly lastSequence: number;
  readonly newest: CommittedChange | undefined;
  /** Of the changes before `newest`, newest first. */
  readonly olderSequences: readonly number[];
  /** What the key holds now: what the newest change stored; when that is nothing, what a person has put there. */
  readonly current: FoundVersion | undefined;
}

const readSequences = async (layout: DirectoryLayout, key: string): Promise<number[]> => {
  const names = await readNames(layout.changes(key));
  return names.flatMap((name) => sequenceOf(name) ?? []).sort((a, b) => b - a);
};

/** Undefined for a number that holds no change any more. */
const readChange = async (
  layout: DirectoryLayout,
  key: string,
  sequence: number,
): Promise<CommittedChange | undefined> => {
  const directory = join(layout.changes(key), changeName(sequence));
  const names = await readNames(directory);
  const versionId = names.find((name) => !name.startsWith('.'));
  const isDeletion = names.includes(DELETED);
  if (versionId === undefined && !isDeletion && (names.includes(REMOVED) || !(await exists(directory))))
    return undefined;
  const isLost = versionId === undefined && !isDeletion;
  return { directory, versionId, isLost, isPublished: isLost || !names.includes(UNPUBLISHED) };
};

/** Every change before the newest that is still there, newest first. */
export const readOlder = async (layout: DirectoryLayout, key: string, state: KeyState): Promise<Change[]> => {
  const changes = await Promise.all(state.olderSequences.map((sequence) => readChange(layout, key, sequence)));
  return changes.filter((change) => change !== undefined).filter(({ isLost }) => !isLost);
};

/** The bytes of a change as it was committed; undefined for a deletion, and when they are gone. */
export const findStored = async (change: Change): Promise<FoundVersion | undefined> => {
  if (change.versionId === undefined) return undefined;
  const path = join(change.directory, change.versionId);
  const file = await statFile(path);
  return file && { versionId: change.versionId, path, file };
};

const findCurrent = async (
  layout: DirectoryLayout,
  key: string,
  newest: CommittedChange | undefined,
): Promise<FoundVersion | undefined> => {
  if (newest?.versionId !== undefined) return findStored(newest);
  if (newest && !newest.isPublished) return undefined;
  const path = layout.file(key);
  const file = await statFile(path);
  return file && { versionId: stampOf(file), path, file };
};

const readState = async (layout: DirectoryLayout, key: string): Promise<KeyState> => {
  const olderSequences = await readSequences(layout, key);
  const lastSequence = olderSequences[0] ?? 0;
  let newest: CommittedChange | undefined;
  for (let next = olderSequences.shift(); next !== undefined; next = newest ? undefined : olderSequences.shift()) {
    newest = await readChange(layout, key, next);
  }
  return { lastSequence, newest, olderSequences, current: await findCurrent(layout, key, newest) };
};

/** Undefined when the key was changed meanwhile: what lies at it says what it is only between two equal looks. */
const look = async (layout: DirectoryLayout, key: string): Promise<KeyState | undefined> => {
  const state = await readState(layout, key);
  const isStill = ((await readSequences(layout, key))[0] ?? 0) === state.lastSequence;
  return isStill ? state : undefined;
};

const publish = async (layout: DirectoryLayout, key: string, { directory, versionId }: Change): Promise<void> => {
  const file = layout.file(key);
  const pending = join(directory, UNPUBLISHED);
  if (versionId === undefined) {
    await renameIfThere(file, join(pending, 'removed'));
    await rm(pending, { recursive: true, force: true });
  } else {
    await ensureDirectory(dirname(file));
    await renameIfThere(pending, file);
    // An older program left a second name of the file there; renaming a file onto itself leaves both.
    await rm(pending, { force: true });
  }
  await syncDirectory(dirname(file));
};

/** What a key holds. Finishes what a killed process has left, where this user may. */
export const observe = async (layout: DirectoryLayout, key: string): Promise<KeyState> => {
  for (;;) {
    const state = await look(layout, key);
    if (!state) continue;
    if (!state.newest || state.newest.isPublished) return state;
    try {
      await publish(layout, key, state.newest);
    } catch {
      return state;
    }
  }
};

/** As `observe`; a key that changes meanwhile may be told as it was before. */
export const glance = async (layout: DirectoryLayout, key: string): Promise<KeyState> => {
  const state = await readState(layout, key);
  const isStored = state.newest?.isPublished && state.newest.versionId !== undefined && state.current !== undefined;
  return isStored ? state : observe(layout, key);
};

/** Makes the prepared change the one after `state`, and publishes it. @returns false when somebody else was faster. */
export const commit = async (
  layout: DirectoryLayout,
  key: string,
  state: KeyState,
  prepared: Change,
): Promise<boolean> => {
  const directory = join(layout.changes(key), changeName(state.lastSequence + 1));
  await ensureDirectory(layout.changes(key));
  await syncDirectory(prepared.directory);
  try {
    await rename(prepared.directory, directory);
  } catch (error) {
    if (await exists(directory)) return false;
    throw error;
  }
  await syncDirectory(layout.changes(key));
  await publish(layout, key, { ...prepared, directory });
  return true;
};

/** Gives a file put by hand its place among the changes, so that it is kept when the next one takes the key. */
const adopt = (layout: DirectoryLayout, key: string, state: KeyState, byHand: FoundVersion): Promise<void> =>
  withStage(layout.staging, async (directory) => {
    const kept = join(directory, byHand.versionId);
    await copyApart(byHand.path, kept);
    const file = await statFile(byHand.path);
    if (file && stampOf(file) === byHand.versionId) {
      await commit(layout, key, state, { directory, versionId: byHand.versionId });
    }
  });

/** As `observe`, but what a person has put there is a change like any other, and nothing is left to publish. */
export const settle = async (layout: DirectoryLayout, key: string): Promise<KeyState> => {
  for (;;) {
    const state = await observe(layout, key);
    const { newest, current } = state;
    if (newest && !newest.isPublished) await publish(layout, key, newest);
    else if (current && current.versionId !== newest?.versionId) {
      await unless(['ENOENT'], adopt(layout, key, state, current));
    } else return state;
  }
};
