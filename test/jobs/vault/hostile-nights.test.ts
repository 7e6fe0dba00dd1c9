/**
 * A vault to which everything happens: bytes rot, manifests are edited, copied and removed, clocks jump, runs die at any
 * write, items come, go and are locked. Nothing that is kept is ever lost, and nothing that is damaged goes unsaid.
 */
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Refused } from '../../../functions/core/errors.ts';
import { snapshotKey, snapshotName } from '../../../functions/core/keys.ts';
import { archivedItems } from '../../../functions/core/snapshot/archived-items.ts';
import { backUp } from '../../../functions/jobs/backup/back-up.ts';
import { openFileJournal } from '../../../functions/jobs/journal/file-journal.ts';
import { bringBack } from '../../../functions/jobs/vault/deleted.ts';
import { forget } from '../../../functions/jobs/vault/forget.ts';
import { prune } from '../../../functions/jobs/vault/prune.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import { verifyChain } from '../../../functions/jobs/vault/verify-chain.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { createRandom } from '../../simulator/random.ts';
import { createMortal, Killed } from '../../soak/trouble.ts';
import { KINDS } from '../restore/one-of-each.ts';
import { useWorkshop } from '../workshop.ts';

const DAY_MS = 86_400_000;
const ROUNDS = rounds(8, 200);
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const workshop = useWorkshop();

