import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import type { ObjectStore } from '../../../functions/store/object-store.ts';
import { bytes, collect, textOf } from '../contents.ts';
import { describeObjectStore } from '../object-store.contract.ts';
import { makeTemporaryDirectory } from '../temporary-directory.ts';

const KEY = 'deploy/test/HELLO WORLD.iar';

describeObjectStore('a directory', async () => createDirectoryStore(join(await makeTemporaryDirectory(), 'vault')));

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

const currentId = async (): Promise<string> => (await store.head(KEY))?.versionId ?? expect.fail('nothing at the key');

/** The clock of a file system ticks every few milliseconds; people are slower. */
const takeYourTime = () => sleep(15);

const putByHand = async (text: string): Promise<void> => {
  await takeYourTime();
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
};

/** As an editor does it: the new content is another file, which takes the name. */
const replaceByHand = async (text: string): Promise<void> => {
  await takeYourTime();
  await writeFile(`${file}~`, text);
  await rename(`${file}~`, file);
};

describe('a directory store, seen by a person', () => {
  it('holds the current version as a plain file at its key', async () => {
    await store.put(KEY, bytes('first'));
    await store.put(KEY, bytes('second'));

    expect(await readFile(file, 'utf8')).toBe('second');
    await store.delete(KEY);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it('is for this user only', async () => {
    await store.put(KEY, bytes('first'));
    await store.put(KEY, bytes('second'));

    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o777, entry.name).toBe(entry.isDirectory() ? 0o700 : 0o600);
    }
    expect((await stat(root)).mode & 0o777).toBe(0o700);
  });

  it('takes a file put there by hand as the current version', async () => {
    await putByHand('by hand');
    const versionId = await currentId();

    expect(await textOf(store, KEY)).toBe('by hand');
    expect(await textOf(store, KEY, versionId)).toBe('by hand');
    expect(await idsOf()).toEqual([`${KEY} ${versionId} true`]);
    await expect(store.put(KEY, bytes('x'), { ifAbsent: true })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('takes no link for a file: it may lead to the credentials', async () => {
    await writeFile(join(root, '..', 'credentials.json'), 'secret');
    await mkdir(dirname(file), { recursive: true });
    await symlink(join(root, '..', 'credentials.json'), file);

    expect(await textOf(store, KEY)).toBeUndefined();
    expect(await idsOf()).toEqual([]);

    await store.put(KEY, bytes('put'));

    expect([await textOf(store, KEY), await readFile(file, 'utf8')]).toEqual(['put', 'put']);
    expect(await readFile(join(root, '..', 'credentials.json'), 'utf8')).toBe('secret');
  });

  it('goes through no link to a folder', async () => {
    const elsewhere = join(root, '..', 'elsewhere');
    await mkdir(join(elsewhere, 'dev'), { recursive: true });
    await writeFile(join(elsewhere, 'dev', 'a.iar'), 'secret');
    await mkdir(root, { recursive: true });
    await symlink(elsewhere, join(root, 'linked'));

    for (const going of [
      () => store.get('linked/dev/a.iar'),
      () => store.put('linked/dev/b.iar', bytes('x')),
      () => Array.fromAsync(store.list('linked/')),
    ]) {
      await expect(going()).rejects.toMatchObject({ kind: 'blocked', message: expect.stringMatching(/is a link/) });
    }
    expect(await readdir(join(elsewhere, 'dev'))).toEqual(['a.iar']);
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
  });

  it.each([0o770, 0o707, 0o777])('is refused where others may write (%o), with what mends it', async (mode) => {
    await store.put(KEY, bytes('put'));
    await chmod(root, mode);
    const later = createDirectoryStore(root);

    await expect(later.get(KEY)).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining(`chmod go-w ${root}`),
    });
    await expect(Array.fromAsync(later.list(''))).rejects.toMatchObject({ kind: 'denied' });

    await chmod(root, 0o755);
    expect(await textOf(later, KEY)).toBe('put');
  });

  it('takes every overwriting by hand as a new version', async () => {
    await putByHand('by hand 1');
    const first = await currentId();
    await putByHand('by hand 2');
    const second = await currentId();
    await replaceByHand('by hand 3');

    expect(new Set([first, second, await currentId()]).size).toBe(3);
    expect(await textOf(store, KEY)).toBe('by hand 3');
  });

  it('tells of many keys at once what it tells of each', async () => {
    await store.put(KEY, bytes('put'));
    await store.put('put', bytes('only put'));
    await putByHand('over what was put');
    await writeFile(join(root, 'only by hand'), 'text');
    await store.put('gone', bytes('its copy is gone'));
    await rm(join(root, 'gone'));
    const keys = [KEY, 'put', 'only by hand', 'gone'];

    const found = await store.headAll('', keys);

    const withoutCopy = found.map(({ copy: _, ...told }) => told);
    expect(new Set(withoutCopy)).toEqual(new Set(await Promise.all(keys.map((key) => store.head(key)))));
  });

  it('keeps what was put by hand, under the same id, when it is put over or deleted', async () => {
    await putByHand('by hand 1');
    const first = await currentId();
    await store.put(KEY, bytes('stored'));
    await store.delete(KEY);
    await putByHand('by hand 2');
    const second = await currentId();
    await store.delete(KEY);

    expect(await textOf(store, KEY, first)).toBe('by hand 1');
    expect(await textOf(store, KEY, second)).toBe('by hand 2');
    expect(await textOf(store, KEY)).toBeUndefined();
  });

  it('removes a version put by hand for good', async () => {
    await putByHand('by hand');
    await store.deleteVersion(KEY, await currentId());

    expect(await idsOf()).toEqual([]);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it.each([
    '.DS_Store',
    '.x.iar.Ab12Cd',
    '.x.iar.swp',
    'x.iar~',
    '#x.iar#',
    '~$x.iar',
    'x.iar.part',
    'x.iar.filepart',
    'x.iar.crdownload',
    'x.iar.tmp',
    'Thumbs.db',
    'v0000000001',
  ])('does not list the stray file %s, and refuses to store under such a name', async (name) => {
    await putByHand('real');
    await writeFile(join(root, 'deploy/test', name), 'stray');

    expect((await collect(store.list(''))).map(({ key }) => key)).toEqual([KEY]);
    await expect(store.put(`deploy/${name}/x.iar`, bytes('x'))).rejects.toMatchObject({ kind: 'bad-key' });
  });

  it('keeps its own files out of reach', async () => {
    await store.put(KEY, bytes('x'));

    await expect(store.get(`.versions/${KEY}/v0000000001`)).rejects.toMatchObject({ kind: 'bad-key' });
    expect(await collect(store.list('.versions/'))).toEqual([]);
    await expect(collect(store.list('../'))).rejects.toMatchObject({ kind: 'bad-key' });
  });
});
