import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { seedSamples } from '../simulator/archives/samples.ts';
import type { Simulator } from '../simulator/server.ts';
import { storedFile } from '../store/stored-file.ts';
import { useDesk } from './use-desk.ts';

const desk = useDesk();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await desk.startInstance();
  await desk.configure({ dev: simulator });
});
const HELLO = 'HELLO|01.00.0000';
const hello = (marker = 'a') =>
  buildSampleArchive({ code: 'HELLO', version: '01.00.0000', name: 'Hello World', marker });

const json = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await desk.oic(...args, '--json');
  return { exitCode, stderr, document: JSON.parse(stdout) };
};

test('list and show tell what the instance has', async () => {
  simulator.instance.add(hello(), { status: 'ACTIVATED' });
  simulator.instance.add(buildSampleArchive({ code: 'OTHER', version: '01.00.0000' }), { status: 'CONFIGURED' });

  expect((await json('list', 'dev')).document.integrations.map(({ id }: { id: string }) => id)).toEqual([
    HELLO,
    'OTHER|01.00.0000',
  ]);
  expect((await json('list', 'dev', '--status', 'activated')).document.integrations).toHaveLength(1);
  expect((await json('list', 'dev', '--name', 'world')).document.integrations).toHaveLength(1);
  expect((await json('show', 'dev', 'HELLO/01.00.0000')).document).toMatchObject({
    id: HELLO,
    status: 'ACTIVATED',
    schedule: null,
  });
  expect((await desk.oic('list', 'dev')).stdout).toMatch(/HELLO\|01\.00\.0000 +Hello World +ACTIVATED/);
  expect(await desk.oic('show', 'dev', 'NOT/01.00.0000')).toMatchObject({ exitCode: 1, stdout: '' });
});

