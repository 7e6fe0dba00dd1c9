import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { identifyThisProcess, type ProcessIdentity } from '../../functions/files/process-identity.ts';
import { type Turn, takeTurn } from '../../functions/files/turn.ts';
import { rounds } from '../rounds.ts';
import { createRandom, type Random } from '../simulator/random.ts';
import { makeTemporaryDirectory } from '../store/temporary-directory.ts';

let directory: string;
let here: ProcessIdentity;
beforeEach(async () => {
  directory = join(await makeTemporaryDirectory(), 'journal.turns');
  here = await identifyThisProcess();
});

const turnOf = (number: number): string => join(directory, String(number).padStart(10, '0'));
const holderOf = (number: number): string => join(turnOf(number), 'holder.json');

const setBack = async (file: string, seconds: number): Promise<void> => {
  const then = new Date(Date.now() - seconds * 1000);
  await utimes(file, then, then);
};

/** Somebody else has taken a turn, and was heard of so long ago. */
const heldBy = async (who: Partial<ProcessIdentity> | string, secondsAgo: number, number = 1): Promise<void> => {
  await mkdir(turnOf(number), { recursive: true });
  const text = typeof who === 'string' ? who : JSON.stringify({ ...here, token: 'theirs', ...who });
  await writeFile(holderOf(number), text);
  await setBack(holderOf(number), secondsAgo);
};

/** Undefined when it is the turn of another. */
const tryTurn = async (): Promise<Turn | undefined> => {
  const taken = await takeTurn(directory);
  if (!('isOurs' in taken)) return undefined;
  onTestFinished(() => taken.end());
  return taken;
};

const CHILD = { start: '1', pid: 4_194_000 };

describe('a turn', () => {
  it('is had by one at a time, and by the next one once it has ended', async () => {
    const first = await tryTurn();
    expect(await tryTurn()).toBeUndefined();

    await first?.end();

    expect(await first?.isOurs()).toBe(true);
    expect(await tryTurn()).toBeDefined();
    expect(await first?.isOurs()).toBe(false);
    expect(await readdir(directory)).toEqual(['0000000002']);
  });

  it('names host, boot, namespace, process and its start', async () => {
    await tryTurn();

    expect(JSON.parse(await readFile(holderOf(1), 'utf8'))).toMatchObject({
      host: expect.stringMatching(/./),
      boot: process.platform === 'linux' ? expect.stringMatching(/^[0-9a-f-]{36}$/) : '',
      pidNamespace: process.platform === 'linux' ? expect.stringMatching(/^pid:/) : '',
      pid: process.pid,
      start: process.platform === 'linux' ? expect.stringMatching(/^\d+$/) : '',
    });
  });

  it('is had by exactly one of 20 who want it at once, also when a stale one is in the way', async () => {
    await heldBy({ host: 'elsewhere' }, 61);
    const taken = await Promise.all(Array.from({ length: 20 }, tryTurn));

    expect(taken.filter((turn) => turn !== undefined)).toHaveLength(1);
  });

  const isLinux = process.platform === 'linux';
  it.each<readonly [string, Partial<ProcessIdentity> | string, number, boolean]>([
    ['a dead process of this machine', CHILD, 0, true],
    ['a process of another machine that was heard of just now', { host: 'elsewhere', ...CHILD }, 1, false],
    ['a process of another machine that was heard of 59 s ago', { host: 'elsewhere', ...CHILD }, 57, false],
    ['a process of another machine that was heard of 61 s ago', { host: 'elsewhere', ...CHILD }, 61, true],
    ['process 1 of another container', { pidNamespace: 'pid:[1]', pid: 1, start: '7' }, 1, false],
    ['process 1 of another container, silent for a minute', { pidNamespace: 'pid:[1]', pid: 1, start: '7' }, 61, true],
    ['this very number in another container', { pidNamespace: 'pid:[1]' }, 1, false],
    ['this very number before the machine was booted', { boot: 'before' }, 61, true],
    ['a process whose number was given again', { pid: process.ppid, start: '1' }, 0, isLinux],
    ['nobody knows whom', 'spoilt', 1, false],
    ['nobody knows whom, silent for a minute', 'spoilt', 61, true],
    ['nobody, an empty file as a power cut leaves it', '', 61, true],
    ['an older program, which wrote but a number', String(process.pid), 61, true],
    ['a clock that was an hour ahead', { host: 'elsewhere' }, -3600, true],
  ])('held by %s', async (_, who, secondsAgo, isFree) => {
    await heldBy(who, secondsAgo);

    expect((await tryTurn()) !== undefined).toBe(isFree);
  });

  it('that was lost to another says so, and neither renews nor ends that of the other', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const slept = await tryTurn();
    await heldBy({ host: 'elsewhere', ...CHILD }, 0, 2);
    await setBack(holderOf(1), 100);

    expect(await slept?.isOurs()).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    await slept?.end();
    expect(await readdir(turnOf(2))).toEqual(['holder.json']);
    expect(await tryTurn()).toBeUndefined();
  });

  it('is renewed for as long as it lasts, so that it stays held however long that is', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    await tryTurn();
    await setBack(holderOf(1), 50);
    const { mtimeMs: before } = await stat(holderOf(1));

    await vi.advanceTimersByTimeAsync(15_000);

    await expect.poll(async () => (await stat(holderOf(1))).mtimeMs).toBeGreaterThan(before + 40_000);
    expect(JSON.parse(await readFile(holderOf(1), 'utf8'))).toMatchObject({ pid: process.pid });
  });
});

