/**
 * Forgets snapshots by rules, then drops the archive versions that no remaining snapshot names. Killed at any moment, it
 * has lost nothing that is kept; run again, it ends what it began.
 *
 *   read every manifest -> forget snapshots -> read what remains -> remove versions -> remove pictures of what is gone
 *
 * A version goes only when no snapshot that is there after the forgetting names it, and when it cannot be one that a
 * backup has stored and not named yet: either a snapshot named it when the prune began, or it was stored before the
 * newest remaining snapshot was begun. Backups of one machine are kept out by their lock, which the caller holds; the
 * second condition is for one on another machine that shares the directory.
 */

import { describeAhead, splitAhead } from '../../core/chain/ahead.ts';
import { Refused } from '../../core/errors.ts';
import { snapshotTime } from '../../core/keys.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { archivesIn } from '../../core/snapshot/archived-items.ts';
import { type Manifest, ManifestError, type Origin } from '../../core/snapshot/manifest.ts';
import { describeOrigin, originProblem } from '../../core/snapshot/origin.ts';
import { applyRetention, type KeptSnapshot, type RetentionRules } from '../../core/snapshot/retention.ts';
import type { VersionEntry } from '../../store/object-store.ts';
import type { Vault } from '../../store/vault.ts';
import type { VaultUpkeep } from '../../store/vault-upkeep.ts';
import { mapLimited } from '../journal/journal.ts';
import { listDeleted } from './deleted.ts';

export interface PruneOptions {
  readonly rules: RetentionRules;
  readonly isDryRun: boolean;
  readonly now: Date;
  /** The instance that the settings mean. */
  readonly origin: Origin;
  /** What was taken away by hand can be brought back for so long. @default 90 */
  readonly keepRemovedDays?: number | undefined;
}

export interface PruneReport {
  readonly instance: string;
  readonly kept: readonly KeptSnapshot[];
  readonly forgotten: readonly string[];
  readonly removedVersions: number;
  /** Of the removed archive versions and manifests. */
  readonly freedBytes: number;
}

const CONCURRENCY = 8;
const DAY_MS = 86_400_000;

/**
 * @throws Refused when a manifest cannot be read, for it may name anything, one is dated ahead, for one of two clocks is
 * wrong, or the settings mean another instance; ConfigError when the rules are not clear
 */
export const prune = async (
  vault: Vault & VaultUpkeep,
  instance: string,
  { rules, isDryRun, now, origin, keepRemovedDays = 90 }: PruneOptions,
): Promise<PruneReport> => {
  const names = await vault.listSnapshots(instance);
  const ahead = describeAhead(instance, splitAhead(names, now).ahead, now);
  if (ahead !== undefined) throw new Refused(`${vault.name} was not pruned: ${ahead}`);
  const before = await readManifests(vault, instance, names);
  const problem = originProblem(instance, before.snapshots, origin);
  if (problem !== undefined) throw new Refused(`${vault.name} was not pruned: ${problem}`);
  const counted = before.snapshots.map((one) => ({ ...one, origin: one.origin && describeOrigin(one.origin) }));
  const { kept, forgotten } = applyRetention(counted, rules);
  const manifests = await vault.listManifestVersions(instance);
  const removed = await readRemoved(vault, instance, new Date(now.getTime() - keepRemovedDays * DAY_MS));
  const goneManifests = [...manifests].filter(
    ([snapshot, versions]) =>
      forgotten.includes(snapshot) || (!removed.has(snapshot) && !versions.some(({ isCurrent }) => isCurrent)),
  );
  const spared = new Set([...removed.values()].flatMap(({ named }) => named));
  const askedFor = new Set([...removed.values()].map(({ previous }) => previous));
  if (!isDryRun) {
    // Told before it is done: who finds one missing must find the reason.
    await vault.recordPruned(
      instance,
      forgotten.map((snapshot) => ({ snapshot, at: now.toISOString() })),
      () => true,
    );
    for (const [snapshot] of goneManifests) await vault.forgetSnapshot(instance, snapshot);
  }

  const remaining = isDryRun ? kept.map(({ snapshot }) => snapshot) : await vault.listSnapshots(instance);
  const after = await readManifests(vault, instance, remaining);
  const unneeded = (await vault.listArchiveVersions(instance)).filter(
    (version) =>
      !after.named.has(nameOf(version)) &&
      !spared.has(nameOf(version)) &&
      (before.named.has(nameOf(version)) || version.lastModified.getTime() < after.newestStartMs),
  );
  if (!isDryRun) {
    await vault.recordPruned(instance, [], (snapshot) => after.previous.has(snapshot) || askedFor.has(snapshot));
    await removeVersions(vault, unneeded);
    await vault.clearReports(instance, (contentSha256) => after.contents.has(contentSha256));
  }
  return {
    instance,
    kept,
    forgotten,
    removedVersions: unneeded.length,
    freedBytes: sumBytes(unneeded) + sumBytes(goneManifests.flatMap(([, versions]) => versions)),
  };
};

