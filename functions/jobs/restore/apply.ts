/** Does what a restore planned, phase by phase. Whoever failed in one phase is left out of the next. */
import type { CallOrder } from '../../core/call-order.ts';
import type { IntegrationId } from '../../core/integration.ts';
import type { OtherKind } from '../../core/kinds.ts';
import type { OwnConnections } from '../../core/plan/connection-address.ts';
import type { Phase } from '../../core/plan/plan-restore-steps.ts';
import type { SnapshotIntegration } from '../../core/snapshot/manifest.ts';
import { VaultError } from '../../store/vault.ts';
import type { UnreadyConnection } from '../changes/connect.ts';
import { createSharedStatus } from '../changes/shared-status.ts';
import { activateInside, createActivator } from './activate.ts';
import type { RestoreFailure } from './batches.ts';
import type { Numbers } from './items.ts';
import { createPhaseRunner, type PhaseRunner } from './phase-runner.ts';
import { connectAll, putContent, readOwn, removeOne } from './phases.ts';
import type { VerifiedItem } from './prove-items.ts';
import { putItem } from './put-item.ts';
import type { LeftOver, RestoreCounts, RestoreOptions, RestoreServices } from './restore-options.ts';
import type { ArchiveFacts } from './target.ts';

interface Done {
  readonly counts: RestoreCounts;
  readonly numbers?: Numbers;
  readonly failures: readonly RestoreFailure[];
  readonly left: readonly LeftOver[];
  readonly unready: readonly UnreadyConnection[];
}

export const NOTHING_DONE: Done = {
  counts: { created: 0, replaced: 0, activated: 0, scheduled: 0, deleted: 0 },
  failures: [],
  left: [],
  unready: [],
};

export interface ToApply {
  readonly phases: readonly Phase[];
  readonly order: CallOrder;
  /** Items of other kinds, by label. */
  readonly proved: ReadonlyMap<string, VerifiedItem>;
  readonly entries: readonly SnapshotIntegration[];
  readonly facts: ReadonlyMap<IntegrationId, ArchiveFacts>;
  /** About how many integrations the target has outside of other items. */
  readonly size: number;
}

export const apply = async (services: RestoreServices, todo: ToApply, options: RestoreOptions): Promise<Done> => {
  const runner = createPhaseRunner(services, options);
  const connecting = todo.phases.flatMap((phase) => (phase.does === 'connect' ? phase.turns : []));
  const own = await readOwn(services, connecting, todo.facts);
  const run = phaseRun(services, todo, own, options, runner);
  const results: { readonly phase: Phase; readonly result: PhaseResult }[] = [];
  for (const phase of todo.phases) results.push({ phase, result: await run(phase) });
  const sum = (isMeant: (phase: Phase) => boolean, count: (result: PhaseResult) => number = ({ done }) => done) =>
    results.filter(({ phase }) => isMeant(phase)).reduce((total, { result }) => total + count(result), 0);
  const put = (how: 'import' | 'replace', kind?: OtherKind): number =>
    sum((phase) =>
      phase.does === 'put-items'
        ? phase.how === how && phase.kind === kind
        : phase.does === 'put-contents' && phase.how === how && kind === undefined,
    );
  const all = results.map(({ result }) => result);
  return {
    counts: {
      created: put('import'),
      replaced: put('replace'),
      activated: sum(({ does }) => does === 'activate' || does === 'activate-inside'),
      scheduled:
        sum(({ does }) => does === 'schedule') +
        sum(
          ({ does }) => does === 'activate-inside',
          ({ scheduled = 0 }) => scheduled,
        ),
      deleted: sum(({ does }) => does === 'remove'),
    },
    numbers: { created: (kind) => put('import', kind), replaced: (kind) => put('replace', kind) },
    left: runner.left,
    failures: runner.failures,
    unready: all.flatMap(({ unready = [] }) => unready),
  };
};

interface PhaseResult {
  /** How many went well. */
  readonly done: number;
  /** Schedules within items that were set. */
  readonly scheduled?: number;
  readonly unready?: readonly UnreadyConnection[];
}

/** How each phase is run; what is run in it is what was planned. */
const phaseRun = (
  services: RestoreServices,
  { order, proved, entries, facts, size }: ToApply,
  own: OwnConnections,
  options: RestoreOptions,
  runner: PhaseRunner,
): ((phase: Phase) => Promise<PhaseResult>) => {
  const { oic, waiting, journal } = services;
  // One listing reads all that are waited for; what is in projects is not in it.
  const outside = { ...services, waiting: { ...waiting, sharedStatus: createSharedStatus(oic, size, waiting.sleep) } };
  const refs = new Map(entries.map((entry) => [entry.id, entry.archive]));
  const able = <T extends { readonly id: string }>(turns: readonly T[]): T[] =>
    turns.filter(({ id }) => !runner.hasFailed(id));

  /** @param batchesAtOnce two keep all places taken while one of them ends */
  const runEach = async <T extends { readonly id: string }>(
    phase: Phase & { readonly turns: readonly T[] },
    batchesAtOnce: number,
    step: RestoreFailure['step'],
    work: (turn: T) => Promise<void>,
  ): Promise<PhaseResult> => ({ done: await runner.run(phase, phase.turns, batchesAtOnce, runner.each(step, work)) });

  return async (phase) => {
    switch (phase.does) {
      case 'put-items':
        return runEach(phase, 1, phase.how, ({ id, steps: [step] }) => {
          const item = proved.get(id);
          if (!item) throw new VaultError(`the snapshot holds no archive of ${id}`);
          return putItem(services, item, step);
        });
      case 'put-contents':
        return runEach(phase, 2, phase.how, (turn) => putContent(outside, turn, refs.get(turn.id)));
      case 'connect': {
        const unready = await journal.step(phase.name, () => connectAll(outside, able(phase.turns), facts, own));
        return { done: 0, unready };
      }
      case 'activate': {
        const activate = createActivator(outside, order.waitsFor, options.concurrency);
        return { done: await runner.run(phase, phase.turns, 2, activate) };
      }
      case 'schedule':
        return {
          done: await runner.run(phase, phase.turns, 2, createActivator(outside, new Map(), options.concurrency)),
        };
      case 'activate-inside': {
        const { activated, troubles, ...rest } = await activateInside(
          services,
          { ...phase, turns: able(phase.turns) },
          (id) => proved.get(id),
          options,
        );
        runner.note(phase, troubles);
        return { done: activated, ...rest };
      }
      case 'remove':
        await runEach(phase, 1, 'delete', ({ steps }) => removeOne(outside, steps));
        return { done: able(phase.turns).filter(({ steps }) => steps.some((step) => step.do === 'delete')).length };
    }
  };
};
