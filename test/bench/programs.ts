/** Programs as people start them: in processes of their own, timed from start to end, watched for their memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchInstance, InstanceFacts } from './instance.ts';

export const CONCURRENCY = 8;

export interface Run {
  readonly seconds: number;
  /** Of the process alone, not of what it starts. */
  readonly peakMb: number;
  readonly stdout: string;
}

/** @throws Error with what it said, when it does not end well */
const run = async (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<Run> => {
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
  let [stdout, stderr, peakMb] = ['', '', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.end(options.input);
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, peakMbOf(child.pid));
  }, 50);
  const [exitCode] = (await once(child, 'close')) as [number];
  clearInterval(watch);
  if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return { seconds: (performance.now() - startedAt) / 1000, peakMb, stdout };
};

/** 0 where the system does not tell, or the process has ended. */
const peakMbOf = (pid: number | undefined): number => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

const here = (file: string): string => join(import.meta.dirname, file);

/** Without the function that closes it: what a script is told of an instance. */
const factsOf = ({ url, tokenUrl, integrationInstance, credentials, ids, startedSchedules }: InstanceFacts): string =>
  JSON.stringify({ url, tokenUrl, integrationInstance, credentials, ids, startedSchedules });

/** A fresh directory for the time of `work`. */
export const inDirectory = async <T>(work: (directory: string) => Promise<T>): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'oic-bench-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** `oic ...` in the directory that holds its settings; with `--json`, parsed. */
export type Oic = (...args: string[]) => Promise<Run & { readonly report: Record<string, unknown> }>;

/** Settings and credentials for these instances in the directory, and `oic` to be run there. */
export const setUp = async (
  directory: string,
  instances: Readonly<Record<string, InstanceFacts>>,
  concurrency = CONCURRENCY,
  { env = {}, ...more }: { readonly env?: NodeJS.ProcessEnv; readonly vault?: object } = {},
): Promise<Oic> => {
  const settings = Object.entries(instances).map(([name, { url, integrationInstance }]) => [
    name,
    { url, integrationInstance, secret: `oic/${name}`, concurrency, deploy: {} },
  ]);
  await writeFile(
    join(directory, 'cdk.json'),
    JSON.stringify({ context: { oic: { instances: Object.fromEntries(settings), ...more } } }),
  );
  const credentials = Object.entries(instances).map(([name, facts]) => [name, facts.credentials]);
  await writeFile(join(directory, 'credentials.json'), JSON.stringify(Object.fromEntries(credentials)));
  const cli = here('../../bin/oic.mjs');
  return async (...args) => {
    const ended = await run(process.execPath, [cli, ...args, '--credentials', 'credentials.json', '--json'], {
      cwd: directory,
      env,
    });
    return { ...ended, report: JSON.parse(ended.stdout) as Record<string, unknown> };
  };
};

const tokenFor = async ({ tokenUrl, credentials }: InstanceFacts): Promise<string> => {
  const { clientId, clientSecret, scope } = credentials as Record<'clientId' | 'clientSecret' | 'scope', string>;
  const answer = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
};

export const sequentialScript = (facts: InstanceFacts): Promise<Run> =>
  inDirectory((directory) => run(process.execPath, [here('sequential-script.ts'), factsOf(facts), directory]));

/** Seconds of the loop alone: the process is not part of what it is compared with. */
export const bareLoop = async (instance: BenchInstance, concurrency = CONCURRENCY): Promise<number> => {
  const { stdout } = await run(process.execPath, [
    here('bare-loop.ts'),
    factsOf(instance),
    await tokenFor(instance),
    String(concurrency),
  ]);
  return Number(stdout) / 1000;
};

const apiUrl = ({ url, integrationInstance }: InstanceFacts, path: string, query = ''): string =>
  `${url}/ic/api/integration/v1${path}?${query}integrationInstance=${integrationInstance}`;

/** What curl is told for each archive: where from, and the file it goes to. */
const curlLines = (facts: InstanceFacts): string[] =>
  facts.ids.map(
    (id) => `${id.replace('|', '_')}.iar ${apiUrl(facts, `/integrations/${encodeURIComponent(id)}/archive`)}`,
  );

const curl = async (facts: InstanceFacts, parallel: readonly string[]): Promise<Run> =>
  inDirectory(async (directory) => {
    const header = `Authorization: Bearer ${await tokenFor(facts)}`;
    const args = [...parallel, '-n', '2', 'curl', '-sSf', '-H', header, '-o'];
    return run('xargs', args, { cwd: directory, input: curlLines(facts).join('\n') });
  });

/** One `curl` process after another; xargs starts them, which costs less than a shell's loop. */
export const curlOneByOne = (facts: InstanceFacts): Promise<Run> => curl(facts, []);

export const xargsCurl = (facts: InstanceFacts): Promise<Run> => curl(facts, ['-P', String(CONCURRENCY)]);

/** Seconds to read all pages, one after the other, and to parse them. */
export const bareListing = async (facts: InstanceFacts): Promise<number> => {
  const headers = { authorization: `Bearer ${await tokenFor(facts)}` };
  const startedAt = performance.now();
  for (let offset = 0, hasMore = true; hasMore; offset += 100) {
    const answer = await fetch(apiUrl(facts, '/integrations', `orderBy=name&limit=100&offset=${offset}&`), { headers });
    ({ hasMore } = (await answer.json()) as { hasMore: boolean });
  }
  return (performance.now() - startedAt) / 1000;
};
