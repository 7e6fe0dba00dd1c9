/**
 * What a backup has to do for each integration, decided without touching anything: `export` what may have changed,
 * `reuse` what certainly has not, `skip` what Oracle never hands out. Every step says why.
 */

import type { Integration } from '../integration.ts';
import type { IntegrationInside } from '../kinds.ts';
import { type AskedSchedule, type ScheduleFields, scheduleFields } from '../schedule.ts';
import type { ArchiveRef } from '../snapshot/archive-ref.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import { isMeantActive } from '../status.ts';

/** `former` is the archive of an earlier snapshot that is not the newest of its key any more. */
export type BackupStep = Readonly<
  | { do: 'export'; integration: Integration; last: Known | undefined; former?: ArchiveRef | undefined; reason: string }
  | { do: 'reuse'; integration: Integration; last: Known; reason: string }
  | { do: 'skip'; integration: Integration; last: Known | undefined; reason: string }
>;

/** What earlier snapshots know of an integration: its last archive and the `lastUpdated` it was taken at. */
export interface Known {
  readonly lastUpdated: string | undefined;
  readonly archive: ArchiveRef;
  /** False: its schedule has none, by its design. */
  readonly mayHaveParameters: boolean;
}

/**
 * The last archive of each integration. `manifests` newest first: one that failed or was locked in the newest snapshot is
 * looked up in the one before.
 */
export const knownArchives = (manifests: readonly Manifest[]): Map<string, Known> => {
  const known = new Map<string, Known>();
  for (const manifest of manifests) {
    for (const { id, lastUpdated, archive, scheduleParameters } of manifest.integrations) {
      const mayHaveParameters = scheduleParameters?.length !== 0;
      if (archive && !known.has(id)) known.set(id, { lastUpdated, archive, mayHaveParameters });
    }
  }
  return known;
};

/** @param isStored whether the vault still holds exactly that version. @param full export everything, changed or not. */
export const planBackup = (
  integrations: readonly Integration[],
  known: ReadonlyMap<string, Known>,
  isStored: (archive: ArchiveRef) => boolean,
  full: boolean,
): BackupStep[] =>
  integrations.map((integration) => {
    const earlier = known.get(integration.id);
    const last = earlier && isStored(earlier.archive) ? earlier : undefined;
    if (integration.isPrebuilt) return { do: 'skip', integration, last, reason: 'delivered by Oracle (PREBUILT)' };
    if (!earlier) return { do: 'export', integration, last, reason: 'not in an earlier snapshot' };
    if (!last) {
      const former = earlier.archive;
      return { do: 'export', integration, last, former, reason: 'its stored archive is not the newest in the vault' };
    }
    if (full) return { do: 'export', integration, last, reason: 'a full backup was asked for' };
    if (integration.lastUpdated === undefined || integration.lastUpdated !== earlier.lastUpdated) {
      return { do: 'export', integration, last, reason: `updated ${integration.lastUpdated ?? 'at a time not told'}` };
    }
    return { do: 'reuse', integration, last, reason: `not updated since ${integration.lastUpdated}` };
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
): IntegrationInside & Pick<Integration, 'lastUpdatedBy'> => {
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
