/**
 * The clock here held against that of the instance. It names snapshots and decides which is the latest and which go, so one
 * that is wrong by an hour is not worked by.
 */

const WARN_MS = 5 * 60_000;
const REFUSE_MS = 60 * 60_000;

export type ClockVerdict =
  | { readonly is: 'right' }
  | { readonly is: 'not-told' }
  /** The message begins with "the clock here" and has both times. */
  | { readonly is: 'off' | 'wrong'; readonly message: string };

/** @param there undefined: the instance did not tell */
export const holdClock = (instance: string, here: Date, there: Date | undefined): ClockVerdict => {
  if (!there) return { is: 'not-told' };
  const aheadMs = here.getTime() - there.getTime();
  const offMs = Math.abs(aheadMs);
  if (offMs < WARN_MS) return { is: 'right' };
  const message =
    `the clock here (${here.toISOString()}) is ${spanOf(offMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} ` +
    `that of ${instance} (${there.toISOString()})`;
  return { is: offMs < REFUSE_MS ? 'off' : 'wrong', message };
};

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

const spanOf = (ms: number): string => {
  const [name, unit] = UNITS.find(([, size]) => ms >= 2 * size) ?? UNITS[2];
  const count = Math.round(ms / unit);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
};
