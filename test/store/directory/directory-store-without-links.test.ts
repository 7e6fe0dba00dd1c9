/** Some file systems (exFAT, many network and FUSE mounts) have no hard links. */
import type * as FileSystem from 'node:fs/promises';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import { bytes } from '../contents.ts';
import { describeObjectStore } from '../object-store.contract.ts';
import { makeTemporaryDirectory } from '../temporary-directory.ts';

vi.mock('node:fs/promises', async (importOriginal) => ({
  ...(await importOriginal<typeof FileSystem>()),
  link: async () => {
    throw Object.assign(new Error('ENOTSUP: operation not supported, link'), { code: 'ENOTSUP', syscall: 'link' });
  },
}));

describeObjectStore('a directory without hard links', async () =>
  createDirectoryStore(join(await makeTemporaryDirectory(), 'vault')),
);

it('has a file system without hard links under it', async () => {
  const root = await makeTemporaryDirectory();
  await createDirectoryStore(root).put('key', bytes('x'));

  expect((await stat(join(root, 'key'))).nlink).toBe(1);
});
