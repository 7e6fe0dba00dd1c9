import { describe, expect, it } from 'vitest';
import { ArchiveError } from '../../functions/core/archive-error.ts';
import { readLibraryArchive } from '../../functions/core/library-archive.ts';
import { readLookup } from '../../functions/core/lookup-file.ts';
import { readPackageArchive } from '../../functions/core/package-archive.ts';
import { forgeZip } from './archive-forge.ts';
import { buildLibrary, buildPackage, buildProject } from './kinds-forge.ts';

const reasonOf = async (reading: Promise<unknown>): Promise<string> => {
  const result = await reading.catch((error: unknown) => error);
  if (!(result instanceof ArchiveError)) throw new Error('not refused, or for no reason given', { cause: result });
  return `${result.reason}: ${result.message}`;
};

const MONDAY = { exportedAt: new Date('2026-01-05T04:15:00Z'), entrySeed: 1 };
const FRIDAY = { exportedAt: new Date('2026-02-06T07:08:10Z'), entrySeed: 2 };

describe('an exported package', () => {
  const PACK = {
    name: 'acme.orders',
    integrations: [
      { code: 'ORDER_SYNC', version: '01.00.0000' },
      { code: 'NOTIFY', version: '02.00.0001' },
    ],
  };

  it('tells its name and the integrations in it', async () => {
    const { name, integrations } = await readPackageArchive(buildPackage(PACK));
    expect(name).toBe('acme.orders');
    expect(integrations.map(({ id }) => id)).toEqual(['NOTIFY|02.00.0001', 'ORDER_SYNC|01.00.0000']);
  });

  it('has one content digest in two exports, and another when an integration in it changes', async () => {
    const first = await readPackageArchive(buildPackage({ ...PACK, ...MONDAY }));
    const again = await readPackageArchive(buildPackage({ ...PACK, ...FRIDAY }));
    const [one, two] = PACK.integrations;
    const changed = buildPackage({ name: PACK.name, integrations: [{ code: '', version: '', ...one, marker: 'b' }] });
    const other = await readPackageArchive(changed);
    expect(two).toBeDefined();
    expect(again.sha256).not.toBe(first.sha256);
    expect(again.contentSha256).toBe(first.contentSha256);
    expect(other.contentSha256).not.toBe(first.contentSha256);
  });

  it('is refused when it is something else, or when one inside is damaged or there twice', async () => {
    const twice = buildPackage({ name: 'P', integrations: [...PACK.integrations, ...PACK.integrations] });
    const broken = forgeZip([{ name: 'icspackage_P.iar', data: Buffer.from('<html>') }]);
    expect(await reasonOf(readPackageArchive(buildProject({ code: 'P' })))).toMatch(/^another-kind: .*\.car/);
    expect(await reasonOf(readPackageArchive(twice))).toMatch(/^ambiguous: .*more than once/);
    expect(await reasonOf(readPackageArchive(broken))).toMatch(/^not-a-zip: In the package, .*icspackage_P\.iar/);
  });
});

describe('an exported library', () => {
  const LIBRARY = { code: 'TEXT_TOOLS', version: '01.00.0000' };

  it('tells its code and version where Oracle put them in', async () => {
    expect(await readLibraryArchive(buildLibrary(LIBRARY))).toMatchObject(LIBRARY);
    const plain = forgeZip([{ name: 'tools.js', data: Buffer.from('1') }]);
    expect(await readLibraryArchive(plain)).toMatchObject({ code: undefined, version: undefined });
  });

  it('has one content digest in two exports, and another when its script changes', async () => {
    const first = await readLibraryArchive(buildLibrary({ ...LIBRARY, ...MONDAY }));
    const again = await readLibraryArchive(buildLibrary({ ...LIBRARY, ...FRIDAY }));
    const changed = await readLibraryArchive(buildLibrary({ ...LIBRARY, script: '2' }));
    expect(again.sha256).not.toBe(first.sha256);
    expect(again.contentSha256).toBe(first.contentSha256);
    expect(changed.contentSha256).not.toBe(first.contentSha256);
  });

  it('is refused when it is empty or no zip', async () => {
    expect(await reasonOf(readLibraryArchive(forgeZip([])))).toMatch(/^another-kind: /);
    expect(await reasonOf(readLibraryArchive(Buffer.from('{}')))).toMatch(/^not-a-zip: /);
  });
});

describe('an exported lookup', () => {
  const read = (text: string, name?: string) => readLookup(Buffer.from(text), name);
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

  it.each([
    ['the name it was asked for', 'COUNTRIES,Codes of countries\niso,name\nDE,Germany\n'],
    ['fewer cells than the columns below', 'COUNTRIES\niso,name\nDE,Germany\n'],
  ])('has a title where the first line has %s', async (_, text) => {
    expect(await read(text, 'COUNTRIES')).toMatchObject({ name: 'COUNTRIES', columns: ['iso', 'name'] });
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
