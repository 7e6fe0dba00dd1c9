/** The package as somebody else has it: packed, installed where nothing else is, used on each Node that this machine has. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rounds } from '../rounds.ts';
import { seedSamples } from '../simulator/archives/samples.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LEAST_MAJOR = 20;

const run = promisify(execFile);

/** Of each major version the first: this one, then those on the PATH. */
const nodesHere = (): Map<number, string> => {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'node'));
  const nodes = new Map<number, string>();
  for (const node of [process.execPath, ...onPath.filter((file) => existsSync(file))]) {
    const major = Number(execFileSync(node, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }));
    if (major >= LEAST_MAJOR && !nodes.has(major)) nodes.set(major, node);
  }
  return nodes;
};

// In few rounds only this one is tried: a process for each command costs time.
const nodes = [...nodesHere()].slice(0, rounds(1, 99));

const CREDENTIALS = ['--credentials', 'credentials.json'];

const NO_AWS = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'made-up',
  AWS_SECRET_ACCESS_KEY: 'made-up',
  AWS_MAX_ATTEMPTS: '1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
};

let directory: string;
let dev: Simulator;
const packageDirectory = (): string => join(directory, 'elsewhere', 'node_modules', '@oic-lifecycle', 'cli');

/** By npm, as people do; what is quicker has the same files. */
const install = async (): Promise<void> => {
  if (!rounds(false, true)) {
    await run(process.execPath, ['packaging/bundle.ts'], { cwd: ROOT });
    for (const part of ['bin', 'dist', 'package.json']) {
      await cp(join(ROOT, part), join(packageDirectory(), part), { recursive: true });
    }
    return;
  }
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', directory], { cwd: ROOT });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
  await writeFile(join(directory, 'elsewhere', 'package.json'), '{}');
  const quietly = ['--offline', '--no-audit', '--no-fund', '--cache', join(directory, 'cache')];
  await run('npm', ['install', ...quietly, join(directory, packed.filename)], { cwd: join(directory, 'elsewhere') });
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oic-package-'));
  await mkdir(join(directory, 'elsewhere'));
  await install();
  dev = await startSimulator();
  seedSamples(dev, { count: 4 });
}, 120_000);

afterAll(async () => {
  await dev?.close();
  await rm(directory, { recursive: true, force: true });
});

test('is small, and holds no test and no source', async () => {
  const found = await readdir(packageDirectory(), { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3_000_000);
  expect(files.length).toBeLessThan(40);
  const others = files
    .map((file) => relative(packageDirectory(), file))
    .filter((file) => !/^dist\/[\w-]+\.mjs$/.test(file));
  expect(others.sort()).toEqual(rounds([], ['README.md']).concat('bin/oic.mjs', 'package.json'));
});

describe.each(nodes)('on Node %i', (major, node) => {
  let desk: string;
  const oic = async (...args: string[]): Promise<string> => {
    const env = { PATH: '/nowhere', HOME: directory, ...NO_AWS };
    const { stdout, stderr } = await run(node, [join(packageDirectory(), 'bin', 'oic.mjs'), ...args], {
      cwd: desk,
      env,
    });
    expect(stderr).not.toMatch(/Warning| {4}at /);
    return stdout;
  };

  beforeAll(async () => {
    desk = join(directory, `desk-${major}`);
    await mkdir(desk);
    const { url, integrationInstance } = dev;
    const instance = { url, integrationInstance, secret: 'none', deploy: {} };
    await writeFile(join(desk, 'cdk.json'), JSON.stringify({ context: { oic: { instances: { dev: instance } } } }));
    await writeFile(join(desk, 'credentials.json'), JSON.stringify({ dev: dev.credentials() }));
  });

  test('it says its version', async () => {
    const { version } = JSON.parse(await oic('version', '--json'));
    expect(await oic('--version')).toBe(`${version}\n`);
    expect(await oic('version')).toContain(`oic ${version}, on Node ${major}.`);
  });

  test('it backs up', async () => {
    const backup = JSON.parse(await oic('backup', 'dev', ...CREDENTIALS, '--json'));
    expect(backup).toMatchObject({ complete: true, integrations: 4, exported: 4, failures: [] });
  });

  test.runIf(rounds(false, true))('it looks, verifies, rehearses, plans a restore and reports', async () => {
    expect(await oic('doctor', 'dev', ...CREDENTIALS)).not.toContain('FAIL');
    const verified = JSON.parse(await oic('verify', 'dev', '--rehearse', '--json'));
    expect(verified).toMatchObject({ damaged: [], rehearsal: { differences: [] } });
    const restore = await oic('restore', 'dev', '--to', 'dev', '--dry-run', ...CREDENTIALS, '--json');
    expect(new Set(JSON.parse(restore).plan.map((step: { do: string }) => step.do))).toEqual(new Set(['unchanged']));
    await oic('report', 'dev', '--out', 'page.html');
    expect(existsSync(join(desk, 'page.html'))).toBe(true);
  });

  // Nothing listens there: that the AWS SDK is whole is seen by what it says of it.
  test('it asks for buckets and secrets', async () => {
    await expect(oic('snapshots', 'dev', '--vault', 's3://bucket')).rejects.toThrow(/s3:\S+ .* AWS cannot be reached/);
    await expect(oic('list', 'dev')).rejects.toThrow(/GetSecretValue .* AWS cannot be reached/);
  });
});
