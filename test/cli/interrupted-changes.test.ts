import { execFile } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rounds } from '../rounds.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { createRandom } from '../simulator/random.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { type Desk, openDesk, type Started } from './typed.ts';

/**
 * What ends a command, or takes its output away, at a random moment of a change. Afterwards the target is as before or as
 * wanted; or the last line names a command, and what that line says, typed as it stands, brings the target to what was wanted.
 */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const FULL = '/dev/full';
const HAS_FULL = existsSync(FULL);

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);

let desk: Desk;
let source: Simulator;
beforeAll(async () => {
  process.stdout.write(`interrupting changes with SEED=${seed}\n`);
  if (!HAS_FULL)
    process.stdout.write(`no ${FULL} here: output that cannot be written for want of space is not tried\n`);
  desk = await openDesk();
  source = await startSimulator();
  await desk.configure({ prod: source });
  for (const content of contents('new'))
    source.instance.add(archiveOf(content), { status: 'ACTIVATED', ...stateOf(content) });
  expect(await desk.oic('backup', 'prod')).toMatchObject({ exitCode: 0 });
  for (const { code, ...more } of contents('new')) await desk.write(`${code}.iar`, archiveOf({ code, ...more }));
});
afterAll(async () => {
  await source.close();
  await desk.close();
});

type Content = Partial<Parameters<typeof buildSampleArchive>[0]> & { readonly code: string };

const contents = (marker: string): Content[] => [
  { code: 'CALLED', marker },
  { code: 'CALLER', marker, calls: [{ code: 'CALLED', version: '01.00.0000' }] },
  { code: 'NIGHTLY', marker, schedule: 'FREQ=DAILY' },
  { code: 'FRESH', marker },
];
const archiveOf = (content: Content) => buildSampleArchive({ version: '01.00.0000', ...content });
const stateOf = ({ schedule }: Content) => (schedule === undefined ? {} : { scheduleState: 'started' as const });

/** An instance that runs the old of all but the fresh one. */
const startTarget = async (): Promise<Simulator> => {
  const target = await startSimulator({
    latencyMs: { list: 10, get: 5, export: 10, import: 30, activate: 30, other: 10 },
    behaviour: { importedConnection: 'CONFIGURED' },
  });
  for (const content of contents('old').slice(0, 3)) {
    target.instance.add(archiveOf(content), { status: 'ACTIVATED', ...stateOf(content) });
  }
  return target;
};

const held = ({ instance }: Simulator): string =>
  instance
    .list()
    .map(({ id, status, schedule, contentDigest }) => `${id} ${status} ${schedule} ${contentDigest}`)
    .sort()
    .join('\n');

const COMMANDS = {
  deploy: (name: string) => ['deploy', name, ...contents('new').map(({ code }) => `${code}.iar`)],
  restore: (name: string) => ['restore', 'prod', '--to', name, '--existing', 'replace'],
} as const;

/** As a shell reads it. */
const wordsOf = async (command: string): Promise<string[]> => {
  const { stdout } = await promisify(execFile)('sh', ['-c', `oic() { printf '%s\\0' "$@"; }\n${command}`]);
  return stdout.split('\0').slice(0, -1);
};

test('a listing whose reader is gone ends quietly; one that finds no space says so, and does not claim a change', async () => {
  const unread = desk.start('list', 'prod', '--json');
  unread.process.stdout?.destroy();
  expect(await unread.ended).toMatchObject({ exitCode: 0, stderr: '' });
  if (!HAS_FULL) return;
  const full = openSync(FULL, 'w');
  const cut = desk.startInto(['ignore', full, 'pipe'], 'list', 'prod', '--json');
  closeSync(full);
  const stderr = 'oic: the result could not be written to stdout (ENOSPC)\n';
  expect(await cut.ended).toMatchObject({ exitCode: 1, stderr });
});

