/**
 * What a backup has to do for each item that has an archive: `export` what may have changed, `reuse` what certainly has
 * not. As for integrations, only that what tells a change differs between the kinds.
 */

import type { ArchiveRef } from '../snapshot/archive-ref.ts';
import { archivesIn } from '../snapshot/archived-items.ts';
import type { Manifest } from '../snapshot/manifest.ts';

/** What earlier snapshots know of one item: its last archive and what told its state then. */
export interface KnownItem<E> {
  readonly stamp: string | undefined;
  readonly archive: ArchiveRef;
  /** Absent when only a run that was cut off knows of it. */
  readonly entry?: E | undefined;
}

export interface ItemStep<I, E> {
  readonly do: 'export' | 'reuse';
  readonly item: I;
  readonly last: KnownItem<E> | undefined;
  /** The archive of an earlier snapshot that is not the newest of its key any more. */
  readonly former?: ArchiveRef | undefined;
  readonly reason: string;
}

type Stamp<T> = (item: T) => string | undefined;

/** The last archive of each item, by id. @param entries of one kind, newest first */
export const knownItems = <E extends { readonly id: string }>(
  entries: readonly (E & { readonly archive: ArchiveRef | null })[],
  stamp: Stamp<E>,
): ReadonlyMap<string, KnownItem<E>> => {
  const known = new Map<string, KnownItem<E>>();
  for (const entry of entries) {
    const { id, archive } = entry;
    if (archive && !known.has(id)) known.set(id, { stamp: stamp(entry), archive, entry });
  }
  return known;
};

/** @param isStored whether the vault still holds exactly that version. @param full export everything, changed or not. */
export const planItems = <I extends { readonly id: string }, E>(
  items: readonly I[],
  stamp: Stamp<I>,
  known: ReadonlyMap<string, KnownItem<E>>,
  isStored: (archive: ArchiveRef) => boolean,
  full: boolean,
): ItemStep<I, E>[] =>
  items.map((item) => {
    const earlier = known.get(item.id);
    const last = earlier && isStored(earlier.archive) ? earlier : undefined;
    const now = stamp(item);
    if (!earlier) return { do: 'export', item, last, reason: 'not in an earlier snapshot' };
    if (!last) {
      const former = earlier.archive;
      return { do: 'export', item, last, former, reason: 'its stored archive is not the newest in the vault' };
    }
    if (full) return { do: 'export', item, last, reason: 'a full backup was asked for' };
    if (now === undefined || now !== earlier.stamp) return { do: 'export', item, last, reason: 'may have been saved' };
    return { do: 'reuse', item, last, reason: 'not saved since' };
  });

/** Everything in the snapshot that can have an archive has one. */
export const hasAllArchives = (manifest: Manifest): boolean => archivesIn(manifest).every((archive) => archive);
