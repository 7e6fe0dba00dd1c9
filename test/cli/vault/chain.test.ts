/** Whose a vault is, and what is found when somebody or some clock has been at its snapshots. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { snapshotKey, snapshotName } from '../../../functions/core/keys.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type Desk, openDesk } from '../typed.ts';

const DAY_MS = 86_400_000;

let desk: Desk;
let simulator: Simulator;
/** How far the instance's clock is ahead of the one here. */
let aheadMs = 0;
const open: Simulator[] = [];
const start = async (): Promise<Simulator> => {
  const started = await startSimulator({ now: () => Date.now() + aheadMs });
  for (const code of ['A', 'B']) {
    started.instance.add(buildSampleArchive({ code, version: '01.00.0000' }), { lastUpdated: new Date('2026-01-01') });
  }
  open.push(started);
  return started;
};
beforeEach(async () => {
  aheadMs = 0;
  desk = await openDesk();
  simulator = await start();
  await desk.configure({ dev: simulator });
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await desk.close();
});

const store = () => createDirectoryStore(join(desk.directory, 'vault'));
const backUp = async (): Promise<string> => {
  const { stdout, stderr } = await desk.oic('backup', 'dev', '--json');
  return JSON.parse(stdout).snapshot ?? stderr;
};
const json = async (...args: string[]) => {
  const { exitCode, stdout } = await desk.oic(...args, '--json');
  return { exitCode, ...JSON.parse(stdout) };
};
/** Puts another manifest in the place of one, as whoever has the rights to may do. */
const change = async (snapshot: string, edit: (manifest: Record<string, unknown>) => object): Promise<void> => {
  const key = snapshotKey('dev', snapshot);
  const there = await store().get(key);
  const edited = edit(JSON.parse(Buffer.from(there?.body ?? '').toString()));
  await store().put(key, Buffer.from(`${JSON.stringify(edited, null, 2)}\n`));
};
/** A snapshot as a backup under a clock that was so far ahead has left it. */
const takeAhead = async (ms: number): Promise<string> => {
  const snapshot = snapshotName(new Date(Date.now() + ms));
  const [newest = ''] = await createVault(store(), ALL_KINDS).listSnapshots('dev');
  const { previous: _, ...manifest } = await createVault(store(), ALL_KINDS).getSnapshot('dev', newest);
  await createVault(store(), ALL_KINDS).commitSnapshot({ ...manifest, snapshot });
  return snapshot;
};

