import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OicError } from '../../functions/oic/http/errors.ts';
import { type Listed, ListingError, type Page, readListing } from '../../functions/oic/listing.ts';
import { rounds } from '../rounds.ts';
import { createRandom } from '../simulator/random.ts';
import { failureOf } from './simulated.ts';

const items = (count: number): Listed[] =>
  Array.from({ length: count }, (_, n) => ({ id: `I${String(n).padStart(4, '0')}` }));

const pageOf = (all: readonly Listed[], offset: number, size: number): Page<Listed> => ({
  items: all.slice(offset, offset + size),
  odd: [],
  hasMore: offset + size < all.length,
  totalResults: all.length,
  answeredAtMs: Date.parse('2026-11-23T04:15:00Z'),
});

const readAll = (readPage: (offset: number) => Page<Listed>) =>
  readListing(
    'listing',
    async (offset) => readPage(offset),
    () => Promise.resolve(),
  );

const read = async (readPage: (offset: number) => Page<Listed>) => (await readAll(readPage)).items;

describe('a listing', () => {
  test.each([0, 1, 99, 100, 101, 200, 250])('of %i items is read in as few pages as it takes', async (count) => {
    const all = items(count);
    const offsets: number[] = [];

    const got = await read((offset) => {
      offsets.push(offset);
      return pageOf(all, offset, 100);
    });

    expect(got).toEqual(all);
    expect(offsets).toEqual(Array.from({ length: Math.max(1, Math.ceil(count / 100)) }, (_, n) => n * 100));
  });

  test('goes on from what was received, when pages are shorter than asked for', async () => {
    const all = items(120);

    expect(await read((offset) => pageOf(all, offset, 37))).toEqual(all);
  });

  test('is read side by side once its first page has told how much there is', async () => {
    const all = items(500);
    let [inFlight, most] = [0, 0];

    await readListing(
      'listing',
      async (offset) => {
        most = Math.max(most, ++inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight--;
        return pageOf(all, offset, 100);
      },
      () => Promise.resolve(),
    );

    expect(most).toBe(4);
  });

  test('is read on one by one, when pages after the first are shorter', async () => {
    const all = items(500);

    expect(await read((offset) => pageOf(all, offset, offset === 0 ? 100 : 60))).toEqual(all);
  });

  test('asks for no further page after one could not be read', async () => {
    const all = items(10_000);
    const offsets: number[] = [];
    const broken = read((offset) => {
      offsets.push(offset);
      if (offset > 0) throw new Error('the instance answered 503');
      return pageOf(all, offset, 100);
    });

    await expect(broken).rejects.toThrow('the instance answered 503');
    expect(offsets.length).toBeLessThan(10);
  });

  test('goes on when the server says there is no more but its total says there is', async () => {
    const all = items(120);

    expect(await read((offset) => ({ ...pageOf(all, offset, 50), hasMore: false }))).toEqual(all);
  });

  test('is read without totals by hasMore, and without hasMore by the total', async () => {
    const all = items(120);

    expect(await read((offset) => ({ ...pageOf(all, offset, 50), totalResults: undefined }))).toEqual(all);
    expect(await read((offset) => ({ ...pageOf(all, offset, 50), hasMore: undefined }))).toEqual(all);
  });

  test('is read again when one integration was deleted and another added between two pages', async () => {
    const before = items(120);
    const added = { id: 'ZZZ', created: '2026-11-23T04:15:01.000Z' };
    const after = [...before.slice(1), added];
    let requests = 0;

    const got = await read((offset) => pageOf(++requests === 1 ? before : after, offset, 100));

    expect(got.map(({ id }) => id)).toEqual(after.map(({ id }) => id));
  });

  test('that never adds up is an error, not a shorter list', async () => {
    const all = items(120);

    await expect(read((offset) => ({ ...pageOf(all, offset, 100), totalResults: 121 }))).rejects.toThrow(ListingError);
    await expect(read(() => pageOf(all, 0, 100))).rejects.toThrow(/the same item came on two pages/);
    await expect(
      read((offset) => ({ ...pageOf(all, offset, 100), totalResults: 120 + Math.random() })),
    ).rejects.toThrow(ListingError);
  });

  test('that tells one item twice, again and again, has it once', async () => {
    const all = items(7);
    const told = [...all.slice(0, 3), ...all.slice(2)];

    expect((await read((offset) => pageOf(told, offset, 100))).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  test('that says there is more and has no more to give is what came', async () => {
    const all = items(7);

    expect(await read((offset) => ({ ...pageOf(all, offset, 5), hasMore: true }))).toHaveLength(7);
  });

  test('without counts may have no page beyond its end; with counts a page that is not there is an error', async () => {
    const all = items(5);
    const gone = new OicError('not-found', 'no such page', { method: 'GET', path: '/lookups', status: 404 });
    const paged = (totalResults: number | undefined) => (offset: number) => {
      if (offset >= 5) throw gone;
      return { ...pageOf(all, offset, 5), hasMore: undefined, totalResults };
    };

    expect(await read(paged(undefined))).toHaveLength(5);
    await expect(read(paged(9))).rejects.toThrow(ListingError);
  });

  test('that shifts while it is read neither loses nor doubles what was there all the time', async () => {
    const change = fc.record({
      atRequest: fc.integer({ min: 1, max: 12 }),
      kind: fc.constantFrom('add', 'delete', 'rename', 'swap'),
      where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    });
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 90 }),
      fc.array(change, { maxLength: 6 }),
      fc.integer(),
      async (count, changes, seed) => {
        const list = items(count);
        const stable = new Set(list.map(({ id }) => id));
        let requests = 0;
        const turns = createRandom(seed);
        const created = '2026-11-23T04:15:01.000Z';
        const insert = (item: Listed): void => {
          list.push(item);
          list.sort((a, b) => (a.id < b.id ? -1 : 1));
        };
        let added = 0;
        const apply = ({ kind, where }: { kind: string; where: number }): void => {
          const index = Math.floor(where * list.length);
          if (kind !== 'add') {
            const [gone] = list.splice(index, 1);
            if (gone) stable.delete(gone.id);
          }
          if (kind !== 'delete')
            insert({ id: `I${String(Math.floor((1 - where) * count)).padStart(4, '0')}x${added++}`, created });
        };
        // Pages asked for side by side are answered in any order.
        const { items: got } = await readListing(
          'listing',
          async (offset) => {
            for (let turn = turns.below(12); turn > 0; turn--) await Promise.resolve();
            requests++;
            changes.filter(({ atRequest }) => atRequest === requests).forEach(apply);
            return pageOf(list, offset, 10);
          },
          () => Promise.resolve(),
        );
        const ids = got.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect([...stable].filter((id) => !ids.includes(id))).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: rounds(100, 500) });
  });
});

describe('a listing without an end is given up', () => {
  const endless = (pageSize: number, more: Partial<Page<Listed>> = {}) => {
    let pages = 0;
    const readPage = (offset: number): Page<Listed> => {
      pages++;
      const here = Array.from({ length: pageSize }, (_, n) => ({ id: `I${offset + n}` }));
      return { items: here, odd: [], hasMore: true, totalResults: undefined, answeredAtMs: undefined, ...more };
    };
    return { readPage, pages: () => pages };
  };

  test.each([
    ['after 100,000 items', endless(1_000), 101],
    ['after 2,000 pages', endless(1), 2_000],
    ['that tells of more than there can be, at once', endless(100, { totalResults: 1e15 }), 1],
    ['whose pages are all the same', endless(1, { items: [{ id: 'A' }] }), 2_000],
  ])('%s', async (_, { readPage, pages }, asked) => {
    const error = await failureOf(readAll(readPage));

    expect(error).toBeInstanceOf(ListingError);
    expect(error.message).toMatch(/^listing was given up after .*(items|pages): .*Nothing was concluded from it/);
    expect(pages()).toBe(asked);
  });

  test('after 15 minutes, reading it again included', async () => {
    let nowMs = 0;
    const { readPage } = endless(1);
    const slow = async (offset: number) => {
      nowMs += 61_000;
      return readPage(offset);
    };
    const error = await failureOf(
      readListing(
        'listing',
        slow,
        () => Promise.resolve(),
        () => nowMs,
      ),
    );
    expect(error.message).toMatch(/^listing was given up after 15 minutes/);
  });

  test('and one of 100,000 is read', async () => {
    const all = items(100_000);
    expect(await read((offset) => pageOf(all, offset, 100))).toHaveLength(100_000);
  });
});
