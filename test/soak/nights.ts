/**
 * Simulated nights of one instance and its vault: people at work, faults, deaths in the middle, clocks that jump. After
 * each night the vault must verify, and the snapshot must tell the instance as it was while it was taken, no more and no
 * less. One seed gives one life; what is under way at the same time may still fall another way.
 */

import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refused } from '../../functions/core/errors.ts';
import type { ArchiveRef } from '../../functions/core/snapshot/archive-ref.ts';
import type { Manifest, SnapshotIntegration } from '../../functions/core/snapshot/manifest.ts';
import { backUp } from '../../functions/jobs/backup/back-up.ts';
import type { BackupReport } from '../../functions/jobs/backup/back-up-options.ts';
import { openFileJournal } from '../../functions/jobs/journal/file-journal.ts';
import { verify } from '../../functions/jobs/vault/verify.ts';
import { ALL_KINDS } from '../../functions/kinds/all-kinds.ts';
import { isOicError } from '../../functions/oic/http/errors.ts';
import { ListingError } from '../../functions/oic/listing.ts';
import { createDirectoryStore } from '../../functions/store/directory/directory-store.ts';
import { createVault } from '../../functions/store/vault.ts';
import { connectTo } from '../oic/simulated.ts';
import { readArchive } from '../simulator/archives/stored-archive.ts';
import { createRandom, type Random } from '../simulator/random.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { createLife, type Life } from './life.ts';
import { addFaults, createMortal, Killed } from './trouble.ts';

export interface NightsOptions {
  readonly seed: number;
  readonly nights: number;
  readonly onNight?: (night: number, tally: Tally) => void;
}

