/**
 * A snapshot into an instance: read before it is run, run by phases, and run again without harm.
 *
 *   prove archives -> read target -> plan -> lookups, libraries -> integrations, projects -> connections -> activations ->
 *   schedules -> removals -> report
 *
 * One integration that fails does not stop the others, and its callers are still tried. What is done is read off the
 * target, so a run that was cut off goes on, and a run after success writes nothing.
 */
import { createFilter } from '../core/filter.ts';
import type { IntegrationId } from '../core/integration.ts';
import type { OtherKind } from '../core/kinds.ts';
import { notCoveredWork, type WorkByHand } from '../core/left-by-hand.ts';
import type { Manifest } from '../core/manifest.ts';
import { type PlannedStep, plannedSteps, planRestore, type RestorePlan } from '../core/plan-restore.ts';
import { otherSteps } from '../core/plan-restore-steps.ts';
import { schedulesByHand } from '../core/schedules-by-hand.ts';
import type { OicClient } from '../oic/client.ts';
import type { ConnectionSettings } from '../oic/credentials.ts';
import type { Vault } from '../store/vault.ts';
import type { Waiting } from './activation.ts';
import type { UnreadyConnection } from './connect.ts';
import type { Journal } from './journal.ts';
import { readByHand } from './read-by-hand.ts';
import { tellAftermath } from './restore-aftermath.ts';
import { apply, NOTHING_DONE } from './restore-apply.ts';
import type { RestoreFailure, RestoreProgress } from './restore-batches.ts';
import { proveArchives, wantedOf } from './restore-prove.ts';
import { checkMayRestore, selectScope } from './restore-scope.ts';
import { type ArchiveFacts, type RestoreTarget, readTargetFor } from './restore-target.ts';
import { countThings, type KindCounts, planThings } from './restore-things.ts';

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
  /** Globs on the id; empty: everything. Without `kinds` they speak of integrations outside projects alone. */
  readonly only: readonly string[];
  /** Only these. @default all that the snapshot tells of */
  readonly kinds?: readonly ('integrations' | OtherKind)[] | undefined;
  readonly existing: 'skip' | 'replace';
  readonly mirror: boolean;
  readonly activation: 'as-captured' | 'never';
  /** Also give schedules the parameters of the snapshot. @default false */
  readonly scheduleParameters?: boolean | undefined;
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
  /** Integrations outside projects. */
  readonly created: number;
  readonly replaced: number;
  /** Those in projects too. */
  readonly activated: number;
  readonly scheduled: number;
  readonly skipped: number;
  readonly deleted: number;
  /** Lookups, libraries and projects, as far as the snapshot tells of them. */
  readonly kinds: KindCounts;
  readonly failures: readonly RestoreFailure[];
  /** To be configured by a person, with the settings to fill in. */
  readonly connections: readonly UnreadyConnection[];
  /** What Oracle offers no way to restore, with the values the snapshot has. */
  readonly byHand: readonly WorkByHand[];
  /** Calls that go round in a circle; the first of each was activated before what it calls. */
  readonly cycles: readonly (readonly IntegrationId[])[];
  readonly requests: number;
}

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
  const others = await planThings(services, scope, options);
  const size = target.length + entries.length;
  const done = options.dryRun ? NOTHING_DONE : await apply(services, { plan, others, entries, facts, size }, options);
  const byHand = await readByHand(services, scope, options.dryRun ? broughtBy(plan, facts) : new Set(), options);
  // Who restores a part knows what the rest is.
  const isWhole = options.only.length === 0 && !options.kinds;
  const aftermath = tellAftermath(done.failures, plan, others, services.vault.name, oic.instance);
  return {
    from: manifest.instance,
    snapshot: manifest.snapshot,
    to: oic.instance,
    dryRun: options.dryRun,
    plan: plannedSteps(plan, otherSteps(others.things, others.projects)),
    ...done.counts,
    skipped: plan.installs.filter(({ verdict }) => verdict === 'skip' || verdict === 'unchanged').length,
    kinds: countThings(scope, others, done.numbers),
    failures: [...unreadable, ...unread, ...refusalsOf(plan, oic.instance), ...others.failures, ...aftermath],
    connections: done.unready,
    byHand: [...schedulesByHand(scope), ...byHand, ...(isWhole ? notCoveredWork(manifest) : [])],
    cycles: plan.order.cycles,
    requests: oic.requests(),
  };
};

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
