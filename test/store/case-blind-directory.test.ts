/**
 * A real file system that takes `Foo` and `foo` for one name: that of macOS or Windows, or one that OIC_TEST_CASE_BLIND_DIR
 * names a directory of. It has to keep names as they were given; those of Windows take no `"`, `<`, `>`, which one test of the contract puts
 * into a key. Elsewhere directory-store-case.test.ts plays one.
 */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDirectoryStore } from '../../functions/store/directory/directory-store.ts';
import { bytes, collect, textOf } from './contents.ts';
import { describeObjectStore } from './object-store.contract.ts';

const PLACE = process.env.OIC_TEST_CASE_BLIND_DIR ?? tmpdir();

const makeDirectory = async (): Promise<string> => {
  const path = await mkdtemp(join(PLACE, 'oic-case-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
};

const probe = await mkdtemp(join(PLACE, 'oic-case-'));
await writeFile(join(probe, 'Foo'), '');
const isBlind = (await stat(join(probe, 'fOO')).catch(() => undefined)) !== undefined;
const keepsNames = (await readdir(probe)).includes('Foo');
await rm(probe, { recursive: true });
const isFit = isBlind && keepsNames;
if (!isFit) {
  const why = isBlind ? 'does not keep the case of names' : 'tells Foo from foo';
  process.stderr.write(`${PLACE} ${why}: tests on a file system that does not are skipped (OIC_TEST_CASE_BLIND_DIR)\n`);
}

describe.runIf(isFit)('on a file system that ignores case', () => {
  describeObjectStore('a directory there', async () => createDirectoryStore(join(await makeDirectory(), 'vault')));

  it('names that differ only in case are held apart, also when many put them at once', async () => {
    const root = join(await makeDirectory(), 'vault');
    const twins = ['lookups/dev/Codes.csv', 'lookups/dev/codes.csv', 'lookups/dev/CODES.csv', 'Lookups/dev/codes.csv'];
    const stores = [createDirectoryStore(root), createDirectoryStore(root)];
    await Promise.all(stores.flatMap((store) => twins.map((key) => store.put(key, bytes(key)))));

    const store = createDirectoryStore(root);
    for (const key of twins) expect(await textOf(store, key)).toBe(key);
    expect((await collect(store.list(''))).map(({ key }) => key)).toEqual([...twins].sort());
    expect(await collect(store.listVersions(''))).toHaveLength(8);
    await store.delete('lookups/dev/codes.csv');
    expect(await textOf(store, 'lookups/dev/Codes.csv')).toBe('lookups/dev/Codes.csv');
  });
});
