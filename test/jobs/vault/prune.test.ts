import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, Refused } from '../../../functions/core/errors.ts';
import { snapshotKey } from '../../../functions/core/keys.ts';
import type { RetentionRules } from '../../../functions/core/snapshot/retention.ts';
import { type PruneReport, prune } from '../../../functions/jobs/vault/prune.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import type { ObjectStore } from '../../../functions/store/object-store.ts';
import { createReportStore } from '../../../functions/store/report-store.ts';
import { createVault, type Vault } from '../../../functions/store/vault.ts';
import type { VaultUpkeep } from '../../../functions/store/vault-upkeep.ts';
import { failureOf } from '../../oic/simulated.ts';
import { rounds } from '../../rounds.ts';
import { createRandom } from '../../simulator/random.ts';
import { makeTemporaryDirectory } from '../../store/temporary-directory.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';
import { commitSnapshot, makeHistory, storeVersion } from './random-history.ts';

let workshop: Workshop;
beforeEach(async () => {
  workshop = await openWorkshop();
});
afterEach(() => workshop.close());

const ORIGIN = { url: 'https://dev.example' };
/** After all snapshots here, which are dated after everything in the vault. */
const LATER = new Date('2099-01-01T00:00:00Z');

const run = (vault: Vault & VaultUpkeep, rules: RetentionRules, isDryRun = false): Promise<PruneReport> =>
  prune(vault, 'dev', { rules, isDryRun, now: LATER, origin: ORIGIN });

const contents = async (store: ObjectStore): Promise<string[]> => {
  const all = await Array.fromAsync(store.listVersions(''));
  return all.map(({ key, versionId, isCurrent }) => `${key} ${versionId} ${isCurrent}`);
};

const bytesIn = async (store: ObjectStore): Promise<number> =>
  (await Array.fromAsync(store.listVersions(''))).reduce((sum, { bytes }) => sum + bytes, 0);

/** Reads every archive of every snapshot there is. @returns the names of the snapshots */
const checkWhole = async (vault: Vault): Promise<string[]> => {
  const names = [...(await vault.listSnapshots('dev'))];
  for (const name of names) {
    const { damaged } = await verify(vault, await vault.getSnapshot('dev', name), () => undefined);
    expect(damaged, name).toEqual([]);
  }
  return names;
};

const night = (n: number): Date => new Date(Date.UTC(2090, 0, n, 4, 15));

