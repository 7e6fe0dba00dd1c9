/** What a backup tells a bucket about how long to keep what: by S3's API where moto_server is, and counted in a model. */
import { CreateBucketCommand, HeadObjectCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { snapshotKey, snapshotName } from '../../../functions/core/keys.ts';
import type { ArchiveRef } from '../../../functions/core/snapshot/archive-ref.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { keepVersions } from '../../../functions/jobs/backup/keep-versions.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import type { ObjectStore, VersionMarks } from '../../../functions/store/object-store.ts';
import { createS3Store } from '../../../functions/store/s3/s3-store.ts';
import { StoreError } from '../../../functions/store/store-error.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { createModelBucket } from '../../infra/keep/lifecycle-model.ts';
import { sharedMoto } from '../../store/shared-moto.ts';

const DAY_MS = 86_400_000;
const NONCURRENT = { NoncurrentVersionExpiration: { NoncurrentDays: 1 } };
const LOCK = { mode: 'governance', days: 20 } as const;

/** Nights of one instance, each with so many items of which some have changed. */
const openNights = (store: ObjectStore, objectLock: typeof LOCK | undefined, items: number) => {
  const vault = createVault(store, ALL_KINDS);
  const notes: string[] = [];
  let earlier: readonly Manifest[] = [];
  let archives: readonly ArchiveRef[] = [];
  const put = async (item: number): Promise<ArchiveRef> => {
    const { key, versionId } = await vault.putArchive(
      'dev',
      { id: `FLOW_${item}|01.00.0000`, code: `FLOW_${item}`, version: '01.00.0000' },
      Buffer.from(`${item} ${earlier.length}`),
    );
    return { key, versionId, bytes: 3, sha256: '0'.repeat(64), contentSha256: '0'.repeat(64) };
  };
  const take = async (at: Date, changed: readonly number[], complete = true): Promise<Manifest> => {
    const stored = new Set<string>();
    const last = earlier[0]?.integrations.flatMap(({ archive }) => archive ?? []) ?? [];
    archives = await Promise.all(
      Array.from({ length: items }, async (_, item) => {
        const known = last[item];
        if (known && !changed.includes(item)) return known;
        const archive = await put(item);
        stored.add(archive.versionId);
        return archive;
      }),
    );
    const startedAt = at.toISOString();
    const manifest = await keepVersions(
      { vault, note: (message) => notes.push(message), objectLock },
      {
        ...{
          formatVersion: 1,
          instance: 'dev',
          snapshot: snapshotName(at),
          startedAt,
          finishedAt: startedAt,
          complete,
        },
        integrations: archives.map((archive, item) => ({
          ...{ id: `FLOW_${item}|01.00.0000`, code: `FLOW_${item}`, version: '01.00.0000', name: 'x' },
          ...{ status: 'ACTIVATED', schedule: null, archive },
          tracing: { tracing: false, payload: false, recording: false },
        })),
        ...{ failures: [], warnings: [] },
      },
      earlier,
      [],
      stored,
    );
    await vault.commitSnapshot(manifest);
    earlier = complete ? [manifest] : [manifest, ...earlier];
    return manifest;
  };
  return { take, notes };
};

/** A model that counts what it is told, and can refuse it. */
const counting = () => {
  const bucket = createModelBucket({ hidden: () => {}, removed: () => {} }, 0);
  const { store } = bucket;
  const told: string[] = [];
  let refusal: StoreError | undefined;
  let [times, tries] = [0, 0];
  const mayRefuse = (): void => {
    tries += 1;
    if (!refusal || times === 0) return;
    times -= 1;
    throw refusal;
  };
  const { marks } = store;
  if (!marks) throw new Error('the model has no marks');
  const tag: VersionMarks['tag'] = async (key, versionId, tags) => {
    mayRefuse();
    told.push(`${Object.values(tags)} ${key}`);
    return marks.tag(key, versionId, tags);
  };
  const lock: VersionMarks['lock'] = async (key) => {
    mayRefuse();
    told.push(`lock ${key}`);
    return true;
  };
  return {
    store: { ...store, marks: { ...marks, tag, lock } },
    bucket,
    /** What was told since it was last asked. */
    told: () => told.splice(0),
    /** @returns how often it was tried since */
    refuse: (error: StoreError | undefined, howOften = Number.POSITIVE_INFINITY) => {
      [refusal, times, tries] = [error, howOften, 0];
      return () => tries;
    },
  };
};

const at = (day: number): Date => new Date(Date.UTC(2026, 10, 1 + day, 4, 15));
const snapshotAt = (day: number): string => snapshotKey('dev', snapshotName(at(day)));
const archiveKey = (item: number): string => `integrations/dev/FLOW_${item}/01.00.0000.iar`;

describe('an unchanged night of 3,000', () => {
  test('tells the bucket of one thing: the class of the snapshot before the last', async () => {
    const { store, told } = counting();
    const { take } = openNights(store, undefined, 3_000);

    for (const day of [0, 1]) await take(at(day), []);
    expect(told()).toEqual([]);
    await take(at(2), []);
    expect(told()).toEqual([`week ${snapshotAt(0)}`]);
    await take(at(3), []);
    expect(told()).toEqual([`day ${snapshotAt(1)}`]);
  });

  test('extends locks when half of them is over, each once, and no night between', async () => {
    const { store, told } = counting();
    const { take } = openNights(store, LOCK, 3_000);
    const locks = () => told().filter((one) => one.startsWith('lock')).length;

    const counts: number[] = [];
    for (let day = 0; day <= 30; day += 1) {
      await take(at(day), []);
      counts.push(locks());
    }

    expect(counts.flatMap((count, day) => (count > 0 ? [[day, count]] : []))).toEqual([
      [11, 3_000],
      [22, 3_000],
    ]);
  });
});

test('while snapshots are incomplete, what only the newest complete one names stays locked, and so does that one', async () => {
  const { store, told } = counting();
  const { take } = openNights(store, LOCK, 2);
  const locks = () => told().filter((one) => one.startsWith('lock'));

  await take(at(0), []);
  const nights: (readonly [number, readonly string[]])[] = [];
  for (let day = 1; day <= 22; day += 1) {
    await take(at(day), day === 1 ? [1] : [], false);
    const locked = locks();
    if (locked.length > 0) nights.push([day, locked]);
  }

  // Every five days, a quarter of the period; both archives of the day by themselves when half of it is over.
  const alone = [`lock ${archiveKey(1)}`, `lock ${snapshotAt(0)}`];
  expect(nights).toEqual([
    [5, alone],
    [10, alone],
    [11, [`lock ${archiveKey(0)}`]],
    [12, [`lock ${archiveKey(1)}`]],
    [15, alone],
    [20, alone],
    [22, [`lock ${archiveKey(0)}`]],
  ]);
  await take(at(23), []);
  expect(locks()).toEqual([`lock ${archiveKey(1)}`]);
});

test('what was replaced has its class two nights later, the longest of any snapshot that names it', async () => {
  const { store, told } = counting();
  const { take } = openNights(store, undefined, 3);

  await take(at(24), []);
  await take(at(28), [1]);
  expect(told()).toEqual([]);
  await take(at(29), [1, 2]);
  expect(told()).toEqual([`day ${snapshotAt(24)}`, `day ${archiveKey(1)}`]);
  await take(at(30), []);
  expect(told()).toEqual([`week ${snapshotAt(28)}`, `week ${archiveKey(1)}`, `week ${archiveKey(2)}`]);
  const last = await take(at(31), []);
  expect(told()).toEqual([`month ${snapshotAt(29)}`]);
  expect(last.handedOn).toEqual({
    newestComplete: snapshotName(at(30)),
    versions: [{ key: snapshotAt(30), class: 'day' }],
  });
});

test('after a long silence an archive waits for its class until no version of its snapshot is left', async () => {
  const { store, told, bucket } = counting();
  const { take } = openNights(store, undefined, 2);
  bucket.setTime(at(0).getTime());
  await take(at(0), []);
  bucket.setTime(at(29).getTime());
  await take(at(29), [1]);

  await take(at(30), []);
  expect(told()).toEqual([`week ${snapshotAt(0)}`]);
  const waits = await take(at(31), []);
  expect(told()).toEqual([`month ${snapshotAt(29)}`]);
  const { versionId = '' } = bucket.versionsOf(archiveKey(1)).at(-1) ?? {};
  const waiting = { key: archiveKey(1), versionId, class: 'week', last: snapshotName(at(0)) };
  expect(waits.handedOn?.versions).toContainEqual(waiting);

  bucket.setRules([{ Id: 'all', Status: 'Enabled', Prefix: snapshotAt(0), ExpirationInDays: 1, ...NONCURRENT }]);
  for (let day = 30; day <= 34; day += 1) bucket.runLifecycle(Date.UTC(2026, 10, 1 + day));
  expect(bucket.versionsOf(snapshotAt(0))).toEqual([]);
  const done = await take(at(34), []);
  expect(told()).toEqual([`week ${archiveKey(1)}`, `day ${snapshotAt(30)}`]);
  expect(done.handedOn?.versions).not.toContainEqual(waiting);
});

test('what the bucket refuses is said, kept longer, and told again the next night', async () => {
  const { store, told, refuse } = counting();
  const { take, notes } = openNights(store, LOCK, 2);
  await take(at(0), []);
  await take(at(1), [0]);
  refuse(new StoreError('denied', 's3:PutObjectTagging on s3://vault failed: AWS denies it'));

  const refused = await take(at(13), []);
  const problem = 'The next backup tries again: s3:PutObjectTagging on s3://vault failed: AWS denies it';
  expect(notes).toEqual([
    `warning: versions that stay longer, for their class could not be put: 2. ${problem}`,
    `warning: versions whose lock could not be extended: 2. ${problem}`,
  ]);
  expect(refused.integrations[1]?.archive?.lockedUntil).toBe(new Date(at(0).getTime() + 20 * DAY_MS).toISOString());
  refuse(undefined);

  const mended = await take(at(14), []);
  const given = [`week ${snapshotAt(0)}`, `week ${archiveKey(0)}`, `week ${snapshotAt(1)}`];
  expect(told()).toEqual([...given, `lock ${archiveKey(0)}`, `lock ${archiveKey(1)}`]);
  expect(mended.handedOn?.versions).toEqual([{ key: snapshotAt(13), class: 'day' }]);
});

test('one version that cannot be tagged keeps no other one from its class, and a bucket that takes none is soon let be', async () => {
  const { store, told, refuse } = counting();
  const { take, notes } = openNights(store, undefined, 200);
  const all = Array.from({ length: 200 }, (_, item) => item);
  await take(at(1), []);
  await take(at(2), all);
  refuse(new StoreError('failed', 'odd'), 1);
  await take(at(3), []);
  expect(told()).toHaveLength(200);
  expect(notes.splice(0)).toEqual([expect.stringContaining('could not be put: 1.')]);

  await take(at(4), all);
  told();
  const tries = refuse(new StoreError('denied', 'AWS denies it'));
  await take(at(5), []);
  expect(told()).toEqual([]);
  expect(notes).toEqual([expect.stringMatching(/could not be put: 201\. .*AWS denies it/)]);
  expect(tries()).toBeLessThan(100);
});

test('an incomplete night hands on what it takes the place of, and nothing of the newest complete one', async () => {
  const { store, told } = counting();
  const { take } = openNights(store, undefined, 2);

  await take(at(1), []);
  await take(at(2), [0], false);
  await take(at(3), [0], false);
  expect(told()).toEqual([]);
  await take(at(4), [], false);
  // Of one day each; the archive was in no other.
  expect(told()).toEqual([`day ${snapshotAt(2)}`, `day ${archiveKey(0)}`]);
  await take(at(5), []);
  expect(told()).toEqual([`day ${snapshotAt(3)}`]);
  await take(at(6), []);
  expect(told()).toEqual([`day ${snapshotAt(4)}`, `day ${snapshotAt(1)}`, `day ${archiveKey(0)}`]);
});

test('an archive that lay there without a snapshot needing it, and is needed again, has no class any more', async () => {
  const { store, told } = counting();
  const vault = createVault(store, ALL_KINDS);
  const { take } = openNights(store, undefined, 2);
  const first = await take(at(1), []);
  const second = await take(at(2), [0, 1]);
  const [again] = first.integrations;
  const draft = { ...second, snapshot: snapshotName(at(3)), startedAt: at(3).toISOString() };
  const kept = await keepVersions(
    { vault, note: expect.unreachable, objectLock: undefined },
    { ...draft, integrations: again ? [again] : [], handedOn: undefined },
    [second],
    [],
    new Set(),
  );

  // It was to have one tonight. Instead it is told to be needed, whatever it had been told before.
  expect(told()).toEqual([`day ${snapshotAt(1)}`, `day ${archiveKey(1)}`, `needed ${archiveKey(0)}`]);
  expect(kept.integrations[0]?.archive?.since).toBe(first.snapshot);
});

test('what an older version of the program left is handed on too, its archives for as long as any', async () => {
  const { store, told } = counting();
  const { take } = openNights(store, undefined, 1);
  const vault = createVault(store, ALL_KINDS);
  const { handedOn: _, ...taken } = await take(at(0), []);
  const [entry] = taken.integrations;
  const { since: __, ...archive } = entry?.archive ?? {
    key: '',
    versionId: '',
    bytes: 0,
    sha256: '',
    contentSha256: '',
  };
  const old = entry ? { ...taken, integrations: [{ ...entry, archive }] } : taken;
  await vault.commitSnapshot({ ...old, snapshot: snapshotName(at(1)), startedAt: at(1).toISOString() });
  const nights = [2, 3, 4, 5, 6].map((day): Manifest => {
    const startedAt = at(day).toISOString();
    return { ...old, snapshot: snapshotName(at(day)), startedAt, complete: false, integrations: [] };
  });
  for (const night of nights) await vault.commitSnapshot(night);
  const draft = { ...old, snapshot: snapshotName(at(7)), startedAt: at(7).toISOString(), integrations: [] };

  // The complete one lies behind all that a backup reads, and nothing says which it is.
  const keeper = { vault, note: expect.unreachable, objectLock: undefined };
  const kept = await keepVersions(keeper, draft, nights.toReversed(), [], new Set());

  expect(told()).toEqual([]);
  const { key, versionId } = archive;
  expect(kept.handedOn).toEqual({
    newestComplete: snapshotName(at(1)),
    versions: [
      { key: snapshotAt(6), class: 'day' },
      { key: snapshotAt(1), class: 'day' },
      { key, versionId, class: 'year-week', last: snapshotName(at(1)) },
    ],
  });
});

const moto = sharedMoto();

describe.skipIf(!moto)('on S3', () => {
  test('tags and locks are those of the versions', async () => {
    if (!moto) return;
    const client = new S3Client(moto.clientConfig);
    const Bucket = 'keep-versions';
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const store = createS3Store({ bucket: Bucket, client });
    const { take, notes } = openNights(store, LOCK, 2);
    const today = Math.floor(Date.now() / 1000) * 1000;
    const daysAgo = (days: number): Date => new Date(today - days * DAY_MS);

    const first = await take(daysAgo(13), []);
    await take(daysAgo(12), [1]);
    const last = await take(daysAgo(0), []);

    expect(notes).toEqual([]);
    const [kept, replaced] = first.integrations.map(({ archive }) => archive);
    const keepTag = async (key: string, versionId?: string) =>
      (await store.marks?.tagsOf(key, versionId))?.['oic-keep'];
    expect(await keepTag(replaced?.key ?? '', replaced?.versionId)).toMatch(/^(day|week|month|year)/);
    expect(await keepTag(snapshotKey('dev', first.snapshot))).toMatch(/^(day|week|month|year)/);
    expect(await keepTag(snapshotKey('dev', last.snapshot))).toBeUndefined();
    expect(await keepTag(kept?.key ?? '', kept?.versionId)).toBeUndefined();
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: kept?.key, VersionId: kept?.versionId }));
    expect(head.ObjectLockMode).toBe('GOVERNANCE');
    expect(head.ObjectLockRetainUntilDate?.getTime()).toBe(today + 20 * DAY_MS);
    client.destroy();
  });
});
