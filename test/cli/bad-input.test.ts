import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { snapshotName } from '../../functions/core/keys.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Simulator } from '../simulator/server.ts';
import { useDesk } from './use-desk.ts';

const desk = useDesk();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await desk.startInstance();
  simulator.instance.add(buildSampleArchive({ code: 'HELLO', version: '01.00.0000' }));
  await desk.configure({ dev: simulator });
});
const instanceSettings = (more: object = {}) => ({
  instances: {
    dev: { url: simulator.url, integrationInstance: simulator.integrationInstance, secret: 'oic/dev', ...more },
  },
});

/** One clear sentence, no stack, the exit code given. */
const refuses = async (exitCode: number, sentence: RegExp, ...args: string[]): Promise<void> => {
  const typed = await desk.oic(...args);
  expect(typed.stderr).toMatch(sentence);
  expect(typed.stderr).not.toMatch(/\n\s+at /);
  expect(typed.stderr.trim().split('\n').length).toBeLessThanOrEqual(4);
  expect(typed).toMatchObject({ exitCode, stdout: '' });
};

test('an unknown instance', () =>
  refuses(2, /there is no instance "prod" in the settings; there is dev/, 'backup', 'prod'));

test('an unknown command, a missing argument, an unknown option', async () => {
  await refuses(2, /unknown command 'backupp'/, 'backupp');
  await refuses(2, /missing required argument 'instance'/, 'backup');
  await refuses(2, /unknown option '--fulll'/, 'backup', 'dev', '--fulll');
});

test('no settings at all', async () => {
  await refuses(2, /the settings file nowhere\.json does not exist/, 'list', 'dev', '--config', 'nowhere.json');
  await desk.write('empty.json', { app: 'x' });
  await refuses(2, /empty\.json has no settings: put them under context\.oic/, 'list', 'dev', '--config', 'empty.json');
});

test('settings that are not JSON', async () => {
  await desk.write('bad.json', '{ "instances": ');
  await refuses(2, /the settings file bad\.json is not JSON/, 'list', 'dev', '--config', 'bad.json');
});

test('settings with several mistakes are told all of them at once', async () => {
  await desk.write('bad.json', {
    instances: {
      dev: { url: 'http://example.com', secret: '', concurency: 3 },
      test: { url: 'https://x.example', concurrency: 0, secret: 'a', deploy: { activation: 'sometimes' } },
    },
    retention: 3,
  });

  const { exitCode, stderr } = await desk.oic('list', 'dev', '--config', 'bad.json');

  expect(exitCode).toBe(2);
  for (const path of [
    'instances.dev.concurency',
    'instances.dev.secret',
    'instances.test.concurrency',
    'instances.test.deploy.activation',
    'retention',
  ]) {
    expect(stderr).toContain(`- ${path}: `);
  }
});

test('plain http to another machine', async () => {
  await desk.write('bad.json', instanceSettings({ url: 'http://oic.example.com' }));
  await refuses(2, /instances\.dev\.url: must begin with https:/, 'list', 'dev', '--config', 'bad.json');
});

test('a credentials file that lacks the instance, is not JSON, or lacks fields', async () => {
  await desk.write('none.json', {});
  await refuses(2, /the credentials file none\.json has nothing for dev/, 'list', 'dev', '--credentials', 'none.json');
  await desk.write('bad.json', 'SECRET-IN-A-BROKEN-FILE');
  await refuses(2, /the credentials file bad\.json is not JSON/, 'list', 'dev', '--credentials', 'bad.json');
  await desk.write('half.json', { dev: { clientId: 'a', clientSecret: 'SECRET-4711', password: 7 } });
  await refuses(
    2,
    /the credentials of dev cannot be used: password: must be a string/,
    'list',
    'dev',
    '--credentials',
    'half.json',
  );
  expect(desk.said()).not.toMatch(/SECRET-/);
});

test('a secret that is not in Secrets Manager, or no way to ask it', async () => {
  await desk.write('cdk.json', {
    instances: { other: { url: simulator.url, integrationInstance: 'x', secret: 'oic/other' } },
  });
  await refuses(1, /oic\/other/, 'list', 'other');
});

