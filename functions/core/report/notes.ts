/**
 * What a report leaves for the next one: the history it found out, so that a night reads the manifests of two snapshots
 * and not of ninety. Notes are made from snapshots and can be made again; of notes that do not fit what is there, or that
 * nobody understands, nothing is used.
 */
import * as z from 'zod/mini';
import type { IntegrationId } from '../integration.ts';
import type { HistoryEvent, SnapshotHistory, SnapshotPoint } from './history.ts';

/** The timeline of a season; more would not be told apart. */
export const MAX_SNAPSHOTS = 90;

export interface ReportNotes extends Pick<SnapshotHistory, 'points' | 'events' | 'lastContent'> {
  /** Snapshots that could not be read, and why, as a sentence. */
  readonly unreadable: ReadonlyMap<string, string>;
}

export interface NotesInUse {
  /** Of those snapshots alone that are still there. */
  readonly notes: ReportNotes;
  /** The newest snapshot of the notes. */
  readonly last: string;
  /** The snapshots since, oldest first. */
  readonly since: readonly string[];
}

/**
 * How to go on from notes; undefined when all is to be read anew: nothing new is there, the newest of the notes is gone, or
 * there is one in between that they do not know. What they tell of a snapshot that was forgotten is told of the next one
 * that was kept, since by then it had happened.
 *
 * @param names of all snapshots there are, newest first
 */
export const goOnFrom = (notes: ReportNotes, names: readonly string[]): NotesInUse | undefined => {
  const [oldest, last] = [notes.points[0]?.snapshot, notes.points.at(-1)?.snapshot];
  const inReach = new Set(names.slice(0, MAX_SNAPSHOTS));
  if (oldest === undefined || last === undefined || !inReach.has(last)) return undefined;
  const known = new Set([...notes.points.map(({ snapshot }) => snapshot), ...notes.unreadable.keys()]);
  const isStrange = (name: string): boolean => name > oldest && name < last && !known.has(name);
  const since = names.filter((name) => name > last).toReversed();
  if (since.length === 0 || [...inReach].some(isStrange)) return undefined;
  return { notes: keepOnly(notes, inReach), last, since };
};

const keepOnly = (notes: ReportNotes, names: ReadonlySet<string>): ReportNotes => {
  const points: SnapshotPoint[] = [];
  const places: (number | undefined)[] = [];
  let gone = { added: 0, removed: 0, changed: 0 };
  for (const point of notes.points) {
    const sum = {
      added: gone.added + point.added,
      removed: gone.removed + point.removed,
      changed: gone.changed + point.changed,
    };
    const isKept = names.has(point.snapshot);
    // What came before the first that is left, nobody can look up any more.
    places.push(isKept || points.length > 0 ? points.length : undefined);
    if (isKept) points.push({ ...point, ...sum });
    gone = isKept || points.length === 0 ? { added: 0, removed: 0, changed: 0 } : sum;
  }
  const events = [...notes.events].flatMap(([id, told]): [IntegrationId, HistoryEvent[]][] => {
    const kept = told.flatMap((event) => {
      const at = places[event.at];
      return at === undefined ? [] : [{ ...event, at }];
    });
    return kept.length > 0 ? [[id, kept]] : [];
  });
  return {
    ...notes,
    points,
    events: new Map(events),
    unreadable: new Map([...notes.unreadable].filter(([name]) => names.has(name))),
  };
};

const COUNT = z.number().check(z.nonnegative());

const NOTES = z.object({
  formatVersion: z.literal(1),
  points: z.array(
    z.object({
      snapshot: z.string(),
      startedAt: z.string(),
      complete: z.boolean(),
      integrations: COUNT,
      bytes: COUNT,
      added: COUNT,
      removed: COUNT,
      changed: COUNT,
      failures: COUNT,
    }),
  ),
  events: z.record(z.string(), z.array(z.object({ at: COUNT, words: z.string(), by: z.optional(z.string()) }))),
  lastContent: z.record(z.string(), z.string()),
  lastDesign: z.optional(z.record(z.string(), z.string())),
  unreadable: z.record(z.string(), z.string()),
});

/** undefined for a text that is not ours. */
export const parseReportNotes = (text: string): ReportNotes | undefined => {
  try {
    const { points, events, lastContent, lastDesign = {}, unreadable } = NOTES.parse(JSON.parse(text));
    return {
      points,
      events: new Map(Object.entries(events) as [IntegrationId, HistoryEvent[]][]),
      lastContent: new Map(Object.entries(lastContent).map(([id, digest]) => [id, { digest, design: lastDesign[id] }])),
      unreadable: new Map(Object.entries(unreadable)),
    };
  } catch {
    return undefined;
  }
};

export const formatReportNotes = ({ points, events, lastContent, unreadable }: ReportNotes): string =>
  `${JSON.stringify({
    formatVersion: 1,
    points,
    events: Object.fromEntries(events),
    lastContent: Object.fromEntries([...lastContent].map(([id, { digest }]) => [id, digest])),
    lastDesign: Object.fromEntries([...lastContent].flatMap(([id, { design }]) => (design ? [[id, design]] : []))),
    unreadable: Object.fromEntries(unreadable),
  })}\n`;