/** Resolves so many requests into the work, or when that has ended. */
const moment = async (target: Simulator, requests: number, { ended }: Started): Promise<void> => {
  const seen = target.requests.length;
  await new Promise<void>((resolve) => {
    if (requests === 0) resolve();
    target.onRequest(() => {
      if (target.requests.length - seen >= requests) resolve();
    });
    void ended.then(() => resolve());
  });
  await sleep(random.below(requests === 0 ? 700 : 20));
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const FAULTS = [...SIGNALS, ['stdout'], ['stderr'], ['stdout', 'stderr']] as const;

describe.each(['deploy', 'restore'] as const)('%s', (command) => {
  let target: Simulator;
  let name: string;
  let was: string;
  let wanted: string;
  let steps: number;
  let number = 0;

  const begin = async (): Promise<void> => {
    target = await startTarget();
    name = `t${number++}`;
    await desk.configure({ prod: source, [name]: target });
    was = held(target);
  };
  beforeAll(async () => {
    await begin();
    expect(await desk.oic(...COMMANDS[command](name))).toMatchObject({ exitCode: 0 });
    wanted = held(target);
    expect(wanted.match(/ACTIVATED/g)).toHaveLength(4);
    steps = target.requests.length;
    await target.close();
  });

  const howFound = (): 'as before' | 'as wanted' | 'in between' => {
    const found = held(target);
    return found === was ? 'as before' : found === wanted ? 'as wanted' : 'in between';
  };

  /** Does what the last line says. */
  const goOn = async (how: ReturnType<typeof howFound>, stderr: string): Promise<void> => {
    const command = /`(oic [^`]+)`/.exec(stderr.trimEnd().split('\n').at(-1) ?? '')?.[1];
    if (how === 'in between') expect(command, stderr).toBeDefined();
    if (command === undefined) return;
    const repaired = await desk.oic(...(await wordsOf(command)));
    expect([repaired.exitCode, howFound()], `${stderr}\n${repaired.stderr}`).toEqual([0, 'as wanted']);
  };

  test('ends well when it is sent a signal, or nobody reads its output any more, at any moment', async () => {
    // The first before anything is sent, when the program may not listen to signals yet.
    const faults = [random.pick(SIGNALS), ...random.shuffle(FAULTS)];
    const found: string[] = [];
    for (let round = 0; round < rounds(3, 40); round++) {
      await begin();
      const run = desk.start(...COMMANDS[command](name));
      const fault = faults[round % faults.length] ?? 'SIGINT';
      await moment(target, round === 0 ? 0 : random.below(steps), run);
      if (typeof fault === 'string') run.process.kill(fault);
      else for (const stream of fault) run.process[stream]?.destroy();
      const { exitCode, stderr } = await run.ended;
      const how = howFound();
      found.push(`${fault} ${how}`);
      if (typeof fault === 'string') {
        // What dies of the signal itself, for nothing is begun yet, a shell shows with the same number.
        const code = exitCode ?? (run.process.signalCode === fault ? EXIT_CODES[fault] : null);
        const codes: unknown[] = how === 'as wanted' ? [0, EXIT_CODES[fault]] : [EXIT_CODES[fault]];
        expect(codes, stderr).toContain(code);
        if (exitCode === null) expect(how).toBe('as before');
        await goOn(how, stderr);
      } else expect([exitCode, how], stderr).toEqual([0, 'as wanted']);
      await target.close();
    }
    process.stdout.write(`${command}: ${found.join('; ')}\n`);
  }, 600_000);

  test.runIf(HAS_FULL)(
    'is done all the same when there is no space for its output, and says so where it can',
    async () => {
      for (const full of rounds([['stdout', 'stderr']], [['stdout'], ['stderr'], ['stdout', 'stderr']])) {
        await begin();
        const file = openSync(FULL, 'w');
        const [stdout, stderr] = ['stdout', 'stderr'].map((name) => (full.includes(name) ? file : 'pipe'));
        const run = desk.startInto(['ignore', stdout, stderr], ...COMMANDS[command](name));
        closeSync(file);
        const ended = await run.ended;
        expect([ended.exitCode, howFound()]).toEqual([stdout === file ? 1 : 0, 'as wanted']);
        if (stderr === 'pipe') expect(ended.stderr).toMatch(/could not be written to stdout \(ENOSPC\)/);
        await target.close();
      }
    },
    60_000,
  );
});