describe('pruning', () => {
  test('forgets snapshots and drops the versions that only they named', async () => {
    const { vault, store } = workshop;
    const steady = await storeVersion(vault, 'STEADY', 'a');
    const old = await storeVersion(vault, 'CHANGED', 'a');
    const gone = await storeVersion(vault, 'GONE', 'a');
    await commitSnapshot(vault, night(1), [steady, old, gone]);
    const young = await storeVersion(vault, 'CHANGED', 'b');
    const newest = await commitSnapshot(vault, night(2), [steady, young]);
    const before = await bytesIn(store);

    const report = await run(vault, { daily: 1 });

    expect(report).toEqual({
      instance: 'dev',
      kept: [{ snapshot: newest, reasons: ['newest complete snapshot', 'daily snapshot'] }],
      forgotten: ['2090-01-01T04-15-00Z'],
      removedVersions: 2,
      freedBytes: before - (await bytesIn(store)),
    });
    expect(await contents(store)).toEqual([
      `${young.archive?.key} ${young.archive?.versionId} true`,
      `${steady.archive?.key} ${steady.archive?.versionId} true`,
      expect.stringMatching(/^snapshots\/dev\/2090-01-02T04-15-00Z\.json .* true$/),
    ]);
    expect(await workshop.files()).not.toContain('integrations/dev/GONE/01.00.0000.iar');
    expect(await checkWhole(vault)).toEqual([newest]);
  });

  test('takes the report page of a forgotten snapshot with it, and no other', async () => {
    const { vault, store } = workshop;
    const flow = await storeVersion(vault, 'FLOW', 'a');
    const old = await commitSnapshot(vault, night(1), [flow]);
    const newest = await commitSnapshot(vault, night(2), [flow]);
    const reports = createReportStore(store, 'dev');
    for (const snapshot of [old, old, newest]) await reports.putPage(snapshot, `<p>${snapshot}`);

    await run(vault, { daily: 1 });

    const pages = (await contents(store)).filter((line) => line.startsWith('reports/') && line.endsWith(' true'));
    expect(pages.map((line) => line.split(' ')[0])).toEqual([
      'reports/dev/2090-01-02T04-15-00Z.html',
      'reports/dev/latest.html',
    ]);
    expect((await contents(store)).filter((line) => line.includes('2090-01-01'))).toEqual([]);
  });

  test('takes the pictures of archives that no snapshot holds any more, and older versions of pages', async () => {
    const { vault, store } = workshop;
    const old = await storeVersion(vault, 'FLOW', 'a');
    await commitSnapshot(vault, night(1), [old]);
    const young = await storeVersion(vault, 'FLOW', 'b');
    const newest = await commitSnapshot(vault, night(2), [young]);
    const reports = createReportStore(store, 'dev');
    for (const { archive } of [old, young]) await reports.putPicture(archive?.contentSha256 ?? '', '<svg/>');
    for (const page of ['<p>1', '<p>2']) await reports.putPage(newest, page);
    await store.put('reports/dev/flows/0 by hand.svg', Buffer.from('<svg/>'));
    await run(vault, { daily: 1 }, true);
    expect((await reports.picturesHeld(new Date())).size).toBe(2);

    await run(vault, { daily: 1 });

    const left = (await contents(store)).filter((line) => line.startsWith('reports/'));
    expect(left.map((line) => line.split(/ (?=\S+ \w+$)/)[0])).toEqual([
      `reports/dev/${newest}.html`,
      'reports/dev/flows/0 by hand.svg',
      `reports/dev/flows/${young.archive?.contentSha256}.svg`,
      'reports/dev/latest.html',
    ]);
  });

  test('keeps an older version when the newest is the one that goes', async () => {
    const { vault } = workshop;
    const old = await storeVersion(vault, 'FLOW', 'a');
    const complete = await commitSnapshot(vault, night(1), [old]);
    await commitSnapshot(vault, new Date(night(1).getTime() + 60_000), [await storeVersion(vault, 'FLOW', 'b')], false);

    expect(await run(vault, { daily: 1 })).toMatchObject({ removedVersions: 1 });

    expect(await checkWhole(vault)).toEqual([complete]);
    expect((await workshop.store.get(old.archive?.key ?? ''))?.versionId).toBe(old.archive?.versionId);
  });

  test('leaves other instances, and files that are no archives, alone', async () => {
    const { vault, store } = workshop;
    await commitSnapshot(vault, night(1), []);
    await commitSnapshot(vault, night(2), []);
    const others = [
      'integrations/prod/FLOW/01.00.0000.iar',
      'integrations/dev/notes.txt',
      'integrations/dev/FLOW/x.iar',
    ];
    for (const key of others) await store.put(key, Buffer.from('x'));

    await run(vault, { daily: 1 });

    for (const key of others) expect(await store.get(key), key).toBeDefined();
  });

  test('finds nothing to do the second time', async () => {
    await makeHistory(workshop.vault, { random: createRandom(7), nights: 8, integrations: 3 });
    const first = await run(workshop.vault, { daily: 2 });
    const left = await contents(workshop.store);

    expect(await run(workshop.vault, { daily: 2 })).toEqual({
      ...first,
      forgotten: [],
      removedVersions: 0,
      freedBytes: 0,
    });
    expect(await contents(workshop.store)).toEqual(left);
  });

  test('as a dry run tells the same and changes nothing', async () => {
    await makeHistory(workshop.vault, { random: createRandom(8), nights: 8, integrations: 3 });
    const before = [await workshop.files(), await contents(workshop.store)];

    const told = await run(workshop.vault, { daily: 2, weekly: 1 }, true);

    expect([await workshop.files(), await contents(workshop.store)]).toEqual(before);
    expect(told.freedBytes).toBeGreaterThan(0);
    expect(await run(workshop.vault, { daily: 2, weekly: 1 })).toEqual(told);
  });
});

describe('versions that no snapshot names', () => {
  test('go when they are older than the newest snapshot', async () => {
    await storeVersion(workshop.vault, 'ORPHAN', 'a');
    await commitSnapshot(workshop.vault, night(1), []);

    expect(await run(workshop.vault, { daily: 1 })).toMatchObject({ forgotten: [], removedVersions: 1 });
  });

  test('stay when a backup somewhere else may be about to name them', async () => {
    await commitSnapshot(workshop.vault, new Date(Date.now() - 60_000), []);
    const stored = await storeVersion(workshop.vault, 'FLOW', 'a');

    expect(await run(workshop.vault, { daily: 1 })).toMatchObject({ removedVersions: 0, freedBytes: 0 });

    await commitSnapshot(workshop.vault, new Date(), [stored]);
    await checkWhole(workshop.vault);
  });

  test('stay when a snapshot that names them appears meanwhile', async () => {
    const { vault } = workshop;
    const reused = await storeVersion(vault, 'FLOW', 'a');
    await commitSnapshot(vault, night(1), [reused]);
    await commitSnapshot(vault, night(2), []);
    const forgetSnapshot: VaultUpkeep['forgetSnapshot'] = async (instance, snapshot) => {
      await vault.forgetSnapshot(instance, snapshot);
      await commitSnapshot(vault, night(3), [reused]);
    };

    expect(await run({ ...vault, forgetSnapshot }, { daily: 1 })).toMatchObject({ removedVersions: 0 });

    expect(await checkWhole(vault)).toHaveLength(2);
  });

  test('stay when there is no snapshot at all', async () => {
    await storeVersion(workshop.vault, 'FLOW', 'a');

    expect(await run(workshop.vault, { daily: 1 })).toMatchObject({ kept: [], forgotten: [], removedVersions: 0 });
  });
});