interface RemovedSnapshot {
  readonly named: readonly string[];
  readonly previous: string | undefined;
}

/** What those name that were taken away by hand since then: they may be brought back. */
const readRemoved = async (
  vault: Vault & VaultUpkeep,
  instance: string,
  since: Date,
): Promise<ReadonlyMap<string, RemovedSnapshot>> => {
  const pruned = new Set((await vault.listPruned(instance)).map(({ snapshot }) => snapshot));
  const removed = new Map<string, RemovedSnapshot>();
  for (const { snapshot, how, at, versionId } of await listDeleted(vault, instance)) {
    if (how !== 'removed' || pruned.has(snapshot) || at === undefined || Date.parse(at) < since.getTime()) continue;
    const { manifest } = await vault.readManifest(instance, snapshot, versionId);
    const named = archivesIn(manifest).flatMap((archive) => (archive ? [nameOf(archive)] : []));
    removed.set(snapshot, { named, previous: manifest.previous?.snapshot });
  }
  return removed;
};

type Counted = Pick<Manifest, 'snapshot' | 'complete' | 'origin' | 'beforeLoss'>;

interface ReadManifests {
  /** In the order they were asked for. */
  readonly snapshots: readonly Counted[];
  /** The archive versions that any of them names. */
  readonly named: ReadonlySet<string>;
  /** Their content digests. */
  readonly contents: ReadonlySet<string>;
  /** Which snapshots they say came before them. */
  readonly previous: ReadonlySet<string>;
  /** When the newest of them was begun, in whole seconds as stores keep time; before everything when there is none. */
  readonly newestStartMs: number;
}

const nameOf = ({ key, versionId }: Pick<ArchiveRef, 'key' | 'versionId'>): string => `${key}\n${versionId}`;

/** One manifest in memory at a time: a vault may hold hundreds of thousands of integrations each. */
const readManifests = async (vault: Vault, instance: string, names: readonly string[]): Promise<ReadManifests> => {
  const snapshots: Counted[] = [];
  const named = new Set<string>();
  const contents = new Set<string>();
  const previous = new Set<string>();
  const problems: string[] = [];
  let newestStartMs = Number.NEGATIVE_INFINITY;
  for (const snapshot of names) {
    try {
      const { manifest, problems: doubts } = await vault.readManifest(instance, snapshot);
      // One that was emptied would let go of what it needs.
      if (doubts.length > 0) {
        throw new ManifestError(
          'damaged',
          `the snapshot ${snapshot} of ${instance} is not to be trusted: ${doubts.join('; ')}`,
        );
      }
      for (const archive of archivesIn(manifest)) {
        if (!archive) continue;
        named.add(nameOf(archive));
        contents.add(archive.contentSha256);
      }
      if (manifest.previous) previous.add(manifest.previous.snapshot);
      const startMs = Date.parse(manifest.startedAt);
      if (Number.isNaN(startMs + snapshotTime(snapshot).getTime())) {
        throw new ManifestError('damaged', `the snapshot ${snapshot} of ${instance} does not say when it was taken`);
      }
      newestStartMs = Math.max(newestStartMs, Math.floor(startMs / 1000) * 1000);
      const { complete, origin, beforeLoss } = manifest;
      snapshots.push({ snapshot, complete, origin, beforeLoss });
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length === 0) return { snapshots, named, contents, previous, newestStartMs };
  throw new Refused(
    `${vault.name} was not pruned, for what an unreadable snapshot needs is not known: ` +
      `${problems.join('; ')}. Use the version that wrote it, bring back what it was (\`oic snapshots ${instance} --deleted\`), or take it away with --forget`,
  );
};

/** Oldest first: an older version goes without touching the newest, which is rewritten when it is the one to go. */
const removeVersions = async (vault: VaultUpkeep, versions: readonly VersionEntry[]): Promise<void> => {
  const byKey = [...Map.groupBy(versions, ({ key }) => key).values()];
  await mapLimited(byKey, CONCURRENCY, async (newestFirst) => {
    for (const version of newestFirst.toReversed()) await vault.removeArchiveVersion(version);
  });
};

const sumBytes = (versions: readonly VersionEntry[]): number => versions.reduce((sum, { bytes }) => sum + bytes, 0);
