/**
 * Brings integrations to the state they were captured in: those outside projects, and those in one. What else one in a project
 * may need is not known, so one that fails is tried again as long as another has become active meanwhile.
 */

import type { RunStep } from '../../core/plan/plan-install.ts';
import type { InsideTurn, Phase, Turn } from '../../core/plan/plan-restore-steps.ts';
import { isContainer } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError, type OicError, stopsTheRun } from '../../oic/http/errors.ts';
import type { Switchboard } from '../changes/activation.ts';
import { applyRunStep } from '../changes/apply-step.ts';
import { connect, type UnreadyConnection } from '../changes/connect.ts';
import { switchboardOf } from '../changes/container.ts';
import { setSchedule } from '../changes/schedule.ts';
import { isTroubleOfOne, troubleText } from '../changes/trouble.ts';
import { findItem } from '../changes/write-item.ts';
import { mapLimited } from '../journal/journal.ts';
import { createSemaphore } from '../journal/semaphore.ts';
import { collectFailures, inBatches, type RestoreProgress, type Trouble } from './batches.ts';
import type { VerifiedItem } from './prove-items.ts';
import type { RestoreOptions, RestoreServices } from './restore-options.ts';

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

interface ActivatedInside {
  readonly activated: number;
  readonly scheduled: number;
  readonly troubles: readonly Trouble[];
  readonly unready: readonly UnreadyConnection[];
}

/** @param itemOf what was put there, by its label */
export const activateInside = async (
  { journal, progress, ...services }: RestoreServices,
  { name, turns }: Pick<Extract<Phase, { does: 'activate-inside' }>, 'name' | 'turns'>,
  itemOf: (label: string) => VerifiedItem | undefined,
  { concurrency }: RestoreOptions,
): Promise<ActivatedInside> => {
  if (turns.length > 0) progress.phase(name, turns.length);
  const results = await journal.all(name, inBatches(turns), 1, (batch) =>
    mapLimited(batch, concurrency, async (turn) => {
      const result = await activateIn(services, turn, itemOf(turn.id));
      progress.tick();
      return result;
    }),
  );
  const all = results.flat();
  return {
    activated: all.reduce((sum, { activated }) => sum + activated, 0),
    scheduled: all.reduce((sum, { scheduled }) => sum + scheduled, 0),
    troubles: all.flatMap(({ troubles }) => troubles),
    unready: all.flatMap(({ unready }) => unready),
  };
};

type Services = Omit<RestoreServices, 'journal' | 'progress'>;

const activateIn = async (
  services: Services,
  { id: label, connects, runs }: InsideTurn,
  item: VerifiedItem | undefined,
): Promise<ActivatedInside> => {
  const { oic, waiting, stop } = services;
  const { kind, id = '', connections = [], ownConnections } = item ?? {};
  const nothing = (troubles: readonly Trouble[]): ActivatedInside => ({
    ...{ activated: 0, scheduled: 0, unready: [] },
    troubles,
  });
  if (stop?.aborted) return nothing(runs.map((run) => ({ id: run.id, isLeft: true })));
  try {
    const own = kind && (await findItem(oic, kind, id));
    if (!own || !isContainer(kind)) {
      const message = `nothing in it was activated: ${oic.instance} does not list it after it was imported`;
      return nothing([{ id: label, step: 'activate', message: `${label}: ${message}` }]);
    }
    const inside = switchboardOf(oic, kind, own);
    const unready =
      connects.length > 0 ? await connect(inside, { connections }, services.connections, waiting, ownConnections) : [];
    const progress = { tick: () => undefined };
    const troubles = await inRounds(runs, createActivator({ oic: inside, waiting, stop, progress }, new Map(), 1));
    const hidden = troubles.some((one) => !('isLeft' in one)) ? await outOfReach(inside, connections) : [];
    const done = runs.filter((run) => !troubles.some((one) => one.id === run.id));
    const count = (isCounted: (step: RunStep) => boolean) => done.filter(({ steps }) => steps.some(isCounted)).length;
    return {
      activated: count((step) => step.do === 'activate'),
      scheduled: count((step) => step.do !== 'activate'),
      troubles,
      unready: [...unready, ...hidden].map((one) => ({ ...one, id: `${one.id} in ${label}` })),
    };
  } catch (error) {
    if (!isTroubleOfOne(error)) throw error;
    return nothing([{ id: label, step: 'activate', ...troubleText(error) }]);
  }
};

/** Goes on until all are done, or a round has activated nothing more. */
const inRounds = async (runs: InsideTurn['runs'], activate: ReturnType<typeof createActivator>): Promise<Trouble[]> => {
  for (let todo = runs; ; ) {
    const troubles = await activate(todo);
    const failed = todo.filter(({ id }) => troubles.some((one) => one.id === id));
    const isStopped = troubles.some((one) => 'isLeft' in one);
    if (isStopped || failed.length === 0 || failed.length === todo.length) return troubles;
    todo = failed;
  }
};

/** Oracle does not document whether connections in a project can be read there. Those that cannot may be what is wrong. */
const outOfReach = async (
  inside: Pick<OicClient, 'getConnection'>,
  connections: VerifiedItem['connections'],
): Promise<UnreadyConnection[]> => {
  const unknown = await mapLimited(connections, 2, async ({ id }) => ((await inside.getConnection(id)) ? [] : [id]));
  return unknown.flat().map((id) => ({
    id,
    missing: [],
    problem: 'if it is a draft, give it its settings in the console, which alone reaches it, and run the restore again',
    template: {},
  }));
};
