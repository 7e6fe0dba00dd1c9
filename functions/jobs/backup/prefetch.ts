/**
 * Exports that begin while the list is still being read, so that an instance with many pages is not left idle. Only a
 * list that adds up decides what belongs to a snapshot; so what was gathered ahead counts when that list has exactly the
 * integration that was gathered, its time included, and is left alone otherwise.
 */
import type { Gathered, IntegrationStep } from './gather.ts';

export interface Prefetch {
  /** What would have to be done, as each page is read. When the list is read again, what was begun stays as it is. */
  offer(step: IntegrationStep): void;
  /** No further one is begun. @returns when those under way have ended */
  close(): Promise<unknown>;
  /** What was begun for exactly this step, or what it failed with; undefined when nothing was. */
  claim(step: IntegrationStep): Promise<Gathered | undefined>;
}

/** As JSON: a step from a journal has lost what was undefined. */
const isSame = (a: IntegrationStep, b: IntegrationStep): boolean => JSON.stringify(a) === JSON.stringify(b);

/** @param atOnce fewer than the instance takes, or the pages would have to wait */
export const createPrefetch = (atOnce: number, gather: (step: IntegrationStep) => Promise<Gathered>): Prefetch => {
  const waiting = new Map<string, IntegrationStep>();
  const begun = new Map<string, { readonly step: IntegrationStep; readonly result: Promise<Gathered> }>();
  let free = atOnce;
  let isStopped = false;
  const begin = (): void => {
    for (const [id, step] of waiting) {
      if (isStopped || free === 0) return;
      free--;
      waiting.delete(id);
      const result = gather(step);
      void result
        // Every other export would fail in the same way.
        .catch(() => {
          isStopped = true;
        })
        .finally(() => {
          free++;
          begin();
        });
      begun.set(id, { step, result });
    }
  };
  return {
    offer: (step) => {
      const { id, lastUpdated } = step.item;
      // Without a time nothing tells whether it was saved once more before the list was whole.
      if (step.do !== 'export' || lastUpdated === undefined) return;
      if (begun.has(id)) return;
      waiting.set(id, step);
      begin();
    },
    close: () => {
      isStopped = true;
      return Promise.allSettled([...begun.values()].map(({ result }) => result));
    },
    claim: async (step) => {
      const { id } = step.item;
      const early = begun.get(id);
      try {
        // Waited for in any case: two that store one archive at once could make the stale one the newest.
        const result = await early?.result;
        return early && isSame(early.step, step) ? result : undefined;
      } catch (error) {
        // It fails once: whoever tries again asks the instance.
        begun.delete(id);
        throw error;
      }
    },
  };
};
