/** What a status says of a change, by what was seen since it was asked for. */
import { describe, expect, test } from 'vitest';
import { isActive, type StatusTold } from '../../functions/core/status.ts';
import { courseFrom, followed, type HowAsked, judgeCourse } from '../../functions/core/status-course.ts';

const at = (status: string, activationStatus?: string): StatusTold => ({ status, activationStatus });
const OFF = at('CONFIGURED');
const ON = at('ACTIVATED');
const STARTING = at('ACTIVATION_INPROGRESS');
const STOPPING = at('DEACTIVATION_INPROGRESS');
const FAILED = at('FAILEDACTIVATION');
const FAILED_BEFORE = at('CONFIGURED', 'ACTIVATION_FAILED');

type Looks = readonly (readonly [atMs: number, StatusTold])[];

const judge = (how: HowAsked, before: StatusTold, looks: Looks): string => {
  let course = { ...courseFrom('activation', before, 0), how };
  let verdict = 'wait';
  for (const [now, there] of looks) {
    course = followed(course, there, now);
    verdict = course.isMoving ? 'moving' : judgeCourse(course, there, isActive(there), now);
  }
  return verdict;
};

describe('an activation', () => {
  test.each<[string, HowAsked, StatusTold, Looks, string]>([
    ['is done as soon as it shows', 'accepted', OFF, [[0, ON]], 'done'],
    ['is done although its answer was lost', 'unanswered', OFF, [[5_000, ON]], 'done'],
    ['is waited for while nothing has moved', 'accepted', OFF, [[5_000, OFF]], 'wait'],
    ['that nobody answered is waited for, however long nothing moves', 'unanswered', OFF, [[500_000, OFF]], 'wait'],
    ['that was accepted and has not moved for long may have failed', 'accepted', OFF, [[20_000, OFF]], 'errors?'],
    [
      'that has moved and stopped may have failed',
      'accepted',
      OFF,
      [
        [1_000, STARTING],
        [2_000, OFF],
        [9_000, OFF],
      ],
      'errors?',
    ],
    [
      'has failed when Oracle says so',
      'accepted',
      OFF,
      [
        [1_000, STARTING],
        [2_000, FAILED],
      ],
      'failed',
    ],
    ['is not judged by an earlier failure', 'accepted', FAILED_BEFORE, [[1_000, FAILED_BEFORE]], 'wait'],
    ['is judged by it once it has rested', 'accepted', FAILED_BEFORE, [[20_000, FAILED_BEFORE]], 'failed'],
    ['has to be asked for again when a deactivation was in the way', 'busy', STOPPING, [[1_000, OFF]], 'at-rest'],
    ['is not done when what shows may be of before that deactivation', 'busy', STOPPING, [[1_000, ON]], 'wait'],
    ['of somebody else is waited for', 'busy', STARTING, [[1_000, OFF]], 'wait'],
    ['is under way as long as it says so', 'accepted', OFF, [[1_000, STARTING]], 'moving'],
  ])('%s', (_, how, before, looks, verdict) => {
    expect(judge(how, before, looks)).toBe(verdict);
  });
});