describe('another instance under the name of one', () => {
  let other: Simulator;
  let former: string;
  beforeEach(async () => {
    former = await backUp();
    other = await start();
    await desk.configure({ dev: other });
  });

  test('is refused, and taken with --new-origin, of which nothing is believed to be known', async () => {
    other.instance.edit('A|01.00.0000', { marker: 'theirs' });

    const refused = await desk.oic('backup', 'dev');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(
      `of sim-dev at ${simulator.url}, and the settings now say sim-dev at ${other.url}`,
    );
    expect(refused.stderr).toContain('`oic backup dev --new-origin`');
    expect((await json('snapshots', 'dev')).snapshots).toHaveLength(1);

    const taken = await json('backup', 'dev', '--new-origin');
    expect(taken).toMatchObject({ exitCode: 0, complete: true, integrations: 2, exported: 2, failures: [] });
    expect(await json('backup', 'dev')).toMatchObject({ exitCode: 0, exported: 0 });
    expect(await json('verify', 'dev')).toMatchObject({ exitCode: 0, chain: { manifests: 3, broken: [] } });
  });

  test('is not said to hold what is locked there and was saved of the former one, that night or later', async () => {
    other.instance.lock('A|01.00.0000', 'anna');
    for (const flags of [['--new-origin'], [], []]) {
      expect(await json('backup', 'dev', ...flags)).toMatchObject({
        exitCode: 1,
        complete: false,
        failures: [{ id: 'A|01.00.0000', kind: 'locked', message: expect.stringContaining('it is NOT backed up') }],
      });
    }
  });

  test('is told by doctor and keeps prune from forgetting anything', async () => {
    const { checks } = await json('doctor', 'dev');
    expect(checks).toContainEqual({
      name: 'origin',
      ok: false,
      advice: expect.stringContaining(`are of sim-dev at ${simulator.url}, and the settings now say sim-dev at`),
    });
    for (const flags of [[], ['--dry-run']]) {
      const { exitCode, stderr } = await desk.oic('prune', 'dev', '--keep-daily', '1', ...flags);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/was not pruned: the/) });
    }
    await desk.configure({ dev: simulator });
    const right = await json('doctor', 'dev');
    expect(right.checks).toContainEqual(expect.objectContaining({ name: 'origin', ok: true }));
    expect((await json('prune', 'dev', '--keep-daily', '1')).exitCode).toBe(0);
  });

  test('is told by a restore of its snapshots, which --mirror takes only by name', async () => {
    await json('backup', 'dev', '--new-origin');
    await desk.configure({ dev: simulator });

    const told = await desk.oic('restore', 'dev', '--to', 'dev', '--dry-run');
    const theirs = `was taken of sim-dev at ${other.url}, and the settings say that dev is sim-dev at ${simulator.url}`;
    expect(told.stderr).toContain(`warning: `);
    expect(told.stderr).toContain(theirs);
    expect(told.stdout).toContain(theirs);

    const mirror = ['restore', 'dev', '--to', 'dev', '--mirror', '--yes'];
    const refused = await desk.oic(...mirror);
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('name the snapshot with --snapshot'),
    });
    expect((await desk.oic(...mirror, '--snapshot', former)).stderr).not.toContain('was taken of');
  });

  test('lets none of the former one go, which may be forgotten by name', async () => {
    await json('backup', 'dev', '--new-origin');
    const newest = await backUp();

    const pruned = await json('prune', 'dev', '--keep-daily', '1');

    expect(pruned).toMatchObject({ exitCode: 0, kept: [{ snapshot: newest }, { snapshot: former }] });
    expect(pruned.kept[1].reasons).toContain(`newest complete snapshot of sim-dev at ${simulator.url}`);
    expect(await json('verify', 'dev', '--snapshot', former)).toMatchObject({ exitCode: 0, checked: 2, damaged: [] });
    expect((await desk.oic('prune', 'dev', '--forget', newest)).exitCode).toBe(1);
    expect((await desk.oic('prune', 'dev', '--forget', former)).exitCode).toBe(0);
  });
});

