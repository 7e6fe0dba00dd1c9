/**
 * Whether an instance takes ever longer: for each kind of request the median of the last few answers is held against the
 * best median so far. The best is forgotten slowly, so that what has become normal (more work, larger archives, another
 * hour of the day) is not held against the instance for ever.
 */

export interface LatencyWatch {
  /** Notes one answer. True when the last `window` of this kind, now complete, took far longer than they used to. */
  isRising(kind: string, ms: number, limit: number): boolean;
}

const MIN_WINDOW = 16;
const RISEN = 2;
/** Below this difference a longer time is noise, ours more likely than theirs. */
const NOISE_MS = 100;
const FORGOTTEN_EACH_WINDOW = 1.1;

export const createLatencyWatch = (): LatencyWatch => {
  const kinds = new Map<string, { times: number[]; best: number }>();
  return {
    isRising: (kind, ms, limit) => {
      const seen = kinds.get(kind) ?? { times: [], best: Number.POSITIVE_INFINITY };
      kinds.set(kind, seen);
      seen.times.push(ms);
      if (seen.times.length < Math.max(MIN_WINDOW, 2 * limit)) return false;
      const median = seen.times.sort((a, b) => a - b)[seen.times.length >> 1] ?? ms;
      seen.times = [];
      const isRising = median > RISEN * seen.best + NOISE_MS;
      seen.best = Math.min(median, seen.best * FORGOTTEN_EACH_WINDOW);
      return isRising;
    },
  };
};
