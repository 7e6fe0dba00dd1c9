/**
 * The part of a snapshot beside integrations outside projects: every other kind, by what it knows to do.
 *
 *   list every kind -> plan (export, reuse) -> export in batches: check, put -> sections for the manifest
 *
 * A night on which nothing changed costs the listings, and no export.
 */

import { UnstorableName } from '../../core/key-parts.ts';
import { itemKey, twinKeys } from '../../core/keys.ts';
import { type Entry, type IncludedKinds, labelOf, type OtherKind } from '../../core/kinds.ts';
import { type Known, knownArchives, planBackup } from '../../core/plan/plan-backup.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { entriesIn } from '../../core/snapshot/archived-items.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { nameOfVersion } from '../../core/snapshot/scrub.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { hasArchive, type Item, type KindWithArchive, stampOf } from '../../kinds/kind.ts';
import { listKinds } from '../../kinds/list-kinds.ts';
import { askInstance } from '../instance/ask-instance.ts';
import { type Journal, mapLimited } from '../journal/journal.ts';
import { createSemaphore } from '../journal/semaphore.ts';
import type { BackUpServices, KindCounts } from './back-up-options.ts';
import { type BuiltSections, buildSections } from './build-sections.ts';
import { type GatheredItem, gatherItem, isWork, type Step } from './gather-item.ts';

export interface GatherKindsOptions {
  /** Absent: nothing but integrations. */
  readonly kinds?: IncludedKinds | undefined;
  /** Look for credentials in lookups. @default false */
  readonly scan?: boolean | undefined;
  /** As in the options of a backup. */
  readonly damaged?: ReadonlySet<string> | undefined;
  readonly full: boolean;
  readonly concurrency: number;
}

export interface GatheredKinds extends BuiltSections {
  readonly counts: KindCounts;
  /** Kinds that this instance does not know of. */
  readonly notOnInstance: readonly OtherKind[];
}

const NOTHING: GatheredKinds = {
  sections: {},
  counts: {},
  stored: [],
  unchanged: 0,
  notOnInstance: [],
  failures: [],
  warnings: [],
};

const GATHER = 'gather other kinds';
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
  const { kinds: wanted, scan = false, full, concurrency, damaged } = options;
  if (!wanted) return NOTHING;
  const archived = ALL_KINDS.filter(hasArchive).map((kind) => ({
    kind,
    known: knownArchives(
      earlier.flatMap((manifest) => entriesIn(manifest, kind)),
      stampOf(kind),
    ),
  }));
  const left = leftItems(journal);
  const { listed, gone } = await journal.step('list other kinds', async () => {
    const listing = await listKinds(askInstance(oic, concurrency, full ? {} : earlier[0]), wanted);
    const stored = archived.flatMap(({ known }) => [...known.values()].map(({ archive }) => archive));
    const archives = [...stored, ...[...left.values()].map(({ archive }) => archive)];
    const isHeld = await vault.archivesHeld(oic.instance, archives);
    const isWhole = (archive: ArchiveRef) => isHeld(archive) && !damaged?.has(nameOfVersion(archive));
    return { listed: listing, gone: archives.filter((archive) => !isWhole(archive)).map(({ versionId }) => versionId) };
  });
  const goneVersions = new Set(gone);
  const isStored = ({ versionId }: ArchiveRef): boolean => !goneVersions.has(versionId);
  const plan = archived.flatMap(({ kind, known }) => {
    const items: readonly Item[] = listed[kind.name] ?? [];
    const all = withLeft(known, kind, items, left, isStored);
    return planBackup(items, stampOf(kind), all, isStored, full).map((step): Step => ({ ...step, kind }));
  });
  const keysOf = (kind: KindWithArchive): readonly string[] =>
    storableKeys(listed[kind.name] ?? [], (item) => itemKey(oic.instance, kind, item));
  const twins = new Set(archived.flatMap(({ kind }) => [...twinKeys(keysOf(kind))]));
  const work = plan.filter((step) => isWork(step, scan));
  const counts = Object.fromEntries(
    ALL_KINDS.flatMap(({ name }) => (listed[name] ? [[name, listed[name].length]] : [])),
  );
  progress.listedKinds(counts, work.filter((step) => step.do === 'export').length);
  const batches = Array.from({ length: Math.ceil(work.length / BATCH) }, (_, n) =>
    work.slice(n * BATCH, (n + 1) * BATCH),
  );
  const inSlot = createSemaphore(Math.min(concurrency, ARCHIVES_HELD));
  const results = await journal.all(GATHER, batches, 1, (batch) =>
    mapLimited(batch, concurrency, (step) =>
      inSlot(async () => {
        const gathered = await gatherItem(services, step, scan, twins);
        if (gathered.archive) await journal.note(GATHER, [gathered]);
        return gathered;
      }),
    ),
  );
  const found = new Map(results.flat().map((result) => [result.name, result]));
  const leftVersions = new Set([...left.values()].map(({ archive }) => archive.versionId));
  return { counts, notOnInstance: listed.notOnInstance, ...buildSections(listed, plan, found, earlier, leftVersions) };
};

/** What a run that was cut off stored of an item, and the stamp that the item had then. */
interface Left {
  readonly stamp: string;
  readonly archive: ArchiveRef;
}

/** By label. */
const leftItems = (journal: Journal): ReadonlyMap<string, Left> =>
  new Map(
    (journal.leftovers(GATHER) as GatheredItem[][])
      .flat()
      .flatMap(({ name, stamp, archive, isStale }) =>
        archive && stamp !== undefined && !isStale ? [[name, { stamp, archive }]] : [],
      ),
  );

/** What is known of the listed items, with what such a run stored last, of which only the archive is known. */
const withLeft = (
  known: ReadonlyMap<string, Known<Entry>>,
  kind: KindWithArchive,
  items: readonly Item[],
  left: ReadonlyMap<string, Left>,
  isStored: (archive: ArchiveRef) => boolean,
): ReadonlyMap<string, Known<Entry>> => {
  const found = items.flatMap((item): [string, Known<Entry>][] => {
    const one = left.get(labelOf(kind, item));
    return one && isStored(one.archive) ? [[item.id, one]] : [];
  });
  return new Map([...known, ...found]);
};

/** The keys of the items; one whose name cannot be stored has none. */
const storableKeys = (items: readonly Item[], keyOf: (item: Item) => string): readonly string[] =>
  items.flatMap((item) => {
    try {
      return [keyOf(item)];
    } catch (error) {
      if (error instanceof UnstorableName) return [];
      throw error;
    }
  });
