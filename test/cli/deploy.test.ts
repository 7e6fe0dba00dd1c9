import { copyFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { createDirectoryStore } from '../../functions/store/directory/directory-store.ts';
import { createDropBox } from '../../functions/store/drop-box.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Simulator } from '../simulator/server.ts';
import { useDesk } from './use-desk.ts';

const desk = useDesk();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await desk.startInstance();
  await desk.configure({ test: simulator });
  simulator.onRequest(() => {
    for (const connection of simulator.instance.connections.values()) connection.status = 'CONFIGURED';
  });
});
const put = (file: string, code: string, options: Partial<Parameters<typeof buildSampleArchive>[0]> = {}) =>
  writeFile(join(desk.directory, file), buildSampleArchive({ code, version: '01.00.0000', ...options }));

test('deploy imports and activates, in call order, and tells each step', async () => {
  await put('caller.iar', 'A_CALLER', { calls: [{ code: 'CALLED', version: '01.00.0000' }] });
  await put('called.iar', 'CALLED');

  const { exitCode, stdout, stderr } = await desk.oic('deploy', 'test', 'caller.iar', 'called.iar', '--json');

  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).results).toMatchObject([
    {
      file: 'called.iar',
      id: 'CALLED|01.00.0000',
      state: 'deployed',
      steps: [{ do: 'import' }, { do: 'connect' }, { do: 'activate' }],
    },
    { file: 'caller.iar', id: 'A_CALLER|01.00.0000', state: 'deployed' },
  ]);
  expect(stderr).toMatch(/done {3}activate {7}CALLED\|01\.00\.0000/);
  expect(simulator.instance.list().map(({ status }) => status)).toEqual(['ACTIVATED', 'ACTIVATED']);
});

test('deploy --dry-run prints the plan and sends no write', async () => {
  simulator.instance.add(buildSampleArchive({ code: 'FLOW', version: '01.00.0000', marker: 'old' }), {
    status: 'ACTIVATED',
  });
  await put('flow.iar', 'FLOW', { marker: 'new' });

  const { exitCode, stdout } = await desk.oic('deploy', 'test', 'flow.iar', '--dry-run');

  expect(exitCode).toBe(0);
  expect(
    stdout
      .split('\n')
      .slice(1, 5)
      .map((line) => line.trim().split(/\s+/)[0]),
  ).toEqual(['deactivate', 'replace', 'connect', 'activate']);
  expect(simulator.requests.filter(({ method, kind }) => method !== 'GET' && kind !== 'token')).toEqual([]);
});

test('deploy ends with 1 when something was rejected or rolled back, and deploys the rest', async () => {
  simulator.instance.add(buildSampleArchive({ code: 'BROKEN', version: '01.00.0000', marker: 'old' }), {
    status: 'ACTIVATED',
  });
  simulator.faults.failActivation('BROKEN|01.00.0000', 'it cannot be', 1);
  await put('broken.iar', 'BROKEN', { marker: 'new' });
  await put('fine.iar', 'FINE');
  await desk.write('junk.iar', 'junk');

  const { exitCode, stdout } = await desk.oic(
    'deploy',
    'test',
    'broken.iar',
    'junk.iar',
    'fine.iar',
    'nowhere.iar',
    '--json',
  );

  expect(exitCode).toBe(1);
  const states = JSON.parse(stdout).results.map(({ file, state }: { file: string; state: string }) => [file, state]);
  expect(Object.fromEntries(states)).toEqual({
    'junk.iar': 'rejected',
    'nowhere.iar': 'rejected',
    'broken.iar': 'rolled-back',
    'fine.iar': 'deployed',
  });
});

test('deploy to an instance without `deploy` is refused before anything is sent', async () => {
  await desk.configure({ test: simulator }, { deploy: undefined });
  await put('flow.iar', 'FLOW');

  expect(await desk.oic('deploy', 'test', 'flow.iar')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('only read'),
  });
  expect(simulator.requests).toEqual([]);
});

test('a deploy that was killed is brought to its end by the next, and what ran before runs again', async () => {
  simulator.instance.add(
    buildSampleArchive({ code: 'FLOW', version: '01.00.0000', marker: 'old', schedule: 'FREQ=DAILY' }),
    {
      status: 'ACTIVATED',
      scheduleState: 'started',
    },
  );
  await put('flow.iar', 'FLOW', { marker: 'new', schedule: 'FREQ=DAILY' });
  const slow = simulator.faults.add({ match: { kind: 'replace' }, answer: { delayMs: 5_000 } });
  const run = desk.start('deploy', 'test', 'flow.iar');
  while (!simulator.requests.some(({ kind }) => kind === 'replace')) await sleep(20);
  run.process.kill('SIGKILL');
  await run.ended;
  slow();
  expect(simulator.instance.get('FLOW|01.00.0000')).toMatchObject({ status: 'CONFIGURED', schedule: 'stopped' });
  await expireLease('FLOW');

  const { exitCode, stdout } = await desk.oic('doctor', 'test');
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(
    /FAIL +undone +deploying FLOW\|01\.00\.0000 was cut off, which was active before: `oic deploy test FILE` with the same file goes on; its own archive is kept, and goes back by `oic deploy test \S+FLOW\/01\.00\.0000\.iar`/,
  );
  expect(await desk.oic('deploy', 'test', 'flow.iar')).toMatchObject({ exitCode: 0 });
  expect(simulator.instance.get('FLOW|01.00.0000')).toMatchObject({ status: 'ACTIVATED', schedule: 'started' });
  expect((await desk.oic('doctor', 'test')).stdout).not.toContain('undone');
}, 120_000);

