/** Connections over real sockets, with the keys that were recorded and with each older form. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { connectionTemplate, missingSettings } from '../../functions/core/archive/connection-template.ts';
import type { ConnectionSettings } from '../../functions/oic/http/credentials.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Behaviour } from '../simulator/behaviour.ts';
import { useClients } from './clients.ts';
import { connectTo, failureOf } from './simulated.ts';

const start = useClients();

const OM = {
  id: 'ACME_OM',
  type: 'rest',
  securityPolicy: 'OAUTH_RESOURCE_OWNER_PASSWORD_CREDENTIALS',
  properties: ['connectionUrl'],
};
const REQUIRED = [
  'connectionUrl',
  'oauth.access.token.uri',
  'oauth.client.id',
  'oauth.client.secret',
  'username',
  'password',
];

/** An instance that was just given an integration with this connection, which is therefore a draft. */
const withDraft = async (
  connection: NonNullable<Parameters<typeof buildSampleArchive>[0]['connections']>[number],
  behaviour: Partial<Behaviour> = {},
) => {
  const { simulator, oic } = await start({ behaviour });
  const archive = buildSampleArchive({ code: 'USES', version: '01.00.0000', connections: [connection] });
  await oic.importIntegration('USES|01.00.0000', archive);
  const read = async () => {
    const found = await oic.getConnection(connection.id);
    if (!found) throw new Error(`${connection.id} is not there`);
    return found;
  };
  return { simulator, oic, read };
};

type Template = Record<string, { propertyName: string; propertyValue: unknown }[]>;

/** The template with a value for these properties and nothing else touched. */
const filled = (template: object | undefined, names: readonly string[]): ConnectionSettings => {
  const { connectionProperties = [], securityProperties = [], ...rest } = template as Template;
  const fill = (properties: Template[string]) =>
    properties.map((one) =>
      names.includes(one.propertyName) ? { ...one, propertyValue: `my ${one.propertyName}` } : one,
    );
  return {
    ...rest,
    connectionProperties: fill(connectionProperties),
    securityProperties: fill(securityProperties),
  } as ConnectionSettings;
};

describe('a draft with thirteen properties, of which six are required and unset', () => {
  test.each<[string, Partial<Behaviour>]>([
    ['as recorded', {}],
    ['with passwords left out', { passwords: 'absent' }],
    ['with a longer mask', { passwords: 'masked-longer' }],
    ['with its adapter as a name', { adapterType: 'name' }],
    ['with updates answered as reading is', { connectionUpdateAnswer: 'as-get' }],
    ['configured by the update alone', { connectionUpdate: 'configures' }],
  ])('lacks these six, and is configured when they alone are filled in: %s', async (_, behaviour) => {
    const { simulator, oic, read } = await withDraft(OM, behaviour);
    const draft = await read();
    expect(missingSettings(draft)).toEqual(REQUIRED);

    await oic.updateConnection('ACME_OM', filled(connectionTemplate([draft]).ACME_OM, REQUIRED));
    await oic.testConnection('ACME_OM');

    expect(await read()).toMatchObject({ status: 'CONFIGURED', adapterType: 'rest' });
    const there = simulator.instance.connections.get('ACME_OM');
    expect(there?.credentials.get('password')).toBe('my password');
    expect([...(there?.properties.keys() ?? [])]).toEqual(['connectionType', 'connectionUrl']);
  });

  test('lacks everything without a value where Oracle does not tell what is required', async () => {
    const { read } = await withDraft(OM, { propertyFlags: 'untold' });

    expect(missingSettings(await read())).toHaveLength(12);
  });
});

test('what is empty in the settings does not blank what the connection has', async () => {
  const { simulator, oic } = await withDraft(OM);
  const empty = ['tlsVersion', 'sslCertificateAlias'].map((propertyName) => ({ propertyName, propertyValue: '' }));
  const there = simulator.instance.connections.get('ACME_OM');
  there?.properties.set('tlsVersion', 'TLSv1.2');
  there?.credentials.set('password', 'old');

  await oic.updateConnection('ACME_OM', {
    agentGroupId: '',
    connectionProperties: empty,
    securityProperties: [{ propertyName: 'username', propertyValue: 'ann' }, { propertyName: 'password' }],
  });
  await oic.updateConnection('ACME_OM', { securityProperties: [{ propertyName: 'password', propertyValue: '*****' }] });

  expect(there?.properties.get('tlsVersion')).toBe('TLSv1.2');
  expect(there?.properties.has('sslCertificateAlias')).toBe(false);
  expect([there?.credentials.get('username'), there?.credentials.get('password')]).toEqual(['ann', 'old']);
});

