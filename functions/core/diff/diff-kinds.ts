/**
 * What differs between two states of what an instance holds beside integrations. A kind that only one side looked at is not
 * compared: it is said, never taken for added or removed. Values of connections are never told, only that they differ.
 */

import type { Entry, KindFacts, OtherKind, OtherKinds } from '../kinds.ts';
import { type OddItem, splitAbsent } from '../odd-item.ts';
import { scheduleOf } from '../schedule.ts';
import type { Stored } from '../snapshot/archived-items.ts';
import { contentChange, type KnownContent } from '../snapshot/known-content.ts';
import { settledStatus } from '../status.ts';

interface ItemState {
  readonly id: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
  /** Of what has an archive. */
  readonly content?: KnownContent | undefined;
  /** undefined: they were not told, so there is nothing to compare; `content` says so. */
  readonly facts: Readonly<Record<string, string>> | undefined;
  /** Facts whose values stay hidden. */
  readonly hidden: Readonly<Record<string, string>>;
  /** Facts of integrations whose schedule could not be asked, so that only their status is compared. */
  readonly unknown: readonly string[];
}

export type KindsState = Readonly<Partial<Record<OtherKind, readonly ItemState[]>>>;

export type OddItems = Readonly<Partial<Record<OtherKind, readonly OddItem[]>>>;

interface FromTo {
  readonly from: string;
  readonly to: string;
}

type Told = Pick<ItemState, 'id' | 'name' | 'lastUpdated' | 'lastUpdatedBy'>;

export interface ChangedItem extends Told {
  /** Digests. */
  readonly content?: FromTo;
  /** An empty text: not there. */
  readonly facts: readonly (FromTo & { readonly fact: string })[];
  /** Names of facts with another value. */
  readonly otherValues: readonly string[];
}

export interface KindDiff {
  readonly added: readonly Told[];
  readonly removed: readonly Told[];
  readonly changed: readonly ChangedItem[];
  /** In both, but their content could not be compared; or told by one side in a form that cannot be read. */
  readonly contentUnknown: readonly { readonly id: string; readonly reason: string }[];
  readonly unchanged: number;
}

export interface KindsDiff {
  readonly kinds: Readonly<Partial<Record<OtherKind, KindDiff>>>;
  /** Only one side looked at these. */
  readonly notCompared: readonly OtherKind[];
}

/** @param contentOf what is known of the content of an item that has an archive */
export const stateOfKinds = (
  sections: OtherKinds,
  contentOf: (entry: Stored<Entry>) => KnownContent,
  kinds: readonly KindFacts[],
): KindsState =>
  Object.fromEntries(
    kinds.flatMap((kind) => {
      const entries: readonly Entry[] | undefined = sections[kind.name];
      return entries ? [[kind.name, entries.map((entry) => stateOf(kind, entry, contentOf))]] : [];
    }),
  );

const stateOf = (kind: KindFacts, entry: Entry, contentOf: Parameters<typeof stateOfKinds>[1]): ItemState => {
  const members = kind.members ? kind.members(entry) : [];
  const inside = kind.integrationsIn?.(entry) ?? [];
  const facts = kind.facts.flatMap(({ name, only, value }) => {
    const told = only === 'shown' ? undefined : value(entry);
    return told ? [[name, String(told)]] : [];
  });
  return {
    ...told(entry),
    ...('archive' in entry && { content: contentOf(entry as Stored<Entry>) }),
    ...(!members && { content: { unknown: 'the instance did not tell which integrations are in it' } }),
    facts: members && {
      ...Object.fromEntries(facts),
      ...Object.fromEntries(members.map((id) => [id, 'in it'])),
      ...Object.fromEntries(
        inside.map((it) => [
          it.id,
          it.schedule === null ? settledStatus(it) : `${settledStatus(it)}${SCHEDULE}${it.schedule}`,
        ]),
      ),
    },
    hidden: kind.hidden?.(entry) ?? {},
    unknown: inside.flatMap((one) => (scheduleOf(one) === 'unknown' ? [one.id] : [])),
  };
};

/** Between the status of an integration in a project and what its schedule does. */
const SCHEDULE = ', schedule ';