describe('verify finds', () => {
  let first: string;
  let last: string;
  beforeEach(async () => {
    first = await backUp();
    last = await backUp();
  });

  const broken = async (): Promise<{ snapshot: string; problem: string }[]> => {
    const { exitCode, chain } = await json('verify', 'dev');
    expect(exitCode).toBe(chain.broken.length === 0 ? 0 : 1);
    return chain.broken;
  };

  test('nothing in snapshots that are as they were taken', async () => {
    expect(await broken()).toEqual([]);
    const { stdout } = await desk.oic('verify', 'dev');
    expect(stdout).toContain('2 manifests held against each other, 0 broken');
  });

  test('the newest manifest that cannot be read, and holds the others against each other all the same', async () => {
    await store().put(snapshotKey('dev', last), Buffer.from('{"formatVersion": 1, "inst'));

    const found = await json('verify', 'dev');

    expect(found).toMatchObject({ exitCode: 1, checked: 0, complete: false, chain: { manifests: 1 } });
    expect(found.chain.broken).toEqual([{ snapshot: last, problem: expect.stringMatching(/is not JSON/) }]);
    const { stdout } = await desk.oic('verify', 'dev');
    expect(stdout).toContain(`MISSING  ${last} cannot be read, so none of its archives was checked`);
  });

  test('a manifest that was emptied, whether it is the newest or not', async () => {
    await change(last, (manifest) => ({ ...manifest, integrations: [] }));
    const told = (await broken()).map(({ problem }) => problem).join('\n');
    expect(told).toMatch(/edited or damaged/);
    expect(told).toMatch(/2 integrations of the snapshot before are not in it/);
  });

  test('one that was edited and given another digest of its own, by the next one', async () => {
    await change(first, ({ selfSha256: _, ...manifest }) => ({ ...manifest, integrations: [] }));
    expect(await broken()).toContainEqual({
      snapshot: last,
      problem: expect.stringContaining(`${first} before it is not what it was`),
    });
  });

  test('one that was edited, which the list does not call complete', async () => {
    await change(last, (manifest) => ({ ...manifest, integrations: [] }));
    const { exitCode, snapshots } = await json('snapshots', 'dev');
    expect(exitCode).toBe(1);
    const problem = expect.stringContaining('its own digest does not fit it');
    expect(snapshots).toMatchObject([
      { snapshot: last, state: 'untrusted', complete: false, problem },
      { snapshot: first, state: 'complete', complete: true },
    ]);
    const { stdout, stderr } = await desk.oic('snapshots', 'dev');
    expect(stdout).toMatch(new RegExp(`${last} +untrusted `));
    expect(stderr).toMatch(
      new RegExp(`warning: the snapshot ${last} is not to be trusted: .*oic snapshots dev --deleted`),
    );
  });

  test('one that was edited, which a restore passes over unless it is named', async () => {
    await change(last, (manifest) => ({ ...manifest, integrations: (manifest.integrations as object[]).slice(1) }));
    const { exitCode, stdout } = await desk.oic('restore', 'dev', '--to', 'dev', '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^snapshot ${first} of dev, 2 integrations; the newer ${last} is not to be trusted and was passed over`,
      ),
    );
    const named = await desk.oic('restore', 'dev', '--to', 'dev', '--snapshot', last, '--dry-run');
    expect(named.stdout).toMatch(
      new RegExp(`^snapshot ${last} of dev, 1 integration; ${last} is not to be trusted: its own digest`),
    );
  });

  test('one that was edited, by which a restore deletes nothing', async () => {
    await change(last, (manifest) => ({ ...manifest, integrations: [] }));
    const { exitCode, stderr } = await desk.oic(
      'restore',
      'dev',
      '--to',
      'dev',
      '--snapshot',
      last,
      '--mirror',
      '--yes',
    );
    expect(stderr).toMatch(new RegExp(`${last} of dev is not to be trusted: .* --mirror would delete`));
    expect(exitCode).toBe(1);
    expect(simulator.instance.list()).toHaveLength(2);
  });

  test('that the newest is gone with all its versions, by the page about it', async () => {
    const folder = join(desk.directory, 'vault');
    for (const path of [snapshotKey('dev', last), join('.versions', snapshotKey('dev', last))])
      await rm(join(folder, path), { recursive: true });
    expect(await broken()).toEqual([
      { snapshot: last, problem: 'is not there any more, though its page is: it was taken away without a prune' },
    ]);
  });

  test('one that was edited, which may be taken away by name', async () => {
    await change(last, (manifest) => ({ ...manifest, integrations: [] }));
    expect(await json('prune', 'dev', '--forget', last)).toMatchObject({ exitCode: 0, forgotten: [last] });
    expect(await broken()).toEqual([]);
  });

  test('one that was copied under another date', async () => {
    const copy = snapshotName(new Date(Date.now() - DAY_MS));
    const { body } = (await store().get(snapshotKey('dev', last))) ?? {};
    await store().put(snapshotKey('dev', copy), body ?? new Uint8Array());
    expect(await broken()).toEqual([
      { snapshot: copy, problem: expect.stringContaining(`it says it is the snapshot ${last}`) },
    ]);
  });

  test('one that was copied under another instance, which no command then works with', async () => {
    await desk.configure({ dev: simulator, prod: await start() });
    const { body } = (await store().get(snapshotKey('dev', last))) ?? {};
    await store().put(snapshotKey('prod', last), body ?? new Uint8Array());
    const { exitCode, chain, damaged } = await json('verify', 'prod');
    expect(exitCode).toBe(1);
    expect(chain.broken).toContainEqual({ snapshot: last, problem: expect.stringContaining('it says it is of dev') });
    expect(damaged).toEqual([]);
    const restored = await desk.oic('restore', 'prod', '--to', 'dev', '--snapshot', last, '--dry-run');
    expect(restored).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('it was copied or moved here') });
  });

  test.each(['integrations/prod/A/01.00.0000.iar', '../../etc/passwd', 'snapshots/dev/x.json', ''])(
    'one damaged entry where a key is %j, and checks the rest',
    async (key) => {
      await change(last, (manifest) => {
        const [entry, ...others] = manifest.integrations as { archive: object }[];
        return { ...manifest, integrations: [{ ...entry, archive: { ...entry?.archive, key } }, ...others] };
      });
      const { exitCode, checked, damaged } = await json('verify', 'dev');
      expect({ exitCode, checked }).toEqual({ exitCode: 1, checked: 2 });
      expect(damaged).toEqual([expect.objectContaining({ id: 'A|01.00.0000', key })]);
    },
  );

  test('that one is missing, unless it was pruned', async () => {
    await backUp();
    await store().delete(snapshotKey('dev', last));
    expect(await broken()).toEqual([
      { snapshot: expect.any(String), problem: expect.stringMatching(new RegExp(`${last} before it is missing`)) },
    ]);
  });

  test('nothing after a prune, however often', async () => {
    for (const _ of [1, 2]) {
      await backUp();
      expect((await desk.oic('prune', 'dev', '--keep-within', '1h', '--keep-daily', '1')).exitCode).toBe(0);
      await desk.oic('prune', 'dev', '--keep-daily', '1');
      expect(await broken()).toEqual([]);
    }
    expect((await json('snapshots', 'dev')).snapshots).toHaveLength(1);
    // What nothing asks for any more is not listed for ever.
    const list = JSON.parse(await readFile(join(desk.directory, 'vault/snapshots/dev/pruned.json'), 'utf8'));
    expect(list.pruned.length).toBeLessThanOrEqual(1);
  });

  test('what an incomplete snapshot lacks, and a kind that is not in it', async () => {
    simulator.faults.add({ match: { kind: 'export', id: 'A|01.00.0000' }, answer: { status: 400 } });
    simulator.instance.touch('A|01.00.0000');
    await desk.oic('backup', 'dev');
    expect(await json('verify', 'dev')).toMatchObject({
      exitCode: 1,
      complete: false,
      damaged: [],
      missing: [{ id: 'A|01.00.0000', problem: expect.stringContaining('was not backed up') }],
    });
    expect((await desk.oic('verify', 'dev')).stdout).toMatch(/MISSING {2}A\|01.00.0000 was not backed up: /);

    await change(first, ({ lookups: _, ...manifest }) => manifest);
    const absent = await json('verify', 'dev', '--snapshot', first, '--kind', 'lookups');
    expect(absent).toMatchObject({ exitCode: 1, checked: 0, missing: [{ id: 'lookups' }] });
  });
});

