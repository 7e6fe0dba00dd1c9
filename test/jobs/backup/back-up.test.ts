import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { ConfigError } from '../../../functions/core/errors.ts';
import { snapshotKey, snapshotName } from '../../../functions/core/keys.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { connectTo, failureOf, refuseFrom } from '../../oic/simulated.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/server.ts';
import { storedFile } from '../../store/stored-file.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';

let workshop: Workshop;
const open: Array<{ close(): Promise<void> }> = [];
beforeEach(async () => {
  workshop = await openWorkshop();
  open.push(workshop);
});
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
});

const lastUpdated = new Date('2026-09-17T19:23:49.887Z');

const start = async (count: number, options: SimulatorOptions = {}, client: Parameters<typeof connectTo>[1] = {}) => {
  const simulator = await startSimulator(options);
  for (let n = 0; n < count; n++) simulator.instance.add(archiveOf(n), { lastUpdated, lastUpdatedBy: 'anna' });
  const oic = connectTo(simulator, client);
  open.push(simulator, oic);
  return { simulator, oic };
};

const codeOf = (n: number): string => `FLOW_${String(n).padStart(4, '0')}`;
const idOf = (n: number) => `${codeOf(n)}|01.00.0000` as const;
const archiveOf = (n: number, marker = 'a') =>
  buildSampleArchive({ code: codeOf(n), version: '01.00.0000', name: `Flow ${n}`, marker });
const exportsSeen = (simulator: Simulator): number => simulator.requests.filter(({ kind }) => kind === 'export').length;
const latest = async (oic: OicClient) => {
  const [name = ''] = await workshop.vault.listSnapshots(oic.instance);
  return workshop.vault.getSnapshot(oic.instance, name);
};
const damages = async (oic: OicClient) => (await verify(workshop.vault, await latest(oic), () => undefined)).damaged;

describe('a first backup', () => {
  test('stores every archive and, last, the manifest of format 1', async () => {
    const { simulator, oic } = await start(0);
    const nightly = buildSampleArchive({
      code: 'NIGHTLY',
      version: '02.01.0003',
      name: 'Nightly run',
      schedule: 'FREQ=DAILY',
    });
    simulator.instance.add(nightly, {
      status: 'ACTIVATED',
      lastUpdated,
      lastUpdatedBy: 'anna',
      scheduleState: 'started',
      tracing: { tracing: true },
    });

    const report = await workshop.backUp(oic);

    expect(report).toMatchObject({
      complete: true,
      integrations: 1,
      exported: 1,
      unchanged: 0,
      failures: [],
      warnings: [],
    });
    expect(report.snapshot).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z$/);
    const manifest = JSON.parse(
      Buffer.from((await workshop.store.get(`snapshots/dev/${report.snapshot}.json`))?.body ?? '').toString(),
    );
    expect(manifest).toEqual({
      formatVersion: 1,
      instance: 'dev',
      snapshot: report.snapshot,
      origin: { url: simulator.url, integrationInstance: simulator.integrationInstance },
      startedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
      complete: true,
      integrations: [
        {
          id: 'NIGHTLY|02.01.0003',
          code: 'NIGHTLY',
          version: '02.01.0003',
          name: 'Nightly run',
          status: 'ACTIVATED',
          lastUpdated: '2026-09-17T19:23:49.887Z',
          lastUpdatedBy: 'anna',
          schedule: 'started',
          scheduleParameters: [],
          tracing: { tracing: true, payload: false, recording: false },
          archive: {
            key: 'integrations/dev/NIGHTLY/02.01.0003.iar',
            versionId: expect.any(String),
            bytes: expect.any(Number),
            sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
            contentSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
            designSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          },
        },
      ],
      failures: [],
      warnings: [],
      selfSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await damages(oic)).toEqual([]);
  });

  test('of an instance without integrations is a complete snapshot of nothing', async () => {
    const { oic } = await start(0);

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, integrations: 0 });
  });
});

