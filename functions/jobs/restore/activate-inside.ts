/**
 * Brings the integrations of restored containers to the state they were captured in, called integrations before their
 * callers. What else one may need is not known, so one that fails is tried again as long as another has become active
 * meanwhile.
 */

import { type InsideTurn, nameInside } from '../../core/plan/plan-restore-steps.ts';
import { isContainer } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import type { Switchboard } from '../changes/activation.ts';
import { applyActivation } from '../changes/apply-step.ts';
import { connect, type UnreadyConnection } from '../changes/connect.ts';
import { switchboardOf } from '../changes/container.ts';
import { applyScheduleStep, isScheduleStep } from '../changes/schedule.ts';
import { isTroubleOfOne, troubleText } from '../changes/trouble.ts';
import { findItem } from '../changes/write-item.ts';
import { mapLimited } from '../journal/journal.ts';
import { inBatches, type RestoreFailure } from './batches.ts';
import type { VerifiedItem } from './prove-items.ts';
import type { RestoreOptions, RestoreServices } from './restore-options.ts';

export interface ActivatedInside {
  readonly activated: number;
  readonly scheduled: number;
  readonly failures: readonly RestoreFailure[];
  readonly unready: readonly UnreadyConnection[];
  /** Not begun because of a stop. */
  readonly left: readonly string[];
}

/** @param name of the phase. @param itemOf what was put there, by its label */
export const activateInside = async (
  services: RestoreServices,
  name: string,
  turns: readonly InsideTurn[],
  itemOf: (label: string) => VerifiedItem | undefined,
  { concurrency }: RestoreOptions,
): Promise<ActivatedInside> => {
  if (turns.length > 0) services.progress.phase(name, turns.length);
  const results = await services.journal.all(name, inBatches(turns), 1, (batch) =>
    mapLimited(batch, concurrency, (turn) => activateIn(services, turn, itemOf(turn.id))),
  );
  const all = results.flat();
  return {
    activated: all.reduce((sum, { activated }) => sum + activated, 0),
    scheduled: all.reduce((sum, { scheduled }) => sum + scheduled, 0),
    failures: all.flatMap(({ failures }) => failures),
    unready: all.flatMap(({ unready }) => unready),
    left: all.flatMap(({ left }) => left),
  };
};

const activateIn = async (
  services: RestoreServices,
  turn: InsideTurn,
  item: VerifiedItem | undefined,
): Promise<ActivatedInside> => {
  const { oic, progress } = services;
  const { id: label, connects } = turn;
  const { kind, id = '', connections = [], ownConnections } = item ?? {};
  const nothing = { activated: 0, scheduled: 0, unready: [], left: [] };
  if (services.stop?.aborted) {
    return { ...nothing, failures: [], left: turn.runs.map((run) => nameInside(run.id, label)) };
  }
  try {
    const own = kind && (await findItem(oic, kind, id));
    if (!own || !isContainer(kind)) {
      const message = `nothing in it was activated: ${oic.instance} does not list it after it was imported`;
      return { ...nothing, failures: [{ id: label, step: 'activate', message: `${label}: ${message}` }] };
    }
    const inside = switchboardOf(oic, kind, own);
    const unready =
      connects.length > 0
        ? await connect(inside, { connections }, services.connections, services.waiting, ownConnections)
        : [];
    const result = await runAll(services, inside, turn);
    const hidden = result.failures.length > 0 ? await outOfReach(inside, connections) : [];
    return { ...result, unready: [...unready, ...hidden].map((one) => ({ ...one, id: `${one.id} in ${label}` })) };
  } catch (error) {
    if (!isTroubleOfOne(error)) throw error;
    return { ...nothing, failures: [{ id: label, step: 'activate', ...troubleText(error) }] };
  } finally {
    progress.tick();
  }
};

type Run = InsideTurn['runs'][number];

/** Whether connections answer below their container, Oracle documents nowhere. Those that do not may be what is wrong. */
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

const runAll = async (
  { waiting, stop }: RestoreServices,
  inside: Switchboard,
  { id: label, runs }: InsideTurn,
): Promise<Omit<ActivatedInside, 'unready'>> => {
  let waitingForOthers = runs;
  let failures: RestoreFailure[] = [];
  const done: Run[] = [];
  for (let isMoving = true; isMoving && waitingForOthers.length > 0; ) {
    const failed: Run[] = [];
    failures = [];
    for (const one of waitingForOthers) {
      if (stop?.aborted) {
        failed.push(one);
        continue;
      }
      const failure = await runSteps(inside, one, waiting);
      if (!failure) {
        done.push(one);
        continue;
      }
      failed.push(one);
      failures.push({ ...failure, id: nameInside(one.id, label) });
    }
    isMoving = failed.length < waitingForOthers.length;
    waitingForOthers = failed;
    if (stop?.aborted) break;
  }
  const told = new Set(failures.map(({ id }) => id));
  const left = waitingForOthers.map(({ id }) => nameInside(id, label)).filter((id) => !told.has(id));
  const count = (isCounted: (step: Run['steps'][number]) => boolean): number =>
    done.filter(({ steps }) => steps.some(isCounted)).length;
  return { activated: count((step) => step.do === 'activate'), scheduled: count(isScheduleStep), failures, left };
};

const runSteps = async (
  inside: Switchboard,
  { steps }: Run,
  waiting: RestoreServices['waiting'],
): Promise<Omit<RestoreFailure, 'id'> | undefined> => {
  for (const step of steps) {
    try {
      if (isScheduleStep(step)) await applyScheduleStep(inside, step, waiting);
      if (step.do === 'activate') await applyActivation(inside, step, waiting);
    } catch (error) {
      if (!isTroubleOfOne(error)) throw error;
      return { step: step.do, ...troubleText(error) };
    }
  }
  return undefined;
};
