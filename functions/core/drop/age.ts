/**
 * Which of two drops of one integration is the older one. Their times are those of their files, and in a directory anybody
 * can give a file any time; clocks are set back and forth. What lies in the future by the store's own clock says nothing.
 * All of it in milliseconds, and by that clock: the time at which the store says something was written just now is `now`.
 */
export interface HandledAge {
  /** The time of its file. */
  readonly droppedAt: number;
  /** When it was handled; undefined in what earlier versions have left. */
  readonly handledAt: number | undefined;
}

/** Whether a drop, with the time of its file, is older than one that has been handled. */
export const isOlderDrop = (droppedAt: number, handled: HandledAge, now: number): boolean => {
  const known = [handled.droppedAt, handled.handledAt].find((time) => time !== undefined && time <= now);
  if (known !== undefined) return Math.min(droppedAt, now) < known;
  // The clock was set back since both: what it said of the one and of the other still tells them apart.
  return droppedAt > now && droppedAt < handled.droppedAt;
};