test('export writes the whole archive, for its owner only', async () => {
  simulator.instance.add(hello());

  const { document } = await json('export', 'dev', HELLO, '--out', 'hello.iar');

  const file = join(desk.directory, 'hello.iar');
  expect(document).toEqual({
    id: HELLO,
    file: 'hello.iar',
    bytes: (await readFile(file)).length,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

/** Where what was there is kept. */
const KEPT = './vault/safety/dev/HELLO/01.00.0000.iar';

test('import adds, replaces, and leaves alone what is the same', async () => {
  await desk.write('ignored name (5).iar', '');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(desk.directory, 'a.iar'), hello('a'));
  await writeFile(join(desk.directory, 'b.iar'), hello('b'));

  const actions = [];
  for (const file of ['a.iar', 'a.iar', 'b.iar']) actions.push((await json('import', 'dev', file)).document.results[0]);

  expect(actions).toEqual([
    { file: 'a.iar', kind: 'integrations', id: HELLO, action: 'imported' },
    { file: 'a.iar', kind: 'integrations', id: HELLO, action: 'unchanged' },
    { file: 'b.iar', kind: 'integrations', id: HELLO, action: 'replaced', copy: KEPT },
  ]);
  expect(simulator.instance.get(HELLO)?.status).toBe('CONFIGURED');
});

test('import refuses to replace an active integration, and goes on with the next file', async () => {
  const { writeFile } = await import('node:fs/promises');
  simulator.instance.add(hello('a'), { status: 'ACTIVATED' });
  await writeFile(join(desk.directory, 'b.iar'), hello('b'));
  await writeFile(join(desk.directory, 'c.iar'), buildSampleArchive({ code: 'OTHER', version: '01.00.0000' }));
  await desk.write('junk.iar', '<html>log in</html>');

  const { exitCode, stderr, document } = await json('import', 'dev', 'b.iar', 'junk.iar', 'c.iar');

  expect(exitCode).toBe(1);
  expect(document.results.map(({ action }: { action: string }) => action)).toEqual(['failed', 'failed', 'imported']);
  expect(stderr).toMatch(/it is active; deactivate it first/);
  expect(stderr).toMatch(/junk\.iar was not sent/);
});

test('activate waits until it is active; deactivate stops the schedule and waits', async () => {
  const nightly = buildSampleArchive({ code: 'NIGHTLY', version: '01.00.0000', schedule: 'FREQ=DAILY' });
  simulator.instance.add(nightly, { status: 'CONFIGURED' });

  expect((await json('activate', 'dev', 'NIGHTLY/01.00.0000')).document).toEqual({
    results: [{ id: 'NIGHTLY|01.00.0000', status: 'ACTIVATED' }],
  });
  expect(simulator.instance.get('NIGHTLY|01.00.0000')?.status).toBe('ACTIVATED');
  simulator.instance.setSchedule('NIGHTLY|01.00.0000', 'started');
  expect((await json('deactivate', 'dev', 'NIGHTLY/01.00.0000')).exitCode).toBe(0);
  expect(simulator.instance.get('NIGHTLY|01.00.0000')).toMatchObject({ status: 'CONFIGURED', schedule: 'stopped' });
});

test("activate prints Oracle's own reason when it fails, without its HTML", async () => {
  simulator.instance.add(hello(), { status: 'CONFIGURED' });
  simulator.faults.failActivation(
    HELLO,
    '<br> Integration HELLO(1.0) cannot be activated.<br> XML parsing failed in <case>.',
  );

  const { exitCode, stderr } = await desk.oic('activate', 'dev', HELLO);

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /activating HELLO\|01\.00\.0000 on dev failed: .*Integration HELLO\(1\.0\) cannot be activated\. XML parsing failed in <case>\./,
  );
  expect(stderr).not.toContain('<br>');
});

test('delete refuses an active integration, and deletes it with --deactivate', async () => {
  simulator.instance.add(hello(), { status: 'ACTIVATED' });

  const refused = await json('delete', 'dev', HELLO);
  expect(refused).toMatchObject({ exitCode: 1, document: { results: [{ id: HELLO, deleted: false }] } });
  expect(refused.stderr).toContain('add --deactivate');
  expect((await json('delete', 'dev', HELLO, '--deactivate')).document).toEqual({
    results: [{ id: HELLO, deleted: true, copy: KEPT }],
  });
  expect(simulator.instance.list()).toEqual([]);
});

/** Somebody else has begun it in the console; it ends after the instance was read so many times. */
const underWay = (status: 'ACTIVATION_INPROGRESS' | 'DEACTIVATION_INPROGRESS', reads = 3): void => {
  simulator.instance.add(hello(), { status });
  simulator.onRequest(({ kind }) => {
    if (kind === 'get' && --reads === 0)
      simulator.instance.setStatus(HELLO, status === 'ACTIVATION_INPROGRESS' ? 'ACTIVATED' : 'CONFIGURED');
  });
};

/** Of changes: reading what is gone, to see that it is, is refused as well. */
const refusals = () => simulator.requests.filter(({ method, status = 0 }) => method !== 'GET' && status >= 400);

test.each([[], ['--deactivate']])(
  'delete %j waits for the end of a deactivation that is under way',
  async (...args) => {
    underWay('DEACTIVATION_INPROGRESS');

    expect(await json('delete', 'dev', HELLO, ...args)).toMatchObject({
      exitCode: 0,
      document: { results: [{ id: HELLO, deleted: true }] },
    });
    expect(simulator.instance.list()).toEqual([]);
    expect(refusals()).toEqual([]);
  },
);

test('delete refuses what is being activated; with --deactivate it waits for that, and for the deactivation', async () => {
  underWay('ACTIVATION_INPROGRESS');

  expect((await desk.oic('delete', 'dev', HELLO)).stderr).toContain(
    `${HELLO} is being activated on dev and was not deleted; add --deactivate if it may be stopped`,
  );
  expect((await json('delete', 'dev', HELLO, '--deactivate')).exitCode).toBe(0);
  expect(simulator.instance.list()).toEqual([]);
  expect(refusals()).toEqual([]);
});

test('import waits for the end of a deactivation that is under way, and refuses what is being activated', async () => {
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(desk.directory, 'b.iar'), hello('b'));
  underWay('DEACTIVATION_INPROGRESS');

  expect((await json('import', 'dev', 'b.iar')).document.results).toMatchObject([{ action: 'replaced' }]);
  expect(refusals()).toEqual([]);
  await writeFile(join(desk.directory, 'c.iar'), hello('c'));
  simulator.instance.setStatus(HELLO, 'ACTIVATION_INPROGRESS');
  expect((await desk.oic('import', 'dev', 'c.iar')).stderr).toContain('it is being activated; deactivate it first');
  expect(refusals()).toEqual([]);
});

test('deactivate says what is there: a draft stays a draft', async () => {
  simulator.instance.add(hello(), { status: 'INPROGRESS' });

  expect((await json('deactivate', 'dev', HELLO)).document).toEqual({ results: [{ id: HELLO, status: 'INPROGRESS' }] });
});

test('an instance without `deploy` is not changed by any command', async () => {
  simulator.instance.add(hello(), { status: 'ACTIVATED' });
  await desk.configure({ dev: simulator }, { deploy: undefined });
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(desk.directory, 'a.iar'), buildSampleArchive({ code: 'NEW', version: '01.00.0000' }));

  for (const args of [
    ['import', 'dev', 'a.iar'],
    ['deactivate', 'dev', HELLO],
    ['delete', 'dev', HELLO, '--deactivate'],
  ]) {
    const { exitCode, stderr } = await desk.oic(...args);
    expect({ args, exitCode }).toEqual({ args, exitCode: 1 });
    expect(stderr).toContain('dev has no `deploy` in the settings');
  }
  expect(simulator.instance.list()).toMatchObject([{ id: HELLO, status: 'ACTIVATED' }]);
});

