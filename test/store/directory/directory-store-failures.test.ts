/** A directory store after a crash, after a copy, and where it cannot work. */
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, link, mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import type { ObjectStore } from '../../../functions/store/object-store.ts';
import { bytes, collect, KEY, textOf } from '../contents.ts';
import { makeTemporaryDirectory } from '../temporary-directory.ts';

let root: string;
let file: string;
let store: ObjectStore;
beforeEach(async () => {
  root = join(await makeTemporaryDirectory(), 'vault');
  file = join(root, KEY);
  store = createDirectoryStore(root);
});

const idsOf = async (of: ObjectStore = store): Promise<string[]> =>
  (await collect(of.listVersions(''))).map(({ key, versionId, isCurrent }) => `${key} ${versionId} ${isCurrent}`);

/** Takes the file back to where the process is that is killed right after it has committed a put. */
const unpublishPut = async (before: string | undefined): Promise<void> => {
  const changes = join(root, '.versions', KEY);
  const newest = (await readdir(changes)).sort().at(-1) ?? '';
  await rename(file, join(changes, newest, '.unpublished'));
  if (before !== undefined) await copyFile(join(changes, 'v0000000001', before), file);
};

describe('a directory store after a crash', () => {
  it.each([undefined, 'first'])('finishes a put that was committed over %s', async (before) => {
    const first = before === undefined ? undefined : await store.put(KEY, bytes(before));
    const second = await store.put(KEY, bytes('second'));
    await unpublishPut(first?.versionId);

    expect(await store.get(KEY)).toMatchObject({ versionId: second.versionId });
    expect(await readFile(file, 'utf8')).toBe('second');
    expect(await collect(store.list(''))).toMatchObject([{ versionId: second.versionId }]);
  });

  it('finishes a committed put before the next one', async () => {
    const first = await store.put(KEY, bytes('first'));
    await unpublishPut(undefined);

    await store.put(KEY, bytes('second'), { ifMatch: first.etag });

    expect(await readFile(file, 'utf8')).toBe('second');
    expect(await textOf(store, KEY, first.versionId)).toBe('first');
  });

  it('finishes a deletion that was committed', async () => {
    const { versionId } = await store.put(KEY, bytes('first'));
    await store.delete(KEY);
    await mkdir(join(root, '.versions', KEY, 'v0000000002', '.unpublished'));
    await link(join(root, '.versions', KEY, 'v0000000001', versionId), file);

    expect(await store.get(KEY)).toBeUndefined();
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it('finishes a put that reached the file but was not ticked off', async () => {
    const { versionId } = await store.put(KEY, bytes('first'));
    const pending = join(root, '.versions', KEY, 'v0000000001', '.unpublished');
    await link(file, pending);

    expect(await store.head(KEY)).toMatchObject({ versionId });
    await expect(stat(pending)).rejects.toThrow('ENOENT');
  });

  it('gives the number of a removed version to no other, until none can be after it any more', async () => {
    const put = [];
    for (const text of ['1', '2', '3', '4']) put.push((await store.put(KEY, bytes(text))).versionId);
    const numbers = () => readdir(join(root, '.versions', KEY));
    for (const versionId of put.slice(0, 2)) await store.deleteVersion(KEY, versionId);
    expect((await numbers()).sort()).toEqual(['v0000000001', 'v0000000002', 'v0000000003', 'v0000000004']);

    const threeDaysAgo = new Date(Date.now() - 3 * 24 * 60 * 60 * 1000);
    for (const name of (await numbers()).filter((name) => name !== 'v0000000002')) {
      await utimes(join(root, '.versions', KEY, name), threeDaysAgo, threeDaysAgo);
    }
    await store.deleteVersion(KEY, 'nonsense');

    expect((await numbers()).sort()).toEqual(['v0000000002', 'v0000000003', 'v0000000004']);
    expect(await collect(store.listVersions(''))).toMatchObject([{ versionId: put[3] }, { versionId: put[2] }]);
  });

  it('clears what killed processes have left, but nothing of the living', async () => {
    const staging = join(root, '.versions', '.new');
    await mkdir(join(staging, 'dead'), { recursive: true });
    await mkdir(join(staging, 'alive'));
    const dayBeforeYesterday = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    await utimes(join(staging, 'dead'), dayBeforeYesterday, dayBeforeYesterday);

    await store.put(KEY, bytes('x'));

    expect(await readdir(staging)).toEqual(['alive']);
  });
});

describe('a copied directory store', () => {
  it.each([
    ['cp -r', (to: string) => execFileSync('cp', ['-r', root, to])],
    ['cp -a', (to: string) => execFileSync('cp', ['-a', root, to])],
    ['cp as rsync -a does', (to: string) => execFileSync('cp', ['-r', '--preserve=mode,timestamps', root, to])],
    [
      'tar',
      (to: string) => execFileSync('sh', ['-c', 'mkdir "$2" && tar cf - -C "$1" . | tar xf - -C "$2"', 'sh', root, to]),
    ],
  ])('has the same versions under the same ids: %s', async (_, copy) => {
    for (const text of ['first', 'second']) await store.put(KEY, bytes(text));
    await store.put('other', bytes('other'));
    await store.put('gone', bytes('gone'));
    await store.delete('gone');
    copy(join(root, '..', 'copy'));

    const copied = createDirectoryStore(join(root, '..', 'copy'));
    expect(await idsOf(copied)).toEqual(await idsOf());
    for (const { key, versionId } of await collect(store.listVersions(''))) {
      expect(await textOf(copied, key, versionId)).toBe(await textOf(store, key, versionId));
    }
    const { etag } = (await copied.head(KEY)) ?? expect.fail('nothing at the key');
    await copied.put(KEY, bytes('third'), { ifMatch: etag });
    expect(await collect(copied.listVersions(''))).toHaveLength(5);
    expect(await textOf(store, KEY)).toBe('second');
  });

  it('shows damage done to a version in the copy', async () => {
    const { versionId } = await store.put(KEY, bytes('12345'));
    execFileSync('cp', ['-r', root, join(root, '..', 'copy')]);
    await writeFile(join(root, '..', 'copy', '.versions', KEY, 'v0000000001', versionId), '1234X');

    const copied = createDirectoryStore(join(root, '..', 'copy'));
    expect(await textOf(copied, KEY, versionId)).toBe('1234X');
    expect(await textOf(store, KEY, versionId)).toBe('12345');
  });

  it('has its files for people made anew once, for they have times of their own', async () => {
    await store.put(KEY, bytes('12345'));
    execFileSync('cp', ['-r', root, join(root, '..', 'copy')]);
    const copied = createDirectoryStore(join(root, '..', 'copy'));

    expect(await copied.copies?.compare([KEY])).toEqual(new Map());
    await copied.copies?.mend([KEY]);
    expect(await copied.headAll('', [KEY])).toMatchObject([{ key: KEY, bytes: 5 }]);
    expect((await copied.headAll('', [KEY]))[0]?.copy).toBeUndefined();
  });
});

/** Rights do not bind root, whom containers run as. */
const asOrdinaryUser = async <T>(work: () => Promise<T>): Promise<T> => {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
};

describe('a directory store where it cannot work', () => {
  it('tells that a file lies where the directory should be', async () => {
    await writeFile(root, 'not a directory');

    const failure = {
      name: 'StoreError',
      kind: 'blocked',
      message: `the directory ${root} cannot be used: a file lies where a directory is needed: move it away, or choose another directory`,
    };
    await expect(store.put(KEY, bytes('x'))).rejects.toMatchObject(failure);
    await expect(store.get(KEY)).rejects.toMatchObject(failure);
    await expect(collect(store.listVersions(''))).rejects.toMatchObject(failure);
  });

  it('tells that a directory lies where the object should be, and commits nothing', async () => {
    await mkdir(file, { recursive: true });

    await expect(store.put(KEY, bytes('x'))).rejects.toMatchObject({ kind: 'blocked' });
    expect(await store.get(KEY)).toBeUndefined();
    expect(await idsOf()).toEqual([]);
  });

  it('tells that one object lies where the folder of another should be', async () => {
    await store.put('a', bytes('x'));

    await expect(store.put('a/b', bytes('y'))).rejects.toMatchObject({ kind: 'blocked' });
    expect(await textOf(store, 'a')).toBe('x');
  });

  it('tells that a name is too long', async () => {
    await expect(store.put('x'.repeat(300), bytes('x'))).rejects.toMatchObject({
      kind: 'bad-key',
      message: expect.stringContaining('too long'),
    });
  });

  it('tells that the user may not write there', async () => {
    await mkdir(root);
    await chmod(root, 0o500);
    await chmod(join(root, '..'), 0o711);

    await expect(asOrdinaryUser(() => store.put(KEY, bytes('x')))).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'denied',
      message: `the directory ${root} cannot be used: this user may not use it: give them the right to read and write all of it, or choose another directory`,
    });
  });

  it('leaves nothing half done behind when a put fails', async () => {
    await store.put('a', bytes('x'));
    await expect(store.put('a/b', bytes('y'))).rejects.toThrow();

    expect(await readdir(join(root, '.versions', '.new'))).toEqual([]);
  });
});
