/** The end of a backup: what was planned and what came of it, as one manifest under a free name. */

import { idsOf, missingSince } from '../../core/chain/chain.ts';
import { lossesSince, lossWarning } from '../../core/chain/sudden-loss.ts';
import { snapshotName } from '../../core/keys.ts';
import type { KindFacts } from '../../core/kinds.ts';
import { type OddItem, withKnown } from '../../core/odd-item.ts';
import { describeIntegration } from '../../core/plan/plan-backup.ts';
import { createFilter } from '../../core/snapshot/filter.ts';
import type {
  Manifest,
  Origin,
  PreviousSnapshot,
  SnapshotFailure,
  SnapshotIntegration,
  SnapshotWarning,
} from '../../core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import type { Vault } from '../../store/vault.ts';
import type { BackUpOptions, BackUpServices, BackupReport } from './back-up-options.ts';
import { oddFailure } from './build-sections.ts';
import type { Gathered, IntegrationStep } from './gather.ts';
import type { GatheredKinds } from './gather-kinds.ts';
import { keepVersions } from './keep-versions.ts';

const prebuiltWarning = ({ last }: IntegrationStep): string =>
  `delivered by Oracle (PREBUILT) and cannot be exported: ${last ? 'its last archive is kept' : 'it is not backed up'}`;

interface Begun {
  readonly startedAt: string;
  readonly previous?: PreviousSnapshot | undefined;
  /** How far the clock here is off; undefined when it is right, or nobody knows. */
  readonly clock?: string | undefined;
  readonly origin: Origin;
}

interface BackedUp {
  readonly plan: readonly IntegrationStep[];
  /** By id; of every step that took work. */
  readonly found: ReadonlyMap<string, Gathered>;
  /** What the listing told in a form that cannot be read. */
  readonly odd: readonly OddItem[];
  /** Snapshots before this one, newest first. */
  readonly earlier: readonly Manifest[];
  /** Those of them that are of this instance. */
  readonly own: readonly Manifest[];
  /** Those before losses that are told already. */
  readonly unsettled: readonly Manifest[];
  /** The ids of versions that runs of this job that were cut off have stored. */
  readonly left: readonly string[];
}

