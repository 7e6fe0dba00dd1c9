/** Brings integrations to the state they were captured in: those outside projects, or those in one. */
import type { RunStep } from '../../core/plan/plan-install.ts';
import type { Turn } from '../../core/plan/plan-restore-steps.ts';
import { isOicError, type OicError, stopsTheRun } from '../../oic/http/errors.ts';
import type { Switchboard } from '../changes/activation.ts';
import { applyRunStep } from '../changes/apply-step.ts';
import { setSchedule } from '../changes/schedule.ts';
import { createSemaphore } from '../journal/semaphore.ts';
import { collectFailures, type RestoreProgress, type Trouble } from './batches.ts';
import type { RestoreServices } from './restore-options.ts';

interface Place extends Pick<RestoreServices, 'waiting' | 'stop'> {
  readonly oic: Switchboard;
  readonly progress: Pick<RestoreProgress, 'tick'>;
}

/**
 * Takes batch after batch: called integrations before their callers, else `concurrency` side by side whatever batch they
 * are of; whoever calls one that failed is tried all the same. Who waits for another takes nobody's place.
 */
export const createActivator = (
  { oic, waiting, progress, stop }: Place,
  waitsFor: ReadonlyMap<string, readonly string[]>,
  concurrency: number,
): ((batch: readonly Turn<RunStep, string>[]) => Promise<Trouble[]>) => {
  const ended = new Map<string, PromiseWithResolvers<void>>();
  const inSlot = createSemaphore(concurrency);
  let broken: OicError | undefined;

  const runOne = async ({ steps }: Turn<RunStep, string>, begins: (step: RunStep['do']) => void): Promise<void> => {
    if (broken) throw broken;
    stop?.throwIfAborted();
    try {
      for (const step of steps) {
        begins(step.do);
        // One that could not be stopped before may run still.
        for (const other of step.do === 'activate' ? step.displaces : [])
          await setSchedule(oic, other, 'stopped', waiting);
        await applyRunStep(oic, step, waiting);
      }
    } catch (error) {
      if (isOicError(error) && stopsTheRun(error)) broken = error;
      throw error;
    }
  };

  return (batch) => {
    for (const { id } of batch) ended.set(id, Promise.withResolvers());
    return collectFailures(batch, batch.length, 'activate', progress, async (turn, begins) => {
      try {
        // Those it waits for stand before it, so they have been begun: nobody waits for ever.
        // Who waits for nobody in here is not held up at all, so turns are taken in the order they were planned in.
        await Promise.all((waitsFor.get(turn.id) ?? []).flatMap((callee) => ended.get(callee)?.promise ?? []));
        await inSlot(() => runOne(turn, begins));
      } finally {
        ended.get(turn.id)?.resolve();
      }
    });
  };
};
