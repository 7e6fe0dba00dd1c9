import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { integrationRef } from '../../functions/core/integration.ts';
import { keyApart, UnstorableName } from '../../functions/core/key-parts.ts';
import { archiveKey, archiveKindOfKey, itemKey, twinKeys } from '../../functions/core/keys.ts';
import { ALL_KINDS } from '../../functions/kinds/all-kinds.ts';
import { libraries } from '../../functions/kinds/libraries.ts';
import { lookups } from '../../functions/kinds/lookups.ts';
import { projects } from '../../functions/kinds/projects.ts';
import { isReserved } from '../../functions/store/directory/layout.ts';
import { rounds } from '../rounds.ts';

const lookupKey = (instance: string, name: string): string => itemKey(instance, lookups, { id: name, name });
const projectKey = (instance: string, code: string): string =>
  itemKey(instance, projects, { id: code, code, name: code, integrations: [] });
const libraryKey = (instance: string, { code, version }: { code: string; version: string }): string =>
  itemKey(instance, libraries, { id: `${code}|${version}`, code, version, name: code });

/** What no part of a key may be: by bytes, for a directory store, and for Windows. */
const isBad = (part: string): boolean =>
  Buffer.byteLength(part) > 255 ||
  isReserved(part) ||
  /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(part) ||
  /[. ]$/.test(part) ||
  /[^\x21-\x7e]|[<>:"/\\|?*]/.test(part);

const keysOf = (name: string): string[] => [
  lookupKey('dev', name),
  projectKey('dev', name),
  libraryKey('dev', { code: name, version: '1.0' }),
  libraryKey('dev', { code: 'L', version: name }),
];

const ODD = [
  ...[
    'CON',
    'nul',
    'Aux.txt',
    'LPT1',
    'con.é',
    'v0000000001',
    'foo.part',
    'desktop.ini',
    'Thumbs.db',
    'a.tmp',
    'b.crdownload',
  ],
  ...[
    '.',
    '..',
    '.hidden',
    'trailing.',
    'trailing ',
    ' ',
    '~',
    '%',
    'a/b',
    'a\\b',
    '#x#',
    '~$x',
    'x~',
    '\0',
    '\n',
    '"',
    '*',
  ],
  ...[
    '国'.repeat(28),
    'я'.repeat(42),
    '😀'.repeat(60),
    '\ud83d',
    'a\udc00b',
    'x'.repeat(210),
    'y'.repeat(255),
    'é',
    'e\u0301',
  ],
];

describe('the key of an archive', () => {
  test.each([
    [lookupKey('dev', 'My lookup'), 'lookups/dev/My%20lookup.csv'],
    [lookupKey('dev', '.x'), 'lookups/dev/%2Ex.csv'],
    [projectKey('dev', 'SHOP'), 'projects/dev/SHOP.car'],
    [libraryKey('dev', { code: 'TOOLS', version: '1.0' }), 'libraries/dev/TOOLS/1.0.jar'],
    [archiveKey('dev', integrationRef('A_B-c.d', '01.00.0000')), 'integrations/dev/A_B-c.d/01.00.0000.iar'],
    [lookupKey('dev', 'x'.repeat(200)), `lookups/dev/${'x'.repeat(200)}.csv`],
    [lookupKey('dev', 'CON'), 'lookups/dev/CO%4E.csv'],
    [archiveKey('dev', integrationRef('v0000000001', '01.00.0000')), 'integrations/dev/v000000000%31/01.00.0000.iar'],
  ])('%s is the one it always was, where it could be one', (key, expected) => {
    expect(key).toBe(expected);
  });

  test('is one that every store and file system takes, and is known for what it is, whatever the name', () => {
    const check = (name: string): void => {
      for (const key of keysOf(name)) {
        for (const one of [key, keyApart(key)]) {
          expect(one.split('/').filter(isBad), JSON.stringify(name)).toEqual([]);
          expect(archiveKindOfKey('dev', one, ALL_KINDS), JSON.stringify(name)).toBe(one.split('/')[0]);
        }
      }
    };
    ODD.forEach(check);
    const names = fc.oneof(
      fc.string({ minLength: 1, maxLength: 255 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 40 })
        .map((units) => String.fromCharCode(...units)),
    );
    fc.assert(fc.property(names, check), { numRuns: rounds(150, 5_000) });
  });

  test('is no other one’s', () => {
    const names = [
      ...ODD,
      ...ODD.map((name) => `${name}x`),
      'y'.repeat(254),
      `${'y'.repeat(254)}z`,
      '%2E',
      'CO%4E',
      '%EF%BF%BD',
    ];
    const keys = names.map((name) => lookupKey('dev', name));
    expect(new Set(keys).size).toBe(names.length);
  });

  test('is not to be had for a name without a letter', () => {
    expect(() => lookupKey('dev', '')).toThrow(UnstorableName);
  });
});

describe('keys that differ in nothing but capitals', () => {
  const names = ['Foo', 'FOO', 'foo', 'bar', 'é', 'É', `${'x'.repeat(254)}a`, `${'x'.repeat(254)}A`];
  const keys = names.map((name) => lookupKey('dev', name));

  test('are found, and have others apart from each other and from all else', () => {
    const twins = twinKeys(keys);
    expect([...twins]).toEqual(keys.slice(0, 3));
    const apart = keys.map((key) => (twins.has(key) ? keyApart(key) : key));
    expect(new Set(apart.map((key) => key.toLowerCase())).size).toBe(names.length);
  });

  test('are twins by the folder that versions of one code share', () => {
    const versions = ['TOOLS', 'tools', 'OTHER'].map((code) =>
      libraryKey('dev', { code, version: code.length.toString() }),
    );
    expect([...twinKeys(versions)]).toEqual(versions.slice(0, 2));
    expect(twinKeys([...keys.slice(3, 4), ...keys.slice(3, 4)]).size).toBe(0);
  });
});