const WORKER = fileURLToPath(new URL('./turn-worker.ts', import.meta.url));

const start = async (log: string, name: string): Promise<ChildProcess> => {
  const worker = spawn(process.execPath, [WORKER, directory, log, name], { stdio: ['ignore', 'ignore', 'inherit'] });
  onTestFinished(() => void worker.kill('SIGKILL'));
  await once(worker, 'spawn');
  return worker;
};

/** What happens to a lock beside kills: a disk, a person, a program, a clock. */
const damage = async (random: Random): Promise<void> => {
  const names = await readdir(directory).catch(() => []);
  const name = names.length > 0 ? random.pick(names as [string, ...string[]]) : undefined;
  const holder = name === undefined ? undefined : join(directory, name, 'holder.json');
  const what = random.below(4);
  if (what === 0) await mkdir(join(directory, `.new-${random.below(9)}`), { recursive: true }).catch(() => undefined);
  if (what === 1) await writeFile(join(directory, 'notes.txt'), 'of a person').catch(() => undefined);
  // Of whoever has the turn neither this nor anything else may take it away.
  if (what === 2 && holder) await setBack(holder, 30).catch(() => undefined);
  if (what === 3) await rm(join(directory, 'notes.txt'), { force: true });
};

describe('turns of four processes that are killed at random', () => {
  const seed = randomInt(2 ** 31);
  const ROUNDS = rounds(8, 200);
  it(`never overlap, and go on after every kill (${ROUNDS} rounds, seed ${seed})`, async () => {
    const random = createRandom(seed);
    const log = join(await makeTemporaryDirectory(), 'log');
    await writeFile(log, '');
    const workers = new Map<string, ChildProcess>();
    for (const n of [1, 2, 3, 4]) workers.set(`first${n}`, await start(log, `first${n}`));
    for (let round = 0; round < ROUNDS; round++) {
      const before = (await readFile(log, 'utf8')).length;
      await expect.poll(async () => (await readFile(log, 'utf8')).length, { timeout: 20_000 }).toBeGreaterThan(before);
      await sleep(random.below(12));
      await damage(random);
      const [name, victim] = random.pick([...workers] as [[string, ChildProcess]]);
      await appendFile(log, `kill ${name}\n`);
      const gone = once(victim, 'exit');
      victim.kill('SIGKILL');
      await gone;
      workers.delete(name);
      workers.set(`round${round}`, await start(log, `round${round}`));
    }
    for (const worker of workers.values()) worker.kill('SIGKILL');

    expect(countTurns(await readFile(log, 'utf8'))).toBeGreaterThan(ROUNDS);
  }, 300_000);
});

/** Of those that did not overlap: while one is in, another comes only once the first is being killed. */
const countTurns = (log: string): number => {
  const killed = new Set<string>();
  let inside: string | undefined;
  let turns = 0;
  for (const line of log.trim().split('\n')) {
    const [what, name = ''] = line.split(' ');
    if (what === 'kill') killed.add(name);
    if (what === 'leave') {
      expect(name).toBe(inside);
      inside = undefined;
    }
    if (what !== 'enter') continue;
    if (inside !== undefined) expect([...killed], `${name} came in while ${inside} was there`).toContain(inside);
    inside = name;
    turns++;
  }
  return turns;
};
