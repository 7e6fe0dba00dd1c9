/** Everything in a snapshot that may have an archive, of whatever kind. */

import type { ArchiveKind } from '../keys.ts';
import { type Entry, idOf, type KindFacts, labelOf, type OtherKinds } from '../kinds.ts';
import type { ArchiveRef } from './archive-ref.ts';
import type { Manifest } from './manifest.ts';

export interface ArchivedItem {
  readonly kind: ArchiveKind;
  /** As failures and warnings name it: `CODE|VERSION`, `project CODE`, `lookup NAME`, `library CODE|VERSION`. */
  readonly label: string;
  /** Its id within its kind; of a project its code. */
  readonly id: string;
  readonly archive: ArchiveRef | null;
}

export const archivedItems = (manifest: Manifest, kinds: readonly KindFacts[]): ArchivedItem[] => [
  ...manifest.integrations.map(({ id, archive }): ArchivedItem => ({ kind: 'integrations', label: id, id, archive })),
  ...kinds.flatMap((kind) =>
    entriesIn(manifest, kind).map(
      (entry): ArchivedItem => ({
        kind: kind.name,
        label: labelOf(kind, entry),
        id: idOf(kind, entry),
        archive: entry.archive,
      }),
    ),
  ),
];

/** What an archive adds to an entry; null: the instance has the item, the vault no archive of it. */
export type Stored<E> = E & { readonly archive: ArchiveRef | null };

/** The section of a kind that has archives; nothing of one that has none, or was not looked at. */
export const entriesIn = (
  sections: OtherKinds,
  { name, file }: Pick<KindFacts, 'name' | 'file'>,
): readonly Stored<Entry>[] =>
  // A section was checked when it was read; only the types do not know that these have archives.
  file ? ((sections[name] ?? []) as readonly Stored<Entry>[]) : [];

/** Of a section of any kind, also of one that this program does not know. */
const hasArchive = (entry: unknown): entry is { readonly archive: ArchiveRef | null } =>
  typeof entry === 'object' && entry !== null && 'archive' in entry;

/** Every archive that a snapshot names; null for what should have one and has none. */
export const archivesIn = (manifest: Manifest): (ArchiveRef | null)[] =>
  Object.values(manifest).flatMap((section: unknown) =>
    Array.isArray(section) ? section.filter(hasArchive).map(({ archive }) => archive) : [],
  );

/** Everything in the snapshot that can have an archive has one. */
export const hasAllArchives = (manifest: Manifest): boolean => archivesIn(manifest).every((archive) => archive);

/** The same snapshot, with something else said of each of its archives. */
export const withArchives = (manifest: Manifest, change: (archive: ArchiveRef) => ArchiveRef): Manifest => {
  const changed = (entry: unknown): unknown =>
    hasArchive(entry) && entry.archive ? { ...entry, archive: change(entry.archive) } : entry;
  const sections = Object.entries(manifest).flatMap(([name, section]: [string, unknown]) =>
    Array.isArray(section) ? [[name, section.map(changed)]] : [],
  );
  return { ...manifest, ...Object.fromEntries(sections) };
};