test('an update is sent as it was recorded: by an override, with the honoured fields and four keys a property', async () => {
  const { simulator } = await start();
  const sent: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, headers } = request;
      sent.push(method, headers['x-http-method-override'], JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const oic = connectTo(simulator, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

  const url = {
    propertyGroup: 'CONNECTION_PROPS',
    propertyName: 'connectionUrl',
    propertyType: 'URL',
    propertyValue: 'https://process.example.com/api',
  };
  const asInTemplate = { ...url, requiredFlag: true, acceptableKeys: ['x'] };
  await oic.updateConnection('ACME_OM', {
    securityPolicy: OM.securityPolicy,
    connectionProperties: [asInTemplate, { propertyName: 'tlsVersion', propertyValue: '' }],
    securityProperties: [],
  });
  await oic.close();
  await new Promise((resolve) => server.close(resolve));

  expect(sent).toEqual(['POST', 'PATCH', { securityPolicy: OM.securityPolicy, connectionProperties: [url] }]);
});

test('the values of security properties are told where they are no secrets', async () => {
  const { simulator, read } = await withDraft(OM);
  const there = simulator.instance.connections.get('ACME_OM');
  const values = {
    username: 'ann',
    password: 'secret1',
    'oauth.client.id': 'client',
    'oauth.client.secret': 'secret2',
  };
  for (const [name, value] of Object.entries(values)) there?.credentials.set(name, value);
  there?.credentials.set('oauth.access.token.uri', 'https://idcs.example.com/oauth2/v1/token');
  there?.credentials.set('oauth.scope', 'https://me:secret3@scope.example.com');

  const { securityProperties } = await read();

  expect(securityProperties?.flatMap(({ propertyValue }) => propertyValue ?? [])).toEqual([
    'https://idcs.example.com/oauth2/v1/token',
    'client',
    'ann',
  ]);
  expect(securityProperties?.filter(({ isSet }) => isSet)).toHaveLength(6);
  expect(JSON.stringify(securityProperties)).not.toMatch(/secret[123]|\*{5}/);
});

test.each([
  ['apiKey', 'k-1'],
  ['X-Authorization', 'abc'],
  ['pwd', 'hunter2'],
  ['endpoint', 'https://me:hunter2@erp.example.com'],
])('a connection property %s is not told, though it is no security property', async (name, value) => {
  const { simulator, read } = await withDraft({ id: 'ERP', type: 'erp', properties: [name, 'host'] });
  const there = simulator.instance.connections.get('ERP');
  there?.properties.set(name, value).set('host', 'erp.example.com');

  const erp = await read();

  expect(erp.connectionProperties).toMatchObject([{ isSet: true }, { propertyValue: 'erp.example.com' }]);
  expect(JSON.stringify([erp, connectionTemplate([erp])])).not.toContain(value);
});

test('a listing without properties is read all the same', async () => {
  const { oic } = await withDraft(OM, { listedConnections: 'without-properties', adapterType: 'name' });

  expect((await oic.listConnections()).items.find(({ id }) => id === 'ACME_OM')).toMatchObject({
    adapterType: 'rest',
    connectionProperties: undefined,
  });
});

test('a file is uploaded with its exact bytes and fills its property', async () => {
  const { simulator, oic, read } = await withDraft({ id: 'DB', type: 'atpdatabase', securityPolicy: 'JDBC_OVER_SSL' });
  expect(missingSettings(await read())).toEqual(['username', 'password', 'wallet']);
  const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, at) => (at * 7) % 256));

  await oic.attachToConnection('DB', 'wallet', { filename: 'wallet.zip', bytes });

  expect(simulator.instance.connections.get('DB')?.attachments.get('wallet')?.equals(bytes)).toBe(true);
  expect(missingSettings(await read())).toEqual(['username', 'password']);
  expect((await failureOf(oic.attachToConnection('DB', 'username', { filename: 'x', bytes }))).message).toMatch(
    /uploading username of connection DB/,
  );
});

test('an instance that is only read takes no file', async () => {
  const { oic } = await start({}, { isReadOnly: true });

  const failure = await failureOf(oic.attachToConnection('DB', 'wallet', { filename: 'x', bytes: Buffer.from('x') }));

  expect(failure.message).toMatch(/has no `deploy`/);
});
