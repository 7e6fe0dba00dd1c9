/**
 * Snapshots that are dated ahead: a clock was wrong when they were taken, or is now. They are never the latest nor the
 * previous one, and neither keep nor forget others.
 */
import { snapshotTime } from '../keys.ts';

/** Clocks of two machines may differ by so much without anybody noticing. */
const TOLERANCE_MS = 5 * 60_000;

export const isAhead = (snapshot: string, now: Date): boolean =>
  snapshotTime(snapshot).getTime() > now.getTime() + TOLERANCE_MS;

/** Both in the order given. */
export const splitAhead = (
  names: readonly string[],
  now: Date,
): { due: readonly string[]; ahead: readonly string[] } => ({
  due: names.filter((name) => !isAhead(name, now)),
  ahead: names.filter((name) => isAhead(name, now)),
});

/** For everyone that passes over some; undefined when there is none. */
export const describeAhead = (instance: string, ahead: readonly string[], now: Date): string | undefined => {
  if (ahead.length === 0) return undefined;
  const one = ahead.length === 1;
  return (
    `${ahead.join(', ')} of ${instance} ${one ? 'is' : 'are'} dated ahead of the clock here (${now.toISOString()}) and ` +
    `${one ? 'counts' : 'count'} for nothing until then; if this clock is right, ` +
    `\`oic prune ${instance} --forget ${ahead[0]}\` removes ${one ? 'it' : 'the first'}`
  );
};
