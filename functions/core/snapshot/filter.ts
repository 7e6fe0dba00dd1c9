/** Which integrations a backup covers: `include` and `exclude`, globs on the code. */
import picomatch from 'picomatch';
import type { BackupFilter } from './manifest.ts';

const hasWildcard = (pattern: string): boolean => picomatch.scan(pattern).isGlob;

/** @returns a test on a code: included (everything, when `include` is absent) and not excluded. */
export const createFilter = ({ include, exclude }: BackupFilter): ((code: string) => boolean) => {
  const isIncluded = include ? picomatch([...include]) : () => true;
  const isExcluded = exclude ? picomatch([...exclude]) : () => false;
  return (code) => isIncluded(code) && !isExcluded(code);
};

/** Plain names in the filter that no code bears: most likely a typing error that would leave something out in silence. */
export const namesWithoutMatch = ({ include = [], exclude = [] }: BackupFilter, codes: Iterable<string>): string[] => {
  const known = new Set(codes);
  return [...include, ...exclude].filter((name) => !hasWildcard(name) && !known.has(name));
};
