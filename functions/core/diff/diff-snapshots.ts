/**
 * What differs between two states of integrations, each a snapshot or an instance as it is now: which were added and
 * removed, and of those in both their content, status, schedule, tracing and name, with who changed them last and when.
 * Content that is not known on a side is not guessed: it is said, and why. A schedule that one side does not know is not
 * compared; the warnings of that snapshot name it.
 */

import type { Tracing } from '../integration.ts';
import type { KindFacts } from '../kinds.ts';
import type { OddItem } from '../odd-item.ts';
import { type ScheduleParameter, type ScheduleState, scheduleOf } from '../schedule.ts';
import { createFilter } from '../snapshot/filter.ts';
import { contentChange, digestsOf, type KnownContent } from '../snapshot/known-content.ts';
import type { BackupFilter, Manifest, SnapshotIntegration } from '../snapshot/manifest.ts';
import { settledStatus } from '../status.ts';
import { diffItems, type FromTo, type ItemsDiff, type Told, told } from './diff-items.ts';
import { diffKinds, type KindsDiff, type KindsState, type OddItems, stateOfKinds } from './diff-kinds.ts';

type StateFields =
  | 'id'
  | 'code'
  | 'name'
  | 'status'
  | 'lastUpdated'
  | 'lastUpdatedBy'
  | 'schedule'
  | 'scheduleUnknown'
  | 'scheduleParameters'
  | 'tracing';

export interface IntegrationState extends Pick<SnapshotIntegration, StateFields> {
  readonly content: KnownContent;
}

export interface InstanceState {
  readonly integrations: readonly IntegrationState[];
  /** What it may lack without its being absent. */
  readonly filter?: BackupFilter | undefined;
  /** What it has in a form that cannot be read, so that nothing is known to be absent that may be it. */
  readonly odd?: readonly OddItem[] | undefined;
  /** What it holds beside integrations, as far as that was looked at. */
  readonly others?: KindsState | undefined;
  readonly oddOthers?: OddItems | undefined;
}

type Listed = Told & Pick<IntegrationState, 'status' | 'schedule'>;

export interface ChangedIntegration extends Told {
  /** Digests. */
  readonly content?: FromTo;
  readonly status?: FromTo;
  readonly schedule?: FromTo<ScheduleState>;
  /** Names and values; an empty text: none. They change with the runs of a schedule. */
  readonly scheduleParameters?: readonly (FromTo & { readonly name: string })[];
  readonly tracing?: FromTo<Tracing>;
  readonly renamed?: FromTo;
}

export interface SnapshotDiff extends ItemsDiff<Listed, ChangedIntegration> {
  /** Not compared, since the settings leave them out of one of the snapshots. */
  readonly leftOut: readonly string[];
  /** Absent when neither side looked beyond integrations. */
  readonly others?: KindsDiff;
}

export const stateOfManifest = (
  { integrations, filter, snapshot, ...sections }: Manifest,
  kinds: readonly KindFacts[],
): InstanceState => ({
  filter,
  others: stateOfKinds(
    sections,
    ({ archive }) => (archive ? digestsOf(archive) : { unknown: `the snapshot ${snapshot} holds no archive of it` }),
    kinds,
  ),
  integrations: integrations.map((integration) => ({
    ...integration,
    content: integration.archive
      ? digestsOf(integration.archive)
      : { unknown: `the snapshot ${snapshot} holds no archive of it` },
  })),
});

export const diffSnapshots = (a: InstanceState, b: InstanceState): SnapshotDiff => {
  const isWanted = isInBoth(a.filter, b.filter);
  const wantedOf = ({ integrations, odd = [] }: InstanceState) => ({
    items: integrations.filter(({ code }) => isWanted(code)),
    odd: odd.filter(({ code }) => code === undefined || isWanted(code)),
  });
  const others = diffKinds(a.others ?? {}, b.others ?? {}, a.oddOthers, b.oddOthers);
  const leftOut = [...a.integrations, ...b.integrations].filter(({ code }) => !isWanted(code)).map(({ id }) => id);
  return {
    ...diffItems(wantedOf(a), wantedOf(b), listed, changesOf),
    leftOut: [...new Set(leftOut)].sort(),
    ...(Object.keys(others.kinds).length + others.notCompared.length > 0 && { others }),
  };
};

const isInBoth = (a: BackupFilter = {}, b: BackupFilter = {}): ((code: string) => boolean) => {
  const [isInA, isInB] = [createFilter(a), createFilter(b)];
  return (code) => isInA(code) && isInB(code);
};

const listed = (integration: IntegrationState): Listed => {
  const { status, schedule } = integration;
  return { ...told(integration), status, schedule };
};

const changesOf = (from: IntegrationState, to: IntegrationState): Omit<ChangedIntegration, keyof Told> | undefined => {
  const content = contentChange(from.content, to.content);
  const changes = {
    ...(content && { content }),
    // One that was just being activated is active, as a restore takes it.
    ...(settledStatus(from) !== settledStatus(to) && { status: { from: from.status, to: to.status } }),
    ...(isOtherSchedule(from, to) && { schedule: { from: from.schedule, to: to.schedule } }),
    ...diffParameters(from.scheduleParameters, to.scheduleParameters),
    ...(!isSameTracing(from.tracing, to.tracing) && { tracing: { from: from.tracing, to: to.tracing } }),
    ...(from.name !== to.name && { renamed: { from: from.name, to: to.name } }),
  };
  return Object.keys(changes).length === 0 ? undefined : changes;
};

const isOtherSchedule = (a: IntegrationState, b: IntegrationState): boolean =>
  scheduleOf(a) !== 'unknown' && scheduleOf(b) !== 'unknown' && a.schedule !== b.schedule;

/** Only when both sides know them. */
const diffParameters = (
  a: readonly ScheduleParameter[] | undefined,
  b: readonly ScheduleParameter[] | undefined,
): Pick<ChangedIntegration, 'scheduleParameters'> => {
  if (!a || !b) return {};
  const [before, after] = [a, b].map((all) => new Map(all.map(({ name, value = '' }) => [name, value])));
  const names = [...new Set([...a, ...b].map(({ name }) => name))].sort();
  const changed = names
    .map((name) => ({ name, from: before?.get(name) ?? '', to: after?.get(name) ?? '' }))
    .filter(({ from, to }) => from !== to);
  return changed.length > 0 ? { scheduleParameters: changed } : {};
};

const isSameTracing = (a: Tracing, b: Tracing): boolean =>
  a.tracing === b.tracing && a.payload === b.payload && a.recording === b.recording;
