import { describe, expect, test } from 'vitest';
import { itemsOf, type RawAnswer, type RawClient, sample, sendFile, upload, useSimulators } from './http/raw-client.ts';

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
          { propertyName: 'connectionType', acceptableKeys: [{ keyName: 'restUrl' }, { keyName: 'openApiUrl' }] },
          { propertyName: 'tlsVersion', requiredFlag: false },
          { propertyName: 'connectionUrl', propertyGroup: 'CONNECTION_PROPS', requiredFlag: true },
          { propertyName: 'enableTwoWaySSL' },
          { propertyName: 'sslCertificateAlias' },
        ],
        securityProperties: [
          { propertyName: 'username', propertyGroup: 'CREDENTIALS' },
          { propertyName: 'password', propertyType: 'PASSWORD' },
        ],
      },
    ]);
    expect(body).toHaveProperty('connectionProperties.0.propertyValue', 'restUrl');
    expect(body).not.toHaveProperty('connectionProperties.2.propertyValue');
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
    ['masked', '*****'],
    ['masked-longer', '********'],
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

    expect((await sendFile(api, 'POST', 'connections/ERP/attachments/wallet', 'x')).status).toBe(423);
    expect((await update(api, SETTINGS)).status).toBe(412);
    expect((await api('POST', 'connections/ERP/test')).status).toBe(412);
  });

  test('answers an update with less than it gives when it is read, and without the password', async () => {
    const { api } = await imported();
    const password = { securityProperties: [{ propertyName: 'username' }, { propertyName: 'password' }] };

    const updated = await update(api, SETTINGS);
    const read = await api('GET', 'connections/ERP');

    expect(read.body).toMatchObject({ createdBy: expect.any(String), metadataDownloadState: 'NOT_STARTED' });
    expect(read.body).toHaveProperty('securityProperties.1.propertyValue', '*****');
    expect(read.body).toHaveProperty('securityPolicyInfo.0.securityProperties.1.propertyName', 'password');
    expect(updated.body).toMatchObject({ ...password, securityPolicyInfo: [] });
    expect(updated.body).not.toHaveProperty('securityProperties.1.propertyValue');
    for (const key of ['createdBy', 'refreshedStatus', 'metadataDownloadState'])
      expect(updated.body).not.toHaveProperty(key);
  });

  test('can answer an update as it is read', async () => {
    const { api } = await imported({ behaviour: { connectionUpdateAnswer: 'as-get' } });

    expect((await update(api, SETTINGS)).body).toEqual((await api('GET', 'connections/ERP')).body);
  });

  test('can leave out flags and keys, tell its adapter by name, and be listed without properties', async () => {
    const { api } = await imported({
      behaviour: { propertyFlags: 'untold', adapterType: 'name', listedConnections: 'without-properties' },
    });

    const { body } = await api('GET', 'connections/ERP');
    const [listed] = itemsOf(await api('GET', 'connections'));

    expect(body).toMatchObject({ adapterType: 'rest' });
    expect(Object.keys((body as { connectionProperties: object[] }).connectionProperties[1] ?? {})).toEqual([
      'propertyGroup',
      'propertyName',
      'propertyType',
    ]);
    expect(listed).toMatchObject({ id: 'ERP', adapterType: 'rest' });
    expect(listed).not.toHaveProperty('connectionProperties');
    expect(listed).not.toHaveProperty('securityProperties');
  });

  test('takes the file of a property that is one, and is not configured without it', async () => {
    const { simulator, api } = await start();
    const db = { id: 'DB', type: 'atpdatabase', securityPolicy: 'JDBC_OVER_SSL' };
    await upload(api, 'POST', sample('USES', { connections: [db] }));
    const patch = { headers: { 'x-http-method-override': 'PATCH' } };
    await api('POST', 'connections/DB', { json: { securityProperties: SETTINGS.securityProperties }, ...patch });

    expect((await api('POST', 'connections/DB/test')).body).toMatchObject({
      title: expect.stringMatching(/: wallet$/),
    });
    expect((await sendFile(api, 'POST', 'connections/DB/attachments/username', 'x')).status).toBe(404);
    const attached = await sendFile(api, 'POST', 'connections/DB/attachments/wallet', 'the wallet');

    expect(attached.body).toMatchObject({
      securityProperties: [{}, {}, { propertyName: 'wallet', propertyType: 'FILE', hasAttachment: true }],
    });
    expect((await api('POST', 'connections/DB/test')).status).toBe(200);
    expect(simulator.instance.connections.get('DB')?.attachments.get('wallet')?.toString()).toBe('the wallet');
  });

  test('of an adapter that needs an agent is not configured without an agent group', async () => {
    const { api } = await start();
    await upload(api, 'POST', sample('USES', { connections: [{ id: 'EBS', type: 'ebs', securityPolicy: 'NONE' }] }));
    const patch = { headers: { 'x-http-method-override': 'PATCH' } };

    expect((await api('GET', 'connections/EBS')).body).toMatchObject({ agentRequired: true, agentSupported: true });
    expect((await api('POST', 'connections/EBS/test')).status).toBe(409);
    await api('POST', 'connections/EBS', { json: { agentGroupId: 'ON_PREM' }, ...patch });
    expect((await api('POST', 'connections/EBS/test')).status).toBe(200);
    expect((await api('GET', 'connections/EBS')).body).toMatchObject({ agentGroupId: 'ON_PREM', status: 'CONFIGURED' });
  });

  test('may stay a draft although its test is good', async () => {
    const { api, status } = await imported({ behaviour: { connectionTest: 'changes-nothing' } });
    await update(api, SETTINGS);

    expect((await api('POST', 'connections/ERP/test')).status).toBe(200);
    expect(status()).toBe('DRAFT');
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