describe('a backup of what has not changed', () => {
  test('requests no archive and writes one object', async () => {
    const { simulator, oic } = await start(30);
    await workshop.backUp(oic);
    const files = await workshop.files();
    const seen = exportsSeen(simulator);
    const before = oic.requests();

    const report = await workshop.backUp(oic);

    expect(report).toMatchObject({ complete: true, integrations: 30, exported: 0, unchanged: 30 });
    expect(exportsSeen(simulator)).toBe(seen);
    expect(oic.requests() - before).toBe(1);
    const added = (await workshop.files()).filter((file) => !files.includes(file) && !file.startsWith('.versions'));
    expect(added).toEqual([`snapshots/dev/${report.snapshot}.json`]);
  });

  test('asks for the schedules of active integrations only, and records them anew', async () => {
    const { simulator, oic } = await start(0);
    for (const [n, status] of (['ACTIVATED', 'ACTIVATED', 'CONFIGURED'] as const).entries()) {
      simulator.instance.add(buildSampleArchive({ code: codeOf(n), version: '01.00.0000', schedule: 'FREQ=DAILY' }), {
        status,
        lastUpdated,
      });
    }
    simulator.instance.setSchedule(idOf(0), 'started');
    await workshop.backUp(oic);
    simulator.instance.setSchedule(idOf(0), 'stopped');
    simulator.instance.setSchedule(idOf(1), 'started');
    const asked = simulator.requests.length;

    await workshop.backUp(oic);

    expect((await latest(oic)).integrations.map(({ schedule }) => schedule)).toEqual(['stopped', 'started', 'stopped']);
    expect(
      simulator.requests
        .slice(asked)
        .filter(({ kind }) => kind === 'schedule-get')
        .map(({ id }) => id),
    ).toEqual([idOf(0), idOf(1)]);
  });

  test('gives a saved but unchanged integration no new version', async () => {
    const { simulator, oic } = await start(3);
    await workshop.backUp(oic);
    const before = await latest(oic);
    simulator.instance.touch(idOf(1), 'bob');

    const report = await workshop.backUp(oic);

    expect(report).toMatchObject({ exported: 0, unchanged: 3 });
    const after = await latest(oic);
    expect(after.integrations.map(({ archive }) => archive)).toEqual(before.integrations.map(({ archive }) => archive));
    expect(after.integrations[1]).toMatchObject({ lastUpdatedBy: 'bob' });
  });

  test.each([
    ['asks for the parameters of a schedule that has some', { since: 'Monday' }, 1],
    ['asks for no parameters of a schedule that had none', {}, 0],
  ])('%s', async (_, scheduleParameters, asked) => {
    const { simulator, oic } = await start(0);
    const nightly = { code: 'NIGHTLY', version: '01.00.0000', schedule: 'FREQ=DAILY', scheduleParameters };
    simulator.instance.add(buildSampleArchive(nightly), { status: 'ACTIVATED', scheduleState: 'started' });
    await workshop.backUp(oic);
    const first = simulator.stats().byKind.get ?? 0;

    await workshop.backUp(oic);

    expect((simulator.stats().byKind.get ?? 0) - first).toBe(asked);
  });

  test('exports everything when that is asked for, and still stores nothing twice', async () => {
    const { simulator, oic } = await start(5);
    await workshop.backUp(oic);

    expect(await workshop.backUp(oic, { full: true })).toMatchObject({ exported: 0, unchanged: 5 });
    expect(exportsSeen(simulator)).toBe(10);
  });

  test('stores anew what was damaged in the vault, when everything is exported', async () => {
    const { oic } = await start(3);
    await workshop.backUp(oic);
    const { archive } = (await latest(oic)).integrations[1] ?? {};
    const path = await storedFile(workshop.directory, archive?.key ?? '');
    const { mtime } = await stat(path);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill('damage', 200, 206));
    await utimes(path, mtime, mtime); // as a disk damages files: nothing tells of it
    expect(await damages(oic)).toHaveLength(1);

    expect(await workshop.backUp(oic, { full: true })).toMatchObject({ exported: 1, unchanged: 2 });
    expect(await damages(oic)).toEqual([]);
  });

  test('exports again what has gone from the vault', async () => {
    const { oic } = await start(3);
    await workshop.backUp(oic);
    const { archive } = (await latest(oic)).integrations[1] ?? {};
    await workshop.store.deleteVersion(archive?.key ?? '', archive?.versionId ?? '');

    expect(await workshop.backUp(oic)).toMatchObject({ exported: 1, unchanged: 2 });
    expect(await damages(oic)).toEqual([]);
  });
});