test('a restore says in its first line which snapshot it takes, and what a newer one lacks', async () => {
  const complete = await backUp();
  simulator.faults.add({ match: { kind: 'export', id: 'B|01.00.0000' }, answer: { status: 400 } });
  simulator.instance.touch('B|01.00.0000');
  const incomplete = await backUp();
  simulator.faults.clear();

  const { stdout, stderr } = await desk.oic('restore', 'dev', '--to', 'dev', '--dry-run');

  const told = `the newer ${incomplete} is incomplete and was passed over: it lacks B|01.00.0000`;
  expect(stdout.split('\n')[0]).toBe(`snapshot ${complete} of dev, 2 integrations; ${told}`);
  expect(stderr).toContain(`warning: ${told}`);
  expect(await json('restore', 'dev', '--to', 'dev', '--dry-run')).toMatchObject({
    snapshot: complete,
    passedOver: [{ snapshot: incomplete, lacks: ['B|01.00.0000'] }],
  });
});

describe('a snapshot that was taken away by mistake', () => {
  test('is listed with when it was removed, and comes back by the command that is told', async () => {
    const first = await backUp();
    await backUp();
    expect((await json('snapshots', 'dev', '--deleted')).deleted).toEqual([]);
    const since = Date.now() - 2_000;
    await store().delete(snapshotKey('dev', first));
    expect((await desk.oic('verify', 'dev')).exitCode).toBe(1);

    const { deleted } = await json('snapshots', 'dev', '--deleted');
    const command = `oic snapshots dev --bring-back ${first}`;
    expect(deleted).toMatchObject([{ snapshot: first, how: 'removed', complete: true, integrations: 2, command }]);
    expect(Date.parse(deleted[0].at)).toBeGreaterThan(since);
    expect((await desk.oic('snapshots', 'dev', '--deleted')).stdout).toMatch(
      new RegExp(`${first} .*removed .*${command}`),
    );

    expect((await desk.oic(...command.split(' ').slice(1))).exitCode).toBe(0);
    expect(await json('verify', 'dev', '--snapshot', first)).toMatchObject({ exitCode: 0, checked: 2 });
    expect((await desk.oic(...command.split(' ').slice(1))).exitCode).toBe(1);
  });

  test('and comes back when the next is there, which names the one before it, is neither strange nor lost', async () => {
    const first = await backUp();
    const second = await backUp();
    await store().delete(snapshotKey('dev', second));
    const vault = createVault(store(), ALL_KINDS);
    const { manifest, sha256 } = await vault.readManifest('dev', first);
    // Not by a backup: in a second as this one it would have the name of the second again.
    const third = snapshotName(new Date(Date.now() + 60_000));
    await vault.commitSnapshot({ ...manifest, snapshot: third, previous: { snapshot: first, sha256 } });
    expect((await json('verify', 'dev')).chain.broken).toMatchObject([{ snapshot: second }]);

    expect((await desk.oic('snapshots', 'dev', '--bring-back', second)).exitCode).toBe(0);

    expect(await json('verify', 'dev')).toMatchObject({ exitCode: 0, chain: { manifests: 3, broken: [] } });
    expect(await json('verify', 'dev', '--snapshot', second)).toMatchObject({ exitCode: 0, checked: 2 });
    expect((await json('prune', 'dev', '--keep-last', '1')).forgotten).toEqual([second, first]);
    expect(await json('verify', 'dev')).toMatchObject({ exitCode: 0, chain: { manifests: 1, broken: [] } });
  });

  test('or overwritten comes back as it was', async () => {
    await backUp();
    const last = await backUp();
    await change(last, (manifest) => ({ ...manifest, integrations: [] }));
    expect((await desk.oic('verify', 'dev')).exitCode).toBe(1);

    expect((await json('snapshots', 'dev', '--deleted')).deleted).toMatchObject([
      { snapshot: last, how: 'overwritten' },
    ]);
    expect((await desk.oic('snapshots', 'dev', '--bring-back', last)).exitCode).toBe(0);

    expect(await json('verify', 'dev')).toMatchObject({ exitCode: 0, checked: 2, chain: { broken: [] } });
  });

  test('after --forget comes back too, until a prune', async () => {
    await backUp();
    await backUp();
    const ahead = await takeAhead(400 * DAY_MS);
    await desk.oic('prune', 'dev', '--forget', ahead);
    expect((await json('snapshots', 'dev', '--deleted')).deleted).toMatchObject([{ snapshot: ahead }]);
    expect((await desk.oic('prune', 'dev', '--keep-daily', '9')).exitCode).toBe(0);
    expect((await json('snapshots', 'dev', '--deleted')).deleted).toEqual([]);
  });
});

