import { describe, expect, test } from 'vitest';
import { type RawAnswer, type RawClient, sample, upload, useSimulators } from './raw-client.ts';

const start = useSimulators();

const USES_ERP = sample('USES', { connections: [{ id: 'ERP', name: 'Erp', properties: ['connectionUrl'] }] });
const PASSWORD = 'hunter2-and-more';

const update = (api: RawClient, json: unknown): Promise<RawAnswer> =>
  api('POST', 'connections/ERP', { json, headers: { 'x-http-method-override': 'PATCH' } });

const SETTINGS = {
  connectionProperties: [{ propertyName: 'connectionUrl', propertyValue: 'https://erp.example.com' }],
  securityProperties: [
    { propertyGroup: 'CREDENTIALS', propertyName: 'username', propertyValue: 'ada' },
    { propertyGroup: 'CREDENTIALS', propertyName: 'password', propertyValue: PASSWORD },
  ],
};

/** An instance into which ERP was just imported, and is therefore DRAFT. */
const imported = async (options: Parameters<typeof start>[0] = {}) => {
  const { simulator, api } = await start(options);
  await upload(api, 'POST', USES_ERP);
  return { simulator, api, status: () => simulator.instance.connections.get('ERP')?.status };
};

describe('a connection', () => {
  test('says what it is and what it still needs', async () => {
    const { api } = await imported();

    const { status, body } = await api('GET', 'connections/ERP');

    expect([status, body]).toMatchObject([
      200,
      {
        id: 'ERP',
        name: 'Erp',
        status: 'DRAFT',
        role: 'SOURCE_AND_TARGET',
        adapterType: { name: 'rest' },
        securityPolicy: 'BASIC_AUTH',
        connectionProperties: [
          { propertyName: 'connectionUrl', propertyGroup: 'CONNECTION_PROPS', requiredFlag: true },
        ],
        securityProperties: [
          { propertyName: 'username', propertyGroup: 'CREDENTIALS' },
          { propertyName: 'password', propertyType: 'PASSWORD' },
        ],
      },
    ]);
    expect(body).not.toHaveProperty('connectionProperties.0.propertyValue');
  });

  test('is configured by its settings and a test', async () => {
    const { api, status } = await imported();

    expect((await api('POST', 'connections/ERP/test')).status).toBe(409);
    expect((await update(api, SETTINGS)).status).toBe(200);
    expect(status()).toBe('DRAFT');
    const tested = await api('POST', 'connections/ERP/test');

    expect(tested).toMatchObject({ status: 200, body: { id: 'ERP', status: 'SUCCESS' } });
    expect(status()).toBe('CONFIGURED');
  });

  test('can be configured by its settings alone', async () => {
    const { api, status } = await imported({ behaviour: { connectionUpdate: 'configures' } });

    await update(api, { connectionProperties: SETTINGS.connectionProperties });
    expect(status()).toBe('DRAFT');
    await update(api, { securityProperties: SETTINGS.securityProperties });

    expect(status()).toBe('CONFIGURED');
  });

  test.each([
    ['absent', undefined],
    ['masked', '********'],
  ] as const)('never gives a password away: %s', async (passwords, shown) => {
    const { simulator, api } = await imported({ behaviour: { passwords } });
    await update(api, SETTINGS);

    const { bytes, body } = await api('GET', 'connections/ERP');

    expect(bytes.toString()).not.toContain(PASSWORD);
    expect(body).toHaveProperty('securityProperties.0.propertyValue', 'ada');
    const { securityProperties } = body as { securityProperties: { propertyValue?: string }[] };
    expect(securityProperties[1]?.propertyValue).toBe(shown);
    expect(simulator.secrets()).toContain(PASSWORD);
  });

  test('asks for other credentials under another security policy', async () => {
    const { api } = await imported();

    const { body } = await update(api, { securityPolicy: 'OAUTH_CLIENT_CREDENTIALS', name: 'ignored' });

    const { securityProperties, name } = body as { securityProperties: { propertyName: string }[]; name: string };
    expect(securityProperties.map(({ propertyName }) => propertyName)).toEqual([
      'accessTokenUri',
      'clientId',
      'clientSecret',
    ]);
    expect(name).toBe('Erp');
  });

  test('that is locked, unknown or unfit refuses', async () => {
    const { simulator, api } = await imported();
    expect((await update(api, { connectionProperties: {} })).status).toBe(400);
    expect((await api('POST', 'connections/OTHER/test')).status).toBe(404);
    const connection = simulator.instance.connections.get('ERP');
    if (!connection) throw new Error('ERP was not imported');

    await update(api, SETTINGS);
    connection.testFailure = 'no route to host';
    expect(await api('POST', 'connections/ERP/test')).toMatchObject({
      status: 500,
      body: { title: 'no route to host' },
    });
    connection.lockedBy = 'anna';

    expect((await update(api, SETTINGS)).status).toBe(412);
    expect((await api('POST', 'connections/ERP/test')).status).toBe(412);
  });

  test('in use is not deleted', async () => {
    const { simulator, api } = await imported();

    expect((await api('DELETE', 'connections/ERP')).status).toBe(409);
    simulator.instance.remove('USES|01.00.0000');
    expect((await api('DELETE', 'connections/ERP')).status).toBe(200);
    expect((await api('GET', 'connections/ERP')).status).toBe(404);
  });
});

test('connections are listed in pages, ordered and filtered', async () => {
  const { simulator, api } = await start({ pageCap: 2 });
  const ids = ['C', 'A', 'B'];
  simulator.instance.add(sample('USES', { connections: ids.map((id) => ({ id })) }));
  const list = async (query: Record<string, string>) => (await api('GET', 'connections', { query })).body;

  expect(await list({ orderBy: 'name' })).toMatchObject({ items: [{ id: 'A' }, { id: 'B' }], hasMore: true });
  expect(await list({ orderBy: 'name', offset: '2' })).toMatchObject({ items: [{ id: 'C' }], hasMore: false });
  expect(await list({ q: "{name:'B'}" })).toMatchObject({ items: [{ id: 'B' }], totalResults: 1 });
  expect(await list({ q: "{status:'DRAFT'}" })).toMatchObject({ items: [] });
  expect((await api('GET', 'connections', { query: { q: 'B' } })).status).toBe(400);
});