describe('a backup of what has changed', () => {
  test('adds a version and keeps the one the older snapshot names', async () => {
    const { simulator, oic } = await start(3);
    const first = await workshop.backUp(oic);
    simulator.instance.edit(idOf(1), archiveOf(1, 'b'), 'bob');

    expect(await workshop.backUp(oic)).toMatchObject({ exported: 1, unchanged: 2 });

    const older = await workshop.vault.getSnapshot('dev', first.snapshot);
    expect((await verify(workshop.vault, older, () => undefined)).damaged).toEqual([]);
    expect(await damages(oic)).toEqual([]);
    expect((await latest(oic)).integrations[1]?.archive?.key).toBe(older.integrations[1]?.archive?.key);
    expect((await latest(oic)).integrations[1]?.archive?.versionId).not.toBe(older.integrations[1]?.archive?.versionId);
  });

  test('leaves out what was deleted, and keeps its archive for the older snapshot', async () => {
    const { simulator, oic } = await start(3);
    const first = await workshop.backUp(oic);
    simulator.instance.remove(idOf(1));

    expect(await workshop.backUp(oic)).toMatchObject({ integrations: 2, complete: true });
    const older = await workshop.vault.getSnapshot('dev', first.snapshot);
    expect((await verify(workshop.vault, older, () => undefined)).damaged).toEqual([]);
  });

  test('leaves out, with a warning, what is deleted between listing and export', async () => {
    const { simulator, oic } = await start(3);
    simulator.onRequest(({ kind, id }) => {
      if (kind === 'export' && id === idOf(1) && simulator.instance.get(idOf(1))) simulator.instance.remove(idOf(1));
    });

    const report = await workshop.backUp(oic);

    expect(report).toMatchObject({ complete: true, integrations: 2, exported: 2 });
    expect(report.warnings).toEqual([{ id: idOf(1), message: expect.stringContaining('deleted while') }]);
  });
});

describe('while the list is still being read', () => {
  test('exports begin, and each archive is exported once', async () => {
    const { simulator, oic } = await start(60, { pageCap: 5, latencyMs: { list: 30 } });

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, integrations: 60, exported: 60 });

    const timesOf = (of: string) => simulator.requests.filter(({ kind }) => kind === of).map(({ time }) => time);
    expect(Math.min(...timesOf('export'))).toBeLessThan(Math.max(...timesOf('list')));
    expect(exportsSeen(simulator)).toBe(60);
  });

  test('what was exported and is then saved is exported again, and the newest archive is the one of the snapshot', async () => {
    const { simulator, oic } = await start(60, { pageCap: 5, latencyMs: { list: 30 } });
    let isSaved = false;
    simulator.onRequest(({ kind, id }) => {
      if (isSaved || kind !== 'export' || id === idOf(0)) return;
      isSaved = true;
      simulator.instance.edit(idOf(0), archiveOf(0, 'b'), 'bob');
      // One more: the pages no longer add up, so the list is read again.
      simulator.instance.add(archiveOf(60), { lastUpdated });
    });

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, integrations: 61 });

    const exportsOfIt = simulator.requests.filter(({ kind, id }) => kind === 'export' && id === idOf(0));
    expect(exportsOfIt).toHaveLength(2);
    const [entry] = (await latest(oic)).integrations;
    expect(entry).toMatchObject({ id: idOf(0), lastUpdatedBy: 'bob' });
    expect(entry?.archive?.designSha256).toBe((await readArchive(archiveOf(0, 'b'))).designSha256);
    const archives = (await latest(oic)).integrations.flatMap(({ archive }) => archive ?? []);
    const isHeld = await workshop.vault.archivesHeld('dev', archives);
    expect(archives.filter(isHeld)).toHaveLength(61);
  });
});

