/** How a restore goes through many integrations: in batches, and each one's trouble its own. */
import type { IntegrationId } from '../core/integration.ts';
import type { PlannedStep } from '../core/plan-restore.ts';
import { isForAll, OicError } from '../oic/errors.ts';
import { VaultError } from '../store/vault.ts';
import { ActivationError } from './activation.ts';
import { mapLimited } from './journal.ts';

export interface RestoreFailure {
  readonly id: IntegrationId;
  readonly step: PlannedStep['do'] | 'read-archive';
  readonly message: string;
}

export interface RestoreProgress {
  phase(name: string, total: number): void;
  tick(): void;
}

/** Over within minutes even when every activation takes one, and few enough that thousands are hundreds of steps. */
const BATCH = 40;

export const inBatches = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) => items.slice(n * BATCH, (n + 1) * BATCH));

export const isArchiveTrouble = (error: unknown): error is Error =>
  error instanceof VaultError || (error instanceof Error && error.name === 'ArchiveError');

/** Wrong credentials and an instance that is gone stop the run; every other trouble is that integration's own. */
export const collectFailures = async <T extends { readonly id: IntegrationId }>(
  items: readonly T[],
  concurrency: number,
  step: RestoreFailure['step'],
  progress: RestoreProgress,
  work: (item: T) => Promise<void>,
): Promise<RestoreFailure[]> => {
  const failures = await mapLimited(items, concurrency, async (item): Promise<RestoreFailure[]> => {
    try {
      await work(item);
      return [];
    } catch (error) {
      const isOwn =
        (error instanceof OicError && !isForAll(error)) || error instanceof ActivationError || isArchiveTrouble(error);
      if (!isOwn) throw error;
      return [{ id: item.id, step, message: error.message }];
    } finally {
      progress.tick();
    }
  });
  return failures.flat();
};