test('a host that does not exist or does not answer', async () => {
  await desk.write('dead.json', instanceSettings({ url: 'http://127.0.0.1:1' }));
  await refuses(
    1,
    /listing the integrations on dev failed: nothing listens there/,
    'backup',
    'dev',
    '--config',
    'dead.json',
  );
}, 60_000);

test('a wrong client secret', async () => {
  await desk.write('wrong.json', { dev: { ...simulator.credentials(), clientSecret: 'SECRET-WRONG' } });
  await refuses(
    1,
    /asking .* for a token for dev failed: the identity domain answered 401/,
    'backup',
    'dev',
    '--credentials',
    'wrong.json',
  );
  expect(desk.said()).not.toContain('SECRET-WRONG');
});

test('a wrong integrationInstance', async () => {
  await desk.write('wrong.json', instanceSettings({ integrationInstance: 'somebody-else' }));
  await refuses(1, /on dev failed: .*integrationInstance/, 'backup', 'dev', '--config', 'wrong.json');
});

test('Basic credentials on Oracle Integration 3', async () => {
  await desk.write('basic.json', { dev: { basic: { username: 'anna', password: 'SECRET-BASIC' } } });
  await refuses(2, /Oracle Integration 3 takes OAuth only/, 'backup', 'dev', '--credentials', 'basic.json');
  expect(desk.said()).not.toContain('SECRET-BASIC');
});

test('a vault directory that cannot be written', async () => {
  await desk.write('vault-is-a-file', 'x');
  await refuses(1, /^oic: nothing was begun: .*vault-is-a-file/, 'backup', 'dev', '--vault', 'vault-is-a-file');
  expect((await desk.oic('doctor', 'dev', '--vault', 'vault-is-a-file')).exitCode).toBe(1);
  if (process.getuid?.() === 0) return; // to root nothing is unwritable
  await mkdir(join(desk.directory, 'closed'));
  await chmod(join(desk.directory, 'closed'), 0o500);
  await refuses(1, /closed/, 'backup', 'dev', '--vault', 'closed');
});

test('a manifest of format 2', async () => {
  await desk.oic('backup', 'dev');
  await mkdir(join(desk.directory, 'vault', 'snapshots', 'dev'), { recursive: true });
  const soon = snapshotName(new Date(Date.now() + 60_000));
  await desk.write(`vault/snapshots/dev/${soon}.json`, { formatVersion: 2, instance: 'dev' });
  await refuses(1, /has format 2; this version reads format 1/, 'verify', 'dev');
  await refuses(1, /has format 2; this version reads format 1/, 'backup', 'dev');
});

test('a snapshot that is not there, and a vault without any', async () => {
  await refuses(1, /holds no snapshot of dev yet/, 'verify', 'dev');
  await desk.oic('backup', 'dev');
  await refuses(
    1,
    /holds no snapshot 2020-01-01T00-00-00Z of dev; the newest there is/,
    'verify',
    'dev',
    '--snapshot',
    '2020-01-01T00-00-00Z',
  );
  await refuses(2, /"yesterday" is not the name of a snapshot/, 'verify', 'dev', '--snapshot', 'yesterday');
});

test('a port that is none, and a seed that is not there, end the simulator at once', async () => {
  await refuses(2, /--port is a number up to 65535; not "http"/, 'simulate', '--port', 'http');
  await refuses(2, /--port is a number up to 65535; not "99999"/, 'simulate', '--port', '99999');
  await refuses(1, /port \d+ cannot be had/, 'simulate', '--port', new URL(simulator.url).port);
  await refuses(2, /--seed nowhere cannot be loaded/, 'simulate', '--seed', 'nowhere');
});

test('an id that is not one', () =>
  refuses(2, /"HELLO" is not an integration id; write CODE\/VERSION/, 'show', 'dev', 'HELLO'));

test('with --json the error is the one JSON document on stdout', async () => {
  const { exitCode, stdout } = await desk.oic('backup', 'prod', '--json');

  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toEqual({ error: expect.stringContaining('there is no instance "prod"') });
  const usage = await desk.oic('backup', '--json');
  expect(usage.exitCode).toBe(2);
  expect(JSON.parse(usage.stdout)).toEqual({ error: expect.stringContaining("missing required argument 'instance'") });
});