test('without all that lies under .versions, verify and restore tell what older snapshots lack, and the next backup is whole', async () => {
  const first = await backUp();
  simulator.instance.edit('A|01.00.0000', { marker: 'later' });
  await backUp();
  await rm(join(desk.directory, 'vault', '.versions'), { recursive: true });

  const gone = { id: 'A|01.00.0000', problem: expect.stringMatching(/is missing from \.\/vault$/) };
  const copied = { id: 'B|01.00.0000', problem: expect.stringContaining('the file that people see there is whole') };
  const older = await json('verify', 'dev', '--snapshot', first);
  expect(older).toMatchObject({ exitCode: 1, checked: 2, damaged: [gone, copied], chain: { broken: [] } });
  expect(await json('verify', 'dev')).toMatchObject({ exitCode: 1, damaged: [{ id: gone.id }, { id: copied.id }] });
  expect((await json('snapshots', 'dev', '--deleted')).deleted).toEqual([]);
  const restored = await desk.oic(
    'restore',
    'dev',
    '--to',
    'dev',
    '--snapshot',
    first,
    '--existing',
    'replace',
    '--yes',
  );
  expect(restored).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(/FAILED {3}A\|01.00.0000 was not sent: .*missing/),
  });

  expect(await json('backup', 'dev')).toMatchObject({ exitCode: 0, complete: true });
  expect(await json('verify', 'dev')).toMatchObject({ exitCode: 0, checked: 2, damaged: [] });
  // What people see was the only one left of B, and has not gone with the new one.
  expect((await json('verify', 'dev', '--snapshot', first)).damaged).toMatchObject([gone]);
});

