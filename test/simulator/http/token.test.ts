import { createSign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Simulator, SimulatorOptions } from '../server.ts';
import { askForToken, pathOf, readAnswer, sample, upload, useSimulators } from './raw-client.ts';

const startBoth = useSimulators();
const start = async (options: SimulatorOptions = {}): Promise<Simulator> => (await startBoth(options)).simulator;

const list = async (simulator: Simulator, authorization: string, instance = simulator.integrationInstance) => {
  const url = new URL('/ic/api/integration/v1/integrations', simulator.url);
  if (instance !== undefined) url.searchParams.set('integrationInstance', instance);
  return readAnswer(await fetch(url, { headers: { authorization } }));
};

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const assertionFor = (simulator: Simulator, claims: object = {}, header: object = {}): string => {
  const { clientId, username, privateKey = '', keyId } = simulator.credentials('jwt');
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: clientId, sub: username, aud: 'https://identity.oraclecloud.com/', iat: now, exp: now + 60 };
  const signed = `${base64url({ alg: 'RS256', kid: keyId, ...header })}.${base64url({ ...payload, ...claims })}`;
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
};

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

describe('the token endpoint', () => {
  test('issues a bearer token that lists, to a client that names itself in the header or in the body', async () => {
    const simulator = await start({ tokenLifetimeSeconds: 77 });
    const { clientId = '', clientSecret = '' } = simulator.credentials();

    const byHeader = await askForToken(simulator);
    const byBody = await askForToken(
      simulator,
      { client_id: clientId, client_secret: clientSecret },
      { authorization: '' },
    );

    for (const { status, body } of [byHeader, byBody]) {
      expect([status, body]).toEqual([
        200,
        { access_token: expect.stringMatching(/^eyJ/), token_type: 'Bearer', expires_in: 77 },
      ]);
      const { access_token } = body as { access_token: string };
      expect((await list(simulator, `Bearer ${access_token}`)).status).toBe(200);
    }
  });

  test('issues tokens for a password and for a signed assertion', async () => {
    const simulator = await start();
    const { username = '', password = '' } = simulator.credentials('password');

    const byPassword = await askForToken(simulator, { grant_type: 'password', username, password });
    const byAssertion = await askForToken(simulator, { grant_type: JWT_GRANT, assertion: assertionFor(simulator) });

    expect([byPassword.status, byAssertion.status]).toEqual([200, 200]);
  });

  test('takes the scope of the Developer API, which its credentials have, and the one for everything', async () => {
    const simulator = await start();
    const { scope = '' } = simulator.credentials();
    const forEverything = scope.replace('/ic/api/', 'urn:opc:resource:consumer::all');

    expect(scope).toMatch(/^https:\/\/[^/]+:443\/ic\/api\/$/);
    for (const asked of [scope, forEverything]) {
      expect((await askForToken(simulator, { scope: asked })).status).toBe(200);
    }
  });

  test.each([
    ['a wrong secret', {}, { authorization: `Basic ${btoa('somebody:else')}` }, 401, 'invalid_client'],
    ['an unknown grant', { grant_type: 'magic' }, {}, 400, 'unsupported_grant_type'],
    ['a scope of somebody else', { scope: 'https://other.example:443/ic/api/' }, {}, 400, 'invalid_scope'],
    ['no scope', { scope: '' }, {}, 400, 'invalid_scope'],
    ['a wrong password', { grant_type: 'password', username: 'x', password: 'y' }, {}, 400, 'invalid_grant'],
    ['a body that is no form', {}, { 'content-type': 'application/json' }, 400, 'invalid_request'],
  ] as const)('refuses %s as RFC 6749 says', async (_, fields, headers, status, error) => {
    const answer = await askForToken(await start(), fields, headers);

    expect(answer).toMatchObject({ status, body: { error, error_description: expect.any(String) } });
  });

  test.each([
    ['expired', { exp: 1_000_000_000 }, {}],
    ['of another audience', { aud: 'https://example.com/' }, {}],
    ['of another client', { iss: 'somebody' }, {}],
    ['for another user', { sub: 'somebody' }, {}],
    ['with another key id', {}, { kid: 'other' }],
    ['of another algorithm', {}, { alg: 'HS256' }],
  ] as const)('refuses an assertion %s', async (_, claims, header) => {
    const simulator = await start();

    const assertion = assertionFor(simulator, claims, header);

    expect(await askForToken(simulator, { grant_type: JWT_GRANT, assertion })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  test('refuses an assertion that was changed after it was signed', async () => {
    const simulator = await start();
    const [header, , signature] = assertionFor(simulator).split('.');
    const claims = assertionFor(simulator, { jti: 'another' }).split('.')[1];

    const answer = await askForToken(simulator, {
      grant_type: JWT_GRANT,
      assertion: `${header}.${claims}.${signature}`,
    });

    expect(answer.status).toBe(400);
  });
});

describe('the API', () => {
  test('refuses a token when its time is over, one of another simulator, and none at all', async () => {
    let now = Date.now();
    const simulator = await start({ tokenLifetimeSeconds: 60, now: () => now });
    const foreign = await askForToken(await start());
    const { body } = await askForToken(simulator);
    const token = `Bearer ${(body as { access_token: string }).access_token}`;

    expect((await list(simulator, token)).status).toBe(200);
    expect((await list(simulator, `Bearer ${(foreign.body as { access_token: string }).access_token}`)).status).toBe(
      401,
    );
    expect((await list(simulator, '')).status).toBe(401);
    now += 60_000;
    expect((await list(simulator, token)).status).toBe(401);
  });

  test('takes Basic on Gen 2 and not on OIC 3', async () => {
    const [gen2, oic3] = [await start({ generation: 'gen2' }), await start()];
    const basic = ({ credentials }: Simulator): string => {
      const { username, password } = credentials('basic').basic ?? {};
      return `Basic ${btoa(`${username}:${password}`)}`;
    };

    expect((await list(gen2, basic(gen2))).status).toBe(200);
    expect((await list(oic3, basic(oic3))).status).toBe(401);
  });

  test.each([
    ['missing', '', {}, 400],
    ['missing', '', { missingInstanceStatus: 404 }, 404],
    ['of somebody else', 'other', {}, 401],
    ['of somebody else', 'other', { wrongInstanceStatus: 400 }, 400],
  ] as const)('wants its integrationInstance on OIC 3: %s %o', async (_, instance, behaviour, status) => {
    const { api } = await startBoth({ behaviour });

    expect((await api('GET', 'integrations', { query: { integrationInstance: instance } })).status).toBe(status);
  });

  test('ignores integrationInstance on Gen 2', async () => {
    const { api } = await startBoth({ generation: 'gen2' });

    expect((await api('GET', 'integrations', { query: { integrationInstance: 'whatever' } })).status).toBe(200);
  });

  test('lets a ServiceUser read and not change, and somebody without a role do nothing', async () => {
    const { simulator, api: asUser } = await startBoth({ role: 'ServiceUser' });
    const { api: asNobody } = await startBoth({ role: 'none' });
    simulator.instance.add(sample('HELLO'));

    expect((await asUser('GET', 'integrations')).status).toBe(200);
    expect((await asUser('GET', `${pathOf('HELLO|01.00.0000')}/archive`)).status).toBe(200);
    expect((await upload(asUser, 'POST', sample('OTHER'))).status).toBe(403);
    expect((await asUser('DELETE', pathOf('HELLO|01.00.0000'))).status).toBe(403);
    expect((await asNobody('GET', 'integrations')).status).toBe(403);
    expect(simulator.instance.list()).toHaveLength(1);
  });

  test('can answer somebody without a role 401', async () => {
    const { api } = await startBoth({ role: 'none', behaviour: { noRoleStatus: 401 } });

    expect((await api('GET', 'integrations')).status).toBe(401);
  });

  test('knows every secret it handed out and every token it issued', async () => {
    const simulator = await start();
    const { body } = await askForToken(simulator);
    const assertion = assertionFor(simulator);
    await askForToken(simulator, { grant_type: JWT_GRANT, assertion });

    const secrets = new Set(simulator.secrets());

    const { clientSecret, privateKey = '' } = simulator.credentials('jwt');
    const { password } = simulator.credentials('password');
    const { access_token } = body as { access_token: string };
    const expected = [clientSecret, password, access_token, assertion, privateKey.split('\n')[5]];
    expect(expected.filter((secret) => !secrets.has(secret ?? ''))).toEqual([]);
  });
});
