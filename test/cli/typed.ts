/**
 * Types `oic` commands as a person does: gives the exit code and everything that is said. One command at a time runs in this
 * process, which has it loaded already; `start` gives each a process of its own.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expectNoSecret } from '../encodings.ts';
import type { Simulator } from '../simulator/server.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const CLI = join(ROOT, 'bin', 'oic.mjs');
/** Of compiled code, for all desks: they start a process for every command. */
const CACHE = join(ROOT, 'node_modules', '.cache');

interface Typed {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Typed>;
}

export interface Desk {
  readonly directory: string;
  /** Everything ever said here, to search it for secrets. */
  said(): string;
  oic(...args: string[]): Promise<Typed>;
  /** At a terminal, where a person gives this answer to whatever is asked. */
  answering(answer: string, ...args: string[]): Promise<Typed>;
  /** In a process of its own, to be watched or killed. */
  start(...args: string[]): Started;
  /** As `start`; only what goes into a pipe is heard. */
  startInto(stdio: StdioOptions, ...args: string[]): Started;
  write(file: string, content: string | Uint8Array | object): Promise<string>;
  /** Of the environment of what is typed from then on. */
  setVariable(name: string, value: string): void;
  /** Settings and credentials for these instances, under the names the commands look for. */
  configure(instances: Record<string, Simulator>, more?: object): Promise<void>;
  close(): Promise<void>;
}

let isRunningHere = false;

/** As `start`, but here: the same program, with this process as its own for as long as it takes. */
const runHere = async (
  args: readonly string[],
  directory: string,
  env: NodeJS.ProcessEnv,
  stdin = process.stdin,
): Promise<Typed> => {
  const { run } = await import('../../functions/cli.ts');
  isRunningHere = true;
  const ownStdin = Object.getOwnPropertyDescriptor(process, 'stdin') ?? {};
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  const before = { env: process.env, directory: process.cwd(), exitCode: process.exitCode };
  const writes = { stdout: process.stdout.write, stderr: process.stderr.write };
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (chunk: string | Uint8Array) => {
      said[name] += String(chunk);
      return true;
    };
  }
  process.env = env;
  process.chdir(directory);
  process.exitCode = 0;
  try {
    await run(args);
    return { exitCode: Number(process.exitCode ?? 0), ...said };
  } finally {
    process.exitCode = before.exitCode;
    process.chdir(before.directory);
    process.env = before.env;
    process.stdout.write = writes.stdout;
    process.stderr.write = writes.stderr;
    Object.defineProperty(process, 'stdin', ownStdin);
    isRunningHere = false;
  }
};

export const openDesk = async (): Promise<Desk> => {
  const directory = await mkdtemp(join(tmpdir(), 'oic-desk-'));
  let said = '';
  /** What a test wrote itself, and what was said but for a simulator, which is there to tell its credentials. */
  const given = new Set<string>();
  let told = '';
  let env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: directory,
    XDG_CACHE_HOME: CACHE,
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const write = async (file: string, content: string | Uint8Array | object): Promise<string> => {
    const path = join(directory, file);
    given.add(path);
    const isWhole = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(path, isWhole ? content : JSON.stringify(content));
    return path;
  };
  const startInto = (stdio: StdioOptions, ...args: string[]): Started => {
    const child = spawn(process.execPath, [CLI, ...args], { cwd: directory, env, stdio });
    const streams = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        streams[name] += text;
        said += text;
        if (args[0] !== 'simulate') told += text;
      });
    }
    const ended = new Promise<Typed>((resolve) => child.once('close', (exitCode) => resolve({ exitCode, ...streams })));
    return { process: child, ended };
  };
  const start = (...args: string[]): Started => startInto(['ignore', 'pipe', 'pipe'], ...args);
  const here = async (args: readonly string[], stdin?: typeof process.stdin): Promise<Typed> => {
    const typed = await runHere(args, directory, { ...env }, stdin);
    said += typed.stdout + typed.stderr;
    told += typed.stdout + typed.stderr;
    return typed;
  };
  return {
    directory,
    said: () => said,
    start,
    startInto,
    oic: (...args) => (isRunningHere ? start(...args).ended : here(args)),
    answering: (answer, ...args) => {
      const terminal = Object.assign(Readable.from([`${answer}\n`]), { isTTY: true });
      return here(args, terminal as unknown as typeof process.stdin);
    },
    write,
    configure: async (instances, more = {}) => {
      const settings = Object.entries(instances).map(([name, { url, integrationInstance }]) => [
        name,
        { url, integrationInstance, secret: `oic/${name}`, deploy: {}, ...more },
      ]);
      await write('cdk.json', { context: { oic: { instances: Object.fromEntries(settings) } } });
      for (const [name, simulator] of Object.entries(instances)) {
        const isGen2 = simulator.integrationInstance === undefined;
        const variable = `OIC_CREDENTIALS_${name.toUpperCase().replaceAll('-', '_')}`;
        env = { ...env, [variable]: JSON.stringify(simulator.credentials(isGen2 ? 'basic' : 'client')) };
      }
    },
    setVariable: (name, value) => {
      env = { ...env, [name]: value };
    },
    close: () => expectNoSecret(directory, told, given).finally(() => rm(directory, { recursive: true, force: true })),
  };
};
