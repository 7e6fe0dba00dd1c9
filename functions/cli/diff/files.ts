/** `oic diff` of two files: archives of integrations, or what Oracle exports of another kind. */

import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { readArchive } from '../../core/archive/integration-archive.ts';
import { diffArchives } from '../../core/diff/diff-archives.ts';
import { ConfigError, Refused } from '../../core/errors.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import type { Download, FileDiff } from '../../kinds/kind.ts';
import type { Output } from '../output.ts';
import { archiveDiffLines } from './text.ts';

type Reader = Pick<Download, 'ending'> & Required<Pick<Download, 'check' | 'diff'>>;

const INTEGRATIONS: Reader = {
  ending: '.iar',
  check: readArchive,
  diff: async (from, to, [a, b]): Promise<FileDiff> => {
    const diff = await diffArchives(from, to);
    return { diff, lines: archiveDiffLines(a, b, diff) };
  },
};

/** A file without one of these endings is taken for the archive of an integration. */
const readerOf = (file: string): Reader => {
  const ending = extname(file).toLowerCase();
  const { check, diff } = ALL_KINDS.find(({ download }) => download?.ending === ending)?.download ?? {};
  return check && diff ? { ending, check, diff } : INTEGRATIONS;
};

export const diffFiles = async (out: Output, a: string, b: string): Promise<void> => {
  const reader = readerOf(a);
  const other = readerOf(b);
  if (other.ending !== reader.ending) {
    throw new ConfigError(
      `${a} and ${b} cannot be compared: one is a ${reader.ending} file, the other a ${other.ending} file`,
    );
  }
  const [from, to] = [await readChecked(a, reader), await readChecked(b, reader)];
  const { diff, lines } = await reader.diff(from, to, [a, b]);
  out.result({ a, b, ...diff }, () => [...lines]);
};

/** Checked before it is compared, so that the message names the file. */
const readChecked = async (file: string, { check }: Reader): Promise<Buffer> => {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${file} cannot be read (${error.code ?? 'unknown reason'})`);
  });
  await check(bytes).catch((error: unknown) => {
    throw error instanceof Error ? new Refused(`${file} cannot be compared: ${error.message}`) : error;
  });
  return bytes;
};
