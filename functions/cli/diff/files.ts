/** `oic diff` of two files: archives of integrations, exported projects or exported packages. */

import { readFile } from 'node:fs/promises';
import { readArchive } from '../../core/archive/integration-archive.ts';
import { readPackageArchive } from '../../core/archive/package-archive.ts';
import { readProjectArchive } from '../../core/archive/project-archive.ts';
import { diffArchives } from '../../core/diff/diff-archives.ts';
import { diffPackages, diffProjects } from '../../core/diff/diff-projects.ts';
import { ConfigError, Refused } from '../../core/errors.ts';
import type { Output } from '../output.ts';
import { packageDiffLines, projectDiffLines } from './kinds-text.ts';
import { archiveDiffLines } from './text.ts';

type Ending = 'iar' | 'car' | 'par';

/** A file without one of these endings is taken for the archive of an integration. */
const endingOf = (file: string): Ending =>
  (/\.([cp]ar)$/i.exec(file)?.[1]?.toLowerCase() as Ending | undefined) ?? 'iar';

export const diffFiles = async (out: Output, a: string, b: string): Promise<void> => {
  const ending = endingOf(a);
  if (endingOf(b) !== ending) {
    throw new ConfigError(
      `${a} and ${b} cannot be compared: one is a .${ending} file, the other a .${endingOf(b)} file`,
    );
  }
  const [from, to] = [await readChecked(a, ending), await readChecked(b, ending)];
  if (ending === 'car') {
    const result = await diffProjects(from, to);
    out.result({ a, b, ...result }, () => projectDiffLines(a, b, result));
  } else if (ending === 'par') {
    const result = await diffPackages(from, to);
    out.result({ a, b, ...result }, () => packageDiffLines(a, b, result));
  } else {
    const result = await diffArchives(from, to);
    out.result({ a, b, ...result }, () => archiveDiffLines(a, b, result));
  }
};

const READERS: Readonly<Record<Ending, (bytes: Uint8Array) => Promise<unknown>>> = {
  iar: readArchive,
  car: readProjectArchive,
  par: readPackageArchive,
};

/** Checked before it is compared, so that the message names the file. */
const readChecked = async (file: string, ending: Ending): Promise<Buffer> => {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${file} cannot be read (${error.code ?? 'unknown reason'})`);
  });
  await READERS[ending](bytes).catch((error: unknown) => {
    throw error instanceof Error ? new Refused(`${file} cannot be compared: ${error.message}`) : error;
  });
  return bytes;
};
