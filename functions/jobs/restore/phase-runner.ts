/** How the phases of a restore are run: in batches, and whoever failed in one phase is left out of the next. */
import type { Phase } from '../../core/plan/plan-restore-steps.ts';
import { collectFailures, inBatches, type RestoreFailure, type Trouble } from './batches.ts';
import type { LeftOver, RestoreOptions, RestoreServices } from './restore-options.ts';

export interface PhaseRunner {
  readonly failures: readonly RestoreFailure[];
  /** What was not begun because of a stop. */
  readonly left: readonly LeftOver[];
  /** Or was not begun. */
  hasFailed(id: string): boolean;
  /** @returns how many of the items went well */
  run<T extends { readonly id: string }>(
    phase: Phase,
    items: readonly T[],
    batchesAtOnce: number,
    work: (batch: readonly T[]) => Promise<Trouble[]>,
  ): Promise<number>;
  /** Of a phase that is not run in batches. */
  leave(phase: Phase, ids: readonly string[]): void;
  /** The work on a batch, of the work on one. */
  each<T extends { readonly id: string }>(
    step: RestoreFailure['step'],
    work: (item: T) => Promise<void>,
  ): (batch: readonly T[]) => Promise<Trouble[]>;
}

export const createPhaseRunner = (
  { journal, progress, stop }: RestoreServices,
  { concurrency }: Pick<RestoreOptions, 'concurrency'>,
): PhaseRunner => {
  const failures: RestoreFailure[] = [];
  const left: LeftOver[] = [];
  const failed = new Set<string>();
  const leave = ({ name, does }: Phase, ids: readonly string[]): void => {
    for (const id of ids) failed.add(id);
    left.push(...ids.map((id) => ({ id, phase: name, does })));
  };
  return {
    failures,
    left,
    leave,
    hasFailed: (id) => failed.has(id),
    run: async (phase, items, batchesAtOnce, work) => {
      const able = items.filter(({ id }) => !failed.has(id));
      if (able.length === 0) return 0;
      if (stop?.aborted) {
        leave(
          phase,
          able.map(({ id }) => id),
        );
        return 0;
      }
      progress.phase(phase.name, able.length);
      const troubles = (await journal.all(phase.name, inBatches(able), batchesAtOnce, work)).flat();
      leave(
        phase,
        troubles.flatMap((trouble) => ('isLeft' in trouble ? [trouble.id] : [])),
      );
      const own = troubles.flatMap((trouble) => ('isLeft' in trouble ? [] : [trouble]));
      for (const { id } of own) failed.add(id);
      failures.push(...own);
      return able.length - new Set(troubles.map(({ id }) => id)).size;
    },
    each: (step, work) => (batch) => collectFailures(batch, concurrency, step, progress, work, stop),
  };
};