test(`${ROUNDS} hostile nights (SEED=${seed})`, async () => {
  process.stdout.write(`hostile nights with SEED=${seed}\n`);
  const random = createRandom(seed);
  let nights = 0;
  const nowMs = (): number => Date.now() + nights * DAY_MS;
  const { simulator, oic } = await workshop.start({ now: nowMs });
  const { instance } = simulator;
  const { vault, store, directory } = workshop;
  const codes = ['A', 'B', 'C', 'D', 'E'];
  const idOf = (code: string) => `${code}|01.00.0000` as const;
  const archiveOf = (code: string) => buildSampleArchive({ code, version: '01.00.0000', marker: `${nights}` });
  for (const code of codes) instance.add(archiveOf(code));
  instance.saveLookup('CODES', ['a', 'b'], []);

  /** Archive versions whose bytes are not what they were. */
  const rotten = new Set<string>();
  const nameOf = ({ key, versionId }: { key: string; versionId: string }): string => `${key}\n${versionId}`;
  const newestSnapshot = async (): Promise<string> => (await vault.listSnapshots('dev'))[0] ?? '';

  const runBackup = async (options: { offMs?: number; dies?: boolean; full?: boolean } = {}) => {
    const { offMs = 0, dies = false, full = false } = options;
    const now = () => new Date(nowMs() + offMs);
    const mortal = createMortal(store, random, dies ? 1 + random.below(6) : undefined);
    const journal = await openFileJournal(join(directory, '.journal', 'backup.ndjson'), { full }, () =>
      now().getTime(),
    );
    const progress = {
      listed: () => undefined,
      listedKinds: () => undefined,
      done: () => undefined,
      note: () => undefined,
    };
    try {
      const services = { oic, vault: createVault(mortal.store, ALL_KINDS), journal, now, progress };
      const report = await backUp(services, { full, filter: {}, concurrency: 4, kinds: KINDS });
      await journal.finish();
      return report;
    } catch (error) {
      if (error instanceof Killed || error instanceof Refused) return error;
      throw error;
    } finally {
      await journal.close();
    }
  };

  const change = (): void => {
    const code = random.pick(codes as [string, ...string[]]);
    const there = instance.get(idOf(code));
    const what = random.below(5);
    if (!there) instance.add(archiveOf(code));
    else if (what === 0) instance.remove(idOf(code));
    else if (what === 1) instance.lock(idOf(code), 'bob@example.com');
    else if (what === 2) instance.unlock(idOf(code));
    else instance.edit(idOf(code), archiveOf(code), 'ann@example.com');
  };

  /** In place, by the clock of before: as a disk forgets. */
  const rot = async (): Promise<void> => {
    const snapshot = random.pick([await newestSnapshot(), ...(await vault.listSnapshots('dev'))]);
    const { manifest } = await vault.readManifest('dev', snapshot);
    const archives = archivedItems(manifest, ALL_KINDS).flatMap(({ archive }) => archive ?? []);
    const [first, ...others] = archives;
    if (!first) return;
    const archive = random.pick([first, ...others]);
    const changes = join(directory, '.versions', archive.key);
    const files = (await readdir(changes)).map((name) => join(changes, name, archive.versionId));
    for (const file of [...files, join(directory, archive.key)]) {
      const there = await stat(file).catch(() => undefined);
      if (!there?.isFile()) continue;
      const bytes = await readFile(file);
      const isThisOne =
        file.endsWith(archive.versionId) || (await store.head(archive.key))?.versionId === archive.versionId;
      if (!isThisOne || rotten.has(nameOf(archive))) continue;
      bytes.fill(0, bytes.length >> 1);
      await writeFile(file, bytes);
      await utimes(file, there.atime, there.mtime);
    }
    rotten.add(nameOf(archive));
  };

  /** One that was away when the next one was taken is not. */
  const isNamedByNext = async (snapshot: string): Promise<boolean> => {
    const all = await Promise.all((await vault.listSnapshots('dev')).map((name) => vault.getSnapshot('dev', name)));
    return all.some(({ previous }) => previous?.snapshot === snapshot);
  };

  const tamper = async (): Promise<(() => Promise<unknown>) | undefined> => {
    const names = await vault.listSnapshots('dev');
    const [first, ...others] = names;
    if (!first) return undefined;
    const snapshot = random.pick([first, ...others]);
    const key = snapshotKey('dev', snapshot);
    const body = (await store.get(key))?.body ?? new Uint8Array();
    const what = random.below(4);
    if (what === 0) {
      await store.put(
        key,
        Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body).toString()), integrations: [] })),
      );
      return () => bringBack(vault, 'dev', snapshot);
    }
    if (what === 1 && (await isNamedByNext(snapshot))) {
      await store.delete(key);
      return () => bringBack(vault, 'dev', snapshot);
    }
    const moved = snapshotName(new Date(nowMs() - (400 + nights) * DAY_MS));
    if (what === 2) {
      await store.put(snapshotKey('dev', moved), body);
      return () => forget(vault, 'dev', moved, new Date(nowMs()));
    }
    const ahead = snapshotName(new Date(nowMs() + 300 * DAY_MS));
    const { previous: _, ...manifest } = (await vault.readManifest('dev', snapshot)).manifest;
    await vault.commitSnapshot({ ...manifest, snapshot: ahead });
    return () => forget(vault, 'dev', ahead, new Date(nowMs()));
  };

  const pruneNow = () =>
    prune(vault, 'dev', {
      ...{ rules: { daily: 3 }, isDryRun: false, now: new Date(nowMs()), keepRemovedDays: 1_000 },
      origin: oic.origin,
    });

  /** Every snapshot there is tells exactly what was damaged of it. */
  const checkAll = async (when: string): Promise<void> => {
    for (const name of await vault.listSnapshots('dev')) {
      const manifest = await vault.getSnapshot('dev', name);
      const { damaged } = await verify(vault, manifest, () => undefined);
      const named = archivedItems(manifest, ALL_KINDS).flatMap(({ archive }) => (archive ? [nameOf(archive)] : []));
      expect(damaged.map(nameOf).sort(), `${when}: ${name}`).toEqual(named.filter((one) => rotten.has(one)).sort());
    }
    expect((await verifyChain(vault, 'dev', () => false)).broken, when).toEqual([]);
  };

  for (let round = 1; round <= ROUNDS; round++) {
    nights++;
    const when = `SEED=${seed}, night ${round}`;
    change();
    if (random.next() < 0.3) change();
    const isThere = (await newestSnapshot()) !== '';
    if (isThere && random.next() < 0.25) await rot();

    if (random.next() < 0.2) {
      const offMs = random.pick([-1, 1]) * (2 + random.below(900)) * DAY_MS;
      expect(await runBackup({ offMs }), `${when}: a clock ${offMs} ms off`).toBeInstanceOf(Refused);
    }
    if (random.next() < 0.3) await runBackup({ dies: true });
    const repair = isThere && random.next() < 0.4 ? await tamper() : undefined;
    if (repair) {
      const { broken } = await verifyChain(vault, 'dev', () => false);
      const isAhead = (await newestSnapshot()) > snapshotName(new Date(nowMs() + DAY_MS));
      expect(broken.length > 0 || isAhead, `${when}: what was done to a manifest goes unsaid`).toBe(true);
      const pruned = await pruneNow().catch((error: unknown) => {
        if (error instanceof Refused) return error;
        throw error;
      });
      // What only is not there can be brought back; what cannot be trusted may need anything.
      expect(pruned instanceof Refused, when).toBe(
        broken.length === 0 || !broken.every(({ problem }) => /is missing/.test(problem)),
      );
      await runBackup();
      await repair();
    }
    const report = await runBackup({ full: random.next() < 0.2 });
    if (report instanceof Error) throw report;
    await checkAll(`${when}, after the backup`);

    const { kept, forgotten } = await pruneNow();
    expect(await vault.listSnapshots('dev'), when).toEqual(kept.map(({ snapshot }) => snapshot));
    // One that lacks something makes way for a complete one of the same day.
    if (report.complete) expect(forgotten, when).not.toContain(report.snapshot);
    await checkAll(`${when}, after the prune`);
  }
}, 900_000);
