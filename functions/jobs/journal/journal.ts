/**
 * The engine under a job: it remembers what was done, so that a job that was cut off goes on where it was. A job's body
 * runs from the top each time; steps that ended are not run again, their results are given back. So what a job decides
 * between steps must follow from step results alone.
 *
 * Results are small plain JSON (ids, hashes, version ids), never bytes or secrets. A step cut off in the middle is run
 * again: its work must bear that. In AWS the engine is a Lambda durable execution, on a person's machine a file.
 */
export interface Journal {
  /** Runs `work` unless a step of this name has ended before. A step that throws has not ended. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  sleep(name: string, seconds: number): Promise<void>;
  /**
   * Results of the steps of that name, or of `all` of that name, in earlier runs of this job that were cut off before their
   * commit, oldest first. They say what was done then, not what is so now.
   */
  leftovers(name: string): readonly unknown[];
  /** Keeps the result of a part of a step, for `leftovers` of that name should the step be cut off. */
  note(name: string, result: unknown): Promise<void>;
  /** One step for each item, named `name 1`, `name 2`…, at most `concurrency` at a time; results in order of the items. */
  all<T, R>(
    name: string,
    items: readonly T[],
    concurrency: number,
    work: (item: T, index: number) => Promise<R>,
  ): Promise<R[]>;
}

/** The step that completes a job: a run that was cut off after it has left nothing to do. */
export const COMMIT = 'commit';

/** Runs `work` over items, at most `limit` at a time, results in order. The first failure stops what has not begun. */
export const mapLimited = async <T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> => {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  const broken = outcomes.find((outcome) => outcome.status === 'rejected');
  if (broken) throw broken.reason;
  return results;
};

/**
 * Begins no further step once it is stopped, and waits for none: for what only reads an instance, and whose steps bear being
 * cut off. @throws what it was stopped with
 */
export const stoppableJournal = (journal: Journal, stop: AbortSignal | undefined): Journal => {
  if (!stop) return journal;
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason), { once: true });
  });
  stopped.catch(() => undefined);
  const orStopped = async <T>(work: () => Promise<T>): Promise<T> => {
    stop.throwIfAborted();
    return Promise.race([work(), stopped]);
  };
  return {
    step: (name, work) => orStopped(() => journal.step(name, () => orStopped(work))),
    sleep: (name, seconds) => orStopped(() => journal.sleep(name, seconds)),
    leftovers: journal.leftovers,
    note: journal.note,
    all: (name, items, concurrency, work) =>
      orStopped(() => journal.all(name, items, concurrency, (item, index) => orStopped(() => work(item, index)))),
  };
};

/** The journal of a job that finds out by reading what was done, and so needs no memory. */
export const createForgetfulJournal = (sleep: (ms: number) => Promise<void>): Journal => ({
  step: (_name, work) => work(),
  sleep: (_name, seconds) => sleep(seconds * 1000),
  leftovers: () => [],
  note: () => Promise.resolve(),
  all: (_name, items, concurrency, work) => mapLimited(items, concurrency, work),
});
