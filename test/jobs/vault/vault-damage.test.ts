/** A vault in a directory over many nights on which people, programs and disks damage its files and backups are killed. */
import { randomInt } from 'node:crypto';
import { cp, open, readdir, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../../functions/core/formats/hashing.ts';
import { archivedItems } from '../../../functions/core/snapshot/archived-items.ts';
import { backUp } from '../../../functions/jobs/backup/back-up.ts';
import { createForgetfulJournal } from '../../../functions/jobs/journal/journal.ts';
import { prune } from '../../../functions/jobs/vault/prune.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { rounds } from '../../rounds.ts';
import { seedSamples } from '../../simulator/archives/samples.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import type { Simulator } from '../../simulator/server.ts';
import { createMortal, Killed } from '../../soak/trouble.ts';
import { useWorkshop } from '../workshop.ts';

const workshop = useWorkshop();

const filesBelow = async (directory: string): Promise<[string, ...string[]]> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.sort() as [string, ...string[]];
};

/** Of archives and manifests, as people see them. */
const visibleFiles = async (directory: string): Promise<[string, ...string[]]> =>
  (await filesBelow(directory)).filter((file) => !file.slice(directory.length).includes('/.')) as [string, ...string[]];

const touchVisible = async (random: Random, file: string): Promise<void> => {
  const what = random.below(5);
  if (what === 0) await rm(file);
  if (what === 1) await writeFile(file, 'edited in place');
  if (what === 2) await truncate(file, random.below(50));
  if (what === 3) await utimes(file, new Date(), new Date(random.below(2 ** 31) * 1000));
  if (what === 4) {
    await writeFile(`${file}~`, 'of an editor');
    await rename(`${file}~`, file);
  }
};

/** As disks do it, and people who know where things are. @returns the version */
const damageVersion = async (random: Random, directory: string): Promise<string> => {
  const all = await filesBelow(join(directory, '.versions', 'integrations'));
  const file = random.pick(all.filter((path) => !basename(path).startsWith('.')) as [string, ...string[]]);
  const what = random.below(3);
  const { size, atime, mtime } = await stat(file);
  // A version that a prune has brought back as the current one has two names.
  if (what === 0) for (const name of all.filter((path) => basename(path) === basename(file))) await rm(name);
  else if (what === 1) await truncate(file, Math.floor(size / 2));
  else {
    const handle = await open(file, 'r+');
    const at = random.below(size);
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, at);
    await handle.write(Buffer.of((byte[0] ?? 0) ^ 0xff), 0, 1, at);
    await handle.close();
    await utimes(file, atime, mtime);
  }
  return basename(file);
};

const backUpOrDie = async (random: Random, directory: string, oic: OicClient): Promise<void> => {
  const writes = random.next() < 0.3 ? 1 + random.below(6) : undefined;
  const mortal = createMortal(createDirectoryStore(directory), random, writes);
  const quiet = () => undefined;
  const services = {
    oic,
    vault: createVault(mortal.store, ALL_KINDS),
    journal: createForgetfulJournal(() => Promise.resolve()),
    now: () => new Date(),
    progress: { listed: quiet, listedKinds: quiet, done: quiet, note: quiet },
  };
  await backUp(services, { full: random.next() < 0.2, filter: {}, concurrency: 4 }).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
};

/**
 * Every snapshot tells what was damaged of it, and every other version is whole. A version that was removed while the copy
 * that people see still had its bytes is not lost: the next change of the key keeps them.
 */
const expectTold = async (directory: string, damaged: ReadonlySet<string>): Promise<readonly string[]> => {
  const store = createDirectoryStore(directory);
  const vault = createVault(store, ALL_KINDS);
  const snapshots = await vault.listSnapshots('dev');
  for (const name of snapshots) {
    const manifest = await vault.getSnapshot('dev', name);
    const told = (await verify(vault, manifest, () => undefined)).damaged.map(({ versionId }) => versionId);
    const wanted: string[] = [];
    for (const { archive } of archivedItems(manifest, ALL_KINDS)) {
      if (!archive || !damaged.has(archive.versionId)) continue;
      const isKept = !told.includes(archive.versionId);
      const found = isKept ? await store.get(archive.key, archive.versionId) : undefined;
      if (!found || (await sha256(found.body)) !== archive.sha256) wanted.push(archive.versionId);
    }
    expect(told.sort(), name).toEqual(wanted.sort());
  }
  return snapshots;
};

const changeSomething = ({ instance }: Simulator, random: Random, round: number): void => {
  for (const { id } of instance.list()) if (random.next() < 0.3) instance.edit(id, { marker: `${round}` });
};

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const ROUNDS = rounds(8, 200);

test(`through damage, edits, kills and prunes nothing kept is lost and nothing damaged goes unsaid (${ROUNDS} rounds, seed ${seed})`, async () => {
  const random = createRandom(seed);
  const { simulator, oic } = await workshop.start();
  const { directory } = workshop;
  seedSamples(simulator, { count: 4, seed, versionShare: 0 });
  await backUpOrDie(createRandom(1), directory, oic);
  const damaged = new Set<string>();
  let kept: readonly string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let touches = random.below(4); touches > 0; touches--) {
      await touchVisible(random, random.pick(await visibleFiles(directory)));
    }
    if (random.next() < 0.25) damaged.add(await damageVersion(random, directory));
    if (random.next() < 0.1) {
      // As a restored copy of the machine: all times are those of the copying.
      await cp(directory, `${directory}-copy`, { recursive: true });
      await rm(directory, { recursive: true });
      await rename(`${directory}-copy`, directory);
    }
    changeSomething(simulator, random, round);
    await backUpOrDie(random, directory, oic);

    const there = await expectTold(directory, damaged);
    expect(there).toEqual(expect.arrayContaining([...kept]));
    kept = there;
    if (random.next() < 0.3) {
      const rules = { last: undefined, within: undefined, daily: undefined, weekly: undefined, monthly: undefined };
      const report = await prune(createVault(createDirectoryStore(directory), ALL_KINDS), 'dev', {
        rules: { ...rules, daily: 3 },
        isDryRun: false,
        now: new Date(),
        origin: oic.origin,
      });
      kept = report.kept.map(({ snapshot }) => snapshot);
      await expectTold(directory, damaged);
    }
  }
}, 600_000);
