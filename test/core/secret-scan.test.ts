import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { describeFindings, scanForSecrets } from '../../functions/core/secret-scan.ts';

const random = (seed: string): string => createHash('sha256').update(seed).digest('base64').replaceAll('=', '');
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiJhIn0', 'c2lnbmF0dXJl'].join('.');
const pem = ['-----BEGIN', 'RSA PRIVATE KEY-----'].join(' ');

const scan = (columns: string[], ...rows: string[][]) =>
  scanForSecrets({ columns, rows }).map(({ row, column, looksLike }) => `${row} ${column}: ${looksLike}`);

describe('a cell looks like a credential', () => {
  test.each([
    [['system', 'password'], ['ERP', 'hunter2'], '1 password: a password, by the name of its column'],
    [['system', 'Client_Secret'], ['ERP', 'abcd1234'], '1 Client_Secret: a secret, by the name of its column'],
    [['system', 'apiKey 1'], ['ERP', 'abcd1234'], '1 apiKey 1: a key, by the name of its column'],
    [['name', 'value'], ['erp.db.password', 'hunter2'], '1 value: a password, by the name beside it'],
    [['name', 'value'], ['ftpPwd', 'hunter2'], '1 value: a password, by the name beside it'],
    [['a', 'b'], ['x', jwt], '1 b: a token (JWT)'],
    [['a', 'b'], ['x', `${pem}\nMII`], '1 b: a private key'],
    [['a', 'b'], ['x', 'Basic YWxhZGRpbjpvcGVu'], '1 b: the value of an Authorization header'],
    [['a', 'b'], ['x', 'sftp://user:hunter2@host/in'], '1 b: a URL with a password in it'],
    [['a', 'b'], ['x', 'https://x.example/?api_key=abcdefgh'], '1 b: a URL with a credential in it'],
    [['a', 'b'], ['x', 'sftp://me:p@ss@host'], '1 b: a URL with a password in it'],
    [['a', 'b'], ['x', 'https://fn.example/api?code=hunter22'], '1 b: a URL with a credential in it'],
    [['a', 'b'], ['x', 'jdbc:oracle:thin:scott/tiger@db:1521:x'], '1 b: a user and password of a database'],
    [['a', 'b'], ['x', 'scott/tiger@orders'], '1 b: a user and password of a database'],
    [['a', 'b'], ['x', 'Endpoint=sb://x/;SharedAccessKey=hunter2'], '1 b: a key of Azure'],
    [['a', 'b'], ['x', `glpat-${'xY3'.repeat(7)}`], '1 b: a token of GitLab'],
    [
      ['name', 'X-Authorization'],
      ['x', 'hunter2'],
      '1 X-Authorization: an Authorization header, by the name of its column',
    ],
    [['a', 'b'], ['x', 'Server=db;User=me;Password=hunter2;'], '1 b: a connection string with a password'],
    [['a', 'b'], ['x', `AKIA${'ABCDEFGH23456789'}`], '1 b: an access key of AWS'],
    [['a', 'b'], ['x', random('1')], '1 b: a random text, as keys are'],
    [['a'], ['x', random('2')], '1 number 2: a random text, as keys are'],
  ])('%j with %j', (columns, row, finding) => {
    expect(scan(columns, row)).toEqual([finding]);
  });
});

describe('a cell is left alone', () => {
  test.each([
    [
      ['iso', 'name'],
      ['DE', 'Germany'],
    ],
    [
      ['system', 'password'],
      ['ERP', ''],
    ],
    [
      ['system', 'password'],
      ['ERP', '********'],
    ],
    [
      ['system', 'password'],
      ['ERP', 'N/A'],
    ],
    [
      ['system', 'password'],
      ['ERP', '%%ERP_password'],
    ],
    [
      ['name', 'value'],
      ['PASSWORD_RESET_URL', 'https://example.com/reset'],
    ],
    [
      ['name', 'value'],
      ['password', 'The password you were given'],
    ],
    [
      ['from', 'to'],
      ['password', 'passwd'],
    ],
    [
      ['a', 'b'],
      ['x', 'https://example.com/orders?limit=100'],
    ],
    [
      ['a', 'b'],
      ['x', '3f1c9a52-6a0e-4a8b-9f55-0c5d6c7b8a90'],
    ],
    [
      ['a', 'b'],
      ['x', 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'],
    ],
    [
      ['a', 'b'],
      ['x', 'ocid1.vaultsecret.oc1.eu-frankfurt-1.amaaaaaa4Zx7q2yaB3cD4eF5gH6'],
    ],
    [
      ['a', 'b'],
      ['x', 'Order_Processing_For_Region_EMEA_V2_2024_Final'],
    ],
    [
      ['a', 'b'],
      ['x', 'anna@example.com'],
    ],
  ])('%j with %j', (columns, row) => {
    expect(scan(columns, row)).toEqual([]);
  });
});

test('rows are counted from one, and each cell is told once', () => {
  expect(scan(['system', 'password'], ['ERP', ''], ['CRM', 'hunter2'], ['HR', jwt])).toEqual([
    '2 password: a password, by the name of its column',
    '3 password: a token (JWT)',
  ]);
});

test('findings are told by place and never by value', () => {
  const rows = Array.from({ length: 7 }, (_, n) => [`SYSTEM_${n}`, `hunter-${n}`]);
  const findings = scanForSecrets({ columns: ['system', 'password'], rows });
  const sentence = describeFindings(findings) ?? '';
  expect(sentence).toMatch(/row 1, column "password" \(a password, by the name of its column\)/);
  expect(sentence).toMatch(/and 2 more/);
  expect(JSON.stringify(findings) + sentence).not.toMatch(/hunter|SYSTEM/);
  expect(describeFindings([])).toBeUndefined();
});

test('a table made to keep a search busy is read in a moment', () => {
  const evil = [`${'a'.repeat(1e6)}`, `basic ${' '.repeat(1e6)} !`, `${'x://'.repeat(2e5)}`, 'password'.repeat(1e5)];
  expect(scan(['a', 'b', 'c', 'd'], evil)).toEqual([]);
});
