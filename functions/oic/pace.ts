/**
 * How many requests may be in flight to one instance: between 1 and `concurrency`. Additive growth while answers are
 * healthy, halved when the instance says "too much"; a Retry-After stops everybody, not just the one who was told.
 *
 *   await pace.run(() => send(request))      // waits for a place, never more than the limit inside
 */

export interface Pace {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** The instance refused for load: halve, and let nobody start for `pauseMs`. */
  slowDown(pauseMs: number): void;
  limit(): number;
}

export interface PaceClock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const createPace = (concurrency: number, clock: PaceClock): Pace => {
  const queue: Array<() => void> = [];
  let limit = concurrency;
  let inFlight = 0;
  let healthy = 0;
  let pausedUntil = 0;
  let lastCut = Number.NEGATIVE_INFINITY;
  let waking = false;

  const admit = (): void => {
    const pauseMs = pausedUntil - clock.now();
    if (pauseMs > 0 && queue.length > 0) {
      wakeAfter(pauseMs);
      return;
    }
    while (inFlight < Math.floor(limit) && queue.length > 0) {
      inFlight++;
      queue.shift()?.();
    }
  };

  const wakeAfter = (ms: number): void => {
    if (waking) return;
    waking = true;
    void clock.sleep(ms).then(() => {
      waking = false;
      admit();
    });
  };

  const grow = (): void => {
    if (limit >= concurrency || ++healthy < limit) return;
    healthy = 0;
    limit = Math.min(concurrency, limit + 1);
  };

  return {
    run: async (work) => {
      await new Promise<void>((resolve) => {
        queue.push(resolve);
        admit();
      });
      try {
        const result = await work();
        grow();
        return result;
      } finally {
        inFlight--;
        admit();
      }
    },
    slowDown: (pauseMs) => {
      const now = clock.now();
      pausedUntil = Math.max(pausedUntil, now + pauseMs);
      // Requests that were in flight together are refused together: that is one message, not many.
      if (now - lastCut > 200) limit = Math.max(1, Math.floor(limit / 2));
      lastCut = now;
      healthy = 0;
    },
    limit: () => Math.floor(limit),
  };
};
