import { expect, test } from 'vitest';
import { candidates, parseSnapshotChoice } from '../../../functions/core/snapshot/choose-snapshot.ts';

const NAMES = ['2026-11-23T04-15-00Z', '2026-11-22T04-15-00Z', '2026-11-21T04-15-00Z'];

test('the latest means all of them, newest first', () => {
  expect(parseSnapshotChoice(undefined, undefined)).toEqual({ by: 'latest' });
  expect(parseSnapshotChoice('latest', undefined)).toEqual({ by: 'latest' });
  expect(candidates(NAMES, { by: 'latest' })).toEqual(NAMES);
});

test.each([
  ['2026-11-22T04:15:00Z', NAMES.slice(1)],
  ['2026-11-22T04:14:59Z', NAMES.slice(2)],
  ['2026-11-22T05:15:00+01:00', NAMES.slice(1)],
  ['2020-01-01', []],
])('at %s means those begun by then', (at, names) => {
  const choice = parseSnapshotChoice(undefined, at);
  expect(choice.by === 'time' && candidates(NAMES, choice)).toEqual(names);
});

test('both, a name that is none and a time that is none are refused', () => {
  expect(() => parseSnapshotChoice(NAMES[0], '2026-11-22')).toThrow(/do not go together/);
  expect(() => parseSnapshotChoice('../../etc/passwd', undefined)).toThrow(/is not the name of a snapshot/);
  expect(() => parseSnapshotChoice(undefined, 'last night')).toThrow(/is not a time/);
});
