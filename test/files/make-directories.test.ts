import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeDirectories } from '../../functions/files/make-directories.ts';
import { makeTemporaryDirectory } from '../store/temporary-directory.ts';

it('makes what is missing of a path, for this user only, and says what that was', async () => {
  const root = await makeTemporaryDirectory();
  await mkdir(join(root, 'a'));

  expect(await makeDirectories(join(root, 'a/b/c'))).toEqual([join(root, 'a/b'), join(root, 'a/b/c')]);
  expect(await makeDirectories(join(root, 'a/b/c'))).toEqual([]);
  expect((await stat(join(root, 'a/b/c'))).mode & 0o777).toBe(0o700);
});

it('lets many make one path at once', async () => {
  const path = join(await makeTemporaryDirectory(), 'a/b/c/d');
  const made = await Promise.all(Array.from({ length: 20 }, () => makeDirectories(path)));

  expect(new Set(made.flat()).size).toBe(4);
  expect(made.flat()).toHaveLength(4);
});

it('tells that a file is in the way', async () => {
  const root = await makeTemporaryDirectory();
  await writeFile(join(root, 'file'), '');

  await expect(makeDirectories(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeDirectories(join(root, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it.runIf(process.platform === 'linux')(
  'ends where the file system answers that a new directory is not there',
  async () => {
    await expect(makeDirectories('/proc/oic/vault')).rejects.toMatchObject({ code: 'ENOENT' });
  },
);
