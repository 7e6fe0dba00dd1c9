/** What a directory store holds does not depend on the files that people see and touch. */
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import type { CopyProblem, ObjectStore } from '../../../functions/store/object-store.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
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

const versionFile = (versionId: string, number = 1, key = KEY): string =>
  join(root, '.versions', key, `v${String(number).padStart(10, '0')}`, versionId);

const seen = async (): Promise<CopyProblem | undefined> => (await store.headAll('', [KEY]))[0]?.copy;
const compared = async (): Promise<CopyProblem | undefined> => (await store.copies?.compare([KEY]))?.get(KEY);

/** What people and programs do to a file, each on a version of 5 bytes. */
const DAMAGES: readonly (readonly [string, CopyProblem, (path: string) => Promise<unknown>])[] = [
  ['removed', 'gone', (path) => rm(path)],
  ['edited in place', 'differs', (path) => writeFile(path, '1234X')],
  [
    'edited in place by dd',
    'differs',
    async (path) => execFileSync('sh', ['-c', `printf X | dd of="${path}" conv=notrunc 2>/dev/null`]),
  ],
  ['cut off', 'differs', (path) => truncate(path, 2)],
  ['emptied', 'differs', (path) => truncate(path, 0)],
  [
    'replaced by renaming another onto it',
    'differs',
    async (path) => {
      await writeFile(`${path}~`, 'other');
      await rename(`${path}~`, path);
    },
  ],
];

describe('the file that people see at a key', () => {
  it.each(DAMAGES)(
    'is no matter when it is %s: the version is read, and the file made anew',
    async (_, problem, damage) => {
      const { versionId, etag } = await store.put(KEY, bytes('12345'));
      await sleep(5);
      await damage(file);

      expect(await textOf(store, KEY)).toBe('12345');
      expect(await textOf(store, KEY, versionId)).toBe('12345');
      expect(await store.head(KEY)).toMatchObject({ versionId, bytes: 5 });
      expect(await collect(store.listVersions(''))).toMatchObject([{ key: KEY, versionId, isCurrent: true }]);
      expect(await seen()).toBe(problem);
      expect(await compared()).toBe(problem);

      await store.copies?.mend([KEY]);
      expect(await readFile(file, 'utf8')).toBe('12345');
      expect(await seen()).toBeUndefined();
      expect(await compared()).toBeUndefined();

      await damage(file);
      await store.put(KEY, bytes('67890'), { ifMatch: etag });
      expect(await readFile(file, 'utf8')).toBe('67890');
      expect(await textOf(store, KEY, versionId)).toBe('12345');
    },
  );

  it('has no inode in common with the version, after a put as after everything else that shows a version', async () => {
    const first = await store.put(KEY, bytes('first'));
    const second = await store.put(KEY, bytes('second'));
    expect((await stat(file)).ino).not.toBe((await stat(versionFile(second.versionId, 2))).ino);

    await store.deleteVersion(KEY, second.versionId);
    await writeFile(file, 'XXXXX');
    expect(await textOf(store, KEY, first.versionId)).toBe('first');

    await store.copies?.mend([KEY]);
    await writeFile(file, 'XXXXX');
    expect(await textOf(store, KEY, first.versionId)).toBe('first');
  });

  it('gets an inode of its own where an older program let the two share one', async () => {
    const { versionId } = await store.put(KEY, bytes('12345'));
    await unlink(file);
    await link(versionFile(versionId), file);

    expect(await seen()).toBe('shared');
    expect(await compared()).toBeUndefined();
    await store.copies?.mend([KEY]);
    await writeFile(file, 'XXXXX');
    expect(await textOf(store, KEY, versionId)).toBe('12345');
  });

  it('is told to differ by reading when neither its size nor its time does', async () => {
    await store.put(KEY, bytes('12345'));
    const { atime, mtime } = await stat(file);
    await writeFile(file, '1234X');
    await utimes(file, atime, mtime);

    expect(await compared()).toBe('differs');
  });

  it('serves when the version itself was taken away, and is kept by the next put', async () => {
    const { versionId } = await store.put(KEY, bytes('12345'));
    await rm(versionFile(versionId));

    expect(await textOf(store, KEY, versionId)).toBe('12345');
    const found = (await store.head(KEY))?.versionId ?? expect.fail('nothing at the key');
    await store.put(KEY, bytes('next'));
    expect(await textOf(store, KEY, found)).toBe('12345');
  });

  it('serves when all of `.versions` was taken away', async () => {
    const { versionId } = await store.put(KEY, bytes('12345'));
    await rm(join(root, '.versions'), { recursive: true });

    expect(await textOf(store, KEY, versionId)).toBe('12345');
  });

  it('is not taken for a version that was damaged: that shows the bytes which lie there', async () => {
    const { versionId } = await store.put(KEY, bytes('12345'));
    await writeFile(versionFile(versionId), '1234X');

    expect(await textOf(store, KEY, versionId)).toBe('1234X');
    expect(await compared()).toBe('differs');
  });

  it('is left as it is when a directory lies in its place', async () => {
    const { versionId } = await store.put(KEY, bytes('12345'));
    await rm(file);
    await mkdir(join(file, 'of a person'), { recursive: true });

    await store.copies?.mend([KEY]);

    expect(await compared()).toBe('gone');
    expect(await readdir(file)).toEqual(['of a person']);
    expect(await textOf(store, KEY, versionId)).toBe('12345');
  });
});

