/** What a connection lacks and how it is filled in, on properties with the keys and flags of a recorded one. */
import { describe, expect, test } from 'vitest';
import {
  type ConnectionProperties,
  type ConnectionProperty,
  connectionTemplate,
  isMask,
  missingSettings,
  withoutValues,
} from '../../../functions/core/archive/connection-template.ts';

const property = (propertyName: string, more: Partial<ConnectionProperty> = {}): ConnectionProperty => ({
  propertyName,
  requiredFlag: true,
  hiddenFlag: false,
  isSet: more.propertyValue !== undefined,
  ...more,
});
const connection = (more: Partial<ConnectionProperties>): ConnectionProperties => ({
  id: 'A',
  status: 'DRAFT',
  ...more,
});
const optional = { requiredFlag: false };

/** The REST connection that was recorded, as a draft: 13 properties, one with a value. */
const RECORDED = connection({
  securityPolicy: 'OAUTH_RESOURCE_OWNER_PASSWORD_CREDENTIALS',
  connectionProperties: [
    property('connectionType', { propertyValue: 'restUrl', acceptableKeys: ['restUrl', 'openApiUrl'] }),
    property('tlsVersion', { ...optional, acceptableKeys: ['TLSv1.1', 'TLSv1.2'] }),
    property('connectionUrl'),
    property('enableTwoWaySSL', { ...optional, acceptableKeys: ['true', 'false'] }),
    property('sslCertificateAlias', optional),
  ],
  securityProperties: [
    property('oauth.access.token.uri'),
    property('oauth.client.id'),
    property('oauth.client.secret', { propertyType: 'PASSWORD' }),
    property('oauth.scope', optional),
    property('oauth.request.content.type', { ...optional, propertyGroup: 'OTHER' }),
    property('username'),
    property('password', { propertyType: 'PASSWORD' }),
    property('clientAuthentication', { ...optional, defaultPropertyValue: 'client_credentials_as_header' }),
  ],
});

describe('a connection lacks', () => {
  test('only what is required and has no value', () => {
    expect(missingSettings(RECORDED)).toEqual([
      'connectionUrl',
      'oauth.access.token.uri',
      'oauth.client.id',
      'oauth.client.secret',
      'username',
      'password',
    ]);
  });

  test('nothing when it is configured, whatever it shows', () => {
    expect(missingSettings({ ...RECORDED, status: 'CONFIGURED' })).toEqual([]);
  });

  test.each<[string, Partial<ConnectionProperties>, string[]]>([
    ['nothing that is hidden', { connectionProperties: [property('a', { hiddenFlag: true })] }, []],
    ['no password that shows a mask', { securityProperties: [property('password', { isSet: true })] }, []],
    [
      'everything without a value where the flags are not told',
      {
        connectionProperties: [
          { propertyName: 'a', isSet: false },
          { propertyName: 'b', isSet: true },
        ],
      },
      ['a'],
    ],
    ['its agent group when it needs one', { agentRequired: true }, ['agentGroupId']],
    ['no agent group when it has one', { agentRequired: true, agentGroupId: 'ON_PREM' }, []],
  ])('%s', (_, more, missing) => {
    expect(missingSettings(connection(more))).toEqual(missing);
  });
});

describe('the template', () => {
  test('has every key, with what Oracle told and its defaults, and what a choice may be beside it', () => {
    const { A } = connectionTemplate([RECORDED]);

    expect(A).toMatchObject({ securityPolicy: 'OAUTH_RESOURCE_OWNER_PASSWORD_CREDENTIALS' });
    const { connectionProperties, securityProperties } = A as Record<string, Record<string, unknown>[]>;
    const values = [...(connectionProperties ?? []), ...(securityProperties ?? [])].map(
      ({ propertyName, propertyValue }) => [propertyName, propertyValue],
    );
    expect(values).toHaveLength(13);
    expect(values.filter(([, value]) => value !== '')).toEqual([
      ['connectionType', 'restUrl'],
      ['clientAuthentication', 'client_credentials_as_header'],
    ]);
    expect(connectionProperties?.[1]).toEqual({
      propertyName: 'tlsVersion',
      requiredFlag: false,
      acceptableKeys: ['TLSv1.1', 'TLSv1.2'],
      propertyValue: '',
    });
  });

  test('asks for a file where one is wanted, and for the agent group', () => {
    const securityProperties = [
      property('wallet', { propertyType: 'FILE', propertyValue: 'old.zip' }),
      property('pgpKey', { propertyType: 'URL_OR_FILE' }),
      property('wsdl', { propertyType: 'URL_OR_FILE', propertyValue: 'https://x.example.com/a.wsdl' }),
    ];

    expect(connectionTemplate([connection({ securityProperties, agentRequired: true })]).A).toMatchObject({
      agentGroupId: '',
      securityProperties: [
        { propertyName: 'wallet', propertyValue: { file: '' } },
        { propertyName: 'pgpKey', propertyValue: { file: '' } },
        { propertyName: 'wsdl', propertyValue: 'https://x.example.com/a.wsdl' },
      ],
    });
    expect(connectionTemplate([connection({ agentGroupId: 'ON_PREM' })]).A).toMatchObject({ agentGroupId: 'ON_PREM' });
    expect(connectionTemplate([connection({})]).A).not.toHaveProperty('agentGroupId');
  });

  test('leaves out what is hidden, but for what has a value', () => {
    const connectionProperties = [
      property('a', { hiddenFlag: true }),
      property('b', { hiddenFlag: true, propertyValue: '1' }),
    ];

    expect(connectionTemplate([connection({ connectionProperties })])).toMatchObject({
      A: { connectionProperties: [{ propertyName: 'b', propertyValue: '1' }] },
    });
  });

  test('can be without any value that was told', () => {
    expect(JSON.stringify(connectionTemplate([withoutValues(RECORDED)]))).not.toContain('"propertyValue":"restUrl"');
  });

  test.each(['constructor', '__proto__', 'toString'])('of a connection called %s is its own', (id) => {
    const template = connectionTemplate([{ ...RECORDED, id }]);

    expect(Object.keys(template)).toEqual([id]);
    expect(JSON.parse(JSON.stringify(template))[id]).toHaveProperty('securityPolicy');
  });
});

test('a mask is five asterisks or more', () => {
  expect(['*****', '********'].map(isMask)).toEqual([true, true]);
  expect(['', '*', '****', '***** '].map(isMask)).toEqual([false, false, false, false]);
});
