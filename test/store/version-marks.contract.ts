/** What a store that has a lifecycle of its own owes the vault beside: tags and locks of single versions. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore, VersionMarks } from '../../functions/store/object-store.ts';
import { bytes, KEY, textOf } from './contents.ts';

/** `makeStore` gives an empty store of its own, which may lock, to every test. */
export const describeVersionMarks = (name: string, makeStore: () => Promise<ObjectStore>): void => {
  describe(`${name} with marks`, () => {
    let store: ObjectStore;
    let marks: VersionMarks;
    beforeEach(async () => {
      store = await makeStore();
      if (!store.marks) throw new Error(`${name} has no marks`);
      marks = store.marks;
    });

    it('tags the version named and no other one', async () => {
      const first = await store.put(KEY, bytes('first'));
      const second = await store.put(KEY, bytes('second'));

      expect(await marks.tag(KEY, first.versionId, { 'oic-keep': 'month', and: 'more/of it' })).toBe(true);

      expect(await marks.tagsOf(KEY, first.versionId)).toEqual({ 'oic-keep': 'month', and: 'more/of it' });
      expect(await marks.tagsOf(KEY, second.versionId)).toEqual({});
    });

    it('tags the current version when none is named', async () => {
      const first = await store.put(KEY, bytes('first'));
      const second = await store.put(KEY, bytes('second'));

      await marks.tag(KEY, undefined, { 'oic-keep': 'day' });

      expect(await marks.tagsOf(KEY, second.versionId)).toEqual({ 'oic-keep': 'day' });
      expect(await marks.tagsOf(KEY, undefined)).toEqual({ 'oic-keep': 'day' });
      expect(await marks.tagsOf(KEY, first.versionId)).toEqual({});
    });

    it('puts new tags in the place of all earlier ones, and changes nothing else', async () => {
      const { versionId, etag } = await store.put(KEY, bytes('x'));
      await marks.tag(KEY, versionId, { 'oic-keep': 'year', other: '1' });
      await marks.tag(KEY, versionId, { 'oic-keep': 'day' });

      expect(await marks.tagsOf(KEY, versionId)).toEqual({ 'oic-keep': 'day' });
      expect(await store.head(KEY)).toMatchObject({ versionId, etag });
      expect(await textOf(store, KEY, versionId)).toBe('x');
    });

    it('says when there is nothing to tag', async () => {
      const elsewhere = await store.put('other', bytes('y'));

      for (const versionId of [undefined, elsewhere.versionId]) {
        expect(await marks.tag(KEY, versionId, { 'oic-keep': 'day' })).toBe(false);
        expect(await marks.tagsOf(KEY, versionId)).toBeUndefined();
      }
    });

    it.each(['the version named', 'the current one'])(
      'keeps everybody from removing a version that is locked: %s',
      async (which) => {
        const { versionId } = await store.put(KEY, bytes('locked'));
        const named = which === 'the version named' ? versionId : undefined;

        expect(await marks.lock(KEY, named, new Date(Date.now() + 86_400_000), 'governance')).toBe(true);

        await expect(store.deleteVersion(KEY, versionId)).rejects.toMatchObject({ name: 'StoreError', kind: 'denied' });
        expect(await textOf(store, KEY, versionId)).toBe('locked');
      },
    );
  });
};
