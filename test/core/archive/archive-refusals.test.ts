import { describe, expect, it } from 'vitest';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { readZip, writeZip, type ZipEntry } from '../../simulator/archives/zip.ts';
import { edited, forgeZip, refusal, replaceIn } from './archive-forge.ts';

const SAMPLE = { code: 'ORDER_SYNC', version: '01.00.0000' };
const original = buildSampleArchive(SAMPLE);
const files = readZip(original);
const FOLDER = 'icspackage/project/ORDER_SYNC_01.00.0000/';
const ATTRIBUTES = 'ics_project_attributes.properties';

const rename = (from: string, to: string) => (entries: ZipEntry[]) =>
  entries.map((entry) => ({ ...entry, name: entry.name.replace(from, to) }));
const without = (ending: string) => (entries: ZipEntry[]) => entries.filter(({ name }) => !name.endsWith(ending));

const MODIFIED = { modified: new Date('2026-01-01T00:00:00Z') };

describe('what is no integration is refused', () => {
  it.each([
    ['any other zip', [{ name: 'word/document.xml', data: Buffer.from('<w/>') }], /icspackage\/project/],
    ['a zip without entries', [], /icspackage\/project/],
    [
      'a package',
      [
        { name: 'icspackage_A_01.iar', data: original },
        { name: 'icspackage_B_01.iar', data: original },
      ],
      /\.par\) of 2/,
    ],
    ['a project', [{ name: 'SHOP/project/project.yaml', data: Buffer.from('id: SHOP') }], /\.car/],
    ['a folder too deep', files.map((file) => ({ ...file, name: `download/${file.name}` })), /not at the top/],
    [
      'a project folder without files',
      [{ name: 'icspackage/project/readme', data: Buffer.from('') }],
      /icspackage\/project/,
    ],
  ])('%s', async (_, entries, sentence) => {
    expect(await refusal(writeZip(entries, MODIFIED))).toMatchObject({
      reason: 'not-an-integration',
      message: expect.stringMatching(sentence),
    });
  });

  it.each([ATTRIBUTES, 'PROJECT-INF/project.xml'])('an archive without %s', async (part) => {
    expect(await refusal(edited(original, without(part)))).toMatchObject({
      reason: 'not-an-integration',
      message: expect.stringContaining(part),
    });
  });

  it('two integrations in one archive', async () => {
    const other = readZip(buildSampleArchive({ code: 'OTHER', version: '01.00.0000' }));
    const bytes = edited(original, (entries) => [...entries, ...other.filter(({ name }) => name.includes('/OTHER_'))]);
    expect(await refusal(bytes)).toMatchObject({
      reason: 'ambiguous',
      message: expect.stringMatching(/2 integrations.*"OTHER_01.00.0000"/),
    });
  });
});

describe('an archive that disagrees with itself is refused', () => {
  it.each([
    ['the code of the attributes', replaceIn(ATTRIBUTES, /^project_code=.*/m, 'project_code=OTHER')],
    ['the version of the attributes', replaceIn(ATTRIBUTES, /^project_version=.*/m, 'project_version=01.00.0001')],
    ['the code in project.xml', replaceIn('project.xml', 'projectCode>ORDER_SYNC<', 'projectCode>OTHER<')],
    [
      'the version in project.xml',
      replaceIn('project.xml', 'projectVersion>01.00.0000<', 'projectVersion>02.00.0000<'),
    ],
    ['no code in the attributes', replaceIn(ATTRIBUTES, /^project_code=.*\n/m, '')],
    ['a project.xml that breaks off before the code', replaceIn('project.xml', /<projectCode>[\s\S]*/, '<')],
    ['the name of the folder', rename(FOLDER, 'icspackage/project/OTHER_01.00.0000/')],
    ['a folder without a version', rename(FOLDER, 'icspackage/project/ORDER/')],
  ])('by %s', async (_, change) => {
    const { reason, message } = await refusal(edited(original, change));
    expect(reason).toBe('identity');
    expect(message).toMatch(/disagrees.*in its attributes.*in project\.xml.*in the name of its folder/);
  });

  it.each([
    ['a version of another shape', 'ORDER_SYNC', '1.0'],
    ['a code that is no code', 'ORDER SYNC', '01.00.0000'],
  ])('by agreeing on %s', async (_, code, version) => {
    expect(await refusal(buildSampleArchive({ code, version }))).toMatchObject({
      reason: 'identity',
      message: expect.stringMatching(/no usable code and version/),
    });
  });

  it('and only what stands directly below the root of project.xml counts', async () => {
    const deeper = '<projectCode>ORDER_SYNC</projectCode>';
    const bytes = edited(original, replaceIn('project.xml', deeper, `<nested>${deeper}</nested>`));
    expect(await refusal(bytes)).toMatchObject({ reason: 'identity' });
  });
});

describe('a message', () => {
  it('quotes names from inside cut to length and without anything that steers a terminal', async () => {
    const name = `../${'\u001b[31m\u202e'.repeat(100)}${'x'.repeat(500)}`;
    const { message } = await refusal(forgeZip([...files, { name, data: Buffer.from('x') }]));
    expect(message).not.toMatch(/\p{C}/u);
    expect(message.length).toBeLessThan(200);
  });

  it('holds nothing of the contents', async () => {
    const secret = 'hunter2-secret';
    const bytes = edited(original, replaceIn('project.xml', /^/, `${secret}<`));
    const { message, stack, cause } = await refusal(bytes);
    expect([message, stack, String(cause)].join()).not.toContain(secret);
  });
});
