/**
 * Object Lock counts from the day a version was put, and what does not change is never put again. So a backup extends the
 * lock of what its manifest names when less than half of it is left: twice in each period, not every night.
 */
import { snapshotKey } from '../keys.ts';
import type { ArchiveRef } from './archive-ref.ts';
import { archivesIn } from './archived-items.ts';
import type { Manifest } from './manifest.ts';

const DAY_MS = 86_400_000;

/** Until when a version put, or locked again, for a snapshot is locked. */
export const lockedUntil = ({ startedAt }: Pick<Manifest, 'startedAt'>, days: number): Date =>
  new Date(Date.parse(startedAt) + days * DAY_MS);

/** Each version once. @param stored ids of those that were put for this snapshot, and so are locked by the bucket */
export const locksDue = (next: Manifest, stored: ReadonlySet<string>, days: number): ArchiveRef[] => {
  const half = lockedUntil(next, days / 2).getTime();
  const due = archivesIn(next).flatMap((archive) => {
    if (!archive || stored.has(archive.versionId)) return [];
    const isLong = archive.lockedUntil !== undefined && Date.parse(archive.lockedUntil) >= half;
    return isLong ? [] : [archive];
  });
  return [...new Map(due.map((archive) => [`${archive.key}\n${archive.versionId}`, archive])).values()];
};

/** Something in the bucket: a version of an archive, or the current one of a manifest. */
export interface Lockable {
  readonly key: string;
  readonly versionId?: string | undefined;
}

/**
 * An incomplete snapshot does not name all that the newest complete one needs, and that one is committed already: nothing
 * in it can say until when it is locked. So its manifest, and what only it names, are locked again whenever another quarter of
 * the period has passed since it was begun. @param last the snapshot right before this one
 */
export const locksDueOfComplete = (
  next: Manifest,
  last: Manifest | undefined,
  complete: Manifest | undefined,
  days: number,
): Lockable[] => {
  if (next.complete || !complete || !last) return [];
  const quarters = ({ startedAt }: Manifest): number =>
    Math.floor((Date.parse(startedAt) - Date.parse(complete.startedAt)) / ((days / 4) * DAY_MS));
  if (quarters(next) === quarters(last)) return [];
  const named = new Set(archivesIn(next).map((archive) => archive?.versionId));
  const alone = archivesIn(complete).flatMap((archive) => (archive && !named.has(archive.versionId) ? [archive] : []));
  return [...alone, { key: snapshotKey(next.instance, complete.snapshot) }];
};
