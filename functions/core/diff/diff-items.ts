/** What differs between two states of items of one kind: which only one has, and what changed of those in both. */

import { type OddItem, splitAbsent } from '../odd-item.ts';
import type { KnownContent } from '../snapshot/known-content.ts';

/** What is told of every item. */
export interface Told {
  readonly id: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
}

export interface FromTo<T = string> {
  readonly from: T;
  readonly to: T;
}

/** All lists by id. */
export interface ItemsDiff<Listed extends Told, Changed extends Told> {
  /** What only the second state has. */
  readonly added: readonly Listed[];
  readonly removed: readonly Listed[];
  readonly changed: readonly Changed[];
  /** In both, but their content could not be compared; or told by one side in a form that cannot be read. */
  readonly contentUnknown: readonly { readonly id: string; readonly reason: string }[];
  /** In both, the same in everything that is known. */
  readonly unchanged: number;
}

interface Side<Item> {
  readonly items: readonly Item[];
  /** What it has in a form that cannot be read, so that nothing is known to be absent that may be it. */
  readonly odd?: readonly OddItem[] | undefined;
}

/**
 * @param list how one that only one side has is told
 * @param changesOf of one in both; undefined when there are none. Who changed it last, and when, is added
 */
export const diffItems = <
  Item extends Told & { readonly content?: KnownContent | undefined },
  Listed extends Told,
  Changes extends object,
>(
  a: Side<Item>,
  b: Side<Item>,
  list: (item: Item) => Listed,
  changesOf: (from: Item, to: Item) => Changes | undefined,
): ItemsDiff<Listed, Told & Changes> => {
  const [before, after] = [new Map(a.items.map((it) => [it.id, it])), new Map(b.items.map((it) => [it.id, it]))];
  const pairs = byId(a.items).flatMap((from) => {
    const to = after.get(from.id);
    return to ? [{ from, to }] : [];
  });
  const changed = pairs.flatMap(({ from, to }) => {
    const changes = changesOf(from, to);
    const newer = (from.lastUpdated ?? '') > (to.lastUpdated ?? '') ? from : to;
    return changes ? [{ ...told(newer), name: to.name, ...changes }] : [];
  });
  const contentUnknown = pairs.flatMap(({ from, to }) => {
    const reasons = [from.content, to.content].flatMap((content) =>
      content && 'unknown' in content ? [content.unknown] : [],
    );
    return reasons.slice(0, 1).map((reason) => ({ id: from.id, reason }));
  });
  const touched = new Set([...changed, ...contentUnknown].map(({ id }) => id));
  const isOnlyIn = (other: ReadonlyMap<string, Item>) => (item: Item) => !other.has(item.id);
  const added = splitAbsent(b.items.filter(isOnlyIn(before)), a.odd);
  const removed = splitAbsent(a.items.filter(isOnlyIn(after)), b.odd);
  return {
    added: byId(added.absent).map(list),
    removed: byId(removed.absent).map(list),
    changed,
    contentUnknown: [...contentUnknown, ...added.unknown, ...removed.unknown],
    unchanged: pairs.length - touched.size,
  };
};

const byId = <T extends Told>(items: readonly T[]): T[] => items.toSorted((x, y) => (x.id < y.id ? -1 : 1));

export const told = ({ id, name, lastUpdated, lastUpdatedBy }: Told): Told => ({
  id,
  name,
  ...(lastUpdated !== undefined && { lastUpdated }),
  ...(lastUpdatedBy !== undefined && { lastUpdatedBy }),
});
