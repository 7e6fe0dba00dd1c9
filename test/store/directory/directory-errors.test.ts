import { describe, expect, it } from 'vitest';
import { explainFileError } from '../../../functions/store/directory/errors.ts';
import { StoreError } from '../../../functions/store/store-error.ts';

const fileError = (code: string): Error =>
  Object.assign(new Error(`${code}: as ordered`), { code, syscall: 'write', path: '/srv/vault/a' });

describe('an error of the file system', () => {
  it.each([
    ['ENOSPC', 'full', 'there is no space left: make room'],
    ['EDQUOT', 'full', 'the disk quota is used up: make room'],
    ['EROFS', 'denied', 'it lies on a read-only file system: mount it writable'],
    ['EPERM', 'denied', 'this user may not use it: give them the right'],
    ['EXDEV', 'failed', 'it spans file systems: keep all of it on one'],
    ['EMFILE', 'failed', 'too many files are open: raise the limit'],
    ['EIO', 'failed', 'its disk reports errors: check the disk'],
    ['EWEIRD', 'failed', 'the file system answered EWEIRD to write'],
  ])('becomes a sentence with the directory and what to do: %s', (code, kind, reason) => {
    const cause = fileError(code);
    const message = expect.stringContaining(`the directory /srv/vault cannot be used: ${reason}`);

    expect(explainFileError(cause, '/srv/vault')).toMatchObject({ name: 'StoreError', kind, message, cause });
  });

  it('is told apart from other errors, which stay as they are', () => {
    for (const error of [new TypeError('a bug'), new StoreError('bad-key', 'known already'), 'text']) {
      expect(explainFileError(error, '/srv/vault')).toBe(error);
    }
  });
});