test('a drop box that is lost in the middle of a deployment does not make a failure of it', async () => {
  simulator.instance.add(buildSampleArchive({ code: 'FLOW', version: '01.00.0000', marker: 'old' }), {
    status: 'ACTIVATED',
  });
  await put('flow.iar', 'FLOW', { marker: 'new' });
  const box = join(desk.directory, 'drop-box');
  const end = simulator.onRequest(async ({ kind }) => {
    if (kind !== 'activate') return;
    end();
    await rename(box, `${box}.away`);
    await desk.write('drop-box', 'where the drop box belongs');
  });

  const { exitCode, stdout, stderr } = await desk.oic('deploy', 'test', 'flow.iar');

  expect(simulator.instance.get('FLOW|01.00.0000')?.status).toBe('ACTIVATED');
  expect([exitCode, stdout]).toEqual([0, 'deployed    flow.iar: FLOW|01.00.0000 is deployed on test\n']);
  expect(stderr).toMatch(/warning: that deploying FLOW\|01\.00\.0000 has ended could not be noted: .*drop-box/);
});

/** As if the time had passed for which whoever died has it. */
const expireLease = async (code: string): Promise<void> => {
  const lease = createDropBox(createDirectoryStore(join(desk.directory, 'drop-box'))).lease('test', code);
  const { content, etag } = (await lease.read()) ?? {};
  await lease.write({ ...(content as object), expiresAt: new Date(Date.now() - 1_000).toISOString() }, etag);
};

test('deploy --dry-run names what the target lacks, and ends with 1; what comes with it is no lack', async () => {
  const calls = [{ code: 'CALLED', version: '01.00.0000' }];
  await put('caller.iar', 'CALLER', { calls, connections: [{ id: 'ERP', type: 'rest' }] });
  await put('called.iar', 'CALLED', { connections: [] });

  const alone = await desk.oic('deploy', 'test', 'caller.iar', '--dry-run');
  const both = await desk.oic('deploy', 'test', 'caller.iar', 'called.iar', '--dry-run', '--json');

  expect(alone.exitCode).toBe(1);
  expect(alone.stdout).toMatch(/^planned +caller\.iar: 3 steps planned, which would not end well$/m);
  expect(alone.stdout.match(/^ {2}LACKS +\S+ \S+/gm)).toEqual([
    '  LACKS          connection ERP',
    '  LACKS          CALLED|01.00.0000 is',
  ]);
  expect(both.exitCode).toBe(1);
  const { results } = JSON.parse(both.stdout) as { results: { lacks?: { kind: string; id: string }[] }[] };
  expect(results.map(({ lacks = [] }) => lacks.map(({ kind, id }) => `${kind} ${id}`))).toEqual([
    [],
    ['connections ERP'],
  ]);
});

test('deploy --dry-run says of what is there already that it is unchanged', async () => {
  simulator.instance.add(buildSampleArchive({ code: 'FLOW', version: '01.00.0000' }), { status: 'ACTIVATED' });
  await put('flow.iar', 'FLOW');

  const { stdout } = await desk.oic('deploy', 'test', 'flow.iar', '--dry-run');

  expect(stdout).toBe('unchanged   flow.iar: FLOW|01.00.0000: the target has it with this content, active\n');
});

test('deploy where activation is `never` says loudly that what was active is not any more', async () => {
  await desk.configure({ test: simulator }, { deploy: { activation: 'never' } });
  simulator.instance.add(buildSampleArchive({ code: 'FLOW', version: '01.00.0000', marker: 'old' }), {
    status: 'ACTIVATED',
  });
  await put('flow.iar', 'FLOW', { marker: 'new' });

  const dry = await desk.oic('deploy', 'test', 'flow.iar', '--dry-run');
  const { stdout } = await desk.oic('deploy', 'test', 'flow.iar');

  expect(dry.stdout).toMatch(/deactivate +FLOW\|01\.00\.0000 .*stays deactivated: `activation` is `never`/);
  expect(stdout).toMatch(/is deployed on test, NOT active/);
});

test('a watch of an instance with `deploy.confirm` begins when its name was said', async () => {
  await desk.configure({ test: simulator }, { deploy: { confirm: true } });

  expect(await desk.oic('watch', 'test', '--drop-box', 'box')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('add --confirm test'),
  });
});

