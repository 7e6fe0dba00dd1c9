/**
 * What the status of an integration says of a change that was asked for. It may lag behind, and what it said before says
 * nothing of this change: so it is judged by what was seen since.
 */
import { type StatusTold, saysFailed, underWay } from './status.ts';

/**
 * `accepted`; `busy`: something is under way that was not asked for by this, or a refusal may mean that. `unanswered`:
 * until it was answered, and when that was lost.
 */
export type HowAsked = 'accepted' | 'unanswered' | 'busy';

export interface Course {
  readonly kind: 'activation' | 'deactivation';
  readonly how: HowAsked;
  /** Oracle said of an earlier one that it failed, before this was asked for. */
  readonly wasFailed: boolean;
  readonly hasMoved: boolean;
  /** The opposite change was under way. */
  readonly hasMovedBack: boolean;
  readonly isMoving: boolean;
  /** Since when it was seen to stand still, in ms. */
  readonly restsSince: number;
}

/** A status was seen to lag 9 s behind: what has not moved for twice as long has not heard, or shows how it is. */
const REST_MS = 20_000;
/** Once it was seen to move, what it shows is no longer that of before. */
const REST_AFTER_MOVING_MS = 7_000;

/** @param before as it was read before it was asked for */
export const courseFrom = (kind: Course['kind'], before: StatusTold, now: number): Course =>
  followed(
    {
      kind,
      how: 'unanswered',
      wasFailed: saysFailed(kind, before),
      hasMoved: false,
      hasMovedBack: false,
      isMoving: false,
      restsSince: now,
    },
    before,
    now,
  );

/** With one more look at it. */
export const followed = (course: Course, there: StatusTold, now: number): Course => {
  const moving = underWay(there);
  if (!moving) return course.isMoving ? { ...course, isMoving: false, restsSince: now } : course;
  return {
    ...course,
    isMoving: true,
    hasMoved: course.hasMoved || moving === course.kind,
    hasMovedBack: course.hasMovedBack || moving !== course.kind,
  };
};

export const hasRested = ({ isMoving, restsSince }: Course, now: number): boolean =>
  !isMoving && now - restsSince >= REST_MS;

/**
 * What one that stands still says of the change. `at-rest`: what was in the way has ended, and not as asked for; `errors?`:
 * failed, if Oracle tells of errors.
 */
export const judgeCourse = (
  course: Course,
  there: StatusTold,
  isDone: boolean,
  now: number,
): 'done' | 'failed' | 'at-rest' | 'errors?' | 'wait' => {
  const { how, wasFailed, hasMoved, hasMovedBack } = course;
  const isRested = hasRested(course, now);
  // After the opposite change it may show what was before that one.
  if (isDone) return hasMovedBack && !isRested ? 'wait' : 'done';
  // What it said before it was asked for says nothing of this change, until it has moved or rested.
  const isNews = hasMoved || !wasFailed || (how === 'accepted' && isRested);
  if (isNews && saysFailed(course.kind, there)) return 'failed';
  if (how === 'busy' && (isRested || !hasMoved)) return 'at-rest';
  if (how === 'unanswered' && !hasMoved) return 'wait';
  return isRested || (hasMoved && now - course.restsSince >= REST_AFTER_MOVING_MS) ? 'errors?' : 'wait';
};
