/**
 * A snapshot into an instance: read before it is run, run by phases, and run again without harm.
 *
 *   prove archives -> read target -> plan -> contents -> connections -> activations -> schedules -> removals -> report
 *
 * One integration that fails does not stop the others, and its callers are still tried. What is done is read off the
 * target, so a run that was cut off goes on, and a run after success writes nothing.
 */
import { readArchive } from '../core/archive.ts';
import { createFilter } from '../core/filter.ts';
import type { IntegrationId } from '../core/integration.ts';
import type { Manifest, SnapshotIntegration } from '../core/manifest.ts';
import type { InstallStep } from '../core/plan-install.ts';
import {
  type PlannedStep,
  plannedSteps,
  planRestore,
  type RestorePlan,
  type RestoreWanted,
} from '../core/plan-restore.ts';
import type { OicClient } from '../oic/client.ts';
import type { ConnectionSettings } from '../oic/credentials.ts';
import { type Vault, VaultError } from '../store/vault.ts';
import type { Waiting } from './activation.ts';
import type { UnreadyConnection } from './connect.ts';
import { type Journal, mapLimited } from './journal.ts';
import { createLook } from './look.ts';
import { tellAftermath } from './restore-aftermath.ts';
import {
  collectFailures,
  inBatches,
  isArchiveTrouble,
  type RestoreFailure,
  type RestoreProgress,
} from './restore-batches.ts';
import { connectAll, createActivator, putContent, removeOne, startSchedules } from './restore-phases.ts';
import { checkMayRestore, selectEntries } from './restore-scope.ts';
import { type ArchiveFacts, readTargetFor } from './restore-target.ts';

export interface RestoreServices {
  /** Of the target. */
  readonly oic: OicClient;
  readonly vault: Vault;
  readonly journal: Journal;
  readonly connections: Readonly<Record<string, ConnectionSettings>>;
  readonly waiting: Waiting;
  readonly progress: RestoreProgress;
}

export interface RestoreOptions {
  /** Globs on the id; empty: everything. */
  readonly only: readonly string[];
  readonly existing: 'skip' | 'replace';
  readonly mirror: boolean;
  readonly activation: 'as-captured' | 'never';
  readonly allowIncomplete: boolean;
  readonly dryRun: boolean;
  readonly concurrency: number;
}

export interface RestoreReport {
  readonly from: string;
  readonly snapshot: string;
  readonly to: string;
  readonly dryRun: boolean;
  readonly plan: readonly PlannedStep[];
  readonly created: number;
  readonly replaced: number;
  readonly activated: number;
  readonly scheduled: number;
  readonly skipped: number;
  readonly deleted: number;
  readonly failures: readonly RestoreFailure[];
  /** To be configured by a person, with the settings to fill in. */
  readonly connections: readonly UnreadyConnection[];
  /** Calls that go round in a circle; the first of each was activated before what it calls. */
  readonly cycles: readonly (readonly IntegrationId[])[];
  readonly requests: number;
}

export const restore = async (
  services: RestoreServices,
  manifest: Manifest,
  options: RestoreOptions,
): Promise<RestoreReport> => {
  const { oic, journal } = services;
  checkMayRestore(manifest, options);
  const entries = selectEntries(manifest, options.only);
  const { facts, failures: unreadable } = await proveArchives(services, entries, options);
  const wanted = entries.flatMap((entry) => wantedOf(entry, facts.get(entry.id)));
  const target = await readTargetFor(oic, journal, wanted, options);
  const plan = planRestore(wanted, target, options, createFilter(manifest.filter ?? {}));
  const refusals = plan.installs.filter(({ verdict }) => verdict === 'refuse');
  const failures: RestoreFailure[] = [
    ...unreadable,
    ...refusals.map(
      ({ id, reason }): RestoreFailure => ({
        id,
        step: 'refuse',
        message: `${id} was left as it is on ${oic.instance}: it ${reason}`,
      }),
    ),
  ];
  const look = createLook(oic, target.length + entries.length, services.waiting.sleep);
  const patient = { ...services, waiting: { ...services.waiting, look } };
  const done = options.dryRun ? NOTHING_DONE : await apply(patient, plan, entries, facts, options);
  return {
    from: manifest.instance,
    snapshot: manifest.snapshot,
    to: oic.instance,
    dryRun: options.dryRun,
    plan: plannedSteps(plan),
    ...done.counts,
    skipped: plan.installs.filter(({ verdict }) => verdict === 'skip' || verdict === 'unchanged').length,
    failures: [...failures, ...tellAftermath(done.failures, plan, services.vault.name, oic.instance)],
    connections: done.unready,
    cycles: plan.order.cycles,
    requests: oic.requests(),
  };
};