test('what is deleted between the listing and the question for its schedule is left out, not called stopped', async () => {
  const { simulator, oic } = await start(1);
  const nightly = buildSampleArchive({ code: 'NIGHTLY', version: '01.00.0000', schedule: 'FREQ=DAILY' });
  const id = simulator.instance.add(nightly, { status: 'ACTIVATED', lastUpdated, scheduleState: 'started' });
  await workshop.backUp(oic);
  simulator.onRequest(({ kind }) => {
    if (kind === 'schedule-get' && simulator.instance.get(id)) simulator.instance.remove(id);
  });

  const report = await workshop.backUp(oic);

  expect(report).toMatchObject({ complete: true, integrations: 1 });
  expect(report.warnings).toEqual([{ id, message: expect.stringContaining('deleted while') }]);
});

describe('an integration that cannot be exported', () => {
  test('because it is locked keeps its last archive, with a warning that names who holds the lock', async () => {
    const { simulator, oic } = await start(3);
    await workshop.backUp(oic);
    simulator.instance.edit(idOf(1), archiveOf(1, 'b'), 'bob');
    simulator.instance.lock(idOf(1), 'bob@example.com');

    const locked = await workshop.backUp(oic);

    expect(locked).toMatchObject({ complete: true, exported: 0, unchanged: 3 });
    expect(locked.warnings).toEqual([{ id: idOf(1), message: expect.stringContaining('locked by bob@example.com') }]);
    simulator.instance.unlock(idOf(1));
    expect(await workshop.backUp(oic)).toMatchObject({ exported: 1, warnings: [] });
  });

  test('because it is locked, and never was, makes the snapshot incomplete', async () => {
    const { simulator, oic } = await start(3);
    simulator.instance.lock(idOf(1), 'bob@example.com');

    const report = await workshop.backUp(oic);

    expect(report).toMatchObject({ complete: false, integrations: 3, exported: 2, unchanged: 0, warnings: [] });
    expect(report.failures).toEqual([
      { id: idOf(1), kind: 'locked', message: expect.stringMatching(/locked by bob@example.com .* NOT backed up/) },
    ]);
    expect((await latest(oic)).integrations[1]).toMatchObject({ id: idOf(1), archive: null });
  });

  test('because Oracle delivered it is skipped with a warning, without asking', async () => {
    const { simulator, oic } = await start(1);
    simulator.instance.add(archiveOf(7), { projectType: 'PREBUILT', lastUpdated });

    const report = await workshop.backUp(oic);

    expect(report).toMatchObject({ complete: true, exported: 1 });
    expect(report.warnings).toEqual([{ id: idOf(7), message: expect.stringContaining('PREBUILT') }]);
    expect(exportsSeen(simulator)).toBe(1);
  });

  test.each([
    ['503', { status: 503 }, 'unavailable'],
    ['a body cut with Content-Length', 'cut', 'network'],
    ['a body cut without Content-Length', 'cut-clean', 'unexpected-answer'],
    ['an HTML login page', 'html-200', 'unexpected-answer'],
  ] as const)(
    'because it is always answered by %s makes the snapshot incomplete, is named, and nothing of it is stored',
    async (_, answer, kind) => {
      const { simulator, oic } = await start(12);
      simulator.faults.add({ match: { kind: 'export', id: idOf(4) }, answer });

      const report = await workshop.backUp(oic);

      expect(report).toMatchObject({ complete: false, integrations: 12, exported: 11 });
      expect(report.failures).toEqual([{ id: idOf(4), kind, message: expect.stringContaining(idOf(4)) }]);
      expect((await latest(oic)).complete).toBe(false);
      expect((await workshop.files()).filter((file) => file.includes(codeOf(4)))).toEqual([]);
      expect(await damages(oic)).toEqual([]);
    },
  );

  test('once, is exported by the next backup, which takes the rest from the incomplete snapshot', async () => {
    const { simulator, oic } = await start(12);
    const heal = simulator.faults.add({ match: { kind: 'export', id: idOf(4) }, answer: { status: 503 } });
    await workshop.backUp(oic);
    heal();

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, exported: 1, unchanged: 11 });
  });

  test('keeps, in the snapshot after a failed one, the archive of the snapshot before it', async () => {
    const { simulator, oic } = await start(2);
    await workshop.backUp(oic);
    simulator.instance.touch(idOf(1), 'bob');
    const heal = simulator.faults.add({ match: { kind: 'export' }, answer: { status: 503 } });
    expect(await workshop.backUp(oic)).toMatchObject({ complete: false });
    heal();

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, exported: 0, unchanged: 2 });
  });
});