describe('a vault is left as it is', () => {
  test.each([
    ['of another format', '{"formatVersion": 2}', /2089-01-01T04-15-00Z.*format 2/],
    ['that is damaged', '{"formatVersion": 1, "inst', /2089-01-01T04-15-00Z.*not JSON/],
  ])('when it holds a snapshot %s', async (_, text, message) => {
    await makeHistory(workshop.vault, { random: createRandom(9), nights: 3, integrations: 2 });
    await workshop.store.put(snapshotKey('dev', '2089-01-01T04-15-00Z'), Buffer.from(text));
    const before = await contents(workshop.store);

    const error = await failureOf(run(workshop.vault, { daily: 1 }));

    expect(error).toBeInstanceOf(Refused);
    expect(error.message).toMatch(message);
    expect(await contents(workshop.store)).toEqual(before);
  });

  test('when no rule says what to keep', async () => {
    await makeHistory(workshop.vault, { random: createRandom(9), nights: 3, integrations: 2 });
    const before = await contents(workshop.store);

    expect(await failureOf(run(workshop.vault, {}))).toBeInstanceOf(ConfigError);
    expect(await contents(workshop.store)).toEqual(before);
  });
});

describe('whatever the history', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

  test(`nothing kept loses a version, and nothing is left over (SEED=${seed})`, async () => {
    const random = createRandom(seed);
    for (let round = 0; round < rounds(4, 12); round++) {
      const store = createDirectoryStore(await makeTemporaryDirectory());
      const vault = createVault(store, ALL_KINDS);
      await makeHistory(vault, { random, nights: 2 + random.below(12), integrations: 1 + random.below(4) });
      const rules = random.pick<RetentionRules>([
        { daily: 2 },
        { weekly: 2 },
        { monthly: 1, daily: 1 },
        { within: '3d' },
      ]);
      const before = await bytesIn(store);

      const { kept, freedBytes } = await run(vault, rules);

      expect(await checkWhole(vault)).toEqual(kept.map(({ snapshot }) => snapshot));
      const manifests = await Promise.all(kept.map(({ snapshot }) => vault.getSnapshot('dev', snapshot)));
      const named = manifests.flatMap(({ integrations }) => integrations.map(({ archive }) => archive?.versionId));
      const left = (await vault.listArchiveVersions('dev')).map(({ versionId }) => versionId);
      expect(new Set(left)).toEqual(new Set(named));
      expect(before - freedBytes).toBe(await bytesIn(store));
    }
  });

  test(`cut off before any change, it has lost nothing kept, and run again it ends (SEED=${seed})`, async () => {
    const rules = { daily: 2 };
    await makeHistory(workshop.vault, { random: createRandom(seed), nights: rounds(5, 8), integrations: 3 });
    const pristine = await makeTemporaryDirectory();
    await cp(workshop.directory, pristine, { recursive: true, preserveTimestamps: true });
    const { kept } = await run(workshop.vault, rules);
    const names = kept.map(({ snapshot }) => snapshot);
    const end = await contents(workshop.store);

    let cuts = 0;
    for (let isCut = true; isCut; cuts++) {
      const directory = join(await makeTemporaryDirectory(), 'vault');
      await cp(pristine, directory, { recursive: true, preserveTimestamps: true });
      const store = createDirectoryStore(directory);
      isCut = await run(createVault(cutOffAfter(store, cuts), ALL_KINDS), rules).then(
        () => false,
        () => true,
      );
      const vault = createVault(store, ALL_KINDS);
      expect(await checkWhole(vault), `after ${cuts} changes`).toEqual(expect.arrayContaining(names));
      await run(vault, rules);
      expect(await contents(store), `after ${cuts} changes`).toEqual(end);
    }
    expect(cuts).toBeGreaterThan(5);
  });
});

/** The first `changes` are done, then nothing works any more, as after a kill. */
const cutOffAfter = (store: ObjectStore, changes: number): ObjectStore => {
  let left = changes;
  const counted =
    <A extends unknown[], R>(change: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (left-- <= 0) throw new Error('killed');
      return change(...args);
    };
  return {
    ...store,
    put: counted(store.put),
    delete: counted(store.delete),
    deleteVersion: counted(store.deleteVersion),
  };
};
