import { expect, test } from 'vitest';
import { receiptKey } from '../../../functions/core/keys.ts';
import { checkKey } from '../../../functions/store/object-key.ts';

test('a receipt lies beside its drop, under its key and version', () => {
  expect(receiptKey('test', 'deploy/test/a folder/x (1)+%2E.iar', 'v1')).toBe(
    'receipts/test/deploy/test/a folder/x (1)+%2E.iar/v1.json',
  );
});

test.each([
  ['deploy/test//x.iar', 'receipts/test/deploy/test/%/x.iar/v1.json'],
  ['deploy/test/../../x.iar', 'receipts/test/deploy/test/%2E%2E/%2E%2E/x.iar/v1.json'],
  ['deploy/test/./x', 'receipts/test/deploy/test/%2E/x/v1.json'],
  ['deploy/test/', 'receipts/test/deploy/test/%/v1.json'],
  ['deploy/test/a\0b', 'receipts/test/deploy/test/a%00b/v1.json'],
])('for %j, which no path can be, it lies at a key that every store takes', (key, expected) => {
  expect(receiptKey('test', key, 'v1')).toBe(expected);
  checkKey(expected);
});

test.each(['x', 'ü', '名', '😀', '/a'])(
  'keys of up to 1,024 bytes of %s have receipts of their own, none of them longer',
  (letter) => {
    const versionId = 'v'.repeat(32);
    const keys = [900, 1_000, 1_010, 1_024].flatMap((bytes) => {
      const key = `deploy/test/${letter.repeat(Math.floor((bytes - 16) / Buffer.byteLength(letter)))}`;
      return [`${key}.iar`, `${key}.car`];
    });

    const receipts = keys.map((key) => receiptKey('test', key, versionId));

    expect(new Set(receipts).size).toBe(keys.length);
    for (const receipt of receipts) {
      checkKey(receipt);
      expect(Buffer.byteLength(receipt)).toBeLessThanOrEqual(1_024);
      expect(receipt).toMatch(/^receipts\/test\/deploy\/test\//);
      expect(receipt.isWellFormed()).toBe(true);
    }
  },
);
