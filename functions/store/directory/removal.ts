/**
 * Removing versions for good. The number of a change is never given to another, since a slow process may still be about
 * to take it: a removed version leaves `.removed` in its place, and removing the newest is a change of its own, which
 * commits what the newest has hidden once more.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Change, commit, type KeyState, readOlder, settle } from './changes.ts';
import {
  copyApart,
  exists,
  isSettledLongAgo,
  linkOrCopy,
  readNames,
  sweepStaging,
  syncDirectory,
  unless,
  withStage,
  writeDurably,
} from './files.ts';
import { changeName, DELETED, type DirectoryLayout, REMOVED, UNPUBLISHED } from './layout.ts';

export const prepareDeletion = async (directory: string): Promise<Change> => {
  await writeDurably(join(directory, DELETED), new Uint8Array(), new Date());
  await mkdir(join(directory, UNPUBLISHED), { mode: 0o700 });
  return { directory, versionId: undefined };
};

const prepareReturn = async (directory: string, path: string, versionId: string): Promise<Change> => {
  await linkOrCopy(path, join(directory, versionId));
  await copyApart(path, join(directory, UNPUBLISHED));
  return { directory, versionId };
};

const returnHidden = (layout: DirectoryLayout, key: string, state: KeyState, hidden: Change | undefined) =>
  withStage(layout.staging, async (stage): Promise<void> => {
    const { versionId } = hidden ?? {};
    if (!hidden || versionId === undefined) {
      await commit(layout, key, state, await prepareDeletion(stage));
      return;
    }
    const path = join(hidden.directory, versionId);
    const prepared = await unless(['ENOENT'], prepareReturn(stage, path, versionId));
    if (!prepared || !(await commit(layout, key, state, prepared))) return;
    // Somebody has removed that version in between, and was told so.
    if (!(await exists(path))) await removeVersion(layout, key, versionId);
  });

const removeOlder = async ({ directory }: Change, versionId: string): Promise<void> => {
  await unless(['EEXIST'], writeDurably(join(directory, REMOVED), new Uint8Array(), new Date()));
  await rm(join(directory, versionId), { force: true });
  await syncDirectory(directory);
};

/** Numbers that no process can be about to take any more. */
const forgetRemoved = async (layout: DirectoryLayout, key: string, state: KeyState): Promise<void> => {
  await sweepStaging(layout.staging);
  for (const sequence of state.olderSequences) {
    const directory = join(layout.changes(key), changeName(sequence));
    const names = await readNames(directory);
    const isEmpty = names.length === 1 && names[0] === REMOVED;
    if (isEmpty && (await isSettledLongAgo(directory))) await rm(directory, { recursive: true, force: true });
  }
};

/** What is current afterwards is what S3 has then: the next newest version, or nothing if that was a deletion. */
export const removeVersion = async (layout: DirectoryLayout, key: string, versionId: string): Promise<void> => {
  for (;;) {
    const state = await settle(layout, key);
    const older = await readOlder(layout, key, state);
    if (state.newest?.versionId === versionId) {
      const hidden = older.find((change) => change.versionId !== versionId);
      await returnHidden(layout, key, state, hidden);
      continue;
    }
    const doomed = older.filter((change) => change.versionId === versionId);
    if (doomed.length === 0) return forgetRemoved(layout, key, state);
    for (const change of doomed) await removeOlder(change, versionId);
  }
};
