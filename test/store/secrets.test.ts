import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSecretsManagerSource } from '../../functions/store/secrets.ts';
import { type Fault, startAwsProxy } from './aws-proxy.ts';
import { sharedMoto } from './shared-moto.ts';

const moto = sharedMoto();

it.runIf(process.env.CI === 'true')('is not skipped in CI', () => {
  expect(moto, "install moto_server: pip install 'moto[server]'").toBeDefined();
});

const CREDENTIALS = { clientId: 'oic-backup', clientSecret: 'correct-horse-battery' };

describe.skipIf(!moto)('credentials from Secrets Manager', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const connect = async (...faults: Fault[]) => {
    if (!moto) throw new Error('skipped without moto');
    const proxy = await startAwsProxy(moto.endpoint);
    const direct = new SecretsManagerClient(moto.clientConfig);
    const client = new SecretsManagerClient({ ...moto.clientConfig, endpoint: proxy.endpoint });
    onTestFinished(() => client.destroy());
    proxy.faults.push(...faults);
    return { proxy, direct, client, name: `oic/test-${randomUUID()}` };
  };

  const store = async (text: string) => {
    const connected = await connect();
    const { direct, name, client } = connected;
    await direct.send(new CreateSecretCommand({ Name: name, SecretString: text }));
    const rotate = (next: unknown) =>
      direct.send(new PutSecretValueCommand({ SecretId: name, SecretString: JSON.stringify(next) }));
    return { ...connected, rotate, source: createSecretsManagerSource(name, client) };
  };

  it('are the JSON document of the secret', async () => {
    const { source } = await store(JSON.stringify(CREDENTIALS));

    expect(await source()).toEqual(CREDENTIALS);
  });

  it('are read once by all who ask at the same time and in the next minutes', async () => {
    const { source, proxy, rotate } = await store(JSON.stringify(CREDENTIALS));
    await Promise.all([source(), source(), source()]);
    await rotate({ clientSecret: 'rotated' });

    expect(await source()).toEqual(CREDENTIALS);
    expect(proxy.requests).toHaveLength(1);
  });

  it('are read again on demand, for all who ask afterwards', async () => {
    const { source, rotate } = await store(JSON.stringify(CREDENTIALS));
    await source();
    await rotate({ clientSecret: 'rotated' });

    expect(await source({ fresh: true })).toEqual({ clientSecret: 'rotated' });
    expect(await source()).toEqual({ clientSecret: 'rotated' });
  });

  it('are read again after five minutes', async () => {
    const { source, rotate } = await store(JSON.stringify(CREDENTIALS));
    vi.useFakeTimers({ toFake: ['Date'] });
    await source();
    await rotate({ clientSecret: 'rotated' });

    vi.setSystemTime(Date.now() + 299_000);
    expect(await source()).toEqual(CREDENTIALS);
    vi.setSystemTime(Date.now() + 2_000);
    expect(await source()).toEqual({ clientSecret: 'rotated' });
  });

  it('are asked for again after a failure', async () => {
    const { client, direct, name } = await connect();
    const source = createSecretsManagerSource(name, client);
    await expect(source()).rejects.toThrow();
    await direct.send(new CreateSecretCommand({ Name: name, SecretString: '{}' }));

    expect(await source()).toEqual({});
  });

  it('name the secret that does not exist', async () => {
    const { client } = await connect();

    await expect(createSecretsManagerSource('oic/prod', client)()).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'missing',
      message: expect.stringMatching(/on oic\/prod failed: there is no such secret .*: create it, or correct `secret`/),
    });
  });

  it('tell that the secret is about to be deleted', async () => {
    const { source, direct, name } = await store('{}');
    await direct.send(new DeleteSecretCommand({ SecretId: name }));

    await expect(source()).rejects.toMatchObject({ kind: 'missing', message: expect.stringContaining('restore it') });
  });

  it.each([
    ['AccessDeniedException', 'denied', /secretsmanager:GetSecretValue on oic\/test-.* failed: AWS denies it/],
    ['DecryptionFailure', 'denied', /kms:Decrypt/],
    ['UnrecognizedClientException', 'credentials', /does not accept the credentials/],
    ['ExpiredTokenException', 'credentials', /have expired/],
  ])('tell what to do about %s', async (type, kind, message) => {
    const { client, name } = await connect({ status: 400, body: JSON.stringify({ __type: type }) });

    const failure = { name: 'StoreError', kind, message: expect.stringMatching(message) };
    await expect(createSecretsManagerSource(name, client)()).rejects.toMatchObject(failure);
  });

  it.each([
    ['text that is not JSON', 'correct-horse-battery'],
    ['an answer of AWS that is not JSON', undefined],
  ])('never show what is in %s', async (_, text) => {
    const broken = { status: 200, body: 'correct-horse-battery' };
    const { client, name, source } =
      text === undefined ? { ...(await connect(broken)), source: undefined } : await store(text);

    const failure = await (source ?? createSecretsManagerSource(name, client))().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'StoreError', kind: 'failed' });
    expect(inspect(failure, { depth: 20, showHidden: true })).not.toMatch(/correct|horse|battery/);
  });

  it('tell that the secret holds binary data', async () => {
    const { client, direct, name } = await connect();
    await direct.send(new CreateSecretCommand({ Name: name, SecretBinary: Buffer.from('correct-horse-battery') }));

    await expect(createSecretsManagerSource(name, client)()).rejects.toThrow(`the secret ${name} holds binary data`);
  });
});
