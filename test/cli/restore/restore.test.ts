import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { createRandom } from '../../simulator/random.ts';
import type { Simulator } from '../../simulator/server.ts';
import { useDesk } from '../use-desk.ts';

const desk = useDesk();
let source: Simulator;
let target: Simulator;
beforeEach(async () => {
  source = await desk.startInstance();
  target = await desk.startInstance({
    latencyMs: { import: 20, activate: 20 },
    behaviour: { importedConnection: 'CONFIGURED' },
  });
  await desk.configure({ prod: source, dr: target });
});
const fill = (count: number): void => {
  for (let n = 0; n < count; n++) {
    const archive = buildSampleArchive({
      code: `FLOW_${n}`,
      version: '01.00.0000',
      ...(n % 4 === 0 && { schedule: 'FREQ=DAILY' }),
    });
    source.instance.add(archive, {
      status: n % 3 === 0 ? 'CONFIGURED' : 'ACTIVATED',
      scheduleState: n % 3 === 0 ? 'stopped' : 'started',
    });
  }
};

const stateOf = ({ instance }: Simulator) =>
  new Map(
    instance.list().map(({ id, status, schedule, contentDigest }) => [id, `${status} ${schedule} ${contentDigest}`]),
  );

test('restore recreates the latest complete snapshot, after showing it with --dry-run', async () => {
  fill(12);
  await desk.oic('backup', 'prod');

  const dry = await desk.oic('restore', 'prod', '--to', 'dr', '--dry-run');
  // How a connection comes to be configured there, nobody can foresee.
  expect(dry).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(/import +FLOW_0\|01\.00\.0000 +\(the target does not have it\)/),
  });
  expect(target.instance.list()).toEqual([]);

  const { exitCode, stdout } = await desk.oic('restore', 'prod', '--to', 'dr', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    created: 12,
    activated: 8,
    scheduled: 2,
    replaced: 0,
    skipped: 0,
    deleted: 0,
    failures: [],
  });
  expect(stateOf(target)).toEqual(stateOf(source));
});

test('a plan for a target that has all settings leaves nothing to a person, and one that lacks some names it once', async () => {
  fill(3);
  await desk.oic('backup', 'prod');
  const settings = {
    LOCAL_REST: { connectionProperties: [{ propertyName: 'connectionUrl', propertyValue: 'https://erp' }] },
  };
  const plan = async (connections: object) => {
    const credentials = { prod: source.credentials(), dr: { ...target.credentials(), connections } };
    const file = await desk.write('credentials.json', credentials);
    return desk.oic('restore', 'prod', '--to', 'dr', '--dry-run', '--credentials', file);
  };

  const ready = await plan(settings);
  const lacking = await plan({});

  expect(ready).toMatchObject({ exitCode: 0 });
  expect(ready.stdout).not.toMatch(/by hand|FAILED/);
  expect(lacking).toMatchObject({ exitCode: 1 });
  expect(lacking.stdout.match(/connection LOCAL_REST/g)).toHaveLength(1);
});

test('restore chooses the newest complete snapshot at or before a time', async () => {
  fill(2);
  const first = JSON.parse((await desk.oic('backup', 'prod', '--json')).stdout).snapshot;
  await sleep(1_100);
  fill(4);
  await desk.oic('backup', 'prod');
  const at = first.replace(/T(\d{2})-(\d{2})-(\d{2})Z/, 'T$1:$2:$3Z');

  const { stdout } = await desk.oic('restore', 'prod', '--to', 'dr', '--at', at, '--json');

  expect(JSON.parse(stdout)).toMatchObject({ snapshot: first, created: 2 });
  expect(await desk.oic('restore', 'prod', '--to', 'dr', '--at', '2020-01-01')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('no complete snapshot of prod at or before 2020-01-01'),
  });
});

test('a command that is told has the settings and credentials that were typed', async () => {
  await desk.oic('backup', 'prod');
  target.instance.add(buildSampleArchive({ code: 'EXTRA', version: '01.00.0000' }));
  const typed = await desk.oic('restore', 'prod', '--to', 'dr', '--mirror', '--config', 'cdk.json');
  expect(typed.stderr).toContain('`oic restore prod --to dr --mirror --yes --config cdk.json`');
});

test('restore refuses what cannot be meant', async () => {
  fill(1);
  await desk.oic('backup', 'prod');
  const refused = async (exitCode: number, sentence: RegExp, ...args: string[]) =>
    expect(await desk.oic('restore', 'prod', ...args)).toMatchObject({
      exitCode,
      stderr: expect.stringMatching(sentence),
    });

  await refused(2, /required option '--to/);
  await refused(2, /--existing is one of skip, replace/, '--to', 'dr', '--existing', 'overwrite');
  await refused(2, /do not go together/, '--to', 'dr', '--mirror', '--only', 'X', '--yes');
  await refused(
    2,
    /look with --dry-run, then type `oic restore prod --to dr --mirror --yes`/,
    '--to',
    'dr',
    '--mirror',
  );
  await refused(2, /"yesterday" is not a time/, '--to', 'dr', '--at', 'yesterday');
  await desk.configure({ prod: source, dr: target }, { deploy: undefined });
  await refused(2, /dr has no `deploy` in the settings/, '--to', 'dr');
  expect(target.instance.list()).toEqual([]);
});

test('verify --rehearse restores into a throw-away instance and compares', async () => {
  fill(10);
  await desk.oic('backup', 'prod');

  const { exitCode, stdout } = await desk.oic('verify', 'prod', '--rehearse', '--json');

  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ checked: 10, damaged: [], rehearsal: { restored: 10, differences: [] } });
});

test('a restore killed at any moment and run again comes to the same end, importing nothing twice', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  process.stdout.write(`killing restores with SEED=${seed}\n`);
  const random = createRandom(seed);
  fill(15);
  await desk.oic('backup', 'prod');
  const kills = rounds(4, 25);
  let cutOff = 0;
  for (let kill = 0; kill < kills; kill++) {
    for (const { id } of target.instance.list()) target.instance.remove(id);
    const from = target.requests.length;
    const run = desk.start('restore', 'prod', '--to', 'dr');
    await sleep(180 + random.below(250));
    run.process.kill('SIGKILL');
    if ((await run.ended).exitCode === null) cutOff++;
    expect(await desk.oic('restore', 'prod', '--to', 'dr')).toMatchObject({ exitCode: 0 });

    expect(stateOf(target)).toEqual(stateOf(source));
    const imported = target.requests
      .slice(from)
      .filter(({ kind, status }) => kind === 'import' && status === 204)
      .map(({ id }) => id);
    expect(imported.length).toBe(new Set(imported).size);
  }
  process.stdout.write(`${cutOff} of ${kills} restores were cut off\n`);
  expect(cutOff).toBeGreaterThanOrEqual(kills / 2);
}, 180_000);