test('watch handles drops of one code one after the other, however long an activation takes', async () => {
  const slow = await desk.startInstance({ activationMs: 7_000, behaviour: { importedConnection: 'CONFIGURED' } });
  await desk.configure({ test: slow });
  const watching = desk.start('watch', 'test', '--drop-box', 'box');
  try {
    await mkdir(join(desk.directory, 'box/deploy/test'), { recursive: true });
    await put('box/deploy/test/first.iar', 'FLOW');
    await put('box/deploy/test/second.iar', 'FLOW', { version: '01.00.0001' });
    const isDone = () => slow.instance.get('FLOW|01.00.0001')?.status === 'ACTIVATED';
    for (const until = Date.now() + 40_000; !isDone() && Date.now() < until; ) await sleep(100);
    await sleep(1_000);
  } finally {
    watching.process.kill('SIGINT');
    await slow.close();
  }
  const { stdout } = await watching.ended;

  const states = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).state);
  expect(states.toSorted()).not.toContain('failed');
  expect(slow.instance.get('FLOW|01.00.0001')?.status).toBe('ACTIVATED');
}, 60_000);

test("watch answers every file: also in the root, for no instance, of other kinds; what is another instance's it leaves", async () => {
  const other = await desk.startInstance({ integrationInstance: 'sim-prod' });
  await desk.configure({ test: simulator, prod: other });
  await other.close();
  for (const folder of ['deploy/test', 'deploy/prod', 'deploy/tset']) {
    await mkdir(join(desk.directory, 'box', folder), { recursive: true });
  }
  const watching = desk.start('watch', 'test', '--drop-box', 'box');
  for (const file of [
    'root.iar',
    'deploy/loose.iar',
    'deploy/tset/typo.iar',
    'deploy/test/table.csv',
    'deploy/prod/its.iar',
  ]) {
    await put(`box/${file}`, 'FLOW');
  }
  await desk.write('box/deploy/test/x.Iar', 'junk');
  let said = '';
  await new Promise<void>((resolve) => {
    watching.process.stdout?.on('data', (text: string) => {
      said += text;
      if (said.split('\n').length > 5) resolve();
    });
  });
  watching.process.kill('SIGINT');
  const { stdout } = await watching.ended;

  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { key: string; instance: string; state: string; message: string });
  expect(lines.map(({ key, instance, state }) => `${key} ${instance} ${state}`).sort()).toEqual([
    'deploy/loose.iar unknown rejected',
    'deploy/test/table.csv test rejected',
    'deploy/test/x.Iar test rejected',
    'deploy/tset/typo.iar unknown rejected',
    'root.iar unknown rejected',
  ]);
  for (const { message } of lines) expect(message).toMatch(/^nothing was sent /);
  const receipts = await readdir(join(desk.directory, 'box/receipts'), { recursive: true });
  expect(receipts.filter((name) => name.startsWith('unknown/') && name.endsWith('.json'))).toHaveLength(3);
  expect(simulator.requests.filter(({ kind }) => kind !== 'token')).toEqual([]);
}, 40_000);

test('watch deploys what is put into its directory, with a line of JSON and a receipt beside it', async () => {
  const watching = desk.start('watch', 'test', '--drop-box', 'box');
  await mkdir(join(desk.directory, 'box/deploy/test/some folder'), { recursive: true });
  await put('flow.iar', 'FLOW');
  await copyFile(
    join(desk.directory, 'flow.iar'),
    join(desk.directory, 'box/deploy/test/some folder/my flow + (2).iar'),
  );
  await desk.write('box/deploy/test/junk.iar', 'junk');
  const until = Date.now() + 20_000;
  const receipts = async () =>
    (await readdir(join(desk.directory, 'box/receipts'), { recursive: true }).catch(() => [])).filter((name) =>
      name.endsWith('.json'),
    );
  while (simulator.instance.get('FLOW|01.00.0000')?.status !== 'ACTIVATED' && Date.now() < until) await sleep(100);
  await sleep(500);
  watching.process.kill('SIGINT');
  const { exitCode, stdout } = await watching.ended;

  expect(exitCode).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(Object.fromEntries(lines.map(({ key, state }) => [key, state]))).toEqual({
    'deploy/test/junk.iar': 'rejected',
    'deploy/test/some folder/my flow + (2).iar': 'deployed',
  });
  expect(await receipts()).toHaveLength(2);
}, 40_000);

test('doctor tells a deployment that is under way, and by whom, and does not call it undone', async () => {
  await put('flow.iar', 'FLOW');
  let told: { readonly exitCode: number | null; readonly stdout: string } | undefined;
  simulator.onRequest(async ({ kind }) => {
    if (kind === 'activate') told = await desk.oic('doctor', 'test', '--drop-box', 'box', '--json');
  });

  expect(await desk.oic('deploy', 'test', 'flow.iar', '--drop-box', 'box')).toMatchObject({ exitCode: 0 });

  expect(told).toMatchObject({ exitCode: 0 });
  const { checks } = JSON.parse(told?.stdout ?? '') as { checks: { name: string; ok: boolean; advice: string }[] };
  expect(checks.filter(({ name }) => name === 'underWay' || name === 'undone')).toMatchObject([
    {
      name: 'underWay',
      ok: true,
      advice: expect.stringMatching(
        /^deploying FLOW is under way since 20\S+Z, by process \d+ on \S+; if that was killed, look again after 20\S+Z$/,
      ),
    },
  ]);
});
