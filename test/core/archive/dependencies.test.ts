/** What archives call and use, kept from one report to the next. */
import { expect, test } from 'vitest';
import {
  type Dependencies,
  formatDependencies,
  parseDependencies,
} from '../../../functions/core/archive/dependencies.ts';

const ERP = { id: 'ERP', name: 'ERP Cloud', type: 'erp' };
const SHOP = { id: 'SHOP', name: 'SHOP', type: 'rest' };

const SOME = new Map<string, Dependencies>([
  ['a'.repeat(64), { connections: [ERP, SHOP], calls: ['STOCK|01.00.0000'] }],
  ['b'.repeat(64), { connections: [{ ...SHOP }], calls: [] }],
  ['c'.repeat(64), { connections: [], calls: [] }],
  ['d'.repeat(64), { connections: [{ ...ERP, name: 'Another name' }], calls: [] }],
]);

test('are read back as they were written, each connection written once', () => {
  const text = formatDependencies(SOME);

  expect(parseDependencies(text)).toEqual(SOME);
  expect(text.match(/"SHOP","name"/g)).toHaveLength(1);
});

test.each(['', '[]', '{"formatVersion":1,"archives":{}}', '{"formatVersion":2,"connections":[],"archives":{"a":7}}'])(
  '%j tells nothing',
  (text) => {
    expect(parseDependencies(text).size).toBe(0);
  },
);

test('a connection that is not there is left out', () => {
  const text = '{"formatVersion":2,"connections":[],"archives":{"a":{"uses":[0,-1,1.5],"calls":[]}}}';

  expect(parseDependencies(text)).toEqual(new Map([['a', { connections: [], calls: [] }]]));
});