describe('much that is gone, without an error', () => {
  const ids = ['C', 'D', 'E', 'F', 'G', 'H'].map((code) => `${code}|01.00.0000`);
  let before: string;
  const add = (): void => {
    for (const id of ids) simulator.instance.add(buildSampleArchive({ code: id.slice(0, 1), version: '01.00.0000' }));
  };
  beforeEach(async () => {
    add();
    before = await backUp();
  });
  const remove = (count: number): void => {
    for (const { id } of simulator.instance.list().toReversed().slice(0, count)) simulator.instance.remove(id);
  };
  const page = () => readFile(join(desk.directory, 'vault/reports/dev/latest.html'), 'utf8');

  test.each([
    [1, 0, false],
    [3, 0, true],
    [6, 1, true],
    [8, 1, true],
  ])(
    '%i of 8 integrations: exit %i, told loudly: %s; every night until it is called meant',
    async (gone, exitCode, isTold) => {
      remove(gone);

      const typed = await desk.oic('backup', 'dev');

      expect(typed.exitCode).toBe(exitCode);
      const words = `integrations are gone: ${gone} of the 8 that ${before} held are not on dev any more`;
      expect(typed.stdout.includes(`LOSS     ${words}`)).toBe(isTold);
      expect(typed.stdout).toContain('complete snapshot');
      expect((await page()).includes(`<b>Much is gone:</b> ${words}`)).toBe(isTold);
      expect((await desk.oic('verify', 'dev')).exitCode).toBe(0);
      const next = await json('backup', 'dev');
      const losses = isTold ? [{ what: 'integrations', since: before, before: 8, gone, isSevere: gone > 4 }] : [];
      expect(next).toMatchObject({ exitCode, complete: true, losses, integrations: 8 - gone });
      expect(await json('backup', 'dev', '--accept-loss')).toMatchObject({ exitCode: 0, losses: [] });
      expect(await json('backup', 'dev')).toMatchObject({ exitCode: 0, losses: [] });
    },
  );

  test('in two steps is told of both, and of neither any more when it is there again', async () => {
    remove(3);
    const between = (await json('backup', 'dev')).snapshot;
    remove(2);
    expect(await json('backup', 'dev')).toMatchObject({
      exitCode: 1,
      losses: [
        { since: between, before: 5, gone: 2, isSevere: false },
        { since: before, before: 8, gone: 5, isSevere: true },
      ],
    });

    const back = await desk.oic(
      'restore',
      'dev',
      '--to',
      'dev',
      '--snapshot',
      before,
      '--activation',
      'never',
      '--yes',
    );

    expect(back).toMatchObject({ exitCode: 0 });
    expect(await json('backup', 'dev')).toMatchObject({ exitCode: 0, losses: [], integrations: 8 });
  });

  test('keeps the snapshot before it from being pruned, until it is called meant', async () => {
    remove(6);
    await desk.oic('backup', 'dev');

    const { kept } = await json('prune', 'dev', '--keep-last', '1');

    expect(kept).toMatchObject([
      { reasons: expect.arrayContaining(['one of the last 1']) },
      { snapshot: before, reasons: ['before much was gone, which nobody has called meant'] },
    ]);
    expect(await json('verify', 'dev', '--snapshot', before)).toMatchObject({ exitCode: 0, checked: 8, damaged: [] });
    await desk.oic('backup', 'dev', '--accept-loss');
    expect(await json('prune', 'dev', '--keep-last', '1')).toMatchObject({
      kept: [{}],
      forgotten: expect.arrayContaining([before]),
    });
  });

  test('is told no more when the snapshot before it was taken away', async () => {
    remove(6);
    await desk.oic('backup', 'dev');
    await store().delete(snapshotKey('dev', before));
    expect(await json('backup', 'dev')).toMatchObject({ exitCode: 0, losses: [] });
  });

  test('is none when the settings leave it out', async () => {
    await desk.configure({ dev: simulator }, { backup: { include: ['A', 'B'] } });
    expect(await json('backup', 'dev')).toMatchObject({ exitCode: 0, losses: [], integrations: 2 });
  });
});

