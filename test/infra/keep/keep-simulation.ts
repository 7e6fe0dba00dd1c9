/**
 * Years of nights in the model of a bucket: what a backup decides is the program's own (the manifest, the tags, what is
 * handed on), what the bucket removes is by the rules of the synthesized template. After every night and every midnight
 * all that was promised is looked at.
 */
import { lossesSince } from '../../../functions/core/chain/sudden-loss.ts';
import { snapshotKey, snapshotName } from '../../../functions/core/keys.ts';
import type { ArchiveRef } from '../../../functions/core/snapshot/archive-ref.ts';
import type { Keep } from '../../../functions/core/snapshot/keep-classes.ts';
import type { Manifest, Origin } from '../../../functions/core/snapshot/manifest.ts';
import { keepVersions } from '../../../functions/jobs/backup/keep-versions.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import type { ObjectStore, VersionMarks } from '../../../functions/store/object-store.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { createModelBucket, DAY_MS, type LifecycleRule, type StoredVersion } from './lifecycle-model.ts';

/** What happens in one night; nothing when undefined. */
export interface Night {
  /** The items that have changed since the last night. */
  readonly changed: readonly number[];
  /** The items that could not be exported, though they had changed. */
  readonly failed: readonly number[];
  /** Cut off before it has a manifest, after so many tags. */
  readonly diesAfterTags?: number | undefined;
  /** The items that are not on the instance. */
  readonly gone?: readonly number[] | undefined;
  /** What was gone so far was meant to go. */
  readonly acceptLoss?: boolean | undefined;
  /** The host of the instance, when it is another one for a while. */
  readonly host?: string | undefined;
  /** Hours after midnight. */
  readonly hour: number;
  /** A snapshot of so many days ago is removed by somebody afterwards. */
  readonly removes?: number | undefined;
}

export interface History {
  readonly days: number;
  readonly items: number;
  nightsOf(day: number): readonly Night[];
  rulesOn(day: number): readonly LifecycleRule[];
}

export interface Kept {
  readonly retentionDays: number;
  readonly keep: Keep;
  readonly lateDays: number;
}

export interface Outcome {
  /** Days at whose end the newest complete snapshot, or one of its archives, was not there. */
  readonly daysWithout: number;
  /** What else was promised and not kept; the first few. */
  readonly broken: readonly string[];
  readonly snapshots: number;
  /** At the end: current manifests, and all versions of archives. */
  readonly manifestsLeft: number;
  readonly versionsLeft: number;
  readonly mostManifests: number;
}

const INSTANCE = 'prod';
const START = Date.UTC(2026, 0, 1);

class Killed extends Error {}

interface Taken {
  readonly manifest: Manifest;
  readonly atMs: number;
  isRemovedByHand: boolean;
}

const originOf = ({ host = 'one' }: Night): Origin => ({ url: `https://${host}.example` });

