/**
 * The part of a snapshot beside integrations: projects and their deployments, lookups, libraries, packages, connections,
 * certificates, agent groups.
 *
 *   list every kind -> plan (export, reuse) -> export in batches: check, put -> sections for the manifest
 *
 * A night on which nothing changed costs the listings, and no export.
 */

import { type IncludedKinds, OTHER_KIND_ORDER, type OtherKind } from '../../core/kinds.ts';
import { mustAskSchedule } from '../../core/plan/plan-backup.ts';
import { knownItems, planItems, stampOf, stampOfProject } from '../../core/plan/plan-kinds.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import type { Manifest, SnapshotFailure, SnapshotWarning } from '../../core/snapshot/manifest.ts';
import type { OtherKinds } from '../../core/snapshot/sections.ts';
import type { OicClient } from '../../oic/client.ts';
import type { Vault } from '../../store/vault.ts';
import { type ListedProject, listKinds } from '../instance/list-kinds.ts';
import { type Journal, mapLimited } from '../journal/journal.ts';
import { createSemaphore } from '../journal/semaphore.ts';
import type { KindCounts } from './back-up-options.ts';
import { buildSections, type KindsPlan } from './build-sections.ts';
import { gatherItem, type ThingWork } from './gather-item.ts';

export interface GatherKindsOptions {
  /** Absent: nothing but integrations. */
  readonly kinds?: IncludedKinds | undefined;
  /** Look for credentials in lookups. @default false */
  readonly scan?: boolean | undefined;
  readonly full: boolean;
  readonly concurrency: number;
}

interface Services {
  readonly oic: OicClient;
  readonly vault: Vault;
  readonly journal: Journal;
  readonly progress: { listedKinds(counts: KindCounts, toExport: number): void };
}

export interface GatheredKinds {
  readonly sections: OtherKinds;
  readonly counts: KindCounts;
  /** Of projects, lookups and libraries: got a new archive version in the vault. */
  readonly exported: number;
  /** Their stored archive is still what the instance has. */
  readonly unchanged: number;
  /** Kinds that this instance does not know of. */
  readonly notOnInstance: readonly OtherKind[];
  readonly failures: readonly SnapshotFailure[];
  readonly warnings: readonly SnapshotWarning[];
}

const NOTHING: GatheredKinds = {
  sections: {},
  counts: {},
  exported: 0,
  unchanged: 0,
  notOnInstance: [],
  failures: [],
  warnings: [],
};

const BATCH = 25;
/** Whole projects are large, so fewer of them lie in memory at once. */
const ARCHIVES_HELD = 4;

/** @param earlier snapshots, newest first */
export const gatherKinds = async (
  services: Services,
  options: GatherKindsOptions,
  earlier: readonly Manifest[],
): Promise<GatheredKinds> => {
  const { oic, vault, journal, progress } = services;
  const { kinds, scan = false, full, concurrency } = options;
  if (!kinds) return NOTHING;
  const known = knownItems(earlier);
  const { listed, gone } = await journal.step('list other kinds', async () => {
    const listing = await listKinds(oic, kinds, concurrency, full ? [] : earlier[0]?.deployments);
    const archives = Object.values(known).flatMap((things) => [...things.values()].map(({ archive }) => archive));
    const isHeld = await vault.archivesHeld(oic.instance, archives);
    return { listed: listing, gone: archives.filter((archive) => !isHeld(archive)).map(({ key }) => key) };
  });
  const goneKeys = new Set(gone);
  const isStored = ({ key }: ArchiveRef): boolean => !goneKeys.has(key);
  const plan: KindsPlan = {
    projects: listed.projects && planItems(listed.projects, stampOfListed, known.projects, isStored, full),
    lookups: listed.lookups && planItems(listed.lookups, stampOf, known.lookups, isStored, full),
    libraries: listed.libraries && planItems(listed.libraries, stampOf, known.libraries, isStored, full),
  };
  const work = workOf(plan, scan);
  const counts = countKinds(listed);
  progress.listedKinds(counts, work.filter(({ step }) => step.do === 'export').length);
  const batches = Array.from({ length: Math.ceil(work.length / BATCH) }, (_, n) =>
    work.slice(n * BATCH, (n + 1) * BATCH),
  );
  const inSlot = createSemaphore(Math.min(concurrency, ARCHIVES_HELD));
  const results = await journal.all('gather other kinds', batches, 1, (batch) =>
    mapLimited(batch, concurrency, (one) => inSlot(() => gatherItem({ oic, vault }, one))),
  );
  const found = new Map(results.flat().map((result) => [result.name, result]));
  return { counts, notOnInstance: listed.notOnInstance, ...buildSections(listed, plan, found, earlier) };
};

/** Of an integration that cannot be read nothing tells whether it was saved. */
const stampOfListed = (project: ListedProject): string | undefined =>
  project.odd ? undefined : stampOfProject(project);

/** What takes requests or reading; a project that cannot be read as a whole has failed already. */
const workOf = ({ projects = [], lookups = [], libraries = [] }: KindsPlan, scan: boolean): ThingWork[] => [
  ...projects
    .filter(({ item }) => !item.isUnread)
    .filter((step) => step.do === 'export' || step.item.integrations.some(mustAskSchedule))
    .map((step): ThingWork => ({ kind: 'project', step })),
  ...lookups
    .filter((step) => step.do === 'export' || (scan && step.last?.findings === undefined))
    .map((step): ThingWork => ({ kind: 'lookup', step, scan })),
  ...libraries.filter((step) => step.do === 'export').map((step): ThingWork => ({ kind: 'library', step })),
];

const countKinds = (listed: Awaited<ReturnType<typeof listKinds>>): KindCounts =>
  Object.fromEntries(OTHER_KIND_ORDER.flatMap((kind) => (listed[kind] ? [[kind, listed[kind].length]] : [])));
