/** What the operating system says about a file, as a sentence that names the directory and what to do. */

import { StoreError, type StoreErrorKind } from '../store-error.ts';
import { errorCode } from './files.ts';

const ELSEWHERE = 'or choose another directory';

const REASONS: Readonly<Record<string, readonly [StoreErrorKind, string]>> = {
  EACCES: ['denied', `this user may not use it: give them the right to read and write all of it, ${ELSEWHERE}`],
  EPERM: ['denied', `this user may not use it: give them the right to read and write all of it, ${ELSEWHERE}`],
  ENOENT: ['blocked', 'a part of it is not there, and the file system lets no directory be made: choose another'],
  EROFS: ['denied', `it lies on a read-only file system: mount it writable, ${ELSEWHERE}`],
  ENOSPC: ['full', `there is no space left: make room, ${ELSEWHERE}; what was stored before is whole`],
  EDQUOT: ['full', `the disk quota is used up: make room, ${ELSEWHERE}; what was stored before is whole`],
  ENOTDIR: ['blocked', `a file lies where a directory is needed: move it away, ${ELSEWHERE}`],
  EEXIST: ['blocked', `a file lies where a directory is needed: move it away, ${ELSEWHERE}`],
  EISDIR: ['blocked', `a directory lies where a file is needed: move it away, ${ELSEWHERE}`],
  ELOOP: ['blocked', `its symbolic links lead in a circle: mend them, ${ELSEWHERE}`],
  ENAMETOOLONG: ['bad-key', 'the name is too long for its file system: choose a shorter one'],
  EMFILE: ['failed', 'too many files are open: raise the limit (ulimit -n) or lower the concurrency'],
  ENFILE: ['failed', 'too many files are open on this machine: try again later'],
  EXDEV: ['failed', `it spans file systems: keep all of it on one, ${ELSEWHERE}`],
  EIO: ['failed', `its disk reports errors: check the disk, ${ELSEWHERE}`],
};

/** Turns an error of the file system into a StoreError; any other comes back as it is. */
export const explainFileError = (error: unknown, directory: string): unknown => {
  const code = errorCode(error);
  if (error instanceof StoreError || !(error instanceof Error) || !('syscall' in error)) return error;
  const [kind, reason] = REASONS[code] ?? ['failed', `the file system answered ${code} to ${error.syscall}`];
  return new StoreError(kind, `the directory ${directory} cannot be used: ${reason}`, error);
};
