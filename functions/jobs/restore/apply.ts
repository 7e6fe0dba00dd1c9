/** Does what a restore planned, phase by phase. Whoever failed in one phase is left out of the next. */
import type { CallOrder } from '../../core/call-order.ts';
import type { IntegrationId } from '../../core/integration.ts';
import { RESTORED_KINDS } from '../../core/plan/plan-restore-items.ts';
import { PHASES, type PhaseName, type RestorePhases, type ThingTurn } from '../../core/plan/plan-restore-steps.ts';
import type { SnapshotIntegration } from '../../core/snapshot/manifest.ts';
import { VaultError } from '../../store/vault.ts';
import type { UnreadyConnection } from '../changes/connect.ts';
import { putProject } from '../changes/put-project.ts';
import { createSharedStatus } from '../changes/shared-status.ts';
import { activateInProjects } from './activate-in-projects.ts';
import type { RestoreFailure } from './batches.ts';
import type { Numbers } from './items.ts';
import { createPhaseRunner, type PhaseRunner } from './phase-runner.ts';
import { connectAll, createActivator, putContent, removeOne, setSchedules } from './phases.ts';
import type { VerifiedItem } from './prove-items.ts';
import { putItem } from './put-item.ts';
import type { RestoreOptions, RestoreReport, RestoreServices } from './restore-options.ts';
import type { ArchiveFacts } from './target.ts';

interface Done {
  readonly counts: Pick<RestoreReport, 'created' | 'replaced' | 'activated' | 'scheduled' | 'deleted'>;
  readonly numbers?: Numbers;
  readonly failures: readonly RestoreFailure[];
  readonly unready: readonly UnreadyConnection[];
}

export const NOTHING_DONE: Done = {
  counts: { created: 0, replaced: 0, activated: 0, scheduled: 0, deleted: 0 },
  failures: [],
  unready: [],
};

export interface ToApply {
  readonly phases: RestorePhases;
  readonly order: CallOrder;
  /** Lookups, libraries and projects, by label. */
  readonly proved: ReadonlyMap<string, VerifiedItem>;
  readonly entries: readonly SnapshotIntegration[];
  readonly facts: ReadonlyMap<IntegrationId, ArchiveFacts>;
  /** About how many integrations the target has outside projects. */
  readonly size: number;
}

export const apply = async (services: RestoreServices, todo: ToApply, options: RestoreOptions): Promise<Done> => {
  const runner = createPhaseRunner(services, options);
  const runs = phaseRuns(services, todo, options, runner);
  const results = new Map<PhaseName, PhaseResult>();
  const run = async <Name extends PhaseName>(name: Name): Promise<void> => {
    results.set(name, await runs[name](todo.phases[name]));
  };
  for (const name of PHASES) await run(name);
  const done = (name: PhaseName): number => results.get(name)?.done ?? 0;
  const ofKinds = (how: 'importing' | 'replacing') =>
    Object.fromEntries(RESTORED_KINDS.map((kind) => [kind, done(`${how} ${kind}`)]));
  const all = [...results.values()];
  return {
    counts: {
      created: done('importing'),
      replaced: done('replacing'),
      activated: done('activating') + done('activating in projects'),
      scheduled: done('starting schedules') + (results.get('activating in projects')?.scheduled ?? 0),
      deleted: done('removing'),
    },
    numbers: { created: ofKinds('importing'), replaced: ofKinds('replacing') },
    failures: [...runner.failures, ...all.flatMap(({ failures = [] }) => failures)],
    unready: all.flatMap(({ unready = [] }) => unready),
  };
};

interface PhaseResult {
  /** How many went well. */
  readonly done: number;
  /** Schedules in projects that were set. */
  readonly scheduled?: number;
  /** That keep nobody from anything in a later phase. */
  readonly failures?: readonly RestoreFailure[];
  readonly unready?: readonly UnreadyConnection[];
}

/** How each phase is run; what is run in it is what was planned. */
type PhaseRuns = { readonly [Name in PhaseName]: (turns: RestorePhases[Name]) => Promise<PhaseResult> };

const phaseRuns = (
  services: RestoreServices,
  { order, proved, entries, facts, size }: ToApply,
  options: RestoreOptions,
  runner: PhaseRunner,
): PhaseRuns => {
  const { oic, waiting, journal } = services;
  // A listing answers those who look at many at once; what is in projects is not in it.
  const outside = { ...services, waiting: { ...waiting, sharedStatus: createSharedStatus(oic, size, waiting.sleep) } };
  const refs = new Map(entries.map((entry) => [entry.id, entry.archive]));
  const able = <T extends { readonly id: string }>(turns: readonly T[]): T[] =>
    turns.filter(({ id }) => !runner.hasFailed(id));

  const put = (name: PhaseName, how: 'import' | 'replace') => async (turns: readonly ThingTurn[]) => ({
    done: await runner.run(
      name,
      turns,
      1,
      runner.each(how, (turn) => putOne(services, turn, proved.get(turn.id))),
    ),
  });
  const putContents = (name: PhaseName, how: 'import' | 'replace') => async (turns: RestorePhases['importing']) => ({
    done: await runner.run(
      name,
      turns,
      2,
      runner.each(how, (turn) => putContent(outside, turn, refs.get(turn.id))),
    ),
  });

  return {
    'importing lookups': put('importing lookups', 'import'),
    'replacing lookups': put('replacing lookups', 'replace'),
    'importing libraries': put('importing libraries', 'import'),
    'replacing libraries': put('replacing libraries', 'replace'),
    importing: putContents('importing', 'import'),
    replacing: putContents('replacing', 'replace'),
    'importing projects': put('importing projects', 'import'),
    'replacing projects': put('replacing projects', 'replace'),
    connections: async (turns) => ({
      done: 0,
      unready: await journal.step('connections', () => connectAll(outside, able(turns), facts)),
    }),
    // Two batches at a time, so that the end of one leaves no place empty.
    activating: async (turns) => ({
      done: await runner.run('activating', turns, 2, createActivator(outside, order, options.concurrency)),
    }),
    'starting schedules': async (turns) => ({
      done: await runner.run(
        'starting schedules',
        turns,
        2,
        runner.each('start-schedule', ({ steps }) => setSchedules(outside, steps)),
      ),
    }),
    'activating in projects': async (turns) => {
      const connectionsOf = (label: string) => proved.get(label)?.connections ?? [];
      const { activated, ...rest } = await activateInProjects(services, able(turns), connectionsOf, options);
      return { done: activated, ...rest };
    },
    removing: async (turns) => {
      await runner.run(
        'removing',
        turns,
        1,
        runner.each('delete', ({ steps }) => removeOne(outside, steps)),
      );
      return { done: able(turns).filter(({ steps }) => steps.some((step) => step.do === 'delete')).length };
    },
  };
};

/** One lookup, library or project. */
const putOne = async (
  services: RestoreServices,
  { id, steps: [step] }: ThingTurn,
  thing: VerifiedItem | undefined,
): Promise<void> => {
  if (!thing) throw new VaultError(`the snapshot holds no archive of ${id}`);
  if (thing.kind !== 'projects') return putItem(services, services.oic, thing, step);
  const { id: code, archive, ...wanted } = thing;
  const bytes = await services.vault.getArchive(archive);
  return putProject(services, { code, bytes, ...wanted });
};
