/**
 * Reading a paged listing so that nothing is lost or doubled. Oracle's pages are cut from a live list: whatever is saved,
 * added or deleted between two pages shifts the rest, and a server may give smaller pages than it was asked for
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-integrations-get.html).
 *
 *   pass: the first page, then those its size and total promise, side by side; whatever is still missing, one after another,
 *         next offset = what was received, until the server has no more
 *   a pass counts when ids are unique and as many as `totalResults` says on every page; else the list is read again
 *
 * Why that suffices, in whatever order pages come: if one of the N that were there from the first page on is missing among
 * N different ones, then one of those was added since, and its time says so.
 */

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean | undefined;
  readonly totalResults: number | undefined;
  /** The server's clock when it answered, in ms; undefined when it did not say. */
  readonly answeredAtMs: number | undefined;
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

const MAX_PASSES = 8;
/** The transport decides how many are in flight; this many stand in its queue. */
const PAGES_AT_ONCE = 8;

export const readListing = async <T extends Listed>(
  what: string,
  readPage: (offset: number) => Promise<Page<T>>,
  waitBeforePass: (pass: number) => Promise<void>,
): Promise<readonly T[]> => {
  let problem = '';
  let doubted: ReadonlySet<string> | undefined;
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    if (pass > 1) await waitBeforePass(pass);
    const read = await readPass(readPage);
    if (read.problem !== undefined) {
      problem = read.problem;
      doubted = undefined;
      continue;
    }
    const ids = new Set(read.items.map((item) => item.id));
    if (!read.isDoubtful || (doubted && isSameSet(doubted, ids))) return read.items;
    problem = 'integrations came and went while it was read';
    doubted = ids;
  }
  throw new ListingError(
    `${what} gave no list that can be trusted in ${MAX_PASSES} readings: ${problem}. Nothing was concluded from it; try again when fewer people are saving`,
  );
};

interface Pass<T> {
  readonly items: readonly T[];
  readonly problem?: string;
  /** Something on a later page is newer than the reading: a deletion before it and this addition may have evened out. */
  readonly isDoubtful: boolean;
}

const readPass = async <T extends Listed>(readPage: (offset: number) => Promise<Page<T>>): Promise<Pass<T>> => {
  const items = new Map<string, T>();
  let received = 0;
  let total: number | undefined;
  let startedAtMs: number | undefined;
  let isDoubtful = false;
  const wrong = (problem: string): Pass<T> => ({ items: [], problem, isDoubtful: false });
  const first = await readPage(0);
  const pages = await readPromised(readPage, first);
  for (;;) {
    const page = pages.get(received) ?? (await readPage(received));
    if (received === 0) {
      total = page.totalResults;
      startedAtMs = page.answeredAtMs;
    } else if (page.totalResults !== total) {
      return wrong(
        `the total changed from ${total ?? 'unknown'} to ${page.totalResults ?? 'unknown'} between two pages`,
      );
    }
    for (const item of page.items) {
      items.set(item.id, item);
      if (received > 0 && startedAtMs !== undefined) isDoubtful ||= isNewerThan(item, startedAtMs);
    }
    received += page.items.length;
    if (items.size < received) return wrong('the same integration came on two pages');
    if (total !== undefined && received > total) return wrong(`${received} came of ${total}`);
    const expectsMore = page.hasMore === true || (total !== undefined && received < total);
    if (!expectsMore) return { items: [...items.values()], isDoubtful };
    if (page.items.length === 0) return wrong(`the list ended after ${received} of ${total ?? 'an unknown number'}`);
  }
};

/** By offset: the first page and, if it tells the total, the others at its size, until one shows that the list has moved. */
const readPromised = async <T>(
  readPage: (offset: number) => Promise<Page<T>>,
  first: Page<T>,
): Promise<ReadonlyMap<number, Page<T>>> => {
  const pages = new Map([[0, first]]);
  const size = first.items.length;
  const total = size === 0 ? 0 : (first.totalResults ?? 0);
  let next = size;
  let hasEnded = false;
  const lane = async (): Promise<void> => {
    while (!hasEnded && next < total) {
      const offset = next;
      next += size;
      try {
        const page = await readPage(offset);
        pages.set(offset, page);
        hasEnded ||= page.totalResults !== total || page.items.length < Math.min(size, total - offset);
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
