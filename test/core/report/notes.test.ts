/** Going on from notes: what a history told from scratch tells, from the notes of the night before. */

import { describe, expect, test } from 'vitest';
import { createHistory, type SnapshotHistory } from '../../../functions/core/report/history.ts';
import {
  formatReportNotes,
  goOnFrom,
  MAX_SNAPSHOTS,
  parseReportNotes,
  type ReportNotes,
} from '../../../functions/core/report/notes.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { forgeNights } from './nights.ts';

const nights = forgeNights({ integrations: 40, nights: 100, seed: 3 });
const namesOf = (manifests: readonly Manifest[]): string[] => manifests.map(({ snapshot }) => snapshot).toReversed();

const fromScratch = (manifests: readonly Manifest[]): SnapshotHistory => {
  const builder = createHistory(ALL_KINDS);
  for (const manifest of manifests) builder.add(manifest);
  return builder.history();
};

/** Through a file, as from one night to the next. */
const notesOf = (history: SnapshotHistory, unreadable = new Map<string, string>()): ReportNotes => {
  const notes = parseReportNotes(formatReportNotes({ ...history, unreadable }));
  if (!notes) throw new Error('the notes cannot be read back');
  return notes;
};

/** With the manifests there are, as far as they are asked for. */
const goOn = (notes: ReportNotes, manifests: readonly Manifest[]): { history: SnapshotHistory; read: number } => {
  const use = goOnFrom(notes, namesOf(manifests));
  const find = (name: string | undefined) => manifests.find(({ snapshot }) => snapshot === name);
  const newest = find(use?.last);
  if (!use || !newest) throw new Error('it is not gone on');
  const builder = createHistory(ALL_KINDS, { ...use.notes, newest });
  for (const name of use.since) builder.add(find(name) as Manifest);
  return { history: builder.history(), read: 1 + use.since.length };
};

test('night after night they tell what all snapshots together tell, and two manifests are read', () => {
  let history = fromScratch(nights.slice(0, 1));
  for (let night = 2; night <= 60; night++) {
    const gone = goOn(notesOf(history), nights.slice(0, night));
    history = gone.history;
    expect(gone.read).toBe(2);
  }

  expect(history).toEqual(fromScratch(nights.slice(0, 60)));
});

test('a change that falls into nights without an archive is told when the archive is there again', () => {
  const [first] = nights;
  const [one] = first?.integrations ?? [];
  if (!first || !one?.archive) throw new Error('too few integrations');
  const with_ = (day: number, archive: typeof one.archive | null): Manifest => ({
    ...first,
    snapshot: `2026-09-0${day}T04-15-00Z`,
    integrations: [{ ...one, archive }],
  });
  const all = [
    with_(1, one.archive),
    with_(2, null),
    with_(3, null),
    with_(4, { ...one.archive, contentSha256: 'b'.repeat(64) }),
  ];
  let history = fromScratch(all.slice(0, 1));
  for (const night of [2, 3, 4]) history = goOn(notesOf(history), all.slice(0, night)).history;

  expect(history.events.get(one.id)).toEqual([expect.objectContaining({ at: 3, words: 'content' })]);
});

test('nights without a page are caught up with', () => {
  expect(goOn(notesOf(fromScratch(nights.slice(0, 10))), nights.slice(0, 14)).history).toEqual(
    fromScratch(nights.slice(0, 14)),
  );
});

test('a season is kept and no more', () => {
  const { history } = goOn(notesOf(fromScratch(nights.slice(0, MAX_SNAPSHOTS))), nights.slice(0, MAX_SNAPSHOTS + 1));

  expect(history.points.map(({ snapshot }) => snapshot)).toEqual(
    namesOf(nights.slice(1, MAX_SNAPSHOTS + 1)).toReversed(),
  );
  for (const { at } of [...history.events.values()].flat()) expect(history.points[at]).toBeDefined();
});

describe('of snapshots that were forgotten', () => {
  const before = fromScratch(nights.slice(0, 30));
  const told = ({ events }: SnapshotHistory): number => [...events.values()].flat().length;

  test('what happened is told of the next one that was kept', () => {
    const kept = nights.slice(0, 31).filter((_, index) => index % 7 === 0 || index >= 28);
    const { history } = goOn(notesOf(before), kept);

    expect(history.points.map(({ snapshot }) => snapshot)).toEqual(namesOf(kept).toReversed());
    expect(told(history)).toBe(told(fromScratch(nights.slice(0, 31))));
    expect(told(history)).toBe(
      history.points.reduce((sum, { added, removed, changed }) => sum + added + removed + changed, 0),
    );
  });

  test('what happened before the first one that was kept is forgotten with them', () => {
    const { history } = goOn(notesOf(before), nights.slice(20, 31));

    expect(history.points).toHaveLength(11);
    expect(Math.min(...[...history.events.values()].flat().map(({ at }) => at))).toBeGreaterThanOrEqual(0);
    expect(told(history)).toBeLessThan(told(before));
  });
});

describe('all is read anew', () => {
  const notes = notesOf(fromScratch(nights.slice(0, 10)));

  test.each([
    ['when there is nothing new', namesOf(nights.slice(0, 10))],
    ['when the newest that was known is gone', namesOf([...nights.slice(0, 9), ...nights.slice(10, 12)])],
    [
      'when there is one in between that was not known',
      ['2026-10-01T00-00-00Z', '2026-08-26T12-00-00Z', ...namesOf(nights.slice(0, 10))].sort().toReversed(),
    ],
    ['when there is no snapshot at all', []],
  ])('%s', (_, names) => {
    expect(goOnFrom(notes, names)).toBeUndefined();
  });

  test('but not for one in between that is known to be unreadable', () => {
    const unreadable = new Map([['2026-08-26T12-00-00Z', 'the snapshot is damaged']]);
    const names = [...namesOf(nights.slice(0, 11)), '2026-08-26T12-00-00Z'].sort().toReversed();

    expect(goOnFrom({ ...notes, unreadable }, names)?.notes.unreadable).toEqual(unreadable);
  });

  test.each([
    '',
    'null',
    '{"formatVersion":2}',
    '{"formatVersion":1,"points":[]}',
    '[',
    '{"formatVersion":1,"points":7}',
  ])('for notes that read %j', (text) => {
    expect(parseReportNotes(text)).toBeUndefined();
  });
});
