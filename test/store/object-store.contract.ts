/** What every object store owes the vault and the drop box; the same suite for each of them. */
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../functions/store/object-store.ts';
import { bytes, collect, KEY, textOf } from './contents.ts';
import { describeConcurrency, describeRemoval } from './object-store-changes.contract.ts';

/** `makeStore` gives an empty store of its own to every test. */
export const describeObjectStore = (name: string, makeStore: () => Promise<ObjectStore>): void => {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore;
    beforeEach(async () => {
      store = await makeStore();
    });

    describeReading(() => store);
    describeVersions(() => store);
    describeConditions(() => store);
    describeListing(() => store);
    describeRemoval(() => store);
    describeConcurrency(() => store);
  });
};

const describeReading = (current: () => ObjectStore): void => {
  it('gives back the bytes, size and identity of what was put', async () => {
    const store = current();
    const body = randomBytes(100_000);
    const before = Date.now();

    const put = await store.put(KEY, body);

    const object = await store.get(KEY);
    expect(object && Buffer.compare(object.body, body)).toBe(0);
    expect(object).toMatchObject({ key: KEY, versionId: put.versionId, etag: put.etag, bytes: 100_000 });
    expect(await store.head(KEY)).toMatchObject({ key: KEY, versionId: put.versionId, etag: put.etag, bytes: 100_000 });
    expect(Math.abs((object?.lastModified.getTime() ?? 0) - before)).toBeLessThan(60_000);
  });

  it('has nothing at a key that was never put', async () => {
    await current().put(KEY, bytes('x'));

    for (const key of ['other', `${KEY}/below`, 'integrations', 'integrations/prod/HELLO_WORLD']) {
      expect(await current().get(key), key).toBeUndefined();
      expect(await current().head(key), key).toBeUndefined();
    }
  });

  it('has nothing under a version id it has not given', async () => {
    await current().put(KEY, bytes('x'));
    const elsewhere = await current().put('other', bytes('y'));

    for (const versionId of [elsewhere.versionId, 'nonsense', '../../other']) {
      expect(await current().get(KEY, versionId)).toBeUndefined();
      expect(await current().head(KEY, versionId)).toBeUndefined();
    }
  });

  it('keeps an object of 0 bytes apart from none', async () => {
    const { versionId } = await current().put(KEY, new Uint8Array());

    expect(await current().get(KEY)).toMatchObject({ bytes: 0, versionId, body: { length: 0 } });
    expect(await collect(current().list(''))).toMatchObject([{ key: KEY, bytes: 0 }]);
  });

  it('takes keys with spaces, plus signs, percent signs and characters of any script', async () => {
    const keys = ['a b/c d.iar', 'a+b', '100%/%41', 'Übung/größe é.iar', '統合/テスト.iar', 'quo\'te"s&<x>', 'x=1?y#z'];
    for (const key of keys) await current().put(key, bytes(key));

    for (const key of keys) expect(await textOf(current(), key)).toBe(key);
    expect((await collect(current().list(''))).map(({ key }) => key)).toEqual([...keys].sort());
  });

  it.each(['', '/a', 'a/', 'a//b', '.', '..', 'a/../b', './a', 'a/..', 'a\0b'])('refuses the key %j', async (key) => {
    const refusal = { name: 'StoreError', kind: 'bad-key' };
    await expect(current().put(key, bytes('x'))).rejects.toMatchObject(refusal);
    await expect(current().get(key)).rejects.toMatchObject(refusal);
    await expect(current().headAll('', ['a', key])).rejects.toMatchObject(refusal);
    await expect(current().delete(key)).rejects.toMatchObject(refusal);
  });
};

const describeVersions = (current: () => ObjectStore): void => {
  it('keeps every version readable by its id, and has the last one as current', async () => {
    const put = [];
    for (const text of ['one', 'two', 'three', 'four']) put.push({ text, ...(await current().put(KEY, bytes(text))) });

    for (const { text, versionId, etag } of put) {
      expect(await textOf(current(), KEY, versionId)).toBe(text);
      expect(await current().head(KEY, versionId)).toMatchObject({ versionId, etag, bytes: text.length });
    }
    expect(await current().get(KEY)).toMatchObject({ versionId: put[3]?.versionId });
    expect(await textOf(current(), KEY)).toBe('four');
  });

  it('makes a new version of the same bytes', async () => {
    const first = await current().put(KEY, bytes('same'));
    const second = await current().put(KEY, bytes('same'));

    expect(second.versionId).not.toBe(first.versionId);
    expect(await collect(current().listVersions(''))).toHaveLength(2);
  });
};

