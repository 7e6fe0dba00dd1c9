/** Behind a company's proxy: every host is reached through it, and `oic doctor` tells what is wrong with the way. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { redact } from '../../functions/core/redaction.ts';
import { proxyFor } from '../../functions/network/proxy.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { CERTIFICATE, type ConnectProxy, startConnectProxy } from './connect-proxy.ts';

describe('the proxy for an address', () => {
  const PROXY = 'http://proxy.acme.example:3128';
  const OIC = 'https://design.integration.eu-frankfurt-1.ocp.oraclecloud.com';

  test.each([
    [OIC, {}, undefined],
    [OIC, { HTTPS_PROXY: '' }, undefined],
    [OIC, { HTTPS_PROXY: PROXY }, PROXY],
    [OIC, { https_proxy: 'proxy.acme.example:3128' }, PROXY],
    [OIC, { HTTP_PROXY: PROXY }, undefined],
    ['http://127.0.0.1:8080', { HTTPS_PROXY: PROXY }, undefined],
    [OIC, { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, undefined],
    [OIC, { HTTPS_PROXY: PROXY, NO_PROXY: 'localhost, .oraclecloud.com' }, undefined],
    [OIC, { HTTPS_PROXY: PROXY, no_proxy: '*.OracleCloud.com' }, undefined],
    [OIC, { HTTPS_PROXY: PROXY, NO_PROXY: 'oraclecloud.com:443' }, undefined],
    [OIC, { HTTPS_PROXY: PROXY, NO_PROXY: 'oraclecloud.com:8443' }, PROXY],
    [OIC, { HTTPS_PROXY: PROXY, NO_PROXY: 'cloud.com, com.example,' }, PROXY],
  ])('%s, %o: %s', (url, env, proxy) => {
    expect(proxyFor(new URL(url), env)?.origin).toBe(proxy);
  });

  test('has to be one, and its password is a secret from then on', () => {
    expect(() => proxyFor(new URL(OIC), { HTTPS_PROXY: 'socks5://proxy' })).toThrow('HTTPS_PROXY is not the address');
    proxyFor(new URL(OIC), { HTTPS_PROXY: 'me:s3cret-of-mine@proxy.acme.example:3128' });
    expect(redact('it was s3cret-of-mine')).toBe('it was ***');
  });
});

describe('oic doctor', () => {
  const HOST = 'design.integration.eu-frankfurt-1.ocp.oraclecloud.com';
  const IDENTITY = 'idcs-0123.identity.oraclecloud.com';
  const LOGIN = 'ada:s3cret-of-ada';

  let dev: Simulator;
  let proxy: ConnectProxy | undefined;
  let directory: string;
  beforeEach(async () => {
    dev = await startSimulator();
    directory = await mkdtemp(join(tmpdir(), 'oic-proxy-'));
  });
  afterEach(async () => {
    proxy?.close();
    await dev.close();
    await rm(directory, { recursive: true, force: true });
  });

  const doctor = async (origin: string, more: Record<string, string>, ...args: string[]) => {
    const { tokenUrl, ...login } = dev.credentials() as Record<string, string>;
    const domain = origin.includes('localhost') ? origin : `https://${IDENTITY}`;
    const there = { ...login, tokenUrl: `${domain}${new URL(tokenUrl ?? '').pathname}` };
    const instance = { url: origin, integrationInstance: dev.integrationInstance, secret: 'oic/dev' };
    await writeFile(
      join(directory, 'cdk.json'),
      JSON.stringify({ context: { oic: { instances: { dev: instance } } } }),
    );
    const env = {
      PATH: process.env.PATH,
      HOME: directory,
      XDG_CACHE_HOME: join(import.meta.dirname, '..', '..', 'node_modules', '.cache'),
      OIC_CREDENTIALS_DEV: JSON.stringify(there),
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'made-up',
      AWS_SECRET_ACCESS_KEY: 'made-up-too',
      AWS_MAX_ATTEMPTS: '1',
      NODE_EXTRA_CA_CERTS: CERTIFICATE,
      ...more,
    };
    const cli = join(import.meta.dirname, '..', '..', 'bin', 'oic.mjs');
    return new Promise<{ checks: Record<string, string>; said: string }>((resolve) => {
      execFile(
        process.execPath,
        [cli, 'doctor', 'dev', '--json', ...args],
        { cwd: directory, env },
        (_, stdout, stderr) => {
          const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; advice: string }[] };
          const told = checks.map(({ name, ok, advice }) => [name, ok ? 'ok' : advice]);
          resolve({ checks: Object.fromEntries(told), said: stdout + stderr });
        },
      );
    });
  };

  test('reaches instance, identity domain and bucket through the proxy, and none without', async () => {
    proxy = await startConnectProxy(Number(new URL(dev.url).port), { login: LOGIN });
    const through = { HTTPS_PROXY: `http://${LOGIN}@127.0.0.1:${proxy.port}` };
    const { checks, said } = await doctor(`https://${HOST}`, through, '--vault', 's3://acme-oic-vault');

    expect(checks).toMatchObject({ proxy: 'ok', tls: 'ok', secret: 'ok', token: 'ok', role: 'ok', clock: 'ok' });
    const hosts = [HOST, IDENTITY, 'acme-oic-vault.s3.eu-central-1.amazonaws.com'];
    expect(new Set(proxy.asked)).toEqual(new Set(hosts.map((host) => `${host}:443`)));
    expect(said).not.toContain('s3cret-of-ada');

    proxy.asked.length = 0;
    const excepted = await doctor(`https://localhost:${proxy.tlsPort}`, {
      ...through,
      NO_PROXY: 'localhost',
    });
    expect(excepted.checks).toMatchObject({ host: 'ok', tls: 'ok', token: 'ok', role: 'ok' });
    expect(excepted.checks).not.toHaveProperty('proxy');
    expect(proxy.asked).toEqual([]);
  });

  test.each([
    [
      'no proxy there',
      () => 'http://127.0.0.1:9',
      {},
      'proxy',
      'the proxy 127.0.0.1:9 cannot be reached (ECONNREFUSED): check HTTPS_PROXY',
    ],
    [
      'a wrong password',
      (port: number) => `http://ada:wrong-word@127.0.0.1:${port}`,
      {},
      'proxy',
      'wants another user and password (407)',
    ],
    [
      'a certificate nobody knows',
      (port: number) => `http://${LOGIN}@127.0.0.1:${port}`,
      { NODE_EXTRA_CA_CERTS: '' },
      'tls',
      'NODE_EXTRA_CA_CERTS',
    ],
  ])('says in one sentence that there is %s', async (_, address, more, check, advice) => {
    proxy = await startConnectProxy(Number(new URL(dev.url).port), { login: LOGIN });
    const { checks, said } = await doctor(`https://${HOST}`, { HTTPS_PROXY: address(proxy.port), ...more });

    expect(checks[check]).toContain(advice);
    expect(said).not.toMatch(/s3cret-of-ada|wrong-word/);
  });

  test('says of an identity domain that the proxy does not lead there', async () => {
    proxy = await startConnectProxy(Number(new URL(dev.url).port), { refused: [IDENTITY] });
    const { checks } = await doctor(`https://${HOST}`, { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });

    expect(checks).toMatchObject({ proxy: 'ok', tls: 'ok' });
    expect(checks.token).toContain(`does not lead to ${IDENTITY} (403): ask who runs it`);
  });
});
