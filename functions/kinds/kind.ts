/**
 * What a kind of item knows to do. One module a kind; `all-kinds.ts` lists them, and jobs know them by these verbs alone.
 * Capabilities are optional: without `archive` the listing is all there is of an item.
 */
import type { IntegrationId } from '../core/integration.ts';
import type { Entry, KindFacts, OtherKinds } from '../core/kinds.ts';
import type { Listing, OddItem } from '../core/odd-item.ts';
import type { SnapshotFailure, SnapshotWarning } from '../core/snapshot/manifest.ts';
import type { OicClient } from '../oic/client.ts';
import type { Connections } from '../oic/connections.ts';
import type { OicError } from '../oic/http/errors.ts';
import type { PlacedIntegrations } from '../oic/integrations.ts';

export interface Item extends Entry {
  /** Who has it open; an empty text when Oracle does not say who. */
  readonly lockedBy?: string | undefined;
  /** What is in it could not be listed: nothing of it is read, and a failure says why. */
  readonly isUnread?: boolean;
  /** What is in it and cannot be read; absent when there is nothing. */
  readonly odd?: readonly OddItem[] | undefined;
}

export interface Asking {
  readonly oic: OicClient;
  /** Does the work on each, as many at a time as the instance takes; results in order. */
  each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]>;
  /** The snapshot before: what was not saved since need not be asked for again. */
  readonly earlier: OtherKinds;
}

export interface Listed<I> extends Listing<I> {
  /** Of single items, by their names in a snapshot. */
  readonly failures?: readonly SnapshotFailure[];
}

export interface Exported {
  readonly bytes: Uint8Array;
  readonly archive: {
    readonly sha256: string;
    readonly contentSha256: string;
    readonly designSha256: string;
    /** By an earlier way of reading it. */
    readonly formerContentSha256?: string | undefined;
    readonly rezipped?: boolean;
    /** That it brings along. */
    readonly connections?: readonly { readonly id: string; readonly type: string }[];
  };
}

export interface ReadArchive {
  /** As `ArchivedItem` has it; undefined: the archive does not tell. */
  readonly id: string | undefined;
  readonly contentSha256: string;
  readonly designSha256: string;
  /** By an earlier way of reading it. */
  readonly formerContentSha256?: string | undefined;
  /** That it brings along. */
  readonly connections?: readonly { readonly id: string; readonly type: string }[];
  /** Integrations in it. */
  readonly integrations?: readonly { readonly id: IntegrationId }[];
  /** Of those that call or are called: called first. */
  readonly callOrder?: readonly IntegrationId[];
}

interface Observing<I, E> {
  readonly oic: OicClient;
  readonly item: I;
  /** What a snapshot says of it, when it was not saved since. */
  readonly unsaved: E | undefined;
  /** Look for credentials in it. */
  readonly scan: boolean;
  /** Ask schedules for their parameters. */
  readonly hasParameters: boolean;
  /** Those just exported, or those the vault holds; undefined when there are none. */
  bytes(): Promise<Uint8Array | undefined>;
}

/** Of a kind whose items Oracle hands out as files. `Seen` is small plain data, for a journal keeps it. */
interface Archived<I extends Item, E extends Entry, Seen extends object> {
  /** Equal stamps: nothing was saved in between; undefined: nobody knows. @default its time of last change */
  stamp?(item: I | E): string | undefined;
  /** What the instance has, without what is in it. */
  itemsOn(oic: OicClient): Promise<Listing<Item>>;
  /** One of them, without listing all, where Oracle offers it; undefined: look in the listing. */
  itemOn?(oic: OicClient, id: string): Promise<Item | undefined>;
  export(oic: OicClient, item: I): Promise<Exported>;
  /**
   * @param id the one expected
   * @throws ArchiveError that says why the bytes are none
   */
  read(bytes: Uint8Array, id: string): Promise<ReadArchive>;
  /** What is to be read of it beside its archive. */
  observe?(asking: Observing<I, E>): Promise<Seen>;
  /** Whether there is something to observe, though its archive is stored already. */
  mustObserve?(item: I, last: E | undefined, scan: boolean): boolean;
  /** @param before what an earlier snapshot says of it, where it cannot all be read */
  describe(item: I, seen: Partial<Seen>, last: E | undefined, before: () => E | undefined): E;
  /** What a person should look at. */
  warnings?(label: string, entry: E, seen: Partial<Seen>): readonly SnapshotWarning[];
}

