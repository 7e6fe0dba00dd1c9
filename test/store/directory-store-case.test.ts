/**
 * A file system that takes `Foo` and `foo` for one name, as those of macOS and Windows: here every path is led to the name
 * that is there already, before the real file system sees it.
 */
import type * as FileSystem from 'node:fs';
import { existsSync } from 'node:fs';
import type * as FilePromises from 'node:fs/promises';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createDirectoryStore } from '../../functions/store/directory/directory-store.ts';
import { bytes, collect, textOf } from './contents.ts';
import { describeObjectStore } from './object-store.contract.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';

const real = vi.hoisted(() => ({ readdirSync: (_: string): string[] => [] }));

const led = vi.hoisted(() => {
  const lead = (path: unknown): unknown => {
    const [, root = '', inside = ''] = (typeof path === 'string' && /^(.*\/oic-store-[^/]+)\/?(.*)$/.exec(path)) || [];
    if (root === '') return path;
    let place = root;
    for (const part of inside.split('/').filter((one) => one !== '')) {
      let names: string[] = [];
      try {
        names = real.readdirSync(place);
      } catch {
        // Nothing is there yet.
      }
      const same =
        names.find((name) => name === part) ?? names.find((name) => name.toLowerCase() === part.toLowerCase());
      place = `${place}/${same ?? part}`;
    }
    return place;
  };
  return <T extends object>(module: T): T =>
    Object.fromEntries(
      Object.entries(module).map(([name, work]) => [
        name,
        typeof work === 'function' &&
        /^(?:access|copyFile|link|lstat|mkdir|open|readdir|readFile|rename|rm|stat|utimes|writeFile|existsSync)$/.test(
          name,
        )
          ? (...args: unknown[]) => (work as (...given: unknown[]) => unknown)(...args.map(lead))
          : work,
      ]),
    ) as T;
});

vi.mock('node:fs', async (importOriginal) => {
  const module = await importOriginal<typeof FileSystem>();
  real.readdirSync = module.readdirSync as typeof real.readdirSync;
  return led(module);
});
vi.mock('node:fs/promises', async (importOriginal) => led(await importOriginal<typeof FilePromises>()));

const openStore = async () => {
  const root = join(await makeTemporaryDirectory(), 'vault');
  return { root, store: createDirectoryStore(root) };
};

describeObjectStore('a directory that ignores case', async () => (await openStore()).store);

const TWINS = ['lookups/dev/Codes.csv', 'lookups/dev/codes.csv', 'lookups/dev/CODES.csv', 'Lookups/dev/codes.csv'];

describe('a directory that ignores case', () => {
  it('is one, as this test has it', async () => {
    const root = await makeTemporaryDirectory();
    await mkdir(join(root, 'Foo'));
    await writeFile(join(root, 'foo', 'A'), 'x');

    expect(existsSync(join(root, 'FOO', 'a'))).toBe(true);
    expect(await readdir(root)).toEqual(['Foo']);
  });

  it('holds names apart that differ only in case, each with its own versions and its own file', async () => {
    const { root, store } = await openStore();
    const put = [];
    for (const round of [1, 2]) {
      for (const key of TWINS)
        put.push({ text: `${key} ${round}`, ...(await store.put(key, bytes(`${key} ${round}`))) });
    }

    for (const { key, text, versionId } of put) expect(await textOf(store, key, versionId)).toBe(text);
    for (const key of TWINS) expect(await textOf(store, key)).toBe(`${key} 2`);
    expect((await collect(store.list(''))).map(({ key }) => key)).toEqual([...TWINS].sort());
    expect((await collect(store.list('lookups/dev/c'))).map(({ key }) => key)).toEqual(['lookups/dev/codes.csv']);
    expect(await collect(store.listVersions('lookups/'))).toHaveLength(6);
    expect((await store.headAll('', TWINS)).filter(({ copy }) => copy !== undefined)).toEqual([]);
    expect(await readFile(join(root, 'lookups/dev/Codes.csv'), 'utf8')).toBe('lookups/dev/Codes.csv 2');
    expect((await readdir(join(root, 'lookups/dev'))).sort()).toEqual([
      expect.stringMatching(/^CODES\.csv~case-[0-9a-f]{8}$/),
      'Codes.csv',
      expect.stringMatching(/^codes\.csv~case-[0-9a-f]{8}$/),
    ]);
  });

  it('removes one of them and leaves the others', async () => {
    const { store } = await openStore();
    const put = [];
    for (const key of TWINS) put.push(await store.put(key, bytes(key)));
    const [first, second] = put;
    await store.deleteVersion(first?.key ?? '', first?.versionId ?? '');
    await store.delete(second?.key ?? '');

    expect(await Promise.all(TWINS.map((key) => textOf(store, key)))).toEqual([
      undefined,
      undefined,
      ...TWINS.slice(2),
    ]);
    expect(await textOf(store, second?.key ?? '', second?.versionId)).toBe(second?.key);
  });

  it('lets the twins of a key be put at once by many', async () => {
    const { root, store } = await openStore();
    const others = [createDirectoryStore(root), createDirectoryStore(root)];
    await Promise.all([store, ...others].flatMap((one) => TWINS.map((key) => one.put(key, bytes(key)))));

    for (const key of TWINS) expect(await textOf(store, key)).toBe(key);
    expect(await collect(store.listVersions(''))).toHaveLength(12);
  });

  it('reads a version of a key that an older program stored among those of its twin', async () => {
    const { root, store } = await openStore();
    const { versionId } = await store.put('lookups/dev/Codes.csv', bytes('x'));

    expect(await textOf(createDirectoryStore(root), 'lookups/dev/codes.csv', versionId)).toBe('x');
  });

  it('has nothing at a name of which only a twin was put', async () => {
    const { store } = await openStore();
    await store.put('lookups/dev/Codes.csv', bytes('x'));

    expect(await store.get('lookups/dev/codes.csv')).toBeUndefined();
    await store.put('lookups/dev/codes.csv', bytes('y'), { ifAbsent: true });
    expect(await textOf(store, 'lookups/dev/Codes.csv')).toBe('x');
  });
});