describe('every 10th export', () => {
  test.each([
    ['503', { status: 503 }],
    ['429 with Retry-After', { status: 429, retryAfter: 0 }],
    ['a body cut with Content-Length', 'cut'],
    ['a body cut without Content-Length', 'cut-clean'],
    ['an HTML login page', 'html-200'],
  ] as const)('answered by %s costs a second try and nothing else', async (_, answer) => {
    const { simulator, oic } = await start(60);
    simulator.faults.add({ match: { kind: 'export', everyNth: 10 }, answer });

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, exported: 60, failures: [] });
    expect(await damages(oic)).toEqual([]);
  });
});

describe('a run that cannot go on', () => {
  test('stops at once when the credentials are wrong, and leaves no snapshot', async () => {
    const { simulator, oic } = await start(40);
    refuseFrom(simulator, { kind: 'export' });

    expect(await failureOf(workshop.backUp(oic))).toMatchObject({ kind: 'unauthorized' });
    expect(exportsSeen(simulator)).toBeLessThan(40);
    expect(await workshop.vault.listSnapshots('dev')).toEqual([]);
  });

  test('goes on with another listing, and exports no archive twice that was stored', async () => {
    const { simulator, oic } = await start(120);
    // One of the last of its batch.
    const heal = refuseFrom(simulator, { kind: 'export', id: idOf(84) });
    await failureOf(workshop.backUp(oic));
    heal();
    const listings = () => simulator.requests.filter(({ kind }) => kind === 'list').length;
    const before = listings();

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, integrations: 120, exported: 120 });

    expect(listings()).toBe(before + 2);
    // Only what was in flight is done twice, though two batches were under way.
    expect(exportsSeen(simulator)).toBeLessThanOrEqual(120 + 12);
    expect(await damages(oic)).toEqual([]);
  });
});

describe('a locked integration is named by the newest bytes the vault has', () => {
  const keyOf = (n: number) => `integrations/dev/${codeOf(n)}/01.00.0000.iar`;
  /** As a run leaves it that has stored the archive and died before its manifest. */
  const leaveBehind = async (marker: string) => workshop.vault.putAt(keyOf(1), archiveOf(1, marker));
  const named = async (oic: OicClient) => (await latest(oic)).integrations[1]?.archive;

  test('which a run that died has stored, though no snapshot names them', async () => {
    const { simulator, oic } = await start(3);
    await workshop.backUp(oic);
    const stored = await leaveBehind('b');
    simulator.instance.lock(idOf(1), 'bob@example.com');

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, warnings: [{ id: idOf(1) }], failures: [] });

    const { contentSha256, designSha256, sha256 } = await readArchive(archiveOf(1, 'b'));
    expect(await named(oic)).toMatchObject({ ...stored, contentSha256, designSha256, sha256 });
    expect(await damages(oic)).toEqual([]);
  });

  test('also when no snapshot ever named it', async () => {
    const { simulator, oic } = await start(3);
    const stored = await leaveBehind('b');
    simulator.instance.lock(idOf(1), 'bob@example.com');

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, failures: [] });
    expect(await named(oic)).toMatchObject(stored);
  });

  test.each([
    ['are of another', archiveOf(0, 'z')],
    ['are no archive', Buffer.from('<html>')],
  ])('and by those of the last snapshot, put again, when the newest %s', async (_, bytes) => {
    const { simulator, oic } = await start(3);
    await workshop.backUp(oic);
    const before = await named(oic);
    await workshop.vault.putAt(keyOf(1), bytes);
    simulator.instance.lock(idOf(1), 'bob@example.com');

    expect(await workshop.backUp(oic)).toMatchObject({ complete: true, failures: [] });

    const { versionId, ...same } = (await named(oic)) ?? {};
    expect(same).toEqual({ ...before, versionId: undefined });
    expect(versionId).toBe((await workshop.store.head(keyOf(1)))?.versionId);
    expect(await damages(oic)).toEqual([]);
  });
});

