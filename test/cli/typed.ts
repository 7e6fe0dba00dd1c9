/** Types `oic` commands as a person does: another process, its exit code and everything it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from '../simulator/server.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const CLI = join(ROOT, 'functions', 'cli.ts');
/** Of compiled code, for all desks: they start a process for every command. */
const CACHE = join(ROOT, 'node_modules', '.cache');

interface Typed {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Desk {
  readonly directory: string;
  /** Everything ever said here, to search it for secrets. */
  said(): string;
  oic(...args: string[]): Promise<Typed>;
  start(...args: string[]): { process: ChildProcess; ended: Promise<Typed> };
  write(file: string, content: string | object): Promise<string>;
  /** Settings and credentials for these instances, under the names the commands look for. */
  configure(instances: Record<string, Simulator>, more?: object): Promise<void>;
  close(): Promise<void>;
}

export const openDesk = async (): Promise<Desk> => {
  const directory = await mkdtemp(join(tmpdir(), 'oic-desk-'));
  let said = '';
  let env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: directory,
    XDG_CACHE_HOME: CACHE,
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const write = async (file: string, content: string | object): Promise<string> => {
    const path = join(directory, file);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [CLI, ...args], { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const streams = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        streams[name] += text;
        said += text;
      });
    }
    const ended = new Promise<Typed>((resolve) => child.once('close', (exitCode) => resolve({ exitCode, ...streams })));
    return { process: child, ended };
  };
  return {
    directory,
    said: () => said,
    start,
    oic: (...args) => start(...args).ended,
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
    close: () => rm(directory, { recursive: true, force: true }),
  };
};