/** Read by exact version and hash, and opened: a damaged archive fails here, before anything of it is sent. */
const proveArchives = async (
  { vault, journal, progress }: RestoreServices,
  entries: readonly SnapshotIntegration[],
  { concurrency }: RestoreOptions,
): Promise<{ facts: Map<IntegrationId, ArchiveFacts>; failures: RestoreFailure[] }> => {
  progress.phase('proving archives', entries.length);
  const results = await journal.all('prove', inBatches(entries), 2, (batch) =>
    mapLimited(batch, concurrency, async ({ id, archive: ref }): Promise<ArchiveFacts | RestoreFailure> => {
      try {
        if (!ref)
          throw new VaultError(
            `the snapshot holds ${id} without an archive: it could not be exported when it was taken`,
          );
        const archive = await readArchive(await vault.getArchive(ref));
        if (archive.id !== id) throw new VaultError(`${ref.key} is the archive of ${archive.id}, not of ${id}`);
        const { calls, connections, schedule, persistedState } = archive;
        return {
          id,
          calls: calls.map((call) => call.id),
          connections: connections.map((connection) => ({ id: connection.id, type: connection.type })),
          hasSchedule: schedule,
          isDraft: persistedState === 'INPROGRESS',
        };
      } catch (error) {
        if (!isArchiveTrouble(error)) throw error;
        return { id, step: 'read-archive', message: `${id} was not sent: ${error.message}` };
      } finally {
        progress.tick();
      }
    }),
  );
  const found = results.flat();
  return {
    facts: new Map(found.flatMap((one) => ('step' in one ? [] : [[one.id, one]]))),
    failures: found.flatMap((one) => ('step' in one ? [one] : [])),
  };
};

const wantedOf = (entry: SnapshotIntegration, facts: ArchiveFacts | undefined): RestoreWanted[] => {
  if (!facts || !entry.archive) return [];
  const { id, code, version, status, schedule, tracing, archive } = entry;
  return [
    {
      id,
      code,
      version,
      contentSha256: archive.contentSha256,
      isDraft: facts.isDraft,
      hasSchedule: facts.hasSchedule || schedule !== null,
      calls: facts.calls.map((call) => ({
        id: call,
        code: call.split('|')[0] ?? '',
        version: call.split('|')[1] ?? '',
      })),
      captured: { isActive: status === 'ACTIVATED', isScheduleStarted: schedule === 'started', tracing },
    },
  ];
};

interface Done {
  readonly counts: Pick<RestoreReport, 'created' | 'replaced' | 'activated' | 'scheduled' | 'deleted'>;
  readonly failures: readonly RestoreFailure[];
  readonly unready: readonly UnreadyConnection[];
}

const NOTHING_DONE: Done = {
  counts: { created: 0, replaced: 0, activated: 0, scheduled: 0, deleted: 0 },
  failures: [],
  unready: [],
};

/** Phase by phase. Whoever failed in one phase is left out of the next. */
const apply = async (
  services: RestoreServices,
  plan: RestorePlan,
  entries: readonly SnapshotIntegration[],
  facts: ReadonlyMap<IntegrationId, ArchiveFacts>,
  options: RestoreOptions,
): Promise<Done> => {
  const { journal, progress } = services;
  const failures: RestoreFailure[] = [];
  const failed = new Set<IntegrationId>();
  const refs = new Map(entries.map((entry) => [entry.id, entry.archive]));
  const todo = plan.installs.filter(({ verdict }) => verdict === 'install');

  const inPhase = async <T extends { readonly id: IntegrationId }>(
    name: string,
    items: readonly T[],
    batchesAtOnce: number,
    work: (batch: readonly T[]) => Promise<RestoreFailure[]>,
  ): Promise<number> => {
    const able = items.filter(({ id }) => !failed.has(id));
    if (able.length === 0) return 0;
    progress.phase(name, able.length);
    const troubles = (await journal.all(name, inBatches(able), batchesAtOnce, work)).flat();
    for (const trouble of troubles) failed.add(trouble.id);
    failures.push(...troubles);
    return able.length - new Set(troubles.map(({ id }) => id)).size;
  };
  const each =
    <T extends { readonly id: IntegrationId }>(step: RestoreFailure['step'], work: (item: T) => Promise<void>) =>
    (batch: readonly T[]) =>
      collectFailures(batch, options.concurrency, step, progress, work);

  const contents = (what: 'import' | 'replace') => todo.filter(({ steps }) => steps.some((step) => step.do === what));
  const created = await inPhase(
    'importing',
    contents('import'),
    2,
    each('import', (install) => putContent(services, install, refs.get(install.id))),
  );
  const replaced = await inPhase(
    'replacing',
    contents('replace'),
    2,
    each('replace', (install) => putContent(services, install, refs.get(install.id))),
  );
  const activations = stepsOf(todo, 'activate', plan.order.order).filter(({ id }) => !failed.has(id));
  const unready = await journal.step('connections', () => connectAll(services, activations, facts));
  // Two batches at a time, so that the end of one leaves no place empty.
  const activated = await inPhase(
    'activating',
    activations,
    2,
    createActivator(services, plan.order, options.concurrency),
  );
  const scheduled = await inPhase(
    'starting schedules',
    stepsOf(todo, 'start-schedule', plan.order.order),
    2,
    each('start-schedule', (step) => startSchedules(services, step)),
  );
  const removals = [...Map.groupBy(plan.removals, ({ id }) => id)].map(([id, steps]) => ({ id, steps }));
  await inPhase(
    'removing',
    removals,
    1,
    each('delete', (removal) => removeOne(services, removal.steps)),
  );
  const deleted = removals.filter(
    ({ id, steps }) => !failed.has(id) && steps.some((step) => step.do === 'delete'),
  ).length;
  return { counts: { created, replaced, activated, scheduled, deleted }, failures, unready };
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
