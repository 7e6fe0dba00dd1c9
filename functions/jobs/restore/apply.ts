/** Does what a restore planned, phase by phase. Whoever failed in one phase is left out of the next. */
import type { IntegrationId } from '../../core/integration.ts';
import type { InstallStep } from '../../core/plan/plan-install.ts';
import type { RestorePlan } from '../../core/plan/plan-restore.ts';
import type { SnapshotIntegration } from '../../core/snapshot/manifest.ts';
import type { UnreadyConnection } from '../changes/connect.ts';
import { isScheduleStep } from '../changes/schedule.ts';
import { createLook } from '../changes/shared-status.ts';
import { type ActivatedInProjects, activateInProjects, type ProjectToActivate } from './activate-in-projects.ts';
import type { RestoreFailure } from './batches.ts';
import { createPutThings, type PutThings, type ThingsPlan } from './items.ts';
import { createPhases, type Phases } from './phase-runner.ts';
import { connectAll, createActivator, putContent, removeOne, setSchedules } from './phases.ts';
import type { RestoreOptions, RestoreReport, RestoreServices } from './restore-options.ts';
import type { ArchiveFacts } from './target.ts';

interface Done {
  readonly counts: Pick<RestoreReport, 'created' | 'replaced' | 'activated' | 'scheduled' | 'deleted'>;
  readonly numbers?: PutThings['numbers'];
  readonly failures: readonly RestoreFailure[];
  readonly unready: readonly UnreadyConnection[];
}

export const NOTHING_DONE: Done = {
  counts: { created: 0, replaced: 0, activated: 0, scheduled: 0, deleted: 0 },
  failures: [],
  unready: [],
};

export interface ToApply {
  readonly plan: RestorePlan;
  readonly others: ThingsPlan;
  readonly entries: readonly SnapshotIntegration[];
  readonly facts: ReadonlyMap<IntegrationId, ArchiveFacts>;
  /** About how many integrations the target has outside projects. */
  readonly size: number;
}

export const apply = async (services: RestoreServices, todo: ToApply, options: RestoreOptions): Promise<Done> => {
  const { plan, others, entries, facts, size } = todo;
  const { oic, waiting } = services;
  // A listing answers those who look at many at once; what is in projects is not in it.
  const outside = { ...services, waiting: { ...waiting, look: createLook(oic, size, waiting.sleep) } };
  const phases = createPhases(services, options);
  const put = createPutThings(services, others, phases);
  await put.lookupsAndLibraries();
  const { created, replaced } = await putContents(outside, plan, entries, phases);
  await put.projects();
  const started = await startAll(outside, plan, facts, options, phases);
  const inProjects = await startInProjects(services, others, options, phases);
  const deleted = await removeAll(outside, plan, phases);
  return {
    counts: {
      created,
      replaced,
      activated: started.activated + inProjects.activated,
      scheduled: started.scheduled + inProjects.scheduled,
      deleted,
    },
    numbers: put.numbers,
    failures: [...phases.failures, ...inProjects.failures],
    unready: [...started.unready, ...inProjects.unready],
  };
};

const toInstall = ({ installs }: RestorePlan) => installs.filter(({ verdict }) => verdict === 'install');

const putContents = async (
  services: RestoreServices,
  plan: RestorePlan,
  entries: readonly SnapshotIntegration[],
  phases: Phases,
) => {
  const refs = new Map(entries.map((entry) => [entry.id, entry.archive]));
  const put = (name: string, what: 'import' | 'replace'): Promise<number> =>
    phases.run(
      name,
      toInstall(plan).filter(({ steps }) => steps.some((step) => step.do === what)),
      2,
      phases.each(what, (install) => putContent(services, install, refs.get(install.id))),
    );
  const created = await put('importing', 'import');
  return { created, replaced: await put('replacing', 'replace') };
};

const startAll = async (
  services: RestoreServices,
  plan: RestorePlan,
  facts: ReadonlyMap<IntegrationId, ArchiveFacts>,
  options: RestoreOptions,
  phases: Phases,
) => {
  const todo = toInstall(plan);
  const activations = stepsOf(todo, 'activate', plan.order.order).filter(({ id }) => !phases.hasFailed(id));
  const unready = await services.journal.step('connections', () => connectAll(services, activations, facts));
  // Two batches at a time, so that the end of one leaves no place empty.
  const activated = await phases.run(
    'activating',
    activations,
    2,
    createActivator(services, plan.order, options.concurrency),
  );
  const scheduled = await phases.run(
    'starting schedules',
    schedulesOf(todo, plan.order.order),
    2,
    phases.each('start-schedule', ({ steps }) => setSchedules(services, steps)),
  );
  return { unready, activated, scheduled };
};

const startInProjects = (
  services: RestoreServices,
  { projects, proved }: ThingsPlan,
  options: RestoreOptions,
  phases: Phases,
): Promise<ActivatedInProjects> =>
  activateInProjects(
    services,
    projects
      .filter(({ label }) => !phases.hasFailed(label))
      .flatMap((plan): ProjectToActivate[] => {
        const thing = proved.get(plan.label);
        if (thing?.kind !== 'projects') return [];
        return [{ plan, connections: thing.connections, callOrder: thing.callOrder }];
      }),
    options,
  );

const removeAll = async (services: RestoreServices, plan: RestorePlan, phases: Phases): Promise<number> => {
  const removals = [...Map.groupBy(plan.removals, ({ id }) => id)].map(([id, steps]) => ({ id, steps }));
  await phases.run(
    'removing',
    removals,
    1,
    phases.each('delete', (removal) => removeOne(services, removal.steps)),
  );
  return removals.filter(({ id, steps }) => !phases.hasFailed(id) && steps.some((step) => step.do === 'delete')).length;
};

/** What is to be done with the schedule of each, once all are active. */
const schedulesOf = (installs: RestorePlan['installs'], order: readonly IntegrationId[]) => {
  const place = new Map(order.map((id, index) => [id, index]));
  return installs
    .map(({ id, steps }) => ({ id, steps: steps.filter(isScheduleStep).filter((step) => step.do !== 'stop-schedule') }))
    .filter(({ steps }) => steps.length > 0)
    .toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
};

const stepsOf = <K extends InstallStep['do']>(
  installs: RestorePlan['installs'],
  what: K,
  order: readonly IntegrationId[],
): Array<Extract<InstallStep, { do: K }>> => {
  const place = new Map(order.map((id, index) => [id, index]));
  return installs
    .flatMap(({ steps }) => steps.filter((step): step is Extract<InstallStep, { do: K }> => step.do === what))
    .toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
};
