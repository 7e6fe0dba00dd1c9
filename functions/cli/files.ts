/** Files that commands read and write at a place a person chose. */

import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../core/errors.ts';

/** The file itself, or one of that name in it when it is a directory. */
export const targetFile = async (out: string | undefined, fileName: string): Promise<string> => {
  if (out === undefined) return fileName;
  const isDirectory = await stat(out).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isDirectory ? join(out, fileName) : out;
};

/** Aside and renamed, so that an older file is never half overwritten; for the owner alone, for archives hold secrets. */
export const writeWhole = async (file: string, content: Uint8Array | string): Promise<void> => {
  const aside = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(aside, content, { mode: 0o600, flush: true });
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw new ConfigError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
  }
};

/** @throws ConfigError when it cannot be read */
export const readLocalFile = async (file: string): Promise<Buffer> => {
  try {
    return await readFile(file);
  } catch (error) {
    throw new ConfigError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
  }
};

/** Where an object lies in a vault: spelled as `--vault` is, so that one report spells it in one way. */
export const placeOf = (location: string, key: string): string => `${location.replace(/\/+$/, '')}/${key}`;
