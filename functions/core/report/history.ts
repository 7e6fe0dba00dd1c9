/**
 * What the snapshots of an instance tell together: a line of points, one a snapshot, and for each integration what became
 * of it from one to the next. Snapshots are added from the oldest to the newest and let go at once, so a hundred of them
 * take the memory of two. What came out can be kept as notes (report-notes.ts) and gone on from a night later.
 */
import { diffSnapshots, type InstanceState, type SnapshotDiff, stateOfManifest } from '../diff/diff-snapshots.ts';
import { withDesigns } from '../diff/undecided.ts';
import type { IntegrationId } from '../integration.ts';
import type { KindFacts } from '../kinds.ts';
import { type Digests, digestsOf } from '../snapshot/known-content.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import { changeWords } from './words.ts';

export interface SnapshotPoint {
  readonly snapshot: string;
  readonly startedAt: string;
  readonly complete: boolean;
  readonly integrations: number;
  readonly bytes: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly failures: number;
}

export interface HistoryEvent {
  /** Index of its snapshot among the points. */
  readonly at: number;
  readonly words: string;
  readonly by?: string | undefined;
}

export interface SnapshotHistory {
  /** Oldest first; those that could be read. */
  readonly points: readonly SnapshotPoint[];
  /** Oldest first; nothing for one that stayed as it was. */
  readonly events: ReadonlyMap<IntegrationId, readonly HistoryEvent[]>;
  /** Of what the newest snapshot has no archive of: the digests of the last one before. */
  readonly lastContent: ReadonlyMap<string, Digests>;
  readonly newest: Manifest | undefined;
  readonly before: Manifest | undefined;
  /** From the one before to the newest. */
  readonly changes: SnapshotDiff | undefined;
}

export interface HistoryBuilder {
  /**
   * The next newer snapshot.
   *
   * @param designs of archives of the one before, by kind and id, that its manifest does not tell
   */
  add(manifest: Manifest, designs?: ReadonlyMap<string, string>): void;
  history(): SnapshotHistory;
}

/** What was found out about the snapshots up to `newest`, to go on from. */
export interface EarlierHistory extends Pick<SnapshotHistory, 'points' | 'events' | 'lastContent'> {
  readonly newest: Manifest;
}

/** @param kinds what snapshots may hold beside integrations */
export const createHistory = (kinds: readonly KindFacts[], earlier?: EarlierHistory): HistoryBuilder => {
  const points = [...(earlier?.points ?? [])];
  const events = new Map([...(earlier?.events ?? [])].map(([id, told]) => [id, [...told]]));
  let lastContent = new Map(earlier?.lastContent);
  let newest = earlier?.newest;
  let before: Manifest | undefined;
  let changes: SnapshotDiff | undefined;

  const tell = (id: string, event: HistoryEvent): void => {
    const known = events.get(id as IntegrationId) ?? [];
    known.push(event);
    events.set(id as IntegrationId, known);
  };

  return {
    add: (manifest, designs = new Map()) => {
      const at = points.length;
      [before, newest] = [newest, manifest];
      const earlier = before && withDesigns(withContent(stateOf(before, kinds), lastContent), designs);
      changes = earlier && diffSnapshots(earlier, stateOf(manifest, kinds));
      lastContent = contentBehind(manifest, before, lastContent);
      for (const { id, lastUpdatedBy } of changes?.added ?? []) tell(id, { at, words: 'added', by: lastUpdatedBy });
      for (const { id } of changes?.removed ?? []) tell(id, { at, words: 'removed' });
      for (const change of changes?.changed ?? []) {
        tell(change.id, { at, words: changeWords(change).join(', '), by: change.lastUpdatedBy });
      }
      points.push(pointOf(manifest, changes));
    },
    history: () => ({ points, events, lastContent, newest, before, changes }),
  };
};

/** Without the parameters of schedules: they are another after every run, and nobody changed anything. */
const stateOf = (manifest: Manifest, kinds: readonly KindFacts[]): InstanceState => {
  const state = stateOfManifest(manifest, kinds);
  return { ...state, integrations: state.integrations.map((one) => ({ ...one, scheduleParameters: undefined })) };
};

const contentBehind = (
  { integrations }: Manifest,
  before: Manifest | undefined,
  lastContent: ReadonlyMap<string, Digests>,
): Map<string, Digests> => {
  const open = integrations.filter(({ archive }) => !archive);
  if (open.length === 0) return new Map();
  const known = new Map(lastContent);
  for (const { id, archive } of before?.integrations ?? []) if (archive) known.set(id, digestsOf(archive));
  return new Map(
    open.flatMap(({ id }) => {
      const digests = known.get(id);
      return digests === undefined ? [] : [[id, digests]];
    }),
  );
};

/** What could not be exported last night is compared with what was known of it before, or its change would never be told. */
const withContent = (state: InstanceState, lastContent: ReadonlyMap<string, Digests>): InstanceState => ({
  ...state,
  integrations: state.integrations.map((integration) => {
    const content = lastContent.get(integration.id);
    return 'unknown' in integration.content && content ? { ...integration, content } : integration;
  }),
});

const pointOf = (manifest: Manifest, changes: SnapshotDiff | undefined): SnapshotPoint => ({
  snapshot: manifest.snapshot,
  startedAt: manifest.startedAt,
  complete: manifest.complete,
  integrations: manifest.integrations.length,
  bytes: manifest.integrations.reduce((sum, { archive }) => sum + (archive?.bytes ?? 0), 0),
  added: changes?.added.length ?? 0,
  removed: changes?.removed.length ?? 0,
  changed: changes?.changed.length ?? 0,
  failures: manifest.failures.length,
});
