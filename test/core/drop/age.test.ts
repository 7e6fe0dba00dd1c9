import { expect, test } from 'vitest';
import { isOlderDrop } from '../../../functions/core/drop/age.ts';

const NOON = Date.parse('2026-11-28T12:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const FAR = Date.parse('2099-01-01T00:00:00Z');

test.each([
  ['an hour before the one that was handled', -60 * MINUTE, { droppedAt: NOON, handledAt: NOON }, MINUTE, true],
  ['after it', MINUTE, { droppedAt: NOON, handledAt: NOON }, 2 * MINUTE, false],
  ['at the same moment', 0, { droppedAt: NOON, handledAt: NOON }, MINUTE, false],
  ['after one whose file says 2099', MINUTE, { droppedAt: FAR, handledAt: NOON }, 2 * MINUTE, false],
  ['before one whose file says 2099, and late', -MINUTE, { droppedAt: FAR, handledAt: NOON }, 2 * MINUTE, true],
  [
    'with a file that says 2099, after another such one',
    FAR - NOON - DAY,
    { droppedAt: FAR, handledAt: NOON },
    MINUTE,
    false,
  ],
  [
    'after one of a clock five days ahead',
    MINUTE,
    { droppedAt: NOON + 5 * DAY, handledAt: NOON + 5 * DAY },
    2 * MINUTE,
    false,
  ],
  [
    'before one that was handled by a clock five days behind',
    -60 * MINUTE,
    { droppedAt: NOON, handledAt: NOON - 5 * DAY },
    MINUTE,
    true,
  ],
  [
    'before it, by a clock that is five days behind now',
    -60 * MINUTE,
    { droppedAt: NOON, handledAt: NOON },
    -5 * DAY,
    true,
  ],
  [
    'after it, by a clock that is five days behind now',
    60 * MINUTE,
    { droppedAt: NOON, handledAt: NOON },
    -5 * DAY,
    false,
  ],
  [
    'after one that an earlier version has handled',
    MINUTE,
    { droppedAt: FAR, handledAt: undefined },
    2 * MINUTE,
    false,
  ],
  ['before one that an earlier version has handled', -MINUTE, { droppedAt: NOON, handledAt: undefined }, MINUTE, true],
])('a drop %s', (_, dropped, handled, now, isOlder) => {
  expect(isOlderDrop(NOON + dropped, handled, NOON + now)).toBe(isOlder);
});