const KEYS = ['a', 'b/1', 'b/2'] as const;

/** Anything that can happen to the files people see, and nothing to those below `.versions`. */
const touch = async (random: Random): Promise<void> => {
  const path = join(root, random.pick(KEYS));
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  const what = random.below(6);
  if (what === 0) await rm(path, { force: true });
  if (what === 1 && isThere) await writeFile(path, `edited ${random.next()}`);
  if (what === 2 && isThere) await truncate(path, random.below(4));
  if (what === 3 && isThere) await rename(path, join(root, '.moved'));
  if (what === 4 && isThere) await utimes(path, new Date(), new Date(random.below(2 ** 31) * 1000));
  if (what === 5) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}~`, 'of an editor');
    if (isThere) await rename(`${path}~`, path);
  }
};

describe('a directory store whose visible files are touched at random', () => {
  const seed = randomInt(2 ** 31);
  it(`holds exactly what was put, and shows it again when asked to (seed ${seed})`, async () => {
    const random = createRandom(seed);
    const held = new Map<string, Map<string, string>>(KEYS.map((key) => [key, new Map()]));
    const current = new Map<string, string>();
    for (let round = 0; round < 150; round++) {
      const key = KEYS[round] ?? random.pick(KEYS);
      const what = round < KEYS.length ? 0.7 : random.next();
      const own = held.get(key) ?? expect.fail('no such key');
      if (what < 0.5) await touch(random);
      else if (what < 0.8) {
        const { versionId } = await store.put(key, bytes(`round ${round}`));
        own.set(versionId, `round ${round}`);
        current.set(key, versionId);
      } else if (what < 0.9) {
        await store.copies?.mend(KEYS);
        for (const [at, versionId] of current) {
          expect(await readFile(join(root, at), 'utf8')).toBe(held.get(at)?.get(versionId));
        }
      } else {
        const [oldest] = own.keys();
        if (oldest !== undefined && oldest !== current.get(key)) {
          await store.deleteVersion(key, oldest);
          own.delete(oldest);
        }
      }
    }
    for (const [key, versions] of held) {
      for (const [versionId, text] of versions) expect(await textOf(store, key, versionId)).toBe(text);
      expect((await store.head(key))?.versionId).toBe(current.get(key));
      expect((await collect(store.listVersions(key))).map(({ versionId }) => versionId).sort()).toEqual(
        [...versions.keys()].sort(),
      );
    }
  });
});
