/**
 * A snapshot into an instance: read and prove, plan, ask, do it phase by phase, and tell what came of it and what is left.
 */
import type { IntegrationId } from '../../core/integration.ts';
import type { OtherKind } from '../../core/kinds.ts';
import type { Lack } from '../../core/plan/lacks.ts';
import { notCoveredWork, schedulesByHand } from '../../core/plan/manual-steps.ts';
import type { TargetIntegration } from '../../core/plan/plan-install.ts';
import { planRestore, type RestorePlan } from '../../core/plan/plan-restore.ts';
import { type Phase, type PlannedStep, plannedSteps, planPhases } from '../../core/plan/plan-restore-steps.ts';
import { createFilter } from '../../core/snapshot/filter.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { ALL_KINDS, RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import { stoppable } from '../instance/activation-wait.ts';
import { stoppableJournal } from '../journal/journal.ts';
import { apply, NOTHING_DONE } from './apply.ts';
import type { RestoreFailure } from './batches.ts';
import { copiesOf } from './copies.ts';
import { explainFailures, groupByCause } from './explain-failures.ts';
import { foresee } from './foresee.ts';
import { countItems, type ItemsPlan, planItems } from './items.ts';
import { proveArchives, wantedOf } from './prove.ts';
import { readByHand } from './read-manual-steps.ts';
import type { RestoreOptions, RestoreReport, RestoreServices } from './restore-options.ts';
import { checkMayRestore, type Scope, selectScope } from './scope.ts';
import { type ArchiveFacts, type RestoreTarget, readTargetFor } from './target.ts';

export const restore = async (
  services: RestoreServices,
  manifest: Manifest,
  options: RestoreOptions,
): Promise<RestoreReport> => {
  const { oic, stop } = services;
  checkMayRestore(manifest, options);
  const scope = selectScope(manifest, options);
  const prepared = await prepare(services, manifest, scope, options);
  const { plan, others, phases, facts, steps } = prepared;
  if (!options.dryRun) await services.agree?.(steps);
  const todo = {
    phases,
    order: plan.order,
    proved: others.proved,
    entries: scope.integrations,
    facts,
    size: prepared.size,
  };
  const done = options.dryRun ? NOTHING_DONE : await apply(services, todo, options);
  const lacks = options.dryRun
    ? await foresee(services, { phases, facts, proved: others.proved, thereAfter: thereAfter(prepared) })
    : [];
  const connections = options.dryRun ? aboutConnections(prepared, services, lacks) : NONE_TO_COME;
  const byHand = stop?.aborted ? [] : await readByHand(services, scope, connections, options);
  // Who restores a part knows what the rest is.
  const isWhole = options.only.length === 0 && !options.kinds;
  const explained = explainFailures(done.failures, plan, others, services.vault.name, oic.instance);
  const failures = groupByCause(explained, done.unready, (id) => facts.get(id as IntegrationId));
  return {
    from: manifest.instance,
    snapshot: manifest.snapshot,
    to: oic.instance,
    dryRun: options.dryRun,
    plan: steps,
    ...done.counts,
    skipped: plan.installs.filter(({ verdict }) => verdict === 'skip' || verdict === 'unchanged').length,
    kinds: countItems(scope, others, done.numbers),
    copies: options.dryRun ? [] : copiesOf(steps, done, others.proved, oic.instance),
    left: done.left,
    failures: [...prepared.failures, ...lacks.map(lackFailure), ...failures],
    connections: done.unready,
    byHand: [
      ...schedulesByHand(scope, ALL_KINDS),
      ...byHand,
      ...(isWhole ? notCoveredWork(manifest, ALL_KINDS, putKinds(others)) : []),
    ],
    cycles: plan.order.cycles,
    requests: oic.requests(),
  };
};

const putKinds = ({ items }: ItemsPlan): ReadonlySet<OtherKind> =>
  new Set(items.filter(({ do: what }) => what === 'import' || what === 'replace').map(({ kind }) => kind));

