/** Everything in a snapshot that may have an archive, of whatever kind. */

import type { ArchiveKind } from '../keys.ts';
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

export const archivedItems = ({ integrations, projects, lookups, libraries }: Manifest): ArchivedItem[] => [
  ...integrations.map(({ id, archive }): ArchivedItem => ({ kind: 'integrations', label: id, id, archive })),
  ...(projects ?? []).map(
    ({ code, archive }): ArchivedItem => ({ kind: 'projects', label: `project ${code}`, id: code, archive }),
  ),
  ...(lookups ?? []).map(({ id, archive }): ArchivedItem => ({ kind: 'lookups', label: `lookup ${id}`, id, archive })),
  ...(libraries ?? []).map(
    ({ id, archive }): ArchivedItem => ({ kind: 'libraries', label: `library ${id}`, id, archive }),
  ),
];

/** The same snapshot, with something else said of each of its archives. */
export const withArchives = (manifest: Manifest, change: (archive: ArchiveRef) => ArchiveRef): Manifest => {
  const { integrations, projects, lookups, libraries } = manifest;
  const changed = <T extends { readonly archive: ArchiveRef | null }>(items: readonly T[]): T[] =>
    items.map((item) => (item.archive ? { ...item, archive: change(item.archive) } : item));
  return {
    ...manifest,
    integrations: changed(integrations),
    ...(projects && { projects: changed(projects) }),
    ...(lookups && { lookups: changed(lookups) }),
    ...(libraries && { libraries: changed(libraries) }),
  };
};