export const simulate = async (history: History, { retentionDays, keep, lateDays }: Kept): Promise<Outcome> => {
  const broken: string[] = [];
  const taken: Taken[] = [];
  const byKey = new Map<string, Taken>();
  const namedBy = new Map<string, Taken[]>();
  const byUnit = new Map<string, Taken[]>();
  let daysWithout = 0;
  let mostManifests = 0;
  let manifestsNow = 0;

  const complain = (now: number, what: string): void => {
    if (broken.length < 5) broken.push(`day ${Math.round((now - START) / DAY_MS)}: ${what}`);
  };
  /** Those before losses that are not settled, and the newest complete one of each instance under the name. */
  const staying = (): ReadonlySet<Taken> => {
    const there = taken.filter(({ isRemovedByHand }) => !isRemovedByHand);
    const newest = new Map(there.flatMap((one) => (one.manifest.complete ? [[one.manifest.origin?.url, one]] : [])));
    const unsettled = taken.at(-1)?.manifest.beforeLoss ?? [];
    return new Set([...newest.values(), ...there.filter(({ manifest }) => unsettled.includes(manifest.snapshot))]);
  };
  const mayHide = (one: Taken, now: number): boolean => !staying().has(one) && hasHadItsTime(one, now);
  const hasHadItsTime = ({ manifest, atMs }: Taken, now: number): boolean =>
    now - atMs >= retentionDays * DAY_MS &&
    UNITS.every(({ name, indexOf }) => {
      const isOld = indexOf(now) - indexOf(atMs) >= (keep[name] ?? 0);
      return isOld || pick(byUnit.get(`${name} ${indexOf(atMs)}`) ?? [])?.manifest !== manifest;
    });

  const bucket = createModelBucket(
    {
      hidden: ({ key }, now) => {
        const snapshot = byKey.get(key);
        if (!snapshot) return complain(now, `${key} was hidden`);
        manifestsNow -= 1;
        if (!mayHide(snapshot, now)) complain(now, `${key} was kept too short`);
      },
      removed: ({ key, versionId, noncurrentMs = 0 }, now) => {
        const snapshot = byKey.get(key);
        if (snapshot) {
          if (now - noncurrentMs < retentionDays * DAY_MS) complain(now, `${key} could not be brought back`);
          return;
        }
        for (const { manifest } of namedBy.get(`${key} ${versionId}`) ?? [])
          if (bucket.versionsOf(snapshotKey(INSTANCE, manifest.snapshot)).length > 0)
            complain(now, `${manifest.snapshot} outlived ${key} ${versionId}`);
      },
    },
    lateDays,
  );

  const runNight = async (midnight: number, night: Night): Promise<void> => {
    const atMs = midnight + night.hour * 3_600_000;
    bucket.setTime(atMs);
    const earlier = earlierOf(taken);
    const own = earlier.filter(({ origin }) => origin?.url === originOf(night).url);
    const unsettled = taken.flatMap(({ manifest, isRemovedByHand }) =>
      !isRemovedByHand &&
      earlier[0]?.beforeLoss?.includes(manifest.snapshot) &&
      manifest.origin?.url === originOf(night).url
        ? [manifest]
        : [],
    );
    const stored = new Set<string>();
    const integrations: Manifest['integrations'][number][] = [];
    for (let item = 0; item < history.items; item += 1) {
      if (night.gone?.includes(item)) continue;
      const known = knownOf(own, item);
      let archive = known;
      if (night.failed.includes(item)) archive = undefined;
      else if (!known || night.changed.includes(item)) {
        archive = await putArchive(bucket.store, item);
        stored.add(archive.versionId);
      }
      integrations.push(entryOf(item, archive));
    }
    const snapshot = snapshotName(new Date(atMs));
    const startedAt = new Date(atMs).toISOString();
    const complete = night.failed.length === 0;
    const draft: Manifest = {
      ...{ formatVersion: 1, instance: INSTANCE, snapshot, startedAt, finishedAt: startedAt, complete },
      ...{ origin: originOf(night), integrations, failures: [], warnings: [] },
      beforeLoss: lossesSince(own, night.acceptLoss ? [] : unsettled, { integrations }, [], () => true).beforeLoss,
    };
    const vault = createVault(dyingAfter(bucket.store, night.diesAfterTags), ALL_KINDS);
    try {
      const note = (message: string) => complain(atMs, message);
      const manifest = await keepVersions({ vault, note, objectLock: undefined }, draft, earlier, unsettled, stored);
      if (night.diesAfterTags !== undefined) return;
      await vault.commitSnapshot(manifest);
      const one: Taken = { manifest, atMs, isRemovedByHand: false };
      taken.push(one);
      manifestsNow += 1;
      byKey.set(snapshotKey(INSTANCE, snapshot), one);
      for (const { archive } of manifest.integrations) {
        if (!archive) continue;
        const name = `${archive.key} ${archive.versionId}`;
        add(namedBy, name, one);
      }
      for (const { name, indexOf } of UNITS) add(byUnit, `${name} ${indexOf(atMs)}`, one);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  };

  const removeByHand = (now: number, daysAgo: number): void => {
    const one = taken.findLast(({ atMs, isRemovedByHand }) => !isRemovedByHand && now - atMs >= daysAgo * DAY_MS);
    if (!one || one === taken.findLast(({ manifest }) => manifest.complete)) return;
    const key = snapshotKey(INSTANCE, one.manifest.snapshot);
    if (bucket.versionsOf(key)[0]?.noncurrentMs !== undefined || bucket.versionsOf(key).length === 0) return;
    one.isRemovedByHand = true;
    manifestsNow -= 1;
    bucket.hide(key);
  };

  const isWhole = ({ manifest }: Taken): boolean =>
    bucket.versionsOf(snapshotKey(INSTANCE, manifest.snapshot))[0]?.noncurrentMs === undefined &&
    bucket.versionsOf(snapshotKey(INSTANCE, manifest.snapshot)).length > 0 &&
    manifest.integrations.every(({ archive }) => archive === null || bucket.has(archive.key, archive.versionId));

  let rules: readonly LifecycleRule[] = [];
  for (let day = 0; day < history.days; day += 1) {
    const midnight = START + day * DAY_MS;
    const today = history.rulesOn(day);
    if (today !== rules) bucket.setRules(today);
    rules = today;
    bucket.runLifecycle(midnight);
    for (const night of history.nightsOf(day)) {
      await runNight(midnight, night);
      if (night.removes !== undefined) removeByHand(midnight + 23 * 3_600_000, night.removes);
    }
    mostManifests = Math.max(mostManifests, manifestsNow);
    const newest = taken.findLast(({ manifest }) => manifest.complete);
    if (taken.length > 0 && !(newest && isWhole(newest))) daysWithout += 1;
    for (const one of staying()) if (!isWhole(one)) complain(midnight, `${one.manifest.snapshot} did not stay whole`);
  }
  const isManifest = ({ key }: StoredVersion): boolean => key.startsWith('snapshots/');
  return {
    ...{ daysWithout, broken, mostManifests, snapshots: taken.length },
    manifestsLeft: bucket.count((one) => isManifest(one) && one.noncurrentMs === undefined),
    versionsLeft: bucket.count((one) => !isManifest(one)),
  };
};

const add = (lists: Map<string, Taken[]>, name: string, one: Taken): void => {
  const list = lists.get(name);
  if (list) list.push(one);
  else lists.set(name, [one]);
};

/** What a restore would rather have: the newest complete one, or the newest when none is complete. */
const pick = (snapshots: readonly Taken[]): Taken | undefined =>
  snapshots.findLast(({ manifest }) => manifest.complete) ?? snapshots.at(-1);

/** Counted, not named, so that what the program makes of the calendar is held against something else. */
const UNITS = [
  { name: 'daily', indexOf: (ms: number) => Math.floor(ms / DAY_MS) },
  { name: 'weekly', indexOf: (ms: number) => Math.floor((ms / DAY_MS + 3) / 7) },
  { name: 'monthly', indexOf: (ms: number) => new Date(ms).getUTCFullYear() * 12 + new Date(ms).getUTCMonth() },
  { name: 'yearly', indexOf: (ms: number) => new Date(ms).getUTCFullYear() },
] as const;

/** As a backup reads them: back to the newest complete one, five at most. */
const earlierOf = (taken: readonly Taken[]): Manifest[] => {
  const newestFirst = taken
    .slice(-5)
    .reverse()
    .map(({ manifest }) => manifest);
  const first = newestFirst.findIndex(({ complete }) => complete);
  return first < 0 ? newestFirst : newestFirst.slice(0, first + 1);
};

const knownOf = (earlier: readonly Manifest[], item: number): ArchiveRef | undefined =>
  earlier
    .map(({ integrations }) => integrations.find(({ code }) => code === `ITEM_${item}`)?.archive)
    .find((archive) => archive) ?? undefined;

const putArchive = async (store: ObjectStore, item: number): Promise<ArchiveRef> => {
  const { key, versionId } = await store.put(`integrations/${INSTANCE}/ITEM_${item}/01.00.0000.iar`, new Uint8Array(1));
  return { key, versionId, bytes: 1, sha256: '0'.repeat(64), contentSha256: '0'.repeat(64) };
};

const TRACING = { tracing: false, payload: false, recording: false };

const entryOf = (item: number, archive: ArchiveRef | undefined): Manifest['integrations'][number] => ({
  ...{ id: `ITEM_${item}|01.00.0000`, code: `ITEM_${item}`, version: '01.00.0000', name: 'x', status: 'ACTIVATED' },
  ...{ schedule: null, tracing: TRACING, archive: archive ?? null },
});

const dyingAfter = (store: ObjectStore, tags: number | undefined): ObjectStore => {
  const { marks } = store;
  if (tags === undefined || !marks) return store;
  let left = tags;
  const tag: VersionMarks['tag'] = (...about) => {
    if (left === 0) throw new Killed();
    left -= 1;
    return marks.tag(...about);
  };
  return { ...store, marks: { ...marks, tag } };
};
