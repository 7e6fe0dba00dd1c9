/** How the phases of a restore are run: in batches, and whoever failed in one phase is left out of the next. */
import type { Phase } from '../../core/plan/plan-restore-steps.ts';
import { collectFailures, inBatches, type RestoreFailure, type Trouble } from './batches.ts';
import type { LeftOver, RestoreOptions, RestoreServices } from './restore-options.ts';

export interface PhaseRunner {
  readonly failures: readonly RestoreFailure[];
  /** What was not begun because of a stop. */
  readonly left: readonly LeftOver[];
  /** Whether it failed, or was not begun. */
  hasFailed(id: string): boolean;
  /** @returns how many of the items went well */
  run<T extends { readonly id: string }>(
    phase: Phase,
    items: readonly T[],
    batchesAtOnce: number,
    work: (batch: readonly T[]) => Promise<Trouble[]>,
  ): Promise<number>;
  /** What went wrong in a phase. */
  note(phase: Phase, troubles: readonly Trouble[]): void;
  /** Makes work on a batch out of work on one. */
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
  const note = ({ name, does }: Phase, troubles: readonly Trouble[]): void => {
    for (const trouble of troubles) {
      failed.add(trouble.id);
      if ('isLeft' in trouble) left.push({ id: trouble.id, phase: name, does });
      else failures.push(trouble);
    }
  };
  return {
    failures,
    left,
    note,
    hasFailed: (id) => failed.has(id),
    run: async (phase, items, batchesAtOnce, work) => {
      const able = items.filter(({ id }) => !failed.has(id));
      if (able.length === 0) return 0;
      if (stop?.aborted) {
        note(
          phase,
          able.map(({ id }) => ({ id, isLeft: true })),
        );
        return 0;
      }
      progress.phase(phase.name, able.length);
      const troubles = (await journal.all(phase.name, inBatches(able), batchesAtOnce, work)).flat();
      note(phase, troubles);
      return able.length - new Set(troubles.map(({ id }) => id)).size;
    },
    each: (step, work) => (batch) => collectFailures(batch, concurrency, step, progress, work, stop),
  };
};
