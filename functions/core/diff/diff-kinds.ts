/**
 * What differs between two states of what an instance holds beside integrations. A kind that only one side looked at is not
 * compared: it is said, never taken for added or removed. Values of connections are never told, only that they differ.
 */

import type { Entry, KindFacts, OtherKind, OtherKinds } from '../kinds.ts';
import type { OddItem } from '../odd-item.ts';
import { scheduleOf } from '../schedule.ts';
import type { Stored } from '../snapshot/archived-items.ts';
import { contentChange, type KnownContent } from '../snapshot/known-content.ts';
import { settledStatus } from '../status.ts';
import { diffItems, type FromTo, type ItemsDiff, type Told, told } from './diff-items.ts';

interface ItemState extends Told {
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

export interface ChangedItem extends Told {
  /** Digests. */
  readonly content?: FromTo;
  /** An empty text: not there. */
  readonly facts: readonly (FromTo & { readonly fact: string })[];
  /** Names of facts with another value. */
  readonly otherValues: readonly string[];
}

export type KindDiff = ItemsDiff<Told, ChangedItem>;

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

export const diffKinds = (a: KindsState, b: KindsState, oddInA: OddItems = {}, oddInB: OddItems = {}): KindsDiff => ({
  kinds: Object.fromEntries(
    kindsOf(a, b).flatMap((kind) => {
      const [before, after] = [a[kind], b[kind]];
      if (!before || !after) return [];
      const [from, to] = [
        { items: before, odd: oddInA[kind] },
        { items: after, odd: oddInB[kind] },
      ];
      return [[kind, diffItems(from, to, told, changesOf)]];
    }),
  ),
  notCompared: kindsOf(a, b).filter((kind) => (a[kind] === undefined) !== (b[kind] === undefined)),
});

/** In the order they have in either. */
const kindsOf = (a: KindsState, b: KindsState): OtherKind[] => [
  ...new Set([...Object.keys(a), ...Object.keys(b)] as OtherKind[]),
];

const changesOf = (from: ItemState, to: ItemState): Omit<ChangedItem, keyof Told> | undefined => {
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
  return { ...(content && { content }), facts: [...names, ...facts], otherValues };
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
