/** The manifest's sections of the other kinds, out of what was listed, planned and gathered. */

import { type Entry, labelOf, type OtherKinds } from '../../core/kinds.ts';
import { withKnown } from '../../core/odd-item.ts';
import { entriesIn, type Stored } from '../../core/snapshot/archived-items.ts';
import type { Manifest, SnapshotFailure, SnapshotWarning } from '../../core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import type { KindWithArchive } from '../../kinds/kind.ts';
import type { ListedKinds } from '../../kinds/list-kinds.ts';
import type { GatheredItem, Step } from './gather-item.ts';

export interface BuiltSections {
  readonly sections: OtherKinds;
  /** The ids of the archive versions that were put into the vault. */
  readonly stored: readonly string[];
  /** How many stored archives are still what the instance has. */
  readonly unchanged: number;
  readonly failures: readonly SnapshotFailure[];
  readonly warnings: readonly SnapshotWarning[];
}

/**
 * @param found of those that took work, by their names
 * @param left the ids of versions that runs that were cut off have stored
 */
export const buildSections = (
  listed: ListedKinds,
  plan: readonly Step[],
  found: ReadonlyMap<string, GatheredItem>,
  earlier: readonly Manifest[],
  left: ReadonlySet<string>,
): BuiltSections => {
  const built = plan.map((step) => {
    const label = labelOf(step.kind, step.item);
    const result = found.get(label);
    const entry = result?.isGone ? undefined : entryOf(step, result, earlier);
    const warnings = [
      ...(result?.warning === undefined ? [] : [{ id: label, message: result.warning }]),
      ...((entry && step.kind.archive.warnings?.(label, entry, result ?? {})) ?? []),
    ];
    return { kind: step.kind, entry, warnings };
  });
  const entries = Map.groupBy(built, ({ kind }) => kind.name);
  const results = [...found.values()];
  const failures = results.flatMap(({ name, failure }) => (failure ? [{ id: name, ...failure }] : []));
  const stored = [
    ...results.flatMap(({ isNew, archive }) => (isNew && archive ? [archive.versionId] : [])),
    ...built.flatMap(({ entry }) =>
      entry?.archive && left.has(entry.archive.versionId) ? [entry.archive.versionId] : [],
    ),
  ];
  return {
    sections: Object.fromEntries(
      ALL_KINDS.flatMap(({ name, archive }) => {
        if (!listed[name]) return [];
        const here = archive ? (entries.get(name) ?? []).flatMap(({ entry }) => entry ?? []) : listed[name];
        return [[name, withKnown(here, earlier[0]?.[name], listed.odd[name])]];
      }),
    ),
    stored,
    unchanged: built.filter(({ entry }) => entry?.archive).length - stored.length,
    failures: [...listed.failures, ...oddFailures(listed), ...failures],
    warnings: [...listed.warnings, ...built.flatMap(({ warnings }) => warnings)],
  };
};

/** Each is one failure, by what it tells of itself; then what is odd within items. */
const oddFailures = (listed: ListedKinds): SnapshotFailure[] => [
  ...ALL_KINDS.flatMap(({ name, nouns: [one] }) =>
    (listed.odd[name] ?? []).map(({ id, message }) => oddFailure(`${one} ${id}`, message)),
  ),
  ...ALL_KINDS.flatMap((kind) =>
    (listed[kind.name] ?? []).flatMap((item) =>
      (item.odd ?? []).map(({ id, message }) => oddFailure(`${id} in ${labelOf(kind, item)}`, message)),
    ),
  ),
];

export const oddFailure = (id: string, message: string): SnapshotFailure => ({
  id,
  kind: 'unexpected-answer',
  message,
});

const entryOf = (
  { kind, item, last, ...step }: Step,
  found: GatheredItem | undefined,
  earlier: readonly Manifest[],
): Stored<Entry> => {
  const before = (): Entry | undefined =>
    earlier.flatMap((manifest) => entriesIn(manifest, kind)).find(({ id }) => id === item.id);
  const unsaved = step.do === 'reuse' ? last?.entry : undefined;
  const archive = step.do === 'export' ? found?.archive : last?.archive;
  const { lastUpdatedBy } = item;
  const lastUpdated = found?.isStale ? staleTime(kind, last?.entry) : item.lastUpdated;
  return {
    ...kind.archive.describe(item, found ?? {}, unsaved, before),
    ...(lastUpdated !== undefined && { lastUpdated }),
    ...(lastUpdatedBy !== undefined && { lastUpdatedBy }),
    archive: archive ?? null,
  };
};

/**
 * Beside an earlier archive stands the time it was taken at, or the next night would take it for what is there now. Where
 * the time alone does not tell a change, none stands there: it is exported again next night, whatever that is.
 */
const staleTime = ({ archive }: KindWithArchive, last: Entry | undefined): string | undefined =>
  archive.stamp ? undefined : last?.lastUpdated;