/** Writes the manifest, last of all, and sums the run up. */
export const commitSnapshot = async (
  { oic, vault, now, progress, onManifest }: BackUpServices,
  { filter, objectLock, acceptLoss = false, newOrigin = false }: BackUpOptions,
  { startedAt, previous, clock, origin }: Begun,
  { plan, found, odd, earlier, own, unsettled, left }: BackedUp,
  others: GatheredKinds,
): Promise<BackupReport> => {
  const [last] = earlier;
  const [same] = own;
  const here = plan.filter((step) => !found.get(step.item.id)?.isGone);
  const entries = here.map((step) => entryOf(step, found.get(step.item.id)));
  const isWanted = createFilter(filter);
  const integrations = withKnown(
    entries,
    same?.integrations.filter(({ code }) => isWanted(code)),
    odd,
  );
  const ownFailures = plan.flatMap(({ item: { id } }): SnapshotFailure[] => {
    const failure = found.get(id)?.failure;
    return failure ? [{ id, ...failure }] : [];
  });
  const ownWarnings = plan.flatMap((step): SnapshotWarning[] => {
    const { id } = step.item;
    const { warning, scheduleWarning } = found.get(id) ?? {};
    const messages = [step.do === 'skip' ? prebuiltWarning(step) : warning, scheduleWarning];
    return messages.flatMap((message) => (message === undefined ? [] : [{ id, message }]));
  });
  const oddFailures = odd.map(({ id, message }) => oddFailure(id, message));
  const failures = [...oddFailures, ...ownFailures, ...others.failures];
  const gone = ALL_KINDS.filter(({ name }) => others.notOnInstance.includes(name) && (same?.[name]?.length ?? 0) > 0);
  const { losses, beforeLoss } = lossesSince(
    own,
    acceptLoss || newOrigin ? [] : unsettled,
    { integrations, ...others.sections },
    ALL_KINDS,
    isWanted,
  );
  const clockWarnings = clock === undefined ? [] : [clockWarning(clock)];
  const warnings = [
    ...losses.map((loss) => lossWarning(loss, oic.instance)),
    ...clockWarnings,
    ...ownWarnings,
    ...gone.map(unknownKindWarning),
    ...others.warnings,
  ];
  const outcome = { complete: failures.length === 0, failures, warnings };
  const times = { startedAt, finishedAt: now().toISOString() };
  const hasFilter = filter.include !== undefined || filter.exclude !== undefined;
  const { complete } = outcome;
  const removed = last && missingSince(idsOf(last, ALL_KINDS), idsOf({ integrations, ...others.sections }, ALL_KINDS));
  const draft: Manifest = {
    formatVersion: 1,
    instance: oic.instance,
    snapshot: snapshotName(new Date(startedAt)),
    origin,
    ...(previous && { previous }),
    ...(removed && Object.keys(removed).length > 0 && { removed }),
    ...(beforeLoss.length > 0 && { beforeLoss }),
    ...times,
    complete,
    ...(hasFilter && { filter: { include: filter.include, exclude: filter.exclude } }),
    ...(others.notOnInstance.length > 0 && { notOnInstance: others.notOnInstance }),
    integrations,
    ...others.sections,
    failures,
    warnings,
  };
  const named = new Set(integrations.map(({ archive }) => archive?.versionId));
  const stored = [
    ...[...found.values()].flatMap(({ isNew, archive }) => (isNew && archive ? [archive.versionId] : [])),
    ...left.filter((versionId) => named.has(versionId)),
  ];
  const keeper = { vault, note: (message: string) => progress.note(message), objectLock };
  const kept = await keepVersions(keeper, draft, earlier, unsettled, new Set([...stored, ...others.stored]));
  const committed = await commitUnderFreeName(vault, kept);
  onManifest?.(committed);
  const exported = stored.length;
  return {
    instance: oic.instance,
    snapshot: committed.snapshot,
    ...outcome,
    losses,
    integrations: integrations.length,
    exported,
    unchanged: entries.filter(({ archive }) => archive).length - exported,
    others: { counts: others.counts, exported: others.stored.length, unchanged: others.unchanged },
    requests: oic.requests(),
    ...times,
  };
};

const unknownKindWarning = ({ nouns: [, many] }: KindFacts): SnapshotWarning => ({
  id: many,
  message:
    'are not in this snapshot, though they were in the one before: the instance answers as if it had never known any; look whether they are there',
});

/** As all warnings it begins with what it is about. */
const clockWarning = (message: string): SnapshotWarning => {
  const id = 'the clock here';
  return { id, message: `${message.slice(id.length).trim()}; set it right, for snapshots are named by it` };
};

const entryOf = (step: IntegrationStep, found: Gathered | undefined): SnapshotIntegration => {
  const { item: integration } = step;
  const archive = step.do === 'export' ? found?.archive : step.last?.archive;
  // Beside an earlier archive stands the time it was taken at, or the next night would take it for what is there now.
  const lastUpdated = found?.isStale ? step.last?.stamp : integration.lastUpdated;
  const described = describeIntegration({ ...integration, lastUpdated }, found?.schedule, found?.scheduleParameters);
  return { ...described, archive: archive ?? null };
};

/** Of two snapshots begun in one second the later takes the next free name. A commit whose answer was lost finds its own there. */
const commitUnderFreeName = async (vault: Vault, manifest: Manifest): Promise<Manifest> => {
  for (let at = new Date(manifest.startedAt).getTime(); ; at += 1000) {
    const named = { ...manifest, snapshot: snapshotName(new Date(at)) };
    if (await vault.commitSnapshot(named)) return named;
    const there = await vault.getSnapshot(named.instance, named.snapshot);
    if (there.startedAt === manifest.startedAt) return there;
  }
};
