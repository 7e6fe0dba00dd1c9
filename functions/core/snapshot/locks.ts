/**
 * Object Lock counts from the day a version was put, and what does not change is never put again. So a backup extends the
 * lock of what its manifest names when less than half of it is left: twice in each period, not every night.
 */
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
