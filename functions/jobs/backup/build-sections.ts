/** The manifest's sections of the other kinds, out of what was listed, planned and gathered. */

import { describeFindings } from '../../core/archive/secret-scan.ts';
import type { Library, Lookup } from '../../core/items.ts';
import { KIND_NOUNS, OTHER_KIND_ORDER } from '../../core/kinds.ts';
import { withKnown } from '../../core/odd-item.ts';
import type { ItemStep } from '../../core/plan/plan-kinds.ts';
import type { Manifest, SnapshotFailure, SnapshotWarning } from '../../core/snapshot/manifest.ts';
import type { OtherKinds, SnapshotLibrary, SnapshotLookup, SnapshotProject } from '../../core/snapshot/sections.ts';
import type { ListedKinds, ListedProject } from '../instance/list-kinds.ts';
import { integrationEntry } from '../instance/project-schedules.ts';
import { unknownSchedule } from './gather.ts';
import type { GatheredItem } from './gather-item.ts';

export interface KindsPlan {
  readonly projects: readonly ItemStep<ListedProject>[] | undefined;
  readonly lookups: readonly ItemStep<Lookup>[] | undefined;
  readonly libraries: readonly ItemStep<Library>[] | undefined;
}

interface Built {
  readonly sections: OtherKinds;
  readonly exported: number;
  readonly unchanged: number;
  readonly failures: readonly SnapshotFailure[];
  readonly warnings: readonly SnapshotWarning[];
}

export const buildSections = (
  listed: ListedKinds,
  plan: KindsPlan,
  found: ReadonlyMap<string, GatheredItem>,
  earlier: readonly Manifest[],
): Built => {
  const projects = plan.projects?.flatMap((step) =>
    projectEntry(step, found.get(`project ${step.item.code}`), earlier),
  );
  const lookups = plan.lookups?.flatMap((step) => lookupEntry(step, found.get(`lookup ${step.item.id}`)));
  const libraries = plan.libraries?.flatMap((step) => libraryEntry(step, found.get(`library ${step.item.id}`)));
  const results = [...found.values()];
  const failures = results.flatMap(({ name, failure }) => (failure ? [{ id: name, ...failure }] : []));
  const warnings = results.flatMap(({ name, warning, schedules = {} }) => [
    ...(warning === undefined ? [] : [{ id: name, message: warning }]),
    ...Object.entries(schedules).flatMap(([id, asked]) =>
      asked.trouble === undefined ? [] : [{ id: `${id} in ${name}`, message: unknownSchedule(asked) }],
    ),
  ]);
  const secrets = (lookups ?? []).flatMap(({ id, findings = [] }) => {
    const message = describeFindings(findings);
    return message === undefined ? [] : [{ id: `lookup ${id}`, message }];
  });
  const stored = [...(projects ?? []), ...(lookups ?? []), ...(libraries ?? [])].filter(
    ({ archive }) => archive,
  ).length;
  const exported = results.filter(({ isNew }) => isNew).length;
  const { odd } = listed;
  const [last] = earlier;
  const here = { ...listed, projects, lookups, libraries };
  return {
    sections: Object.fromEntries(
      OTHER_KIND_ORDER.flatMap((kind) => {
        const things: readonly { readonly id: string }[] | undefined = here[kind];
        return things ? [[kind, withKnown(things, last?.[kind], odd[kind])]] : [];
      }),
    ),
    exported,
    unchanged: stored - exported,
    failures: [...listed.failures, ...oddFailures(listed), ...failures],
    warnings: [...listed.warnings, ...warnings, ...secrets],
  };
};

/** Each is one failure, by what it tells of itself. */
const oddFailures = ({ odd, projects = [] }: ListedKinds): SnapshotFailure[] => [
  ...OTHER_KIND_ORDER.flatMap((kind) =>
    (odd[kind] ?? []).map(({ id, message }) => oddFailure(`${KIND_NOUNS[kind][0]} ${id}`, message)),
  ),
  ...projects.flatMap(({ code, odd: inside = [] }) =>
    inside.map(({ id, message }) => oddFailure(`${id} in project ${code}`, message)),
  ),
];

export const oddFailure = (id: string, message: string): SnapshotFailure => ({
  id,
  kind: 'unexpected-answer',
  message,
});

const projectEntry = (
  step: ItemStep<ListedProject>,
  found: GatheredItem | undefined,
  earlier: readonly Manifest[],
): SnapshotProject[] => {
  if (found?.isGone) return [];
  const { id, code, name, integrations, isUnread, odd } = step.item;
  // An earlier archive beside integrations of today: without a time it is exported again next night, whatever that is.
  const { lastUpdated: _, ...staleSaved } = savedOf(step, found);
  // Better what was there last night than nothing: the snapshot says that it is incomplete.
  const before =
    isUnread || odd
      ? earlier.flatMap(({ projects = [] }) => projects).find((project) => project.id === id)?.integrations
      : undefined;
  const now = integrations.map((it) => integrationEntry(it, found?.schedules?.[it.id]));
  return [
    {
      id,
      code,
      name,
      ...(found?.isStale ? staleSaved : savedOf(step, found)),
      archive: archiveOf(step, found),
      integrations: isUnread ? (before ?? []) : withKnown(now, before, odd),
    },
  ];
};

const lookupEntry = (step: ItemStep<Lookup>, found: GatheredItem | undefined): SnapshotLookup[] => {
  if (found?.isGone) return [];
  const { id, name } = step.item;
  const findings = found?.findings ?? (step.do === 'reuse' ? step.last?.findings : undefined);
  return [{ id, name, ...savedOf(step, found), archive: archiveOf(step, found), ...(findings && { findings }) }];
};

const libraryEntry = (step: ItemStep<Library>, found: GatheredItem | undefined): SnapshotLibrary[] => {
  if (found?.isGone) return [];
  const { id, code, version, name } = step.item;
  return [{ id, code, version, name, ...savedOf(step, found), archive: archiveOf(step, found) }];
};

type Step = ItemStep<{ readonly lastUpdated?: string | undefined; readonly lastUpdatedBy?: string | undefined }>;

const archiveOf = (step: Step, found: GatheredItem | undefined) =>
  (step.do === 'export' ? found?.archive : step.last?.archive) ?? null;

/** Beside an earlier archive stands the time it was taken at, or the next night would take it for what is there now. */
const savedOf = (step: Step, found: GatheredItem | undefined) => {
  const lastUpdated = found?.isStale ? step.last?.lastUpdated : step.item.lastUpdated;
  const { lastUpdatedBy } = step.item;
  return { ...(lastUpdated !== undefined && { lastUpdated }), ...(lastUpdatedBy !== undefined && { lastUpdatedBy }) };
};