test('backup, snapshots and verify work together on a directory', async () => {
  seedSamples(simulator, { count: 30 });

  const first = await json('backup', 'dev', '--vault', 'safe');
  const second = await json('backup', 'dev', '--vault', 'safe');
  const { document: listed } = await json('snapshots', 'dev', '--vault', 'safe');
  const verified = await json('verify', 'dev', '--vault', 'safe', '--snapshot', first.document.snapshot);

  expect(first).toMatchObject({
    exitCode: 0,
    document: { complete: true, integrations: 30, exported: 30, unchanged: 0, failures: [] },
  });
  expect(second.document).toMatchObject({ complete: true, exported: 0, unchanged: 30 });
  expect(listed.snapshots.map(({ snapshot }: { snapshot: string }) => snapshot)).toEqual([
    second.document.snapshot,
    first.document.snapshot,
  ]);
  // The two lookups the integrations brought along are archives as well.
  expect(verified).toMatchObject({ exitCode: 0, document: { checked: 32, damaged: [] } });
});

test('verify names what was damaged or removed in the vault', async () => {
  seedSamples(simulator, { count: 5, versionShare: 0 });
  await desk.oic('backup', 'dev');
  const { open, rm, symlink } = await import('node:fs/promises');
  const [one, two, three] = simulator.instance.list();
  const fileOf = (id = '') => storedFile(join(desk.directory, 'vault'), `integrations/dev/${id.replace('|', '/')}.iar`);
  const file = await open(await fileOf(one?.id), 'r+');
  await file.write(Buffer.from('damage'), 0, 6, 200);
  await file.close();
  await rm(await fileOf(two?.id));
  const third = await fileOf(three?.id);
  await rm(third);
  await symlink(await fileOf(one?.id), third);

  const { exitCode, document } = await json('verify', 'dev');

  expect(exitCode).toBe(1);
  expect(document.damaged).toMatchObject([
    { id: one?.id, problem: expect.stringContaining('damaged') },
    { id: two?.id, problem: expect.stringContaining('missing') },
    // A link is no file of the vault, wherever it leads.
    { id: three?.id, problem: expect.stringContaining('missing') },
  ]);
});

test('connections tells what they lack, and the template has every key, and no value where none was told', async () => {
  const archive = buildSampleArchive({
    code: 'USES',
    version: '01.00.0000',
    connections: [{ id: 'ERP', properties: ['host'] }],
  });
  simulator.instance.add(archive, { connections: 'DRAFT' });

  const { document } = await json('connections', 'dev');
  const { document: template } = await json('connections', 'dev', '--template');

  expect(document.connections).toMatchObject([
    { id: 'ERP', status: 'DRAFT', missing: expect.arrayContaining(['host']) },
  ]);
  const properties = [...template.connections.ERP.connectionProperties, ...template.connections.ERP.securityProperties];
  expect(properties.map(({ propertyName }) => propertyName)).toEqual(
    expect.arrayContaining(document.connections[0].missing),
  );
  expect(new Set(properties.map(({ propertyValue }) => propertyValue))).toEqual(new Set(['']));
});

test('doctor finds a healthy instance healthy', async () => {
  const { exitCode, document } = await json('doctor', 'dev');

  expect(exitCode).toBe(0);
  expect(document.checks.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok])).toEqual(
    ['host', 'tls', 'secret', 'token', 'role', 'integrationInstance', 'clock', 'deploy', 'vault'].map((name) => [
      name,
      true,
    ]),
  );
});

test('every command has help with an example', async () => {
  const { stdout } = await desk.oic('--help');
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'help');
  expect(commands.length).toBeGreaterThanOrEqual(13);

  for (const command of commands) {
    const help = await desk.oic(command, '--help');
    expect({ command, exitCode: help.exitCode }).toEqual({ command, exitCode: 0 });
    expect(help.stdout).toContain(`$ oic ${command}`);
    expect(help.stdout).toContain('--json');
  }
});
