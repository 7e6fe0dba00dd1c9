/**
 * What a backup has to do for each project, lookup and library: `export` what may have changed, `reuse` what certainly has
 * not. As for integrations, only that what tells a change differs between the kinds.
 */

import type { SecretFinding } from '../archive/secret-scan.ts';
import type { ArchiveRef } from '../snapshot/archive-ref.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import type { SnapshotLookup, SnapshotProject } from '../snapshot/sections.ts';

interface Saved {
  readonly id: string;
  readonly lastUpdated?: string | undefined;
}

interface SavedProject extends Saved {
  readonly integrations: readonly Saved[];
}

/** What earlier snapshots know of one item: its last archive and what told its state then. */
export interface KnownItem {
  readonly stamp: string | undefined;
  readonly lastUpdated: string | undefined;
  readonly archive: ArchiveRef;
  /** Of a lookup that was looked through. */
  readonly findings?: readonly SecretFinding[] | undefined;
  /** The integrations of a project whose schedule has no parameters, by their design. */
  readonly withoutParameters?: readonly string[] | undefined;
}

export type Known<T extends string = 'projects' | 'lookups' | 'libraries'> = Readonly<
  Record<T, ReadonlyMap<string, KnownItem>>
>;

export interface ItemStep<T> {
  readonly do: 'export' | 'reuse';
  readonly item: T;
  readonly last: KnownItem | undefined;
  readonly reason: string;
}

/** Equal stamps: nothing was saved in between. undefined when Oracle does not tell. */
export const stampOf = ({ lastUpdated }: Saved): string | undefined => lastUpdated;

/** A project may keep its time when an integration in it is saved, so theirs count too. */
export const stampOfProject = ({ lastUpdated, integrations }: SavedProject): string | undefined => {
  const parts = integrations.map((it) => (it.lastUpdated === undefined ? undefined : `${it.id} ${it.lastUpdated}`));
  if (lastUpdated === undefined || parts.includes(undefined)) return undefined;
  return [lastUpdated, ...parts.sort()].join('\n');
};

/** The last archive of each item. `manifests` newest first. */
export const knownItems = (manifests: readonly Manifest[]): Known => {
  const collect = <T extends Saved & { readonly archive: ArchiveRef | null }>(
    sectionOf: (manifest: Manifest) => readonly T[] | undefined,
    tell: (item: T) => Pick<KnownItem, 'stamp' | 'findings' | 'withoutParameters'>,
  ): ReadonlyMap<string, KnownItem> => {
    const known = new Map<string, KnownItem>();
    for (const item of manifests.flatMap((manifest) => sectionOf(manifest) ?? [])) {
      const { id, archive, lastUpdated } = item;
      if (archive && !known.has(id)) known.set(id, { ...tell(item), lastUpdated, archive });
    }
    return known;
  };
  return {
    projects: collect<SnapshotProject>(
      ({ projects }) => projects,
      (project) => ({
        stamp: stampOfProject(project),
        withoutParameters: project.integrations.flatMap(({ id, scheduleParameters }) =>
          scheduleParameters?.length === 0 ? [id] : [],
        ),
      }),
    ),
    lookups: collect<SnapshotLookup>(
      ({ lookups }) => lookups,
      (lookup) => ({ stamp: stampOf(lookup), findings: lookup.findings }),
    ),
    libraries: collect(
      ({ libraries }) => libraries,
      (library) => ({ stamp: stampOf(library) }),
    ),
  };
};

/** @param isStored whether the vault still holds exactly that version. @param full export everything, changed or not. */
export const planItems = <T extends Saved>(
  items: readonly T[],
  stamp: (item: T) => string | undefined,
  known: ReadonlyMap<string, KnownItem>,
  isStored: (archive: ArchiveRef) => boolean,
  full: boolean,
): ItemStep<T>[] =>
  items.map((item) => {
    const earlier = known.get(item.id);
    const last = earlier && isStored(earlier.archive) ? earlier : undefined;
    const now = stamp(item);
    if (!earlier) return { do: 'export', item, last, reason: 'not in an earlier snapshot' };
    if (!last) return { do: 'export', item, last, reason: 'its stored archive is gone from the vault' };
    if (full) return { do: 'export', item, last, reason: 'a full backup was asked for' };
    if (now === undefined || now !== earlier.stamp) return { do: 'export', item, last, reason: 'may have been saved' };
    return { do: 'reuse', item, last, reason: 'not saved since' };
  });

/** Everything in the snapshot that can have an archive has one. */
export const hasAllArchives = ({ integrations, projects, lookups, libraries }: Manifest): boolean =>
  [integrations, projects, lookups, libraries].every((section) => (section ?? []).every(({ archive }) => archive));
