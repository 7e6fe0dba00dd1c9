import type { IntegrationId } from '../../core/integration.ts';
import { notCoveredWork, schedulesByHand } from '../../core/plan/manual-steps.ts';
import { planRestore, type RestorePlan } from '../../core/plan/plan-restore.ts';
import { plannedSteps, planPhases } from '../../core/plan/plan-restore-steps.ts';
import { createFilter } from '../../core/snapshot/filter.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { ALL_KINDS, RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import { apply, NOTHING_DONE } from './apply.ts';
import type { RestoreFailure } from './batches.ts';
import { explainFailures } from './explain-failures.ts';
import { countItems, planItems } from './items.ts';
import { proveArchives, wantedOf } from './prove.ts';
import { readByHand } from './read-manual-steps.ts';
import type { RestoreOptions, RestoreReport, RestoreServices } from './restore-options.ts';
import { checkMayRestore, selectScope } from './scope.ts';
import { type ArchiveFacts, type RestoreTarget, readTargetFor } from './target.ts';

export const restore = async (
  services: RestoreServices,
  manifest: Manifest,
  options: RestoreOptions,
): Promise<RestoreReport> => {
  const { oic } = services;
  checkMayRestore(manifest, options);
  const scope = selectScope(manifest, options);
  const entries = scope.integrations;
  const { facts, failures: unreadable } = await proveArchives(services, entries, options);
  const proved = entries.flatMap((entry) => wantedOf(entry, facts.get(entry.id), options));
  const { integrations: target, unread } =
    entries.length > 0 || options.mirror ? await readTargetFor(services, proved, options) : NO_TARGET;
  const leftAlone = new Set(unread.map(({ id }) => id));
  const wanted = proved.filter(({ id }) => !leftAlone.has(id));
  const plan = planRestore(wanted, target, options, createFilter(manifest.filter ?? {}));
  const others = await planItems(services, scope, options);
  const phases = planPhases(plan, others.items, PHASES_OF_KINDS);
  const size = target.length + entries.length;
  const { proved: otherArchives } = others;
  const done = options.dryRun
    ? NOTHING_DONE
    : await apply(services, { phases, order: plan.order, proved: otherArchives, entries, facts, size }, options);
  const byHand = await readByHand(services, scope, options.dryRun ? broughtBy(plan, facts) : new Set(), options);
  // Who restores a part knows what the rest is.
  const isWhole = options.only.length === 0 && !options.kinds;
  const explained = explainFailures(done.failures, plan, others, services.vault.name, oic.instance);
  return {
    from: manifest.instance,
    snapshot: manifest.snapshot,
    to: oic.instance,
    dryRun: options.dryRun,
    plan: plannedSteps(plan, others.items, phases),
    ...done.counts,
    skipped: plan.installs.filter(({ verdict }) => verdict === 'skip' || verdict === 'unchanged').length,
    kinds: countItems(scope, others, done.numbers),
    failures: [...unreadable, ...unread, ...refusalsOf(plan, oic.instance), ...others.failures, ...explained],
    connections: done.unready,
    byHand: [...schedulesByHand(scope, ALL_KINDS), ...byHand, ...(isWhole ? notCoveredWork(manifest, ALL_KINDS) : [])],
    cycles: plan.order.cycles,
    requests: oic.requests(),
  };
};

const namesOf = (when: 'before' | 'after') =>
  RESTORED_KINDS.filter(({ restore: how }) => how.when === when).map(({ name }) => name);
const PHASES_OF_KINDS = { before: namesOf('before'), after: namesOf('after') };

const NO_TARGET: RestoreTarget = { integrations: [], unread: [] };

const refusalsOf = ({ installs }: RestorePlan, instance: string): RestoreFailure[] =>
  installs
    .filter(({ verdict }) => verdict === 'refuse')
    .map(({ id, reason }) => ({ id, step: 'refuse', message: `${id} was left as it is on ${instance}: it ${reason}` }));

/** Connections that come with what is to be imported; those of projects stay in them. */
const broughtBy = ({ installs }: RestorePlan, facts: ReadonlyMap<IntegrationId, ArchiveFacts>): ReadonlySet<string> => {
  const imported = installs.filter(({ verdict }) => verdict === 'install');
  return new Set(imported.flatMap(({ id }) => facts.get(id)?.connections.map((connection) => connection.id) ?? []));
};