interface Prepared {
  readonly plan: RestorePlan;
  readonly others: ItemsPlan;
  readonly phases: readonly Phase[];
  readonly steps: readonly PlannedStep[];
  readonly facts: ReadonlyMap<IntegrationId, ArchiveFacts>;
  readonly target: readonly TargetIntegration[];
  /** About how many integrations the target has outside projects. */
  readonly size: number;
  readonly failures: readonly RestoreFailure[];
}

/** Everything that is known before anything is sent. */
const prepare = async (
  services: RestoreServices,
  manifest: Manifest,
  scope: Scope,
  options: RestoreOptions,
): Promise<Prepared> => {
  const { oic, journal, waiting, stop } = services;
  const reading = { ...services, journal: stoppableJournal(journal, stop), waiting: stoppable(waiting, stop) };
  const entries = scope.integrations;
  const { facts, failures: unreadable } = await proveArchives(reading, entries, options);
  const proved = entries.flatMap((entry) => wantedOf(entry, facts.get(entry.id), options));
  const {
    integrations: target,
    before,
    unread,
  } = entries.length > 0 || options.mirror ? await readTargetFor(reading, proved, options) : NO_TARGET;
  const leftAlone = new Set(unread.map(({ id }) => id));
  const wanted = proved.filter(({ id }) => !leftAlone.has(id));
  const plan = planRestore(wanted, target, options, createFilter(manifest.filter ?? {}), before);
  const others = await planItems(reading, scope, options);
  const phases = planPhases(plan, others.items, PHASES_OF_KINDS);
  return {
    plan,
    others,
    phases,
    steps: plannedSteps(plan, others.items, phases),
    facts,
    target,
    size: target.length + entries.length,
    failures: [...unreadable, ...unread, ...refusalsOf(plan, oic.instance), ...others.failures],
  };
};

const lackFailure = ({ kind, id, message, dependents }: Lack): RestoreFailure => ({
  id,
  step: kind === 'integrations' ? 'activate' : 'connect',
  message,
  dependents,
});

const thereAfter = ({ plan, target }: Prepared): ReadonlySet<string> => {
  const deleted = new Set(plan.removals.flatMap((step) => (step.do === 'delete' ? [step.id] : [])));
  const installed = plan.installs.filter(({ verdict }) => verdict !== 'refuse').map(({ id }) => id);
  return new Set([...target.map(({ id }) => id).filter((id) => !deleted.has(id)), ...installed]);
};

const NONE_TO_COME = { brought: new Set<string>(), configured: new Set<string>() };

/** Of a plan: connections that come with what is imported, and those among all used ones that get their settings. */
const aboutConnections = (
  { plan, phases, facts }: Prepared,
  { connections: settings }: RestoreServices,
  lacks: readonly Lack[],
) => {
  const lacking = new Set(lacks.map(({ id }) => id));
  const connecting = phases.flatMap((phase) => (phase.does === 'connect' ? phase.turns : []));
  const used = connecting.flatMap(({ id }) => facts.get(id)?.connections.map((one) => one.id) ?? []);
  const configured = new Set(used.filter((id) => Object.hasOwn(settings, id) && !lacking.has(id)));
  return { brought: broughtBy(plan, facts), configured };
};

const namesOf = (when: 'before' | 'after') =>
  RESTORED_KINDS.filter(({ restore: how }) => how.when === when).map(({ name }) => name);
const PHASES_OF_KINDS = { before: namesOf('before'), after: namesOf('after') };

const NO_TARGET: RestoreTarget = { integrations: [], before: [], unread: [] };

const refusalsOf = ({ installs }: RestorePlan, instance: string): RestoreFailure[] =>
  installs
    .filter(({ verdict }) => verdict === 'refuse')
    .map(({ id, reason }) => ({ id, step: 'refuse', message: `${id} was left as it is on ${instance}: it ${reason}` }));

/** Connections that come with what is to be imported; those of projects stay in them. */
const broughtBy = ({ installs }: RestorePlan, facts: ReadonlyMap<IntegrationId, ArchiveFacts>): ReadonlySet<string> => {
  const imported = installs.filter(({ verdict }) => verdict === 'install');
  return new Set(imported.flatMap(({ id }) => facts.get(id)?.connections.map((connection) => connection.id) ?? []));
};
