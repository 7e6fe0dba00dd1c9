/**
 * What is told of a kind of item that an instance holds beside integrations outside projects. Core knows none of them by
 * name: each is a module in kinds/, and who asks core about them hands it what they say of themselves.
 */
import type * as z from 'zod/mini';
import type { IntegrationId, Tracing } from './integration.ts';
import type { ScheduleFields } from './schedule.ts';

/**
 * The entry of each kind in its section of a manifest. The module of a kind adds its own (declaration merging).
 *
 * @public
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the modules of the kinds
export interface Sections {}

/** By the words the settings, snapshots and reports have for it. */
export type OtherKind = keyof Sections;

/** Sections of a manifest. An absent one was not looked at; it never means that there are none. */
export type OtherKinds = { readonly [K in OtherKind]?: readonly Sections[K][] | undefined };

/** Of whatever kind. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
}

/** An integration in an item, such as a project. */
export interface IntegrationInside extends ScheduleFields {
  readonly id: IntegrationId;
  readonly code: string;
  readonly version: string;
  readonly name: string;
  readonly status: string;
  readonly lastUpdated?: string | undefined;
  readonly tracing: Tracing;
}

/** A column of the page and of `oic list`, and what a comparison compares. */
export interface Fact<E> {
  /** In lower case. */
  readonly name: string;
  /** Above its column in a terminal. @default its name */
  readonly short?: string;
  /** @default 'text' */
  readonly as?: 'text' | 'number' | 'status' | 'time' | 'person';
  value(entry: E): string | number | undefined;
  /** In a terminal, where more of it can be told. */
  inTerminal?(entry: E): string;
  /** Only shown, never compared; or the other way round. @default both */
  readonly only?: 'shown' | 'compared';
}

export interface KindFacts<E extends Entry = Entry> {
  readonly name: OtherKind;
  readonly nouns: readonly [one: string, many: string];
  /** What an entry has beside what all have. */
  readonly fields: Readonly<Record<string, z.core.SomeType>>;
  /** Of a kind whose items have archives: what names one in the vault. */
  readonly file?: {
    readonly ending: string;
    readonly parts: 1 | 2;
    partsOf(entry: E): readonly string[];
  };
  /** By what people, failures and keys know an item. @default its id */
  nameOf?(entry: E): string;
  readonly facts: readonly Fact<E>[];
  /** What is in it: compared, each by its name. undefined: that was not told. */
  members?(entry: E): readonly string[] | undefined;
  /** Integrations in it, which run. */
  integrationsIn?(entry: E): readonly IntegrationInside[];
  /** Compared as well; the values are told to nobody. */
  hidden?(entry: E): Readonly<Record<string, string>>;
}

export const LAST_CHANGE: Fact<Entry> = {
  name: 'last change',
  short: 'updated',
  as: 'time',
  only: 'shown',
  value: ({ lastUpdated }) => lastUpdated,
};

export const SAVED: readonly Fact<Entry>[] = [
  LAST_CHANGE,
  { name: 'by', as: 'person', only: 'shown', value: ({ lastUpdatedBy }) => lastUpdatedBy },
];

/** Of a project its code, for its id may differ between instances. */
export const idOf = ({ nameOf }: Pick<KindFacts, 'nameOf'>, entry: Entry): string => nameOf?.(entry) ?? entry.id;

/** As failures, warnings and people name it: `project CODE`, `lookup NAME`. */
export const labelOf = (kind: Pick<KindFacts, 'nouns' | 'nameOf'>, entry: Entry): string =>
  `${kind.nouns[0]} ${idOf(kind, entry)}`;

/** Whether a failure of this id is about the kind as a whole, or one item of it. */
export const isAbout = ({ nouns: [one, many] }: KindFacts, failureId: string): boolean =>
  failureId === many || failureId.startsWith(`${one} `);

/** Whether a failure of this id is that of an integration outside projects: the ids of all else name their kind. */
export const isOfIntegration = (failureId: string, kinds: readonly KindFacts[]): boolean =>
  !kinds.some((kind) => isAbout(kind, failureId) || failureId.includes(` in ${kind.nouns[0]} `));

/** "projects, lookups" */
export const manyOf = (kinds: readonly KindFacts[]): string => kinds.map(({ nouns }) => nouns[1]).join(', ');

/** "2 projects, 1 lookup", of those that were counted. */
export const describeCounts = (
  counts: Readonly<Partial<Record<string, number>>>,
  kinds: readonly KindFacts[],
): string =>
  kinds
    .flatMap(({ name, nouns: [one, many] }) => {
      const number = counts[name];
      return number === undefined ? [] : [`${number} ${number === 1 ? one : many}`];
    })
    .join(', ');

/** Which of them a backup looks at. */
export type IncludedKinds = Readonly<Record<OtherKind, boolean>>;
