/**
 * Reading a paged listing so that nothing is lost or doubled. Oracle's pages are cut from a live list: whatever is saved,
 * added or deleted between two pages shifts the rest, and a server may give smaller pages than it was asked for
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-integrations-get.html).
 *
 *   pass: the first page, then those its size and total promise, side by side; whatever is still missing, one after another,
 *         next offset = what was received, until the server has no more; one that says nothing of that, until a page is
 *         empty or the first one again
 *   a pass counts when as many came as `totalResults` says on every page, and ids are unique or the next pass has the same
 *         ones; else the list is read again
 *
 * Why that suffices, in whatever order pages come: if one of the N that were there from the first page on is missing among
 * N different ones, then one of those was added since, and its time says so. Without a total nothing says so: there a
 * second reading has to give the same.
 */
import type { Listing, OddItem } from '../core/odd-item.ts';
import { isOicError } from './http/errors.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** They are of the list as much as `items` are. */
  readonly odd: readonly OddOnPage[];
  readonly hasMore: boolean | undefined;
  readonly totalResults: number | undefined;
  /** The server's clock when it answered, in ms; undefined when it did not say. */
  readonly answeredAtMs: number | undefined;
}

type ReadPage<T> = (offset: number) => Promise<Page<T>>;

export interface OddOnPage extends Pick<OddItem, 'code' | 'names'> {
  /** Its content as text: what tells it from others. */
  readonly content: string;
  readonly reason: string;
  /** On the page, from 0. */
  readonly place: number;
}

export interface Listed {
  readonly id: string;
  readonly created?: string | undefined;
  readonly lastUpdated?: string | undefined;
}

/** The list would not hold still, or does not add up. Nothing may be concluded from it, least of all that something is gone. */
export class ListingError extends Error {
  override readonly name = 'ListingError';
}

/**
 * What a listing may come to, reading it again included: a server that says for ever that there is more must not take all
 * memory and all night. The largest instance heard of has some thousand integrations.
 */
const MAX_ITEMS = 100_000;
const MAX_PAGES = 2_000;
const MAX_MINUTES = 15;

/** How many items are asked for at a time: Oracle's default and maximum. */
export const PAGE_SIZE = 100;

const MAX_PASSES = 8;
/** The transport decides how many are in flight; this many stand in its queue. */
const PAGES_AT_ONCE = 8;

export const readListing = async <T extends Listed>(
  what: string,
  readPage: ReadPage<T>,
  waitBeforePass: (pass: number) => Promise<void>,
  nowMs: () => number = () => performance.now(),
): Promise<Listing<T>> => {
  const ask = withinBounds(what, readPage, nowMs);
  let problem = '';
  let doubted: ReadonlySet<string> | undefined;
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    if (pass > 1) await waitBeforePass(pass);
    const read = await readPass(what, ask());
    if ('problem' in read) {
      problem = read.problem;
      doubted = undefined;
      if (read.isFinal) break;
      continue;
    }
    const ids = new Set([...read.items.keys(), ...read.odd.keys()]);
    if (!read.isDoubtful || (doubted && isSameSet(doubted, ids))) {
      return { items: [...read.items.values()], odd: [...read.odd.values()].map((odd) => describeOdd(what, odd)) };
    }
    problem = 'what it holds came and went while it was read';
    doubted = ids;
  }
  throw new ListingError(
    `${what} gave no list that can be trusted: ${problem}. Nothing was concluded from it; try again when fewer people are saving`,
  );
};

const tooLong = (what: string, bound: string): ListingError =>
  new ListingError(
    `${what} was given up after ${bound}: no instance takes so much, so its answers are not to be trusted. Nothing was concluded from it; ask Oracle, or look at what stands between here and the instance`,
  );

/** Of each pass so many pages, and of all of them together so many minutes. */
const withinBounds = <T>(what: string, readPage: ReadPage<T>, nowMs: () => number): (() => ReadPage<T>) => {
  const startedMs = nowMs();
  return () => {
    let pages = 0;
    return (offset) => {
      pages++;
      if (pages > MAX_PAGES) throw tooLong(what, `${MAX_PAGES.toLocaleString('en')} pages`);
      if (nowMs() - startedMs > MAX_MINUTES * 60_000) throw tooLong(what, `${MAX_MINUTES} minutes`);
      return readPage(offset);
    };
  };
};

const describeOdd = (what: string, { code, names, reason, place }: OddOnPage): OddItem => {
  const id = names[0] ?? `number ${place + 1} in the listing`;
  return { id, code, names, message: `${what}: ${id} cannot be used: ${reason}; look at it in the console` };
};

interface Pass<T> {
  readonly items: ReadonlyMap<string, T>;
  /** By their content; their places are those in the list. */
  readonly odd: ReadonlyMap<string, OddOnPage>;
  /** Something may have gone by unseen: the next pass has to hold the same. */
  readonly isDoubtful: boolean;
}

interface Failed {
  readonly problem: string;
  /** Another reading would find the same. */
  readonly isFinal?: boolean;
}

