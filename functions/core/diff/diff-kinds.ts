/**
 * What differs between two states of what an instance holds beside integrations. A kind that only one side looked at is not
 * compared: it is said, never taken for added or removed. Values of connections are never told, only that they differ.
 */

import { OTHER_KIND_ORDER, type OtherKind } from '../kinds.ts';
import { type OddItem, splitAbsent } from '../odd-item.ts';
import { scheduleOf } from '../schedule.ts';
import type { ArchiveRef } from '../snapshot/archive-ref.ts';
import { contentChange, type KnownContent } from '../snapshot/known-content.ts';
import type { OtherKinds } from '../snapshot/sections.ts';
import { settledStatus } from '../status.ts';

interface ThingState {
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
  readonly unknown?: readonly string[];
}

export type KindsState = Readonly<Partial<Record<OtherKind, readonly ThingState[]>>>;

export type OddItems = Readonly<Partial<Record<OtherKind, readonly OddItem[]>>>;

interface FromTo {
  readonly from: string;
  readonly to: string;
}

type Told = Pick<ThingState, 'id' | 'name' | 'lastUpdated' | 'lastUpdatedBy'>;

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

/** @param contentOf by kind and thing: what is known of its content */
export const stateOfKinds = (
  sections: OtherKinds,
  contentOf: (thing: { readonly id: string; readonly archive: ArchiveRef | null }) => KnownContent,
): KindsState => {
  const entries = OTHER_KIND_ORDER.map((kind) => [kind, sections[kind]?.map(stateOf(kind, contentOf))]);
  return Object.fromEntries(entries.filter(([, things]) => things));
};

/** The elements of a section. */
type Thing<K extends OtherKind> = NonNullable<OtherKinds[K]>[number];

const stateOf =
  <K extends OtherKind>(kind: K, contentOf: Parameters<typeof stateOfKinds>[1]) =>
  (thing: Thing<OtherKind>): ThingState => ({
    ...told(thing),
    ...('archive' in thing && { content: contentOf(thing) }),
    facts: {},
    hidden: {},
    // A section holds things of its own kind alone, which the types cannot follow.
    ...FACTS[kind]?.(thing as Thing<K>),
  });

/** Between the status of an integration in a project and what its schedule does. */
const SCHEDULE = ', schedule ';

/** What is compared of each kind beside its name and its archive. */
const FACTS: {
  readonly [K in OtherKind]?: (thing: Thing<K>) => Partial<ThingState>;
} = {
  projects: ({ integrations }) => ({
    facts: Object.fromEntries(
      integrations.map((it) => [
        it.id,
        it.schedule === null ? settledStatus(it) : `${settledStatus(it)}${SCHEDULE}${it.schedule}`,
      ]),
    ),
    unknown: integrations.flatMap((one) => (scheduleOf(one) === 'unknown' ? [one.id] : [])),
  }),
  deployments: ({ integrations }) =>
    integrations
      ? { facts: membersOf(integrations) }
      : { facts: undefined, content: { unknown: 'the instance did not tell which integrations are in it' } },
  packages: ({ integrations }) => ({ facts: membersOf(integrations) }),
  connections: ({ adapterType, role, status, securityPolicy, agentGroupId, properties }) => ({
    facts: known({
      adapter: adapterType,
      role,
      status,
      'security policy': securityPolicy,
      'agent group': agentGroupId,
    }),
    hidden: Object.fromEntries(properties.map(({ name, value = '' }) => [name, value])),
  }),
  certificates: ({ type, category, status, expires }) => ({ facts: known({ type, category, status, expires }) }),
};

const membersOf = (integrations: readonly string[]): Record<string, string> =>
  Object.fromEntries(integrations.map((id) => [id, 'in it']));

const known = (facts: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).flatMap(([fact, value]) => (value ? [[fact, value]] : [])));

const told = ({ id, name, lastUpdated, lastUpdatedBy }: Told): Told => ({
  id,
  name,
  ...(lastUpdated !== undefined && { lastUpdated }),
  ...(lastUpdatedBy !== undefined && { lastUpdatedBy }),
});

/** `added` is what only `b` has. All lists by id. */
export const diffKinds = (a: KindsState, b: KindsState, oddInA: OddItems = {}, oddInB: OddItems = {}): KindsDiff => ({
  kinds: Object.fromEntries(
    OTHER_KIND_ORDER.flatMap((kind) => {
      const [before, after] = [a[kind], b[kind]];
      return before && after ? [[kind, diffKind(before, after, oddInA[kind], oddInB[kind])]] : [];
    }),
  ),
  notCompared: OTHER_KIND_ORDER.filter((kind) => (a[kind] === undefined) !== (b[kind] === undefined)),
});

const diffKind = (
  a: readonly ThingState[],
  b: readonly ThingState[],
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

const byId = (things: readonly ThingState[]): ThingState[] => things.toSorted((x, y) => (x.id < y.id ? -1 : 1));

const describeChange = (from: ThingState, to: ThingState): ChangedItem | undefined => {
  const content = contentChange(from.content, to.content);
  const names = from.name === to.name ? [] : [{ fact: 'name', from: from.name, to: to.name }];
  const unasked = new Set([...(from.unknown ?? []), ...(to.unknown ?? [])]);
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
  state.connections ? { ...state, connections: state.connections.map((it) => ({ ...it, hidden: {} })) } : state;

/** Whether anything was added, removed or changed. */
export const hasChanges = ({ kinds }: KindsDiff): boolean =>
  Object.values(kinds).some(({ added, removed, changed }) => added.length + removed.length + changed.length > 0);
