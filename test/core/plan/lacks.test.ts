import { expect, test } from 'vitest';
import { type ConnectionProperties, LOCAL_CALLS } from '../../../functions/core/archive/connection-template.ts';
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

const HERE = { connection: () => erp('DRAFT'), settings: {}, isThere: () => false, instance: 'prod' };

test('what is called and not there is named, and not what comes with it', () => {
  const used = { id: 'A|01.00.0000', connections: [], calls: ['B|01.00.0000', 'C|01.00.0000'] as const };

  expect(findLacks([used], { ...HERE, isThere: (id) => id === 'B|01.00.0000' })).toEqual([
    {
      kind: 'integrations',
      id: 'C|01.00.0000',
      message:
        'C|01.00.0000 is called and not on prod: put it there first; 1 integration cannot be activated without it: A|01.00.0000',
      dependents: ['A|01.00.0000'],
    },
  ]);
});

test('each cause is told once, with what hangs on it, and of many the first by name', () => {
  const many = Array.from({ length: 51 }, (_, n) => ({
    id: `F${n}`,
    connections: [{ id: 'ERP', type: 'rest' }],
    calls: ['B|01.00.0000'] as const,
  }));

  const lacks = findLacks(many, HERE);

  expect(lacks.map(({ kind, id, dependents }) => [kind, id, dependents.length])).toEqual([
    ['connections', 'ERP', 51],
    ['integrations', 'B|01.00.0000', 51],
  ]);
  for (const { message } of lacks) expect(message).toMatch(/; 51 integrations cannot .*: F0, F1, .*F19, and 31 more$/);
});

test('the connection of local calls is no lack: nobody configures it', () => {
  const used = { id: 'A|01.00.0000', connections: [{ id: 'LOCAL', type: LOCAL_CALLS }], calls: [] };

  expect(findLacks([used], HERE)).toEqual([]);
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