export interface Kind<I extends Item = Item, E extends Entry = I, Seen extends object = object> extends KindFacts<E> {
  /** Oracle Integration 3 alone has them. */
  readonly isOic3Only?: boolean;
  /** Releases before 2025 and Gen 2 do not have it: that they lack it is no news every night. */
  readonly isNewer?: boolean;
  /** Whether the instance says by this error that it does not hand them out. */
  isRefusal?(error: OicError): boolean;
  list(asking: Asking): Promise<Listed<I>>;
  /** Of a kind that has files. */
  readonly archive?: Archived<I, E, Seen>;
  /** Of a kind with archives that a restore, and `oic import`, puts into an instance. */
  readonly restore?: Restored<I, E>;
  /** Of a kind that Oracle hands out as files. */
  readonly download?: Download;
  /** What more a comparison tells of two files of one item. */
  readonly details?: DetailsOf;
  readonly byHand?: ByHand<E>;
}

/** Numbers and names, never values. */
export interface Details {
  /** The id of the item. */
  readonly name: string;
}

interface DetailsOf<D extends Details = Details> {
  compare(from: Uint8Array, to: Uint8Array, id: string): Promise<D>;
  /** In a line, instead of `content`. */
  text(details: D): string;
}

interface Restored<I, E> {
  /** Whether it is put there before integrations outside projects, which may need it, or after them. */
  readonly when: 'before' | 'after';
  /** Adds one that the instance does not have. */
  add(oic: OicClient, entry: E, bytes: Uint8Array): Promise<unknown>;
  /** Replaces one that it has. */
  replace(oic: OicClient, entry: E, bytes: Uint8Array): Promise<unknown>;
  /**
   * What a file holds, by its own words.
   *
   * @param name of the file, without its ending
   * @throws Refused, ArchiveError
   */
  readFile(bytes: Uint8Array, name: string): Promise<ReadFile<E>>;
  /** Of a kind whose items hold integrations. */
  readonly container?: Container<I>;
}

export type ReadFile<E = Entry> = { readonly entry: E } & Omit<ReadArchive, 'id'>;

interface Container<I> {
  /** What can be done with the integrations in it, and with its connections. */
  inside(oic: OicClient, own: I): PlacedIntegrations & Connections;
  /** Nothing in it may be active. */
  remove(oic: OicClient, own: I): Promise<unknown>;
}

export interface FileDiff {
  readonly diff: object;
  readonly lines: readonly string[];
}

export interface Download {
  readonly ending: string;
  /** What a person types for its id. @default the id */
  idOf?(typed: string): string;
  /** @throws Refused when the instance does not have it */
  get(
    oic: OicClient,
    id: string,
  ): Promise<{ readonly bytes: Uint8Array; readonly archive: { readonly sha256: string } }>;
  /** @throws ArchiveError that says why the bytes are none */
  check?(bytes: Uint8Array): Promise<unknown>;
  /** Of two such files: what differs, and as lines for people. @param names of the files */
  diff?(from: Uint8Array, to: Uint8Array, names: readonly [string, string]): Promise<FileDiff>;
}

/** What Oracle offers no way to restore is left for a person. */
interface ByHand<E> {
  /** What has a lower one comes first, for the others need it. */
  readonly order: number;
  /** @default all */
  isMeant?(entry: E): boolean;
  /**
   * Part of a sentence; undefined: nothing is to be done.
   *
   * @param own what the target has by its id
   * @param isBrought an archive that is to be sent brings it along
   */
  todo(entry: E, own: E | undefined, isBrought: boolean): string | undefined;
  /** What to copy from the snapshot. */
  values?(entry: E, own: E | undefined): Readonly<Record<string, string>>;
}

/** One whose items have archives. */
export type KindWithArchive = Kind & { readonly archive: NonNullable<Kind['archive']> };

export const hasArchive = (kind: Kind): kind is KindWithArchive => kind.archive !== undefined;

export type RestoredKind = KindWithArchive & { readonly restore: NonNullable<Kind['restore']> };

export type ContainerKind = RestoredKind & {
  readonly restore: { readonly container: NonNullable<RestoredKind['restore']['container']> };
};

export const isContainer = (kind: RestoredKind): kind is ContainerKind => kind.restore.container !== undefined;

/** What tells that nothing was saved: equal, and not undefined. */
export const stampOf =
  ({ archive }: KindWithArchive) =>
  (item: Item | Entry): string | undefined =>
    archive.stamp ? archive.stamp(item) : item.lastUpdated;
