/** Where a directory store keeps what counts, for tests that damage it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The file of the newest version of a key. */
export const storedFile = async (directory: string, key: string): Promise<string> => {
  const changes = join(directory, '.versions', key);
  const newest = (await readdir(changes)).sort().at(-1) ?? '';
  const version = (await readdir(join(changes, newest))).find((name) => !name.startsWith('.'));
  if (version === undefined) throw new Error(`${key} was deleted last`);
  return join(changes, newest, version);
};