describe('include and exclude', () => {
  test('choose by globs on the code, and are told in the manifest', async () => {
    const { oic } = await start(20);

    const report = await workshop.backUp(oic, { filter: { include: ['FLOW_000*', 'FLOW_0015'], exclude: ['*3'] } });

    expect(report.integrations).toBe(10);
    expect((await latest(oic)).filter).toEqual({ include: ['FLOW_000*', 'FLOW_0015'], exclude: ['*3'] });
  });

  test('that name an integration which is not there are an error, not a silence', async () => {
    const { oic } = await start(2);

    const error = await failureOf(
      workshop.backUp(oic, { filter: { exclude: ['FLOW_0001', 'FLOW_OOO2', 'SCRATCH_*'] } }),
    );

    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('FLOW_OOO2');
    expect(error.message).not.toContain('SCRATCH_*');
  });
});

test('two snapshots begun in one second are two snapshots', async () => {
  const { oic } = await start(1);

  const names = [
    (await workshop.backUp(oic)).snapshot,
    (await workshop.backUp(oic)).snapshot,
    (await workshop.backUp(oic)).snapshot,
  ];

  expect(new Set(names).size).toBe(3);
  expect(await workshop.vault.listSnapshots('dev')).toEqual(names.toReversed());
});

test('a broken manifest does not stop the next backup, one of a newer format does', async () => {
  const { oic } = await start(2);
  await workshop.backUp(oic);
  const soon = (minutes: number) => snapshotKey('dev', snapshotName(new Date(Date.now() + minutes * 60_000)));
  await workshop.store.put(soon(1), Buffer.from('{"formatVersion": 1, "half'));
  expect(await workshop.backUp(oic)).toMatchObject({ complete: true, unchanged: 2 });

  await workshop.store.put(soon(2), Buffer.from('{"formatVersion": 2}'));
  expect((await failureOf(workshop.backUp(oic))).message).toMatch(/format 2; this version reads format 1/);
});

test('an instance that misbehaves in every way at once is backed up completely', async () => {
  const count = rounds(80, 1000);
  const { simulator, oic } = await start(
    count,
    { seed: 20261123, pageCap: count / 20, tokenLifetimeSeconds: 2, concurrencyLimit: 6, latencyMs: { export: 4 } },
    { concurrency: 8 },
  );
  const { faults, instance } = simulator;
  faults.add({ match: { probability: 0.05 }, answer: { status: 503 } });
  faults.add({ match: { probability: 0.03 }, answer: 'reset-before' });
  faults.add({ match: { kind: 'export', probability: 0.03 }, answer: 'cut' });
  faults.add({ match: { probability: 0.004 }, answer: { status: 429, retryAfter: 1 } });
  let pages = 0;
  simulator.onRequest(({ kind }) => {
    if (kind !== 'list' || ++pages > 12) return;
    // Early in the list one is added, one deleted, one saved: everything behind them shifts.
    if (pages % 4 === 1) instance.add(buildSampleArchive({ code: `AAA_${pages}`, version: '01.00.0000' }));
    if (pages % 4 === 2) instance.remove(idOf(pages));
    instance.touch(idOf(count / 2 + pages), 'somebody');
  });

  const report = await workshop.backUp(oic);

  expect(report).toMatchObject({ complete: true, failures: [] });
  const held = instance.list().map(({ id }) => id);
  expect((await latest(oic)).integrations.map(({ id }) => id).sort()).toEqual(held.sort());
  expect(await damages(oic)).toEqual([]);
  expect(simulator.stats().maxInFlight).toBeLessThanOrEqual(8);
  for (const secret of simulator.secrets()) expect(await workshop.everything()).not.toContain(secret);
}, 90_000);
