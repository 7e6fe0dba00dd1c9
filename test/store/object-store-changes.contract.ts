/** The part of the contract about removing objects, and about many who change one at once. */
import { expect, it } from 'vitest';
import { type ObjectStore, PreconditionFailed } from '../../functions/store/object-store.ts';
import { bytes, collect, KEY, textOf } from './contents.ts';

export const describeRemoval = (current: () => ObjectStore): void => {
  it('hides a deleted object and keeps its versions', async () => {
    const { versionId } = await current().put(KEY, bytes('first'));
    await current().delete(KEY);

    expect(await current().get(KEY)).toBeUndefined();
    expect(await current().head(KEY)).toBeUndefined();
    expect(await collect(current().list(''))).toEqual([]);
    expect(await textOf(current(), KEY, versionId)).toBe('first');
    expect(await collect(current().listVersions(''))).toMatchObject([{ key: KEY, versionId, isCurrent: false }]);
  });

  it('tells what was deleted last and when, until it is put again', async () => {
    const before = Date.now();
    for (const key of ['a/1', 'a/2', 'b']) await current().put(key, bytes('x'));
    for (const key of ['a/1', 'a/2', 'b']) await current().delete(key);
    await current().put('a/2', bytes('y'));

    const removals = await collect(current().listRemovals('a/'));

    expect(removals.map(({ key }) => key)).toEqual(['a/1']);
    expect(Math.abs((removals[0]?.removedAt.getTime() ?? 0) - before)).toBeLessThan(60_000);
  });

  it('finds nothing wrong with deleting what is not there', async () => {
    await current().delete(KEY);
    await current().put(KEY, bytes('x'));
    await current().delete(KEY);
    await current().delete(KEY);
    await current().deleteVersion(KEY, 'nonsense');
    await current().deleteVersion('never', 'nonsense');

    expect(await current().get(KEY)).toBeUndefined();
  });

  it('removes an older version for good and leaves the others', async () => {
    const first = await current().put(KEY, bytes('first'));
    const second = await current().put(KEY, bytes('second'));
    const third = await current().put(KEY, bytes('third'));

    await current().deleteVersion(KEY, second.versionId);

    expect(await current().get(KEY, second.versionId)).toBeUndefined();
    expect((await collect(current().listVersions(''))).map(({ versionId }) => versionId)).toEqual([
      third.versionId,
      first.versionId,
    ]);
    expect(await textOf(current(), KEY)).toBe('third');
  });

  it('has the next newest version as current once the current one is removed', async () => {
    const first = await current().put(KEY, bytes('first'));
    const second = await current().put(KEY, bytes('second'));
    const third = await current().put(KEY, bytes('third'));

    await current().deleteVersion(KEY, third.versionId);

    expect(await current().head(KEY)).toMatchObject({ versionId: second.versionId, etag: second.etag });
    expect(await textOf(current(), KEY)).toBe('second');
    expect(await current().get(KEY, third.versionId)).toBeUndefined();
    expect(await collect(current().listVersions(''))).toMatchObject([
      { versionId: second.versionId, isCurrent: true },
      { versionId: first.versionId, isCurrent: false },
    ]);
    await current().put(KEY, bytes('fourth'), { ifMatch: second.etag });
    expect(await textOf(current(), KEY, second.versionId)).toBe('second');
  });

  it('stays deleted when the version after a deletion is removed', async () => {
    const first = await current().put(KEY, bytes('first'));
    await current().delete(KEY);
    const second = await current().put(KEY, bytes('second'));

    await current().deleteVersion(KEY, second.versionId);

    expect(await current().get(KEY)).toBeUndefined();
    expect(await collect(current().listVersions(''))).toMatchObject([{ versionId: first.versionId, isCurrent: false }]);
  });

  it('has nothing left once the only version is removed, and takes a new one', async () => {
    const { versionId } = await current().put(KEY, bytes('first'));

    await current().deleteVersion(KEY, versionId);

    expect(await current().get(KEY)).toBeUndefined();
    expect(await collect(current().listVersions(''))).toEqual([]);
    const again = await current().put(KEY, bytes('again'), { ifAbsent: true });
    expect(again.versionId).not.toBe(versionId);
    expect(await textOf(current(), KEY)).toBe('again');
  });
};

const RACERS = Array.from({ length: 20 }, (_, racer) => `racer ${racer}`);

export const describeConcurrency = (current: () => ObjectStore): void => {
  const race = async (condition: { ifAbsent: true } | { ifMatch: string }) => {
    const ends = await Promise.allSettled(RACERS.map((racer) => current().put(KEY, bytes(racer), condition)));
    const losses = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    for (const loss of losses) expect(loss).toBeInstanceOf(PreconditionFailed);
    return ends.flatMap((end, racer) => (end.status === 'fulfilled' ? [RACERS[racer]] : []));
  };

  it('lets exactly one of 20 racers put if absent', async () => {
    const winners = await race({ ifAbsent: true });

    expect(winners).toHaveLength(1);
    expect(await textOf(current(), KEY)).toBe(winners[0]);
  });

  it('lets exactly one of 20 racers put if the etag matches', async () => {
    const { etag } = await current().put(KEY, bytes('start'));
    const winners = await race({ ifMatch: etag });

    expect(winners).toHaveLength(1);
    expect(await textOf(current(), KEY)).toBe(winners[0]);
    expect(await collect(current().listVersions(''))).toHaveLength(2);
  });

  it('keeps all of 20 versions put at once', async () => {
    const put = await Promise.all(RACERS.map(async (text) => ({ text, ...(await current().put(KEY, bytes(text))) })));

    for (const { text, versionId } of put) expect(await textOf(current(), KEY, versionId)).toBe(text);
    expect(await collect(current().listVersions(''))).toHaveLength(20);
  });

  it('never shows half an object, or one under the id of another, while it is put', async () => {
    const bodyOf = (round: number) => Buffer.alloc(1 + (round % 3) * 200_000, `${round % 10}`);
    const seen: { versionId: string; body: Uint8Array }[] = [];
    await current().put(KEY, bodyOf(0));
    let isWriting = true;
    const read = async () => {
      while (isWriting) seen.push((await current().get(KEY)) ?? expect.fail('the object was gone'));
    };

    const readers = [read(), read()];
    const expected = new Map<string, Buffer>();
    for (let round = 1; round <= 25; round += 1) {
      expected.set((await current().put(KEY, bodyOf(round))).versionId, bodyOf(round));
    }
    isWriting = false;
    await Promise.all(readers);

    for (const { versionId, body } of seen) {
      expect(Buffer.compare(body, expected.get(versionId) ?? bodyOf(0)), versionId).toBe(0);
    }
    expect(new Set(seen.map(({ versionId }) => versionId)).size).toBeGreaterThan(1);
  });
};
