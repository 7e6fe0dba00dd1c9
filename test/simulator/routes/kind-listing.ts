/** A listing of something else than integrations: the same pages, in the order of names or of the last change. */

import type { State } from '../holds/holdings.ts';
import { type Answer, jsonText, Refusal } from '../http/answer.ts';
import { pageAnswer } from './listing.ts';
import { createFilter } from './query.ts';
import type { Call } from './route.ts';

interface KindListing<T> {
  /** Below the API's root. */
  readonly path: string;
  readonly items: readonly T[];
  readonly name: (item: T) => string;
  readonly toJson: (item: T) => object;
}

export const listAnswer = <T extends { readonly lastUpdated: number }>(
  state: State,
  { query }: Pick<Call, 'query'>,
  pageCap: number | undefined,
  { path, items, name, toJson }: KindListing<T>,
): Answer => {
  const orderBy = query.get('orderBy') ?? 'time';
  if (orderBy !== 'name' && orderBy !== 'time') throw new Refusal(400, 'orderBy is name or time');
  const q = query.get('q');
  const byName = (a: T, b: T): number => (name(a) < name(b) ? -1 : 1);
  return pageAnswer({
    found: items
      .filter(q === null ? () => true : readFilter(q, name))
      .toSorted(orderBy === 'name' ? byName : (a, b) => b.lastUpdated - a.lastUpdated || byName(a, b)),
    query,
    toJson: (item) => jsonText(toJson(item)),
    path,
    state,
    pageCap,
  });
};

const readFilter = <T>(q: string, name: (item: T) => string): ((item: T) => boolean) => {
  try {
    return createFilter(q, { name });
  } catch (error) {
    throw new Refusal(400, error instanceof Error ? error.message : 'q cannot be read');
  }
};
