/**
 * What differs between two states of integrations, each a snapshot or an instance as it is now: which were added and
 * removed, and of those in both their content, status, schedule, tracing and name, with who changed them last and when.
 * Content that is not known on a side is not guessed: it is said, and why. A schedule that one side does not know is not
 * compared; the warnings of that snapshot name it.
 */

import type { Tracing } from '../integration.ts';
import type { KindFacts } from '../kinds.ts';
import { type OddItem, splitAbsent } from '../odd-item.ts';
import { type ScheduleParameter, type ScheduleState, scheduleOf } from '../schedule.ts';
import { createFilter } from '../snapshot/filter.ts';
import { contentChange, digestsOf, type KnownContent } from '../snapshot/known-content.ts';
import type { BackupFilter, Manifest, SnapshotIntegration } from '../snapshot/manifest.ts';
import { settledStatus } from '../status.ts';
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

interface FromTo<T> {
  readonly from: T;
  readonly to: T;
}

type Listed = Pick<IntegrationState, 'id' | 'name' | 'status' | 'schedule' | 'lastUpdated' | 'lastUpdatedBy'>;

export interface ChangedIntegration extends Pick<Listed, 'id' | 'name' | 'lastUpdated' | 'lastUpdatedBy'> {
  /** Digests. */
  readonly content?: FromTo<string>;
  readonly status?: FromTo<string>;
  readonly schedule?: FromTo<ScheduleState>;
  /** Names and values; an empty text: none. They change with the runs of a schedule. */
  readonly scheduleParameters?: readonly (FromTo<string> & { readonly name: string })[];
  readonly tracing?: FromTo<Tracing>;
  readonly renamed?: FromTo<string>;
}

export interface SnapshotDiff {
  readonly added: readonly Listed[];
  readonly removed: readonly Listed[];
  readonly changed: readonly ChangedIntegration[];
  /** In both, but their content could not be compared; or told by one side in a form that cannot be read. */
  readonly contentUnknown: readonly { readonly id: string; readonly reason: string }[];
  /** In both, the same in everything that is known. */
  readonly unchanged: number;
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

/** `added` is what only `b` has. All lists by id. */
export const diffSnapshots = (a: InstanceState, b: InstanceState): SnapshotDiff => {
  const isWanted = isInBoth(a.filter, b.filter);
  const wantedOf = (odd: readonly OddItem[] = []) => odd.filter(({ code }) => code === undefined || isWanted(code));
  const [before, after] = [a, b].map(
    ({ integrations }) => new Map(integrations.filter(({ code }) => isWanted(code)).map((each) => [each.id, each])),
  ) as [Map<string, IntegrationState>, Map<string, IntegrationState>];
  const pairs = byId([...before.values()]).flatMap((from) => {
    const to = after.get(from.id);
    return to ? [{ from, to }] : [];
  });
  const changed = pairs.flatMap(({ from, to }) => describeChange(from, to) ?? []);
  const added = splitAbsent(
    [...after.values()].filter(({ id }) => !before.has(id)),
    wantedOf(a.odd),
  );
  const removed = splitAbsent(
    [...before.values()].filter(({ id }) => !after.has(id)),
    wantedOf(b.odd),
  );
  const contentUnknown = pairs.flatMap(({ from, to }) => {
    const reason = [from.content, to.content].find((content) => 'unknown' in content);
    return reason ? [{ id: from.id, reason: reason.unknown }] : [];
  });
  const touched = new Set([...changed, ...contentUnknown].map(({ id }) => id));
  const others = diffKinds(a.others ?? {}, b.others ?? {}, a.oddOthers, b.oddOthers);
  const leftOut = [...a.integrations, ...b.integrations].filter(({ code }) => !isWanted(code)).map(({ id }) => id);
  return {
    added: byId(added.absent).map(listed),
    removed: byId(removed.absent).map(listed),
    changed,
    contentUnknown: [...contentUnknown, ...added.unknown, ...removed.unknown],
    unchanged: pairs.length - touched.size,
    leftOut: [...new Set(leftOut)].sort(),
    ...(Object.keys(others.kinds).length + others.notCompared.length > 0 && { others }),
  };
};

const isInBoth = (a: BackupFilter = {}, b: BackupFilter = {}): ((code: string) => boolean) => {
  const [isInA, isInB] = [createFilter(a), createFilter(b)];
  return (code) => isInA(code) && isInB(code);
};

const byId = (integrations: readonly IntegrationState[]): IntegrationState[] =>
  integrations.toSorted((a, b) => (a.id < b.id ? -1 : 1));

const listed = ({ id, name, status, schedule, lastUpdated, lastUpdatedBy }: IntegrationState): Listed => ({
  id,
  name,
  status,
  schedule,
  ...(lastUpdated !== undefined && { lastUpdated }),
  ...(lastUpdatedBy !== undefined && { lastUpdatedBy }),
});

const describeChange = (from: IntegrationState, to: IntegrationState): ChangedIntegration | undefined => {
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
  if (Object.keys(changes).length === 0) return undefined;
  const newer = (from.lastUpdated ?? '') > (to.lastUpdated ?? '') ? from : to;
  const { lastUpdated, lastUpdatedBy } = listed(newer);
  return {
    id: to.id,
    name: to.name,
    ...changes,
    ...(lastUpdated !== undefined && { lastUpdated }),
    ...(lastUpdatedBy !== undefined && { lastUpdatedBy }),
  };
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
