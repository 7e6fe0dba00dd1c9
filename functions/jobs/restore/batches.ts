/** How a restore goes through many integrations: in batches, and each one's trouble its own. */

import { Interrupted, type Unknown } from '../../core/errors.ts';
import type { PlannedStep } from '../../core/plan/plan-restore-steps.ts';
import { isTroubleOfOne, troubleText } from '../changes/trouble.ts';
import { mapLimited } from '../journal/journal.ts';

export interface RestoreFailure {
  /** Of an integration its id, of other items such as `lookup CODES`; of a kind the target refuses, its name. */
  readonly id: string;
  readonly step: PlannedStep['do'] | 'read-archive' | 'read-target';
  readonly message: string;
  /** Whether it was done could not be found out. */
  readonly unknown?: Unknown | undefined;
  /** What was not activated, or could not be, because of it. */
  readonly dependents?: readonly string[] | undefined;
}

/** Of one item in one phase: it went wrong, or was not begun because of a stop. */
export type Trouble = RestoreFailure | { readonly id: string; readonly isLeft: true };

export interface RestoreProgress {
  phase(name: string, total: number): void;
  tick(): void;
}

/** Over within minutes even when every activation takes one, and few enough that thousands are hundreds of steps. */
const BATCH = 40;

export const inBatches = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) => items.slice(n * BATCH, (n + 1) * BATCH));

/**
 * Wrong credentials and an instance that is gone stop the run; every other trouble is that integration's own.
 * @param step that a failure is of, unless the work has told of another one that it began
 * @param work throws Interrupted when it was stopped before it had changed anything
 */
export const collectFailures = async <T extends { readonly id: string }>(
  items: readonly T[],
  concurrency: number,
  step: RestoreFailure['step'],
  progress: Pick<RestoreProgress, 'tick'>,
  work: (item: T, begins: (step: RestoreFailure['step']) => void) => Promise<void>,
  stop?: AbortSignal | undefined,
): Promise<Trouble[]> => {
  const troubles = await mapLimited(items, concurrency, async (item): Promise<Trouble[]> => {
    let at = step;
    try {
      stop?.throwIfAborted();
      await work(item, (next) => {
        at = next;
      });
      return [];
    } catch (error) {
      if (error instanceof Interrupted) return [{ id: item.id, isLeft: true }];
      if (!isTroubleOfOne(error)) throw error;
      return [{ id: item.id, step: at, ...troubleText(error) }];
    } finally {
      progress.tick();
    }
  });
  return troubles.flat();
};
