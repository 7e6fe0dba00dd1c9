/**
 * Lookups as files. The shape with `DVM` is that of a recorded answer of Oracle (2024), made anew; the others are what was
 * taken for Oracle's before.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLookup } from '../../../functions/core/archive/lookup-file.ts';
import { ArchiveError } from '../../../functions/core/formats/archive-error.ts';
import { sha256 } from '../../../functions/core/formats/hashing.ts';
import { scanForSecrets } from '../../../functions/core/secret-scan.ts';
import { writeLookup } from '../../simulator/holds/lookup.ts';

const read = (text: string, name?: string) => readLookup(Buffer.from(text), name);

/** Why it was not taken. */
const reasonOf = async (reading: Promise<unknown>): Promise<string> => {
  const result = await reading.catch((error: unknown) => error);
  if (!(result instanceof ArchiveError)) throw new Error('not refused, or for no reason given', { cause: result });
  return `${result.reason}: ${result.message}`;
};

describe('an exported lookup', () => {
  const digestOf = async (text: string): Promise<string> => (await read(text, 'COUNTRIES')).contentSha256;
  const TEXT = 'iso,name\nDE,Germany\nFR,"France, ""la belle"""\n';

  it('is read with quotes, commas and line ends inside cells', async () => {
    expect(await read(`${TEXT}XX,"two\nlines"`)).toMatchObject({
      name: undefined,
      columns: ['iso', 'name'],
      rows: [
        ['DE', 'Germany'],
        ['FR', 'France, "la belle"'],
        ['XX', 'two\nlines'],
      ],
    });
  });

  it('may have no rows, and a row may end in empty cells', async () => {
    expect(await read('iso,name\n')).toMatchObject({ columns: ['iso', 'name'], rows: [] });
    expect(await read('iso,name\nDE,\n,\n')).toMatchObject({ rows: [['DE']] });
  });

  it.each([
    ['the order of rows', 'iso,name\nFR,"France, ""la belle"""\nDE,Germany\n'],
    ['the line ends', TEXT.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${TEXT}`],
    ['quotes nobody needs', TEXT.replace('Germany', '"Germany"')],
  ])('has a content digest that does not depend on %s', async (_, text) => {
    expect(await digestOf(text)).toBe(await digestOf(TEXT));
  });

  it.each([
    ['a cell', TEXT.replace('Germany', 'Deutschland')],
    ['a column', TEXT.replace('name', 'title')],
    ['a row less', 'iso,name\nDE,Germany\n'],
    ['a row twice', `${TEXT}DE,Germany\n`],
  ])('has a content digest that changes with %s', async (_, text) => {
    expect(await digestOf(text)).not.toBe(await digestOf(TEXT));
  });

  it.each([
    ['nothing', '', /^another-kind: The file is empty/],
    ['a web page', ' <html>', /^another-kind: .*web page/],
    ['an error document', '{"title": "no"}', /^another-kind: .*JSON/],
    ['a zip', 'PK\u0003\u0004\0', /^another-kind: .*binary/],
    ['a line without columns', ',,\n', /^another-kind: .*no columns/],
    ['a title without columns', 'DVM,COUNTRIES,\n', /^damaged: .*before its columns/],
    ['a title and an empty line', 'DVM,COUNTRIES,\n,\n', /^another-kind: .*no columns/],
    ['one cut in a cell', 'iso,name\nDE,"Ger', /^damaged: .*line 2.*quote/],
    ['a stray quote', 'iso,name\nDE,Ger"many\n', /^damaged: .*line 2.*quote/],
  ])('is refused when it is %s', async (_, text, words) => {
    expect(await reasonOf(read(text))).toMatch(words);
  });

  it('is refused when it is no readable text', async () => {
    expect(await reasonOf(readLookup(Buffer.from([0x69, 0xff, 0xfe])))).toMatch(/no readable text/);
  });

  it('takes a cell of megabytes', async () => {
    const { rows } = await read(`a,b\n1,"${'x""'.repeat(2 ** 20)}"\n`);
    expect(rows[0]?.[1]).toHaveLength(2 ** 21);
  });
});

const RECORDED = 'DVM,FOLDERS,\nKind,Path\nInput,inbox=a;b\nArchive,Archive\n';

describe("the first line of a lookup's export", () => {
  it('as recorded has the mark, the name and the description', async () => {
    expect(await read(RECORDED, 'FOLDERS')).toMatchObject({
      name: 'FOLDERS',
      description: '',
      columns: ['Kind', 'Path'],
      rows: [
        ['Input', 'inbox=a;b'],
        ['Archive', 'Archive'],
      ],
    });
  });

  it.each([
    ['no description', 'DVM,CODES,\na,b\n1,2\n', ''],
    ['a description', 'DVM,CODES,Codes of countries\na,b\n1,2\n', 'Codes of countries'],
    ['commas and quotes in it', 'DVM,CODES,"By ISO, ""the"" norm"\na,b\n1,2\n', 'By ISO, "the" norm'],
    ['commas in it that nobody quoted', 'DVM,CODES,By ISO, of 2020,too\na,b\n1,2\n', 'By ISO, of 2020,too'],
    ['several lines in it', 'DVM,CODES,"first\nsecond\n\nlast"\na,b\n1,2\n', 'first\nsecond\n\nlast'],
    ['empty cells after it', 'DVM,CODES,,,,\na,b\n1,2\n', ''],
    ['its last comma lost in an editor', 'DVM,CODES\na,b\n1,2\n', ''],
    ['other line ends', 'DVM,CODES,\r\na,b\r\n1,2\r\n', ''],
    ['quotes nobody needs', '"DVM","CODES",""\n"a","b"\n"1","2"\n', ''],
    ['the name alone, as it was asked for', 'CODES\na,b\n1,2\n', ''],
    ['the name and a description, as it was asked for', 'CODES,Codes\na,b\n1,2\n', 'Codes'],
  ])('is a title with %s', async (_, text, description) => {
    expect(await read(text, 'CODES')).toMatchObject({
      name: 'CODES',
      description,
      columns: ['a', 'b'],
      rows: [['1', '2']],
    });
  });

  it.each([
    ['one column', 'DVM,CODES,\na\n1\n', ['a'], [['1']]],
    [
      'four columns',
      'DVM,CODES,\na,b,c,d\n1,,3,\n,2\n',
      ['a', 'b', 'c', 'd'],
      [
        ['1', '', '3'],
        ['', '2'],
      ],
    ],
    ['no rows', 'DVM,CODES,\na,b\n', ['a', 'b'], []],
    ['rows of empty cells', 'DVM,CODES,\na,b\n,\n1,2\n', ['a', 'b'], [['1', '2']]],
    ['a column called as the mark', 'DVM,CODES,\nDVM,b\n1,2\n', ['DVM', 'b'], [['1', '2']]],
  ])('is a title above %s', async (_, text, columns, rows) => {
    expect(await read(text, 'CODES')).toMatchObject({ name: 'CODES', columns, rows });
    expect(await read(text)).toMatchObject({ name: 'CODES', columns, rows });
  });

  it.each([
    ['itself called DVM', 'DVM,DVM,\na,b\n', 'DVM', { name: 'DVM', columns: ['a', 'b'] }],
    ['called DVM, with a description', 'DVM,DVM,maps\na,b\n', 'DVM', { name: 'DVM', description: 'maps' }],
    ['called DVM, without the mark', 'DVM,\na,b\n', 'DVM', { name: 'DVM', columns: ['a', 'b'] }],
    ['called DVM and described, without the mark', 'DVM,maps\na,b\n', 'DVM', { name: 'DVM', description: 'maps' }],
  ])('belongs to the lookup that is %s', async (_, text, name, expected) => {
    expect(await read(text, name)).toMatchObject(expected);
  });

  it.each([
    ['one column of that name', 'DVM\n1\n', ['DVM'], [['1']]],
    ['two columns', 'DVM,ISO\nX,Y\n', ['DVM', 'ISO'], [['X', 'Y']]],
    ['two columns and no rows', 'DVM,ISO\n', ['DVM', 'ISO'], []],
    ['four columns', 'DVM,ISO,Name,Note\nX,Y,Z\n', ['DVM', 'ISO', 'Name', 'Note'], [['X', 'Y', 'Z']]],
  ])('has the columns of an untitled lookup whose first one is called DVM: %s', async (_, text, columns, rows) => {
    expect(await read(text, 'CODES')).toMatchObject({ name: undefined, columns, rows });
  });

  it.each([
    ['with the mark', RECORDED, 'FOLDERS'],
    ['with the mark and a description', 'DVM,FOLDERS,where\na,b,c,d\n', 'FOLDERS'],
    ['with the mark, padded', 'DVM,FOLDERS,,,,\na,b,c,d,e\n', 'FOLDERS'],
    ['of one called DVM', 'DVM,DVM,\na,b\n', 'DVM'],
    ['without the mark, above more columns', 'FOLDERS,where\na,b,c\n', 'FOLDERS'],
    ['that could be three columns as well', 'DVM,ISO,Name\nX,Y,Z\n', 'ISO'],
  ])('tells that it is another lookup than was asked for: %s', async (_, text, name) => {
    expect(await read(text, 'CODES')).toMatchObject({ name });
  });

  it('tells the name where nobody was asked for, or nothing', async () => {
    expect(await read(RECORDED)).toMatchObject({ name: 'FOLDERS', columns: ['Kind', 'Path'] });
    expect(await read('DVM,CODES\na,b\n')).toMatchObject({ name: 'CODES', columns: ['a', 'b'] });
    expect(await read('CODES\na,b\n')).toMatchObject({ name: 'CODES', columns: ['a', 'b'] });
    expect(await read('iso,name\nDE,Germany\n')).toMatchObject({ name: undefined, columns: ['iso', 'name'] });
  });

  it('shows the scan for secrets the right columns', async () => {
    const table = await read('DVM,SYSTEMS,\nKey,Password\nerp,hunter2\n', 'SYSTEMS');

    expect(scanForSecrets(table)).toMatchObject([{ row: 1, column: 'Password' }]);
  });
});

describe('the content digest of a lookup', () => {
  const digestOf = async (text: string, name = 'CODES'): Promise<string> => (await read(text, name)).contentSha256;
  const BELOW = 'a,b\n1,2\n3,4\n';

  it('is the same in every shape that says the same', async () => {
    const wanted = await digestOf(`DVM,CODES,\n${BELOW}`);

    for (const first of ['', 'CODES,\n', 'CODES\n', 'DVM,CODES\n', '"DVM","CODES",\n']) {
      expect(await digestOf(`${first}${BELOW}`)).toBe(wanted);
    }
    expect(await digestOf(`DVM,CODES,of countries\n${BELOW}`)).toBe(await digestOf(`CODES,of countries\n${BELOW}`));
  });

  it('tells a description, for it is part of what the lookup means', async () => {
    expect(await digestOf(`DVM,CODES,of countries\n${BELOW}`)).not.toBe(await digestOf(`DVM,CODES,\n${BELOW}`));
  });

  /** As it was made before the mark was known, when the title counted as the columns and the columns as a row. */
  const digestBefore = (description: string[], columns: string[], ...rows: string[][]): Promise<string> =>
    sha256([JSON.stringify([description, columns]), ...rows.map((row) => JSON.stringify(row)).sort()].join('\n'));

  it('comes with the one that older snapshots have for the same bytes', async () => {
    const former = async (text: string, name: string) => (await read(text, name)).formerContentSha256;

    expect(await former(`DVM,CODES,\n${BELOW}`, 'CODES')).toBe(
      await digestBefore([], ['DVM', 'CODES'], ['a', 'b'], ['1', '2'], ['3', '4']),
    );
    expect(await former('DVM,CODES,of\na,b,c\n1,2,3\n', 'CODES')).toBe(
      await digestBefore([], ['DVM', 'CODES', 'of'], ['a', 'b', 'c'], ['1', '2', '3']),
    );
    expect(await former('DVM,DVM,\na,b\n1,2\n', 'DVM')).toBe(await digestBefore(['DVM'], ['a', 'b'], ['1', '2']));
    expect(await former(`CODES,\n${BELOW}`, 'CODES')).toBeUndefined();
    expect(await former(BELOW, 'CODES')).toBeUndefined();
  });
});

describe('whatever the cells', () => {
  const piece = fc.oneof(
    fc.constantFrom(',', '"', '\n', '\r\n', '\r', ' ', ';', 'ü', '語', '🚆'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
  );
  const text = fc
    .array(piece, { maxLength: 4 })
    .map((pieces) => pieces.join(''))
    .filter((it) => !/[\0\ufeff]/.test(it));
  const named = fc.oneof(
    text.filter((it) => it !== ''),
    fc.constantFrom('DVM', 'CODES'),
  );
  const lookups = fc.integer({ min: 1, max: 5 }).chain((width) =>
    fc.record({
      name: named,
      description: text,
      columns: fc.array(named, { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(text, { maxLength: width }), { maxLength: 5 }),
    }),
  );
  type Sample = typeof lookups extends fc.Arbitrary<infer T> ? T : never;

  /** Empty cells at the end of a row, and rows of nothing else, mean nothing. */
  const meant = ({ rows }: Sample): string[][] =>
    rows.map((row) => row.slice(0, row.findLastIndex((cell) => cell !== '') + 1)).filter((row) => row.length > 0);

  /** What is written there can be read in another way too, as told in the tests above, or looks like XML. */
  const ODD = {
    dvm: () => false,
    'name-first': ({ name, description }: Sample) => /^\s*</.test(name) || (name === 'DVM' && description === 'DVM'),
    untitled: ({ name, columns: [first = '', second, ...others] }: Sample) =>
      /^\s*</.test(first) || first === name || (first === 'DVM' && (second === name || others.length === 1)),
  };

  it.each(['dvm', 'name-first', 'untitled'] as const)('a lookup of the shape %s reads back as it was', (shape) =>
    fc.assert(
      fc.asyncProperty(lookups, async (lookup) => {
        fc.pre(!ODD[shape](lookup));
        const found = await readLookup(writeLookup(lookup, shape), lookup.name);

        expect(found).toMatchObject({
          name: shape === 'untitled' ? undefined : lookup.name,
          description: shape === 'untitled' ? '' : lookup.description,
          columns: lookup.columns,
          rows: meant(lookup),
        });
      }),
      { numRuns: 500 },
    ),
  );

  it('one that tells its name is never taken for another one', () =>
    fc.assert(
      fc.asyncProperty(lookups, named, async (lookup, asked) => {
        fc.pre(asked !== lookup.name);
        expect(await readLookup(writeLookup(lookup, 'dvm'), asked)).toMatchObject({ name: lookup.name });
      }),
      { numRuns: 500 },
    ));
});
