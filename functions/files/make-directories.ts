/** Creating directories on this machine, also where none can be made. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const isDirectory = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
};

/** @returns false when it was there. */
const make = async (path: string): Promise<boolean> => {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && (await isDirectory(path))) return false;
    throw error;
  }
};

/**
 * Creates what is missing of a path, for this user only. Step by step: Node's own `recursive` never ends where a file
 * system answers ENOENT to a new directory below one that is there, as /proc does.
 * @returns what was created, the outermost first
 */
export const makeDirectories = async (path: string): Promise<readonly string[]> => {
  try {
    return (await make(path)) ? [path] : [];
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const above = await makeDirectories(dirname(path));
  return (await make(path)) ? [...above, path] : above;
};
