import { expect, test } from 'vitest';
import type { ConnectionProperties } from '../../../functions/core/archive/connection-template.ts';
import { findLacks } from '../../../functions/core/plan/lacks.ts';

const PASSWORD = { securityProperties: [{ propertyName: 'password', propertyValue: 'p' }] };
const NAMED = {
  ...PASSWORD,
  connectionProperties: [{ propertyName: 'connectionUrl', propertyValue: 'https://a.example' }],
};

const erp = (status: string, propertyValue?: string): ConnectionProperties => ({
  id: 'ERP',
  status,
  connectionProperties: [
    { propertyName: 'connectionType', acceptableKeys: ['restUrl'], requiredFlag: true, isSet: false },
    {
      propertyName: 'connectionUrl',
      requiredFlag: true,
      isSet: propertyValue !== undefined,
      ...(propertyValue && { propertyValue }),
    },
  ],
});

test.each([
  ['configured', erp('CONFIGURED', 'https://b.example'), {}, undefined],
  ['without settings', erp('DRAFT'), {}, /ERP is DRAFT on prod, and the credentials document of prod has no settings/],
  [
    'that is not there, without an address',
    undefined,
    { ERP: PASSWORD },
    /not on prod yet, .* secrets but no address;/,
  ],
  ['a draft without an address', erp('DRAFT'), { ERP: PASSWORD }, /DRAFT on prod, .* no address: add connectionUrl;/],
  [
    "a draft with somebody's address",
    erp('DRAFT', 'https://b.example'),
    { ERP: PASSWORD },
    /no address: add connectionUrl;/,
  ],
  ['a draft with settings that name it', erp('DRAFT', 'https://b.example'), { ERP: NAMED }, undefined],
  ['that is not there, with settings that name it', undefined, { ERP: NAMED }, undefined],
  ['a draft with settings without a secret', erp('DRAFT'), { ERP: {} }, undefined],
])('a connection %s', (_, there, settings, told) => {
  const used = { id: 'A|01.00.0000', connections: [{ id: 'ERP', type: 'rest' }], calls: [] };
  const lacks = findLacks([used], { connection: () => there, settings, isThere: () => true, instance: 'prod' });
  expect(lacks.map(({ message }) => message)).toEqual(told ? [expect.stringMatching(told)] : []);
});