const told = ({ id, name, lastUpdated, lastUpdatedBy }: Told): Told => ({
  id,
  name,
  ...(lastUpdated !== undefined && { lastUpdated }),
  ...(lastUpdatedBy !== undefined && { lastUpdatedBy }),
});

/** `added` is what only `b` has. All lists by id. */
export const diffKinds = (a: KindsState, b: KindsState, oddInA: OddItems = {}, oddInB: OddItems = {}): KindsDiff => ({
  kinds: Object.fromEntries(
    kindsOf(a, b).flatMap((kind) => {
      const [before, after] = [a[kind], b[kind]];
      return before && after ? [[kind, diffKind(before, after, oddInA[kind], oddInB[kind])]] : [];
    }),
  ),
  notCompared: kindsOf(a, b).filter((kind) => (a[kind] === undefined) !== (b[kind] === undefined)),
});

/** In the order they have in either. */
const kindsOf = (a: KindsState, b: KindsState): OtherKind[] => [
  ...new Set([...Object.keys(a), ...Object.keys(b)] as OtherKind[]),
];

const diffKind = (
  a: readonly ItemState[],
  b: readonly ItemState[],
  oddInA: readonly OddItem[] | undefined,
  oddInB: readonly OddItem[] | undefined,
): KindDiff => {
  const [before, after] = [new Map(a.map((it) => [it.id, it])), new Map(b.map((it) => [it.id, it]))];
  const pairs = byId(a).flatMap((from) => {
    const to = after.get(from.id);
    return to ? [{ from, to }] : [];
  });
  const changed = pairs.flatMap(({ from, to }) => describeChange(from, to) ?? []);
  const contentUnknown = pairs.flatMap(({ from, to }) => {
    const reason = [from.content, to.content].find((content) => content && 'unknown' in content);
    return reason && 'unknown' in reason ? [{ id: from.id, reason: reason.unknown }] : [];
  });
  const touched = new Set([...changed, ...contentUnknown].map(({ id }) => id));
  const added = splitAbsent(
    b.filter(({ id }) => !before.has(id)),
    oddInA,
  );
  const removed = splitAbsent(
    a.filter(({ id }) => !after.has(id)),
    oddInB,
  );
  return {
    added: byId(added.absent).map(told),
    removed: byId(removed.absent).map(told),
    changed,
    contentUnknown: [...contentUnknown, ...added.unknown, ...removed.unknown],
    unchanged: pairs.length - touched.size,
  };
};

const byId = (items: readonly ItemState[]): ItemState[] => items.toSorted((x, y) => (x.id < y.id ? -1 : 1));

const describeChange = (from: ItemState, to: ItemState): ChangedItem | undefined => {
  const content = contentChange(from.content, to.content);
  const names = from.name === to.name ? [] : [{ fact: 'name', from: from.name, to: to.name }];
  const unasked = new Set([...from.unknown, ...to.unknown]);
  const comparable = (facts: Readonly<Record<string, string>>, fact: string): string => {
    const value = facts[fact] ?? '';
    return unasked.has(fact) ? (value.split(SCHEDULE)[0] ?? value) : value;
  };
  const [before, after] = from.facts && to.facts ? [from.facts, to.facts] : [{}, {}];
  const facts = differing(before, after)
    .map((fact) => ({ fact, from: comparable(before, fact), to: comparable(after, fact) }))
    .filter((change) => change.from !== change.to);
  const otherValues = differing(from.hidden, to.hidden);
  if (!content && names.length + facts.length + otherValues.length === 0) return undefined;
  const newer = (from.lastUpdated ?? '') > (to.lastUpdated ?? '') ? from : to;
  return { ...told(newer), name: to.name, ...(content && { content }), facts: [...names, ...facts], otherValues };
};

const differing = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => a[key] !== b[key]).sort();

/** For comparing two instances: where their connections lead, and with which secrets, is each one's own affair. */
export const withoutValues = (state: KindsState): KindsState =>
  Object.fromEntries(
    Object.entries(state).map(([kind, items]) => [kind, items?.map((item) => ({ ...item, hidden: {} }))]),
  );

/** Whether anything was added, removed or changed. */
export const hasChanges = ({ kinds }: KindsDiff): boolean =>
  Object.values(kinds).some(({ added, removed, changed }) => added.length + removed.length + changed.length > 0);