describe('a snapshot that is dated ahead', () => {
  let real: string;
  let ahead: string;
  beforeEach(async () => {
    await backUp();
    real = await backUp();
    ahead = await takeAhead(400 * DAY_MS);
  });

  test.each([
    ['verify', ['verify', 'dev']],
    ['restore', ['restore', 'dev', '--to', 'dev', '--dry-run']],
    ['diff', ['diff', 'dev@latest', 'dev']],
    ['report', ['report', 'dev']],
    ['snapshots', ['snapshots', 'dev']],
    ['backup', ['backup', 'dev']],
    ['show', ['show', 'dev', 'A/01.00.0000', '--picture', '--vault', './vault']],
  ])('is not the latest for %s, and named by it', async (_, args) => {
    const { exitCode, stdout, stderr } = await desk.oic(...args);
    expect({ args, exitCode, stderr }).toMatchObject({ exitCode: args[0] === 'report' ? 1 : 0 });
    expect(stdout + stderr).toContain(`${ahead} of dev is dated ahead`);
    expect(stdout + stderr).toContain(`\`oic prune dev --forget ${ahead}\``);
    if (args[0] === 'verify' || args[0] === 'restore' || args[0] === 'report') expect(stdout).toContain(real);
  });

  test('is not the one before for the next backup', async () => {
    const next = await backUp();
    const { previous } = await createVault(store(), ALL_KINDS).getSnapshot('dev', next);
    expect(previous).toMatchObject({ snapshot: real });
  });

  test('makes prune forget nothing, until it is forgotten by name', async () => {
    const refused = await desk.oic('prune', 'dev', '--keep-daily', '1');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`${ahead} of dev is dated ahead`);
    expect((await json('snapshots', 'dev')).snapshots).toHaveLength(3);

    for (const args of [[real], ['x'], [ahead, '--keep-daily', '1'], ['2020-01-01T00-00-00Z']]) {
      expect((await desk.oic('prune', 'dev', '--forget', ...args)).exitCode).toBeGreaterThan(0);
    }
    expect(await json('prune', 'dev', '--forget', ahead)).toMatchObject({ exitCode: 0, forgotten: [ahead] });

    const { exitCode, kept } = await json('prune', 'dev', '--keep-daily', '1');
    expect({ exitCode, kept: kept.length }).toEqual({ exitCode: 0, kept: 1 });
    expect(await json('verify', 'dev')).toMatchObject({ exitCode: 0, snapshot: real, chain: { broken: [] } });
  });
});

describe('a clock that is off', () => {
  test.each([
    ['ahead', -400 * DAY_MS, /is 400 days ahead of that of dev \(20/],
    ['behind', 90 * 60_000, /is 90 minutes behind that of dev \(20/],
  ])('by an hour or more (%s) lets nothing be backed up nor forgotten', async (_, ms, words) => {
    const before = await backUp();
    aheadMs = ms;
    const refused = await desk.oic('backup', 'dev');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(words);
    expect((await json('snapshots', 'dev')).snapshots).toMatchObject([{ snapshot: before }]);
    expect(await desk.oic('prune', 'dev', '--keep-daily', '1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(words),
    });
    const { checks } = await json('doctor', 'dev');
    expect(checks).toContainEqual({ name: 'clock', ok: false, advice: expect.stringMatching(words) });
  });

  test('by minutes is a warning of the snapshot', async () => {
    aheadMs = 7 * 60_000;
    const { exitCode, complete, warnings } = await json('backup', 'dev');
    expect({ exitCode, complete }).toEqual({ exitCode: 0, complete: true });
    expect(warnings).toMatchObject([
      { id: 'the clock here', message: expect.stringMatching(/ is 7 minutes behind that of dev/) },
    ]);
    expect((await desk.oic('prune', 'dev', '--keep-daily', '1')).stderr).toMatch(
      /^warning: the clock here .* minutes behind/,
    );
  });

  test('cannot be found out by prune when the instance cannot be asked, which is said', async () => {
    await backUp();
    await simulator.close();
    open.splice(0);
    expect(await desk.oic('prune', 'dev', '--keep-daily', '1')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('was not held against that of dev'),
    });
  });
});
