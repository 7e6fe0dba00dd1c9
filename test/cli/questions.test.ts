/** What is shown before a question, and what is said when a change was not begun, or its end is not known. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { type Desk, openDesk } from './typed.ts';

let desk: Desk;
let simulator: Simulator;
beforeEach(async () => {
  desk = await openDesk();
  simulator = await startSimulator();
  await desk.configure({ prod: simulator }, { deploy: { confirm: true } });
  for (const [code, status] of [
    ['RUNS', 'ACTIVATED'],
    ['IDLE', 'CONFIGURED'],
    ['SAME', 'CONFIGURED'],
  ] as const) {
    simulator.instance.add(archiveOf(code, 'old'), { status });
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  await simulator.close();
  await desk.close();
});

const archiveOf = (code: string, marker: string) => buildSampleArchive({ code, version: '01.00.0000', marker });
const ids = () => simulator.instance.list().map(({ code }) => code);

test('delete says what it refuses before it asks, and asks about the others alone', async () => {
  const { exitCode, stderr } = await desk.answering('prod', 'delete', 'prod', 'RUNS/01.00.0000', 'IDLE/01.00.0000');

  expect(exitCode).toBe(1);
  const [asked = ''] = stderr.split('Type prod to go on');
  expect(asked).toContain('RUNS|01.00.0000 is active on prod and was not deleted; add --deactivate');
  expect(asked).toMatch(/delete on prod: 1 integration\n {2}IDLE\|01\.00\.0000\n$/);
  expect(ids().sort()).toEqual(['RUNS', 'SAME']);
});

test('delete does not ask when it refuses all', async () => {
  const { exitCode, stderr } = await desk.answering('prod', 'delete', 'prod', 'RUNS/01.00.0000');

  expect(exitCode).toBe(1);
  expect(stderr).not.toContain('Type prod');
});

test('import counts and names what it replaces before it asks', async () => {
  for (const [code, marker] of [
    ['RUNS', 'new'],
    ['IDLE', 'new'],
    ['SAME', 'old'],
    ['FRESH', 'new'],
  ] as const)
    await desk.write(`${code}.iar`, archiveOf(code, marker));
  await desk.write('CODES.csv', 'not a lookup');
  const files = ['RUNS.iar', 'IDLE.iar', 'SAME.iar', 'FRESH.iar', 'CODES.csv'];

  const { stderr } = await desk.answering('no', 'import', 'prod', ...files);

  const [asked = ''] = stderr.split('Type prod to go on');
  expect(asked.split('\n').slice(-4)).toEqual([
    '  + FRESH|01.00.0000',
    '  ~ IDLE|01.00.0000 is replaced',
    'import into prod: 1 added, 1 replaced',
    '',
  ]);
  expect(asked).toContain('replacing RUNS|01.00.0000 on prod was refused: it is active');
  expect(asked).toContain('CODES.csv was not sent');
  expect(stderr).toContain('"no" is not prod; nothing was changed');
  expect(simulator.requests.filter(({ method, kind }) => method !== 'GET' && kind !== 'token')).toEqual([]);
});

test('what is not known to be deleted does not read as not deleted', async () => {
  let isSent = false;
  let isLate = false;
  simulator.faults.add({ match: { method: 'DELETE' }, answer: { status: 504 } });
  simulator.onRequest(({ method }) => {
    isLate = isSent;
    if (method !== 'DELETE') return;
    isSent = true;
    simulator.faults.add({ match: { kind: 'get' }, answer: { status: 403 } });
  });
  // By the clock of the program the patience is over at once.
  const { performance: real } = globalThis;
  const now = real.now.bind(real);
  vi.spyOn(real, 'now').mockImplementation(() => now() + (isLate ? 1_000_000 : 0));

  const { exitCode, stdout } = await desk.oic('delete', 'prod', 'IDLE/01.00.0000', '--confirm', 'prod', '--json');

  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout).results).toMatchObject([{ id: 'IDLE|01.00.0000', deleted: null, state: 'unknown' }]);
});

test('a script that may not delete by comparison is told the whole command to type', async () => {
  const dr = await startSimulator();
  await desk.configure({ prod: simulator, dr });
  try {
    const { exitCode, stderr } = await desk.oic('restore', 'prod', '--to', 'dr', '--mirror', '--vault', 'the vault');

    expect(exitCode).toBe(2);
    expect(stderr).toContain("`oic restore prod --to dr --mirror --vault 'the vault' --yes`");
  } finally {
    await dr.close();
  }
});

test('a deployment that is interrupted before anything was begun says so', async () => {
  await desk.configure({ prod: simulator });
  await desk.write('NEW.iar', archiveOf('NEW', 'new'));
  const run = desk.start('deploy', 'prod', 'NEW.iar');
  simulator.onRequest(async ({ kind }) => {
    if (kind !== 'token') return;
    run.process.kill('SIGINT');
    await new Promise((resolve) => run.process.stderr?.once('data', resolve));
  });

  const { exitCode, stderr } = await run.ended;

  expect(exitCode).toBe(130);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(
    `oic: interrupted. Nothing was changed; \`oic deploy prod NEW.iar\` begins anew`,
  );
});
