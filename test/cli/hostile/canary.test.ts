/** No secret in anything that is written, whatever an instance, or what stands before it, says. */
import { globSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ENCODINGS, findSecrets } from '../../encodings.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type Desk, openDesk } from '../typed.ts';
import { type EchoingProxy, startEchoingProxy } from './echoing-proxy.ts';

let desk: Desk;
let simulator: Simulator;
let proxy: EchoingProxy;
beforeEach(async () => {
  [desk, simulator] = await Promise.all([openDesk(), startSimulator()]);
});
afterEach(async () => {
  await Promise.all([desk.close(), simulator.close(), proxy.close()]);
});

/** Signs that each way of writing writes otherwise. */
const canary = (place: string): string => `${place}<&"'/+ =ü>7xK`;

const archive = (marker: string) =>
  buildSampleArchive({
    code: 'HELLO',
    version: '01.00.0000',
    name: 'Hello ECHO',
    marker,
    connections: [{ id: 'ERP', values: { connectionUrl: 'https://erp.example.com' } }],
  });

/** @param login as a credentials document has it; the proxy knows what of it is secret */
const start = async (login: object, secrets: Record<string, string>): Promise<void> => {
  const settings = { basic: canary('settings-password'), url: canary('settings-url'), key: canary('settings-key') };
  proxy = await startEchoingProxy(simulator, { ...secrets, ...settings });
  const connections = {
    ERP: {
      securityPolicy: 'BASIC_AUTH',
      connectionProperties: [
        { propertyName: 'connectionUrl', propertyValue: 'https://erp.example.com' },
        { propertyName: 'apiKey', propertyValue: settings.key },
      ],
      securityProperties: [
        { propertyName: 'username', propertyValue: 'u' },
        { propertyName: 'password', propertyValue: settings.basic },
        {
          propertyName: 'target',
          propertyType: 'URL',
          propertyValue: `https://x:${encodeURIComponent(settings.url)}@erp.example.com`,
        },
      ],
    },
  };
  const { scope } = simulator.credentials();
  const document = { tokenUrl: `${proxy.url}/oauth2/v1/token`, clientId: 'oic-backup', scope, connections, ...login };
  await desk.configure({ dev: { ...simulator, url: proxy.url, credentials: () => document } as Simulator });
};

const everything = async (): Promise<string> => {
  const files = await readdir(desk.directory, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .flatMap((file) => [file.name, readFile(join(file.parentPath, file.name), 'latin1')]);
  const utf8 = Buffer.from((await Promise.all(texts)).join('\n'), 'latin1').toString('utf8');
  return `${desk.said()}\n${utf8}`;
};

const COMMANDS = [
  'doctor dev',
  'list dev',
  'list dev --kind connections',
  'show dev HELLO/01.00.0000',
  'connections dev',
  'connections dev --template',
  'export dev HELLO/01.00.0000 --out out.iar',
  'backup dev',
  'snapshots dev',
  'verify dev',
  'diff dev@latest dev',
  'report dev',
  'restore dev --from dev --dry-run',
  'import dev new.iar',
  'activate dev HELLO/01.00.0000',
  'deactivate dev HELLO/01.00.0000',
  'deploy dev new.iar --drop-box drops',
  'restore dev --from dev --existing replace',
  'delete dev HELLO/01.00.0000 --yes',
];

let passes = 0;
/** Each once, with `--json` by turns. */
const type = async (commands: readonly string[]): Promise<void> => {
  passes++;
  for (const [place, command] of commands.entries()) {
    await desk.oic(...command.split(' '), ...((place + passes) % 2 === 0 ? ['--json'] : []));
  }
};

const expectNone = async (): Promise<void> => {
  const written = await everything();
  expect(findSecrets(written, proxy.secrets)).toEqual([]);
  expect(written).toContain('***');
};

test('of a user with a password, when names, errors and refusals echo all that was sent', async () => {
  const [clientSecret, password] = [canary('client-secret'), canary('password')];
  await start({ clientSecret, username: 'backup', password }, { clientSecret, password });
  simulator.instance.add(archive('a'), { status: 'CONFIGURED' });
  simulator.instance.saveLookup('ECHO', ['a'], [['b']]);
  await desk.write('new.iar', archive('b'));

  for (let n = 0; n < rounds(1, 8); n++) {
    proxy.refuses = () => false;
    await type(COMMANDS);
    for (const refused of [/archive|connections|HELLO/, /oauth2/]) {
      proxy.refuses = (_, path) => refused.test(path);
      await type(COMMANDS);
    }
  }

  await expectNone();
});

test('of a user with a key, when the identity domain echoes the assertion', async () => {
  const clientSecret = canary('client-secret');
  const { privateKey = '' } = simulator.credentials('jwt');
  const line = privateKey.split('\n')[3] ?? '';
  await start({ clientSecret, username: 'backup', privateKey, keyId: 'key' }, { clientSecret, privateKey, line });
  simulator.instance.add(archive('a'), { status: 'CONFIGURED' });

  await type(['backup dev']);
  proxy.refuses = () => true;
  await type(Array.from({ length: 2 * Object.keys(ENCODINGS).length }, () => 'list dev'));

  expect(proxy.secrets.assertion?.split('.')).toHaveLength(3);
  await expectNone();
});

test.each([
  'https://key:SECRET@store.example.com/vault',
  's3://key:SECRET@bucket',
  'https://hooks.example.com/x?token=SECRET',
])('of an address that cannot be used: %s', async (address) => {
  await start({ clientSecret: 'c' }, {});
  const secret = encodeURIComponent(canary('vault'));
  for (const command of ['backup dev --vault', 'deploy dev x.iar --drop-box', 'list dev --config']) {
    await desk.oic(...command.split(' '), address.replace('SECRET', secret));
  }

  expect(findSecrets(desk.said(), { secret, decoded: decodeURIComponent(secret) })).toEqual([]);
  expect(desk.said()).toContain('***');
});

test('of a credentials document that cannot be used', async () => {
  const secret = canary('client-secret');
  await start({ clientSecret: secret, password: secret, basic: { username: 'u', password: secret } }, {});

  const { exitCode, stderr } = await desk.oic('list', 'dev');

  expect({ exitCode, found: findSecrets(stderr, { secret }) }).toEqual({ exitCode: 2, found: [] });
});

test('is sent, where the environment says that any certificate is good enough', async () => {
  await start({ clientSecret: canary('client-secret') }, {});
  desk.setVariable('NODE_TLS_REJECT_UNAUTHORIZED', '0');

  const { exitCode, stderr } = await desk.oic('list', 'dev');

  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/NODE_TLS_REJECT_UNAUTHORIZED=0 .*unset it/);
  expect(simulator.requests).toEqual([]);
});

test('only one file writes to stdout and stderr, the gate', () => {
  const root = join(import.meta.dirname, '..', '..', '..');
  const writers = globSync('functions/**/*.ts', { cwd: root }).filter((file) =>
    /process\.(?:stdout|stderr)\.write|console\.|writeSync/.test(readFileSync(join(root, file), 'utf8')),
  );

  expect(writers).toEqual(['functions/cli/output.ts']);
});
