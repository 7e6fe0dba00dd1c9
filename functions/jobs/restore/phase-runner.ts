/** How the phases of a restore are run: in batches, and whoever failed in one phase is left out of the next. */
import { collectFailures, inBatches, type RestoreFailure } from './batches.ts';
import type { RestoreOptions, RestoreServices } from './restore-options.ts';

export interface PhaseRunner {
  readonly failures: readonly RestoreFailure[];
  hasFailed(id: string): boolean;
  /** @returns how many of the items went well */
  run<T extends { readonly id: string }>(
    name: string,
    items: readonly T[],
    batchesAtOnce: number,
    work: (batch: readonly T[]) => Promise<RestoreFailure[]>,
  ): Promise<number>;
  /** The work on a batch, of the work on one. */
  each<T extends { readonly id: string }>(
    step: RestoreFailure['step'],
    work: (item: T) => Promise<void>,
  ): (batch: readonly T[]) => Promise<RestoreFailure[]>;
}

export const createPhaseRunner = (
  { journal, progress }: RestoreServices,
  { concurrency }: Pick<RestoreOptions, 'concurrency'>,
): PhaseRunner => {
  const failures: RestoreFailure[] = [];
  const failed = new Set<string>();
  return {
    failures,
    hasFailed: (id) => failed.has(id),
    run: async (name, items, batchesAtOnce, work) => {
      const able = items.filter(({ id }) => !failed.has(id));
      if (able.length === 0) return 0;
      progress.phase(name, able.length);
      const troubles = (await journal.all(name, inBatches(able), batchesAtOnce, work)).flat();
      for (const trouble of troubles) failed.add(trouble.id);
      failures.push(...troubles);
      return able.length - new Set(troubles.map(({ id }) => id)).size;
    },
    each: (step, work) => (batch) => collectFailures(batch, concurrency, step, progress, work),
  };
};
