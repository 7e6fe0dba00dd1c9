/**
 * What a backup has to do for each item that has an archive, of whatever kind, decided without touching anything: `export`
 * what may have changed, `reuse` what certainly has not, `skip` what Oracle never hands out. Every step says why.
 */

import type { Integration } from '../integration.ts';
import { type AskedSchedule, type ScheduleFields, scheduleFields } from '../schedule.ts';
import type { ArchiveRef } from '../snapshot/archive-ref.ts';
import type { SnapshotIntegration } from '../snapshot/manifest.ts';
import { isMeantActive } from '../status.ts';

export interface BackupStep<Item, Entry> {
  readonly do: 'export' | 'reuse' | 'skip';
  readonly item: Item;
  readonly last: Known<Entry> | undefined;
  /** The archive of an earlier snapshot that is not the newest of its key any more. */
  readonly former?: ArchiveRef | undefined;
  readonly reason: string;
}

/** What earlier snapshots know of an item: its last archive, and what told its state when that was taken. */
export interface Known<Entry> {
  readonly stamp: string | undefined;
  readonly archive: ArchiveRef;
  /** Absent when only a run that was cut off knows of it. */
  readonly entry?: Entry | undefined;
}

/** Equal stamps: nothing was saved in between; undefined: nobody knows. */
type Stamp<T> = (item: T) => string | undefined;

/**
 * The last archive of each item, by id: one that failed or was locked in the newest snapshot is looked up in the one before.
 *
 * @param entries of one kind, newest first
 */
export const knownArchives = <Entry extends { readonly id: string; readonly archive: ArchiveRef | null }>(
  entries: readonly Entry[],
  stamp: Stamp<Entry>,
): ReadonlyMap<string, Known<Entry>> => {
  const known = new Map<string, Known<Entry>>();
  for (const entry of entries) {
    const { id, archive } = entry;
    if (archive && !known.has(id)) known.set(id, { stamp: stamp(entry), archive, entry });
  }
  return known;
};

/** @param isStored whether the vault still holds exactly that version. @param full export everything, changed or not. */
export const planBackup = <Item extends { readonly id: string; readonly isPrebuilt?: boolean }, Entry>(
  items: readonly Item[],
  stamp: Stamp<Item>,
  known: ReadonlyMap<string, Known<Entry>>,
  isStored: (archive: ArchiveRef) => boolean,
  full: boolean,
): BackupStep<Item, Entry>[] =>
  items.map((item) => {
    const earlier = known.get(item.id);
    const last = earlier && isStored(earlier.archive) ? earlier : undefined;
    const now = stamp(item);
    if (item.isPrebuilt) return { do: 'skip', item, last, reason: 'delivered by Oracle (PREBUILT)' };
    if (!earlier) return { do: 'export', item, last, reason: 'not in an earlier snapshot' };
    if (!last) {
      const former = earlier.archive;
      return { do: 'export', item, last, former, reason: 'its stored archive is not the newest in the vault' };
    }
    if (full) return { do: 'export', item, last, reason: 'a full backup was asked for' };
    if (now === undefined || now !== earlier.stamp) return { do: 'export', item, last, reason: 'may have been saved' };
    return { do: 'reuse', item, last, reason: 'not saved since' };
  });

/** Only an active integration can have a running schedule, or one that soon is, so only those are asked. */
export const mustAskSchedule = (integration: Integration): boolean =>
  integration.hasSchedule && isMeantActive(integration);

/** @param asked undefined: not asked, since it does not run */
export const scheduleState = (integration: Integration, asked: AskedSchedule | undefined): AskedSchedule => {
  if (!integration.hasSchedule) return null;
  return asked === undefined ? 'stopped' : asked;
};

/** What a snapshot says of an integration, inside a project or outside, beside its archive. */
export const describeIntegration = (
  integration: Integration,
  asked: AskedSchedule | undefined,
  parameters: ScheduleFields['scheduleParameters'],
): Omit<SnapshotIntegration, 'archive'> => {
  const { id, code, version, name, status, lastUpdated, lastUpdatedBy, tracing } = integration;
  return {
    id,
    code,
    version,
    name,
    status,
    ...(lastUpdated !== undefined && { lastUpdated }),
    ...(lastUpdatedBy !== undefined && { lastUpdatedBy }),
    ...scheduleFields(scheduleState(integration, asked)),
    ...(parameters && { scheduleParameters: parameters }),
    tracing,
  };
};
