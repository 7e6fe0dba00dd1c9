/**
 * The part of a snapshot beside integrations outside projects: every other kind, by what it knows to do.
 *
 *   list every kind -> plan (export, reuse) -> export in batches: check, put -> sections for the manifest
 *
 * A night on which nothing changed costs the listings, and no export.
 */

import type { IncludedKinds, OtherKind, OtherKinds } from '../../core/kinds.ts';
import { knownItems, planItems } from '../../core/plan/plan-kinds.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { entriesIn } from '../../core/snapshot/archived-items.ts';
import type { Manifest, SnapshotFailure, SnapshotWarning } from '../../core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { hasArchive, stampOf } from '../../kinds/kind.ts';
import { listKinds } from '../../kinds/list-kinds.ts';
import { askInstance } from '../instance/ask-instance.ts';
import { mapLimited } from '../journal/journal.ts';
import { createSemaphore } from '../journal/semaphore.ts';
import type { BackUpServices, KindCounts } from './back-up-options.ts';
import { buildSections } from './build-sections.ts';
import { gatherItem, isWork, type Step } from './gather-item.ts';

export interface GatherKindsOptions {
  /** Absent: nothing but integrations. */
  readonly kinds?: IncludedKinds | undefined;
  /** Look for credentials in lookups. @default false */
  readonly scan?: boolean | undefined;
  readonly full: boolean;
  readonly concurrency: number;
}

export interface GatheredKinds {
  readonly sections: OtherKinds;
  readonly counts: KindCounts;
  /** Got a new archive version in the vault. */
  readonly exported: number;
  /** The ids of those versions. */
  readonly stored: readonly string[];
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
  stored: [],
  unchanged: 0,
  notOnInstance: [],
  failures: [],
  warnings: [],
};

const BATCH = 25;
/** Whole projects are large, so fewer of them lie in memory at once. */
const ARCHIVES_HELD = 4;

type Services = Pick<BackUpServices, 'oic' | 'vault' | 'journal'> & {
  readonly progress: Pick<BackUpServices['progress'], 'listedKinds'>;
};

/** @param earlier snapshots, newest first */
export const gatherKinds = async (
  services: Services,
  options: GatherKindsOptions,
  earlier: readonly Manifest[],
): Promise<GatheredKinds> => {
  const { oic, vault, journal, progress } = services;
  const { kinds: wanted, scan = false, full, concurrency } = options;
  if (!wanted) return NOTHING;
  const archived = ALL_KINDS.filter(hasArchive).map((kind) => ({
    kind,
    known: knownItems(
      earlier.flatMap((manifest) => entriesIn(manifest, kind)),
      stampOf(kind),
    ),
  }));
  const { listed, gone } = await journal.step('list other kinds', async () => {
    const listing = await listKinds(askInstance(oic, concurrency, full ? {} : earlier[0]), wanted);
    const archives = archived.flatMap(({ known }) => [...known.values()].map(({ archive }) => archive));
    const isHeld = await vault.archivesHeld(oic.instance, archives);
    return { listed: listing, gone: archives.filter((archive) => !isHeld(archive)).map(({ key }) => key) };
  });
  const goneKeys = new Set(gone);
  const isStored = ({ key }: ArchiveRef): boolean => !goneKeys.has(key);
  const plan = archived.flatMap(({ kind, known }) =>
    planItems(listed[kind.name] ?? [], stampOf(kind), known, isStored, full).map((step): Step => ({ ...step, kind })),
  );
  const work = plan.filter((step) => isWork(step, scan));
  const counts = Object.fromEntries(
    ALL_KINDS.flatMap(({ name }) => (listed[name] ? [[name, listed[name].length]] : [])),
  );
  progress.listedKinds(counts, work.filter((step) => step.do === 'export').length);
  const batches = Array.from({ length: Math.ceil(work.length / BATCH) }, (_, n) =>
    work.slice(n * BATCH, (n + 1) * BATCH),
  );
  const inSlot = createSemaphore(Math.min(concurrency, ARCHIVES_HELD));
  const results = await journal.all('gather other kinds', batches, 1, (batch) =>
    mapLimited(batch, concurrency, (step) => inSlot(() => gatherItem(services, step, scan))),
  );
  const found = new Map(results.flat().map((result) => [result.name, result]));
  return { counts, notOnInstance: listed.notOnInstance, ...buildSections(listed, plan, found, earlier) };
};