const readPass = async <T extends Listed>(what: string, readPage: ReadPage<T>): Promise<Pass<T> | Failed> => {
  const items = new Map<string, T>();
  const odd = new Map<string, OddOnPage>();
  let received = 0;
  let isDoubtful = false;
  const first = await readPage(0);
  const { totalResults: total, answeredAtMs: startedAtMs } = first;
  if (total !== undefined && total > MAX_ITEMS) throw tooLong(what, `telling of ${total.toLocaleString('en')} items`);
  const pages = await readPromised(readPage, first);
  const isUntold = total === undefined && first.hasMore === undefined;
  for (;;) {
    const page = pages.get(received) ?? (await readNext(readPage, received, isUntold));
    const size = sizeOf(page);
    if (page.totalResults !== total) {
      const [before, now] = [total ?? 'unknown', page.totalResults ?? 'unknown'];
      return { problem: `the total changed from ${before} to ${now} between two pages` };
    }
    if (isUntold && received > 0 && isSamePage(page, first)) {
      // A server that gives the same whatever the offset gave all it has, unless it gave just as much as was asked for.
      if (size === PAGE_SIZE)
        return { problem: 'it gives the same full page at every offset and no total', isFinal: true };
      return { items, odd, isDoubtful };
    }
    for (const item of page.items) {
      items.set(item.id, item);
      if (received > 0 && startedAtMs !== undefined) isDoubtful ||= isNewerThan(item, startedAtMs);
    }
    for (const one of page.odd) {
      const place = received + one.place;
      // Two of one content are two, or one that came twice: they look alike, so the next pass decides.
      const isAlike = odd.has(one.content);
      isDoubtful ||= isAlike;
      odd.set(isAlike ? `${one.content} ${place}` : one.content, { ...one, place });
    }
    isDoubtful ||= total === undefined && received > 0 && size > 0;
    received += size;
    if (received > MAX_ITEMS) throw tooLong(what, `${MAX_ITEMS.toLocaleString('en')} items`);
    // Told twice, or moved from one page to the next while another went by unseen: the next pass has to hold the same.
    const isTwice = items.size + odd.size < received;
    isDoubtful ||= isTwice;
    if (total !== undefined && received > total) {
      return { problem: isTwice ? 'the same item came on two pages' : `${received} came of ${total}` };
    }
    // A server that says there is more and has nothing more to give has given all it has.
    if (size === 0 && received > 0 && received >= (total ?? 0)) return { items, odd, isDoubtful };
    const expectsMore = isUntold ? size > 0 : page.hasMore === true || (total !== undefined && received < total);
    if (!expectsMore) return { items, odd, isDoubtful };
    if (size === 0) return { problem: `the list ended after ${received} of ${total ?? 'an unknown number'}` };
  }
};

const NO_PAGE = { items: [], odd: [], hasMore: undefined, totalResults: undefined, answeredAtMs: undefined };

/**
 * Beyond its end a list without counts may answer that there is no such page (404, or 400).
 *
 * @throws ListingError for any other list: that its first page came says that it is there
 */
const readNext = async <T>(readPage: ReadPage<T>, offset: number, isUntold: boolean): Promise<Page<T>> => {
  try {
    return await readPage(offset);
  } catch (error) {
    const isNoPage = isOicError(error, 'not-found') || (isOicError(error) && error.details.status === 400);
    if (offset === 0 || !isNoPage) throw error;
    if (isUntold) return NO_PAGE;
    throw new ListingError(
      `${error.message}; it was asked for more after ${offset} items. Nothing was concluded from it`,
    );
  }
};

const sizeOf = ({ items, odd }: Page<unknown>): number => items.length + odd.length;

const isSamePage = (a: Page<Listed>, b: Page<Listed>): boolean => sizeOf(b) > 0 && isSameSet(keysOf(a), keysOf(b));

const keysOf = ({ items, odd }: Page<Listed>): Set<string> =>
  new Set([...items.map(({ id }) => id), ...odd.map(({ content }) => content)]);

/** By offset: the first page and, if it tells the total, the others at its size, until one shows that the list has moved. */
const readPromised = async <T>(readPage: ReadPage<T>, first: Page<T>): Promise<ReadonlyMap<number, Page<T>>> => {
  const pages = new Map([[0, first]]);
  const size = sizeOf(first);
  const total = size === 0 ? 0 : (first.totalResults ?? 0);
  let next = size;
  let hasEnded = false;
  const lane = async (): Promise<void> => {
    while (!hasEnded && next < total) {
      const offset = next;
      next += size;
      try {
        const page = await readNext(readPage, offset, false);
        pages.set(offset, page);
        hasEnded ||= page.totalResults !== total || sizeOf(page) < Math.min(size, total - offset);
      } catch (error) {
        hasEnded = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: PAGES_AT_ONCE }, lane));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return pages;
};

/** HTTP dates have whole seconds, so the second in which the reading began counts as after it. */
const isNewerThan = (item: Listed, startedAtMs: number): boolean =>
  [item.created, item.lastUpdated].some((time) => time !== undefined && Date.parse(time) >= startedAtMs);

const isSameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && a.isSubsetOf(b);