const describeConditions = (current: () => ObjectStore): void => {
  const refused = { name: 'PreconditionFailed', key: KEY };

  it('puts if absent only where nothing is', async () => {
    await current().put(KEY, bytes('first'), { ifAbsent: true });

    await expect(current().put(KEY, bytes('second'), { ifAbsent: true })).rejects.toMatchObject(refused);
    expect(await textOf(current(), KEY)).toBe('first');
    expect(await collect(current().listVersions(''))).toHaveLength(1);
  });

  it('counts a deleted object as absent', async () => {
    const { etag } = await current().put(KEY, bytes('first'));
    await current().delete(KEY);

    await expect(current().put(KEY, bytes('second'), { ifMatch: etag })).rejects.toMatchObject(refused);
    await current().put(KEY, bytes('third'), { ifAbsent: true });
    expect(await textOf(current(), KEY)).toBe('third');
  });

  it('puts if the etag matches the current version, and only then', async () => {
    const first = await current().put(KEY, bytes('first'));
    const second = await current().put(KEY, bytes('second'), { ifMatch: first.etag });

    await expect(current().put(KEY, bytes('third'), { ifMatch: first.etag })).rejects.toMatchObject(refused);
    expect(await current().head(KEY)).toMatchObject({ versionId: second.versionId });
  });

  it('matches no etag where nothing was ever put', async () => {
    const { etag } = await current().put('other', bytes('x'));

    await expect(current().put(KEY, bytes('x'), { ifMatch: etag })).rejects.toMatchObject(refused);
    await expect(current().delete(KEY, { ifMatch: etag })).rejects.toMatchObject(refused);
  });

  it('deletes if the etag matches, and only then', async () => {
    const first = await current().put(KEY, bytes('first'));
    const second = await current().put(KEY, bytes('second'));

    await expect(current().delete(KEY, { ifMatch: first.etag })).rejects.toMatchObject(refused);
    expect(await textOf(current(), KEY)).toBe('second');
    await current().delete(KEY, { ifMatch: second.etag });
    expect(await current().get(KEY)).toBeUndefined();
  });
};

const describeListing = (current: () => ObjectStore): void => {
  it('lists keys in the order of their code units, whatever the folders', async () => {
    const keys = ['z/2', 'a0', 'z/10', 'a/b', 'B', 'ä', 'a.b', 'a-b', 'z/1/x', 'z/1.x', 'a/B', 'Z'];
    for (const key of keys) await current().put(key, bytes(key));

    const inOrder = [...keys].sort();
    expect((await collect(current().list(''))).map(({ key }) => key)).toEqual(inOrder);
    expect((await collect(current().listVersions(''))).map(({ key }) => key)).toEqual(inOrder);
  });

  it('lists what begins with the prefix, folder or not', async () => {
    const keys = ['p/a/1', 'p/a/2', 'p/ab', 'p/b', 'q'];
    for (const key of keys) await current().put(key, bytes(key));
    const under = async (prefix: string) => [
      (await collect(current().list(prefix))).map(({ key }) => key),
      (await collect(current().listVersions(prefix))).map(({ key }) => key),
    ];

    expect(await under('p/a')).toEqual([keys.slice(0, 3), keys.slice(0, 3)]);
    expect(await under('p/a/')).toEqual([keys.slice(0, 2), keys.slice(0, 2)]);
    expect(await under('p/a/1')).toEqual([['p/a/1'], ['p/a/1']]);
    expect(await under('p/a/1/')).toEqual([[], []]);
    expect(await under('nothing/here')).toEqual([[], []]);
    expect(await under('')).toEqual([keys, keys]);
  });

  it('lists flat what lies below no further folder', async () => {
    for (const key of ['p/a/1', 'p/ab', 'p/b', 'q', 'r/s']) await current().put(key, bytes(key));
    await current().put('gone', bytes('x'));
    await current().delete('gone');
    const flat = async (prefix: string) => (await collect(current().list(prefix, 'flat'))).map(({ key }) => key);

    expect(await flat('')).toEqual(['q']);
    expect(await flat('p/')).toEqual(['p/ab', 'p/b']);
    expect(await flat('p/a')).toEqual(['p/ab']);
    expect(await flat('r')).toEqual([]);
  });

  it('tells what is current at many keys', async () => {
    const keys = Array.from({ length: 70 }, (_, n) => `p/${n}/x`);
    for (const key of [...keys, 'p/deleted', 'p/other', 'q/elsewhere']) await current().put(key, bytes(key));
    await current().put('p/7/x', bytes('a younger version'));
    await current().delete('p/deleted');

    const found = await current().headAll('p/', [...keys, 'p/deleted', 'p/never', 'p/7']);

    const heads = await Promise.all(keys.map((key) => current().head(key)));
    expect(found.toSorted((a, b) => keys.indexOf(a.key) - keys.indexOf(b.key))).toEqual(heads);
    expect(await current().headAll('p/', [])).toEqual([]);
  });

  it('lists the versions of a key newest first and says which is current', async () => {
    const a1 = await current().put('a', bytes('a1'));
    const b1 = await current().put('b', bytes('b1'));
    const a2 = await current().put('a', bytes('a2 longer'));

    const { body: _, ...a2Now } = (await current().get('a')) ?? { body: undefined };
    expect(await collect(current().listVersions(''))).toMatchObject([
      { ...a2Now, versionId: a2.versionId, bytes: 9, isCurrent: true },
      { key: 'a', versionId: a1.versionId, etag: a1.etag, bytes: 2, isCurrent: false },
      { key: 'b', versionId: b1.versionId, etag: b1.etag, bytes: 2, isCurrent: true },
    ]);
    expect(await collect(current().list(''))).toMatchObject([{ versionId: a2.versionId }, { versionId: b1.versionId }]);
  });
};