export interface Tally {
  backups: number;
  deaths: number;
  givenUp: number;
  /** For a clock that was wrong, or another instance under the name of this one. */
  refused: number;
  /** Archives that rotted, were told and stored anew. */
  healed: number;
  archives: number;
  /** What a snapshot or the vault had wrong; empty, or there is a bug. */
  readonly wrong: string[];
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MOST_RUNS = 8;

export const runNights = async ({ seed, nights, onNight }: NightsOptions): Promise<Tally> => {
  const random = createRandom(seed);
  const directory = await mkdtemp(join(tmpdir(), 'oic-soak-'));
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const simulator = await startSimulator({ seed, pageCap: 5 + random.below(30), now });
  const life = createLife(random, simulator);
  const rot: Rot = { versions: new Set(), snapshots: new Set() };
  const tally: Tally = { backups: 0, deaths: 0, givenUp: 0, refused: 0, healed: 0, archives: 0, wrong: [] };
  try {
    for (let n = 0; n < 40; n++) life.act();
    for (let night = 1; night <= nights; night++) {
      clock.ahead += DAY_MS;
      for (let n = random.below(15); n > 0; n--) life.act();
      const world = { random, directory, simulator, life, tally, rot, now };
      await passNight(world, night);
      if (random.next() < 0.15) await passRot(world, `night ${night}`);
      onNight?.(night, tally);
    }
    return tally;
  } finally {
    await simulator.close();
    await rm(directory, { recursive: true, force: true });
  }
};

/** The versions that are rotten, and the snapshots that were there then and may name them. */
interface Rot {
  readonly versions: Set<string>;
  readonly snapshots: Set<string>;
}

interface World {
  readonly random: Random;
  readonly directory: string;
  readonly simulator: Simulator;
  readonly life: Life;
  readonly tally: Tally;
  readonly rot: Rot;
  readonly now: () => number;
}

/** Runs the backup until it is complete, in trouble at first, in peace at last. */
const passNight = async (world: World, night: number): Promise<void> => {
  const { random, simulator, life, tally } = world;
  const since = life.clock();
  const isRestless = random.next() < 0.3;
  const calm = simulator.onRequest(() => {
    if (isRestless && random.next() < 0.04) life.act();
  });
  for (let run = 1; run <= MOST_RUNS; run++) {
    if (run < MOST_RUNS - 1) addFaults(random, simulator);
    else calm();
    const report = await runBackup(world, run < MOST_RUNS - 1);
    simulator.faults.clear();
    await checkVault(world, `night ${night}, run ${run}`);
    if (report && isAsCompleteAsCanBe(report)) {
      tally.backups++;
      await checkSnapshots(world, report, since, `night ${night}`);
      calm();
      return;
    }
  }
  calm();
  tally.wrong.push(`night ${night}: no complete backup in ${MOST_RUNS} runs, the last ones without trouble`);
};

/** What is locked and was never saved cannot be saved by anybody. */
const isAsCompleteAsCanBe = ({ failures }: BackupReport): boolean => failures.every(({ kind }) => kind === 'locked');

/** Of one archive that the newest snapshot names half is lost: it is told, and a full backup stores it anew. */
const passRot = async (world: World, when: string): Promise<void> => {
  const { directory, random, simulator, tally, rot } = world;
  const vault = createVault(createDirectoryStore(directory), ALL_KINDS);
  const newest = await vault.getSnapshot('dev', (await vault.listSnapshots('dev'))[0] ?? '');
  const [first, ...others] = newest.integrations.filter(
    ({ id, archive }) => archive && simulator.instance.get(id) && !simulator.instance.get(id)?.lockedBy,
  );
  if (!first) return;
  const { id, archive } = random.pick([first, ...others]);
  if (!archive || !(await rotBytes(directory, archive))) return;
  rot.versions.add(archive.versionId);
  for (const snapshot of await vault.listSnapshots('dev')) rot.snapshots.add(snapshot);
  const { damaged } = await verify(vault, newest, () => undefined);
  if (damaged.length !== 1 || damaged[0]?.id !== id) tally.wrong.push(`${when}: the rot of ${id} goes unsaid`);
  const report = await runBackup(world, false, true);
  if (!report) return void tally.wrong.push(`${when}: no backup after the rot of ${id}`);
  const healed = await verify(vault, await vault.getSnapshot('dev', report.snapshot), () => undefined);
  for (const one of healed.damaged) tally.wrong.push(`${when}: ${one.id} was not stored anew`);
  tally.healed++;
};

const PROGRESS = {
  listed: () => undefined,
  listedKinds: () => undefined,
  done: () => undefined,
  note: () => undefined,
};

/** Undefined when it died or gave up. */
const runBackup = async (world: World, mayDie: boolean, mustBeFull = false): Promise<BackupReport | undefined> => {
  const { random, directory, simulator, tally } = world;
  const mortal = createMortal(
    createDirectoryStore(directory),
    random,
    mayDie && random.next() < 0.4 ? 1 + random.below(8) : undefined,
  );
  // The clock of the machine that runs the backup: some minutes off, and not the same from run to run; now and then it jumps.
  const isWild = mayDie && random.next() < 0.2;
  const offMs = isWild
    ? random.pick([-1, 1]) * HOUR_MS * (2 + random.below(10_000))
    : Math.round((random.next() - 0.5) * 8 * MINUTE_MS);
  const now = () => world.now() + offMs;
  // Now and then the settings name another instance.
  const isForeign = mayDie && world.tally.backups > 0 && random.next() < 0.1;
  const client = connectTo(simulator);
  const oic = isForeign ? { ...client, origin: { url: 'https://other.example' } } : client;
  const full = mustBeFull || random.next() < 0.1;
  const journal = await openFileJournal(join(directory, '.journal', 'backup.ndjson'), { full }, now);
  try {
    const services = {
      oic,
      vault: createVault(mortal.store, ALL_KINDS),
      journal,
      now: () => new Date(now()),
      progress: PROGRESS,
    };
    const report = await backUp(services, { full, filter: {}, concurrency: 8 });
    await journal.finish();
    if (isForeign) tally.wrong.push('a backup of another instance was taken under the name of this one');
    if (isWild) tally.wrong.push(`a backup was taken ${offMs} ms off the clock of the instance`);
    return report;
  } catch (error) {
    if (error instanceof Killed) tally.deaths++;
    else if ((isWild || isForeign) && error instanceof Refused) tally.refused++;
    else if (isOicError(error) || error instanceof ListingError) tally.givenUp++;
    else throw error;
    return undefined;
  } finally {
    await journal.close();
    await oic.close();
  }
};

const latestComplete = async ({ directory }: World): Promise<Manifest | undefined> => {
  const vault = createVault(createDirectoryStore(directory), ALL_KINDS);
  for (const name of await vault.listSnapshots('dev')) {
    const manifest = await vault.getSnapshot('dev', name);
    if (manifest.complete) return manifest;
  }
  return undefined;
};

/** In place, by the clock of before, as a disk forgets. @returns whether there was something to lose */
const rotBytes = async (directory: string, { key, versionId }: ArchiveRef): Promise<boolean> => {
  const changes = join(directory, '.versions', key);
  const stored = (await readdir(changes)).map((name) => join(changes, name, versionId));
  const isCurrent = (await createDirectoryStore(directory).head(key))?.versionId === versionId;
  let isDone = false;
  for (const file of [...stored, ...(isCurrent ? [join(directory, key)] : [])]) {
    const there = await stat(file).catch(() => undefined);
    if (!there?.isFile()) continue;
    const bytes = await readFile(file);
    bytes.fill(0, bytes.length >> 1);
    await writeFile(file, bytes);
    await utimes(file, there.atime, there.mtime);
    isDone = true;
  }
  return isDone;
};

/**
 * Whatever has happened: what the last complete snapshot names is there and whole. By clocks that are some minutes off it
 * may be one of before the rot, which the backup that healed it is dated before.
 */
const checkVault = async (world: World, when: string): Promise<void> => {
  const manifest = await latestComplete(world);
  if (!manifest) return;
  const vault = createVault(createDirectoryStore(world.directory), ALL_KINDS);
  const { damaged } = await verify(vault, manifest, () => undefined);
  const { versions, snapshots } = world.rot;
  for (const { id, versionId, problem } of damaged) {
    if (versions.has(versionId) && snapshots.has(manifest.snapshot)) continue;
    world.tally.wrong.push(`${when}: ${id} is damaged: ${problem}`);
  }
};

/**
 * The night's own snapshot, and the newest: which is another one of this night when a run died after its last write and
 * the clock went back before the next.
 */
const checkSnapshots = async (world: World, { snapshot }: BackupReport, since: number, when: string): Promise<void> => {
  const own = await createVault(createDirectoryStore(world.directory), ALL_KINDS).getSnapshot('dev', snapshot);
  const newest = await latestComplete(world);
  await checkSnapshot(world, own, since, when);
  // An older one is the newest complete while something is locked that was never saved.
  if (newest && newest.snapshot > snapshot) await checkSnapshot(world, newest, since, `${when}, the newest`);
};

const checkSnapshot = async (world: World, manifest: Manifest, since: number, when: string): Promise<void> => {
  const { life, tally } = world;
  const entries = Map.groupBy(manifest.integrations, ({ id }) => id as string);
  for (const id of new Set([...life.ids(), ...entries.keys()])) {
    const [entry, ...more] = entries.get(id) ?? [];
    if (more.length > 0) tally.wrong.push(`${when}: ${id} is doubled`);
    const versionId = entry?.archive?.versionId ?? '';
    if (world.rot.versions.has(versionId)) {
      // One that was taken before the rot.
      if (!world.rot.snapshots.has(manifest.snapshot))
        tally.wrong.push(`${when}: ${id} is named as it was before it was healed`);
      continue;
    }
    const problem = await problemOf(world, id, entry, since);
    if (problem) tally.wrong.push(`${when}: ${id} ${problem}`);
  }
};

/** Undefined when the entry tells one of the moments the integration went through since then. */
const problemOf = async (
  { life, directory, tally }: World,
  id: string,
  entry: SnapshotIntegration | undefined,
  since: number,
): Promise<string | undefined> => {
  const moments = life.momentsOf(id, since);
  if (!entry) return moments.every(({ digest }) => digest !== undefined) ? 'is lost' : undefined;
  if (moments.every(({ digest }) => digest === undefined)) return 'was not there any more';
  if (!moments.some(({ status }) => status === entry.status)) return `never was ${entry.status}`;
  // One that could not be asked is told as not known, which is no claim.
  const isKnown = entry.scheduleUnknown !== true;
  if (isKnown && !moments.some(({ schedule }) => schedule === entry.schedule))
    return `never had its schedule ${entry.schedule}`;
  const wasLocked = moments.some(({ isLocked }) => isLocked);
  if (!entry.archive) return wasLocked ? undefined : 'has no archive';
  const vault = createVault(createDirectoryStore(directory), ALL_KINDS);
  const { contentDigest } = readArchive(await vault.getArchive(entry.archive));
  tally.archives++;
  // Of what is locked an earlier archive is kept.
  const mayBe = wasLocked ? life.momentsOf(id, 0) : moments;
  return mayBe.some(({ digest }) => digest === contentDigest) ? undefined : 'holds what it was not';
};
