import { describe, expect, test } from 'vitest';
import type { ConnectionProperties, ConnectionProperty } from '../../../functions/core/archive/connection-template.ts';
import { foreignAddresses, namesNoAddress, ownAddresses } from '../../../functions/core/plan/connection-address.ts';

const property = (propertyName: string, more: Partial<ConnectionProperty> = {}): ConnectionProperty => ({
  propertyName,
  isSet: true,
  ...more,
});
const set = (propertyName: string, propertyValue: string | object) => ({ propertyName, propertyValue });
const URL = property('connectionUrl', { propertyType: 'URL', propertyValue: 'https://elsewhere.example' });
const PASSWORD = { securityProperties: [set('username', 'u'), set('password', 'p')] };

/** ERP as an archive has just brought it along. */
const erp = (...connectionProperties: ConnectionProperty[]): ConnectionProperties => ({
  id: 'ERP_CLOUD',
  status: 'DRAFT',
  connectionProperties,
});

describe('secrets go to a connection only', () => {
  test('with an address that the settings name', () => {
    const named = { ...PASSWORD, connectionProperties: [set('connectionUrl', 'https://erp.example')] };
    expect(foreignAddresses(erp(URL), PASSWORD, [])).toEqual(['connectionUrl']);
    expect(foreignAddresses(erp(URL), named, [])).toEqual([]);
    const empty = { ...PASSWORD, connectionProperties: [set('connectionUrl', '')] };
    expect(foreignAddresses(erp(URL), empty, [])).toEqual(['connectionUrl']);
  });

  test("or with the one that the target's own had while it was configured", () => {
    const other = property('connectionUrl', { propertyType: 'URL', propertyValue: 'https://erp.example' });
    expect(foreignAddresses(erp(URL), PASSWORD, ownAddresses({ ...erp(URL), status: 'CONFIGURED' }))).toEqual([]);
    expect(foreignAddresses(erp(URL), PASSWORD, ownAddresses({ ...erp(other), status: 'CONFIGURED' }))).toEqual([
      'connectionUrl',
    ]);
  });

  test('and not with the one of a draft, of another connection, or one that holds a secret, which is not remembered', () => {
    expect(ownAddresses(erp(URL))).toEqual([]);
    const own = ownAddresses({ ...erp(URL), id: 'HCM', status: 'CONFIGURED' });
    expect(foreignAddresses(erp(URL), PASSWORD, own)).toEqual(['connectionUrl']);
    const secret = property('connectionUrl', { propertyValue: 'https://u:hunter2-hunter2@erp.example' });
    expect(ownAddresses({ ...erp(secret), status: 'CONFIGURED' })).toEqual([{ id: 'ERP_CLOUD', addresses: [] }]);
  });

  test('and all of its addresses count, also that of the token', () => {
    const named = { ...PASSWORD, connectionProperties: [set('host', 'erp.example')] };
    const brought = erp(
      property('host', { propertyValue: 'elsewhere.example' }),
      property('port', { propertyValue: '8443' }),
    );
    expect(foreignAddresses(brought, named, [])).toEqual(['port']);
    const withToken = {
      ...erp(),
      securityProperties: [property('accessTokenUri', { propertyValue: 'https://elsewhere.example/token' })],
    };
    expect(foreignAddresses(withToken, PASSWORD, [])).toEqual(['accessTokenUri']);
  });

  test.each([
    ['serviceWsdl', { propertyValue: 'whatever' }],
    ['target', { propertyValue: 'https://elsewhere.example' }],
    ['target', { propertyValue: 'elsewhere.example' }],
    ['target', { propertyValue: '10.0.0.7:1521' }],
    ['target', { propertyValue: 'scott@elsewhere' }],
    ['jdbcName', { propertyValue: 'x' }],
    ['whatever', { propertyValue: 'x', propertyType: 'URL_OR_FILE' }],
    // It has a value, which is not told.
    ['connectionUrl', {}],
    ['whatever', { propertyType: 'URL' }],
  ])('an address is known by its name, its type or its value: %s %o', (name, more) => {
    expect(foreignAddresses(erp(property(name, more)), PASSWORD, [])).toEqual([name]);
  });

  test.each([
    ['integration_role', { propertyValue: 'SOURCE_AND_TARGET' }],
    ['connectionType', { propertyValue: 'restUrl', acceptableKeys: ['restUrl', 'openApiUrl'] }],
    ['connectionUrl', { propertyType: 'URL', isSet: false }],
    ['hostKey', { propertyType: 'PASSWORD' }],
  ])('what leads nowhere is no address: %s %o', (name, more) => {
    expect(foreignAddresses(erp(property(name, more)), PASSWORD, [])).toEqual([]);
  });

  test('and settings without a secret may go to any', () => {
    expect(foreignAddresses(erp(URL), { connectionProperties: [] }, [])).toEqual([]);
    expect(foreignAddresses(erp(URL), { securityProperties: [set('password', '')] }, [])).toEqual([]);
    expect(foreignAddresses(erp(URL), { securityProperties: [set('wallet', { filename: 'w' })] }, [])).toEqual([
      'connectionUrl',
    ]);
  });
});

test('before an archive has brought it, settings with a secret have to name at least one property', () => {
  expect(namesNoAddress(PASSWORD)).toBe(true);
  expect(namesNoAddress({ ...PASSWORD, connectionProperties: [set('host', 'erp.example')] })).toBe(false);
  expect(namesNoAddress({ connectionProperties: [] })).toBe(false);
});
