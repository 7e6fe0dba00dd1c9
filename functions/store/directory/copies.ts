/** The files that people see: copies of what counts, which lies under `.versions/`. */
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CopyProblem } from '../object-store.ts';
import { type KeyState, observe } from './changes.ts';
import { copyApart, ensureDirectory, haveSameBytes, statFile, syncDirectory, unless, withStage } from './files.ts';
import type { DirectoryLayout } from './layout.ts';

/** File systems keep times more or less exactly; an edit takes longer than this. */
const SAME_TIME_NS = 1_500_000n;

/** By size and time, without reading. Nothing where the key holds what a person put there. */
export const glanceAtCopy = async (
  layout: DirectoryLayout,
  key: string,
  { newest, current }: KeyState,
): Promise<CopyProblem | undefined> => {
  if (newest?.versionId === undefined || !current) return undefined;
  const copy = await statFile(layout.file(key));
  if (!copy) return 'gone';
  const { file } = current;
  if (copy.ino === file.ino && copy.dev === file.dev && copy.nlink > 1n) return 'shared';
  const apart = copy.mtimeNs - file.mtimeNs;
  return copy.size === file.size && apart < SAME_TIME_NS && apart > -SAME_TIME_NS ? undefined : 'differs';
};

/** Byte by byte. */
export const compareCopy = async (layout: DirectoryLayout, key: string): Promise<CopyProblem | undefined> => {
  const { newest, current } = await observe(layout, key);
  if (newest?.versionId === undefined || !current) return undefined;
  const path = layout.file(key);
  if (!(await statFile(path))) return 'gone';
  const isSame = await unless(['ENOENT'], haveSameBytes(path, current.path));
  return isSame === false ? 'differs' : undefined;
};

export const mendCopy = (layout: DirectoryLayout, key: string): Promise<void> =>
  withStage(layout.staging, async (stage) => {
    const state = await observe(layout, key);
    if (!state.current || (await glanceAtCopy(layout, key, state)) === undefined) return;
    const path = layout.file(key);
    const copy = join(stage, 'copy');
    await copyApart(state.current.path, copy);
    await ensureDirectory(dirname(path));
    // A change that was committed meanwhile has shown its own bytes, or is about to.
    if ((await observe(layout, key)).lastSequence !== state.lastSequence) return;
    await rename(copy, path);
    await syncDirectory(dirname(path));
  });
