import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { readZip } from '../../simulator/archives/zip.ts';
import { edited, type ForgedEntry, forgeZip, layoutOf, refusal, replaceIn, rezipOnMac } from './archive-forge.ts';

const SAMPLE = { code: 'ORDER_SYNC', version: '01.00.0000', calls: [{ code: 'NOTIFY', version: '01.00.0000' }] };
const original = buildSampleArchive(SAMPLE);
const files = readZip(original);

const patched = (change: (zip: Buffer) => void): Buffer => {
  const zip = Buffer.from(original);
  change(zip);
  return zip;
};

const { entries: layout, endAt } = layoutOf(original);
const [first, second] = layout as [(typeof layout)[number], (typeof layout)[number]];
const withEntry = (entry: ForgedEntry): Buffer => forgeZip([...files, entry]);

describe('what is not a zip is refused', () => {
  it.each([
    ['nothing', '', /empty/],
    ['a login page', '\n<!DOCTYPE html><html><body>Sign in</body></html>', /web page/],
    ['an XML fault', '<?xml version="1.0"?><fault/>', /XML/],
    ['an error document', '{"status":"HTTP 404 Not Found"}', /JSON/],
    ['other text', 'PK', /no zip directory/],
  ])('%s', async (_, text, sentence) => {
    expect(await refusal(Buffer.from(text))).toMatchObject({
      reason: 'not-a-zip',
      message: expect.stringMatching(sentence),
    });
  });
});

describe('what is not whole is refused', () => {
  it.each([
    ['a byte short', original.subarray(0, -1), 'cut'],
    ['cut in the directory', original.subarray(0, endAt - 10), 'cut'],
    ['cut in the first entry', original.subarray(0, 200), 'cut'],
    ['bytes after its end', Buffer.concat([original, Buffer.from('\n')]), 'damaged'],
    ['bytes before its beginning', Buffer.concat([Buffer.from('\n'), original]), 'damaged'],
    ['a program in front, as in a self-extracting zip', forgeZip(files, { prefix: 'MZ...' }), 'damaged'],
    ['bytes between two entries', forgeZip(files.map((file) => ({ ...file, tail: Buffer.from('junk') }))), 'damaged'],
    ['bytes lost in the middle', Buffer.concat([original.subarray(0, 300), original.subarray(301)]), 'damaged'],
    ['twice in one file', Buffer.concat([original, original]), 'damaged'],
    ['data changed', patched((zip) => zip.fill(0x55, first.dataAt + 20, first.dataAt + 40)), 'damaged'],
    ['a CRC-32 changed', patched((zip) => zip.writeUInt32LE(1, first.directoryAt + 16)), 'damaged'],
    ['a CRC-32 changed in the data descriptor', patched((zip) => zip.writeUInt32LE(1, first.dataEnd + 4)), 'damaged'],
    ['a local header gone', patched((zip) => zip.fill(0, second.localAt, second.localAt + 4)), 'damaged'],
    ['a name changed in the directory', patched((zip) => zip.write('j', first.directoryAt + 46)), 'damaged'],
    [
      'an entry that points at another',
      patched((zip) => zip.writeUInt32LE(second.localAt, first.directoryAt + 42)),
      'damaged',
    ],
    ['an entry less in the directory', patched((zip) => zip.writeUInt16LE(layout.length - 1, endAt + 10)), 'damaged'],
    ['a directory on two disks', patched((zip) => zip.writeUInt16LE(1, endAt + 4)), 'damaged'],
  ])('%s', async (_, bytes, reason) => {
    expect(await refusal(bytes)).toMatchObject({ reason });
  });

  it.each<[string, ForgedEntry]>([
    ['a CRC-32 that does not fit', { name: 'x', data: Buffer.from('text'), claimedCrc: 1 }],
    [
      'a stored entry with a CRC-32 that does not fit',
      { name: 'x', data: Buffer.from('text'), stored: true, claimedCrc: 1 },
    ],
    ['more data than it declares', { name: 'x', data: Buffer.from('text'), claimedSize: 3 }],
    ['less data than it declares', { name: 'x', data: Buffer.from('text'), claimedSize: 5 }],
    ['data that are not deflated', { name: 'x', data: Buffer.from('text'), raw: Buffer.from([0xff, 0xff]) }],
    ['encryption', { name: 'x', data: Buffer.from('text'), flags: 0x0001 }],
    ['strong encryption', { name: 'x', data: Buffer.from('text'), flags: 0x0041 }],
    ['another compression', { name: 'x', data: Buffer.from('text'), method: 12 }],
    ['a name that is no text', { name: Buffer.from([0x69, 0xff]), data: Buffer.from('text') }],
  ])('an entry with %s', async (_, entry) => {
    expect(await refusal(withEntry(entry))).toMatchObject({ reason: 'damaged' });
  });
});

describe('what is made to harm is refused', () => {
  it.each([
    '/etc/passwd',
    '../outside',
    'icspackage/../../outside',
    'icspackage/./x',
    'icspackage//x',
    'icspackage\\..\\x',
    'C:/windows',
    'icspackage/x\0.xml',
    'icspackage/x\u001b[2J',
    '..',
    '',
  ])('the name %j', async (name) => {
    expect(await refusal(withEntry({ name, data: Buffer.from('x') }))).toMatchObject({ reason: 'hostile' });
  });

  it('two entries of one name', async () => {
    expect(await refusal(withEntry({ name: files[0]?.name ?? '', data: Buffer.from('other') }))).toMatchObject({
      reason: 'hostile',
      message: expect.stringMatching(/two entries/),
    });
  });

  it('more entries than any integration has', async () => {
    const many = Array.from({ length: 20_001 }, (_, index) => ({
      name: `n${index}`,
      data: Buffer.alloc(0),
      stored: true,
    }));
    expect(await refusal(forgeZip(many))).toMatchObject({
      reason: 'hostile',
      message: expect.stringMatching(/20001 entries/),
    });
  });

  it('a bomb, by the size it declares, before anything of it is inflated', async () => {
    const bomb = { name: 'bomb', data: Buffer.alloc(0), raw: Buffer.from('not even deflated'), claimedSize: 2 ** 30 };
    expect(await refusal(withEntry(bomb))).toMatchObject({
      reason: 'hostile',
      message: expect.stringMatching(/would grow/),
    });
  });

  it('many files that each are small enough', async () => {
    const claimed = (index: number) => ({
      name: `n${index}`,
      data: Buffer.alloc(0),
      raw: Buffer.from('x'),
      claimedSize: 2 ** 20,
    });
    expect(await refusal(forgeZip(Array.from({ length: 200 }, (_, index) => claimed(index))))).toMatchObject({
      reason: 'hostile',
    });
  });

  it('a bomb that lies about its size, which is inflated no further than that', async () => {
    const raw = deflateRawSync(Buffer.alloc(2 ** 24));
    expect(await refusal(withEntry({ name: 'bomb', data: Buffer.alloc(100), raw }))).toMatchObject({
      reason: 'damaged',
      message: expect.stringMatching(/does not decompress to its size/),
    });
  });

  it.each([
    ['project.xml', 'PROJECT-INF/project.xml'],
    ['a connection', 'appinstances/LOCAL_REST.xml'],
    ['a local call', 'Call0_REQUEST.jca'],
  ])('a document type in %s', async (_, ending) => {
    const dtd = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>';
    const bytes = edited(original, replaceIn(ending, /^(<\?xml.*?\?>)?/, `$1${dtd}`));
    expect(await refusal(bytes)).toMatchObject({ reason: 'hostile', message: expect.stringMatching(/document type/) });
  });

  it('a properties file that would fill the memory', async () => {
    const bytes = edited(original, replaceIn('ics_project_attributes.properties', /$/, 'a\n'.repeat(2 ** 20)));
    expect(await refusal(bytes)).toMatchObject({
      reason: 'hostile',
      message: expect.stringMatching(/properties file/),
    });
  });
});

const digestOf = async (bytes: Uint8Array): Promise<string> => (await readArchive(bytes)).contentSha256;

describe('an archive that somebody unpacked and zipped again', () => {
  const original = buildSampleArchive({ code: 'ORDER_SYNC', version: '01.02.0003', libraries: ['TEXT_TOOLS'] });

  it('reads the same, with the same content digest, and is flagged', async () => {
    const rezipped = rezipOnMac(original);
    const { bytes: _, sha256: __, ...read } = await readArchive(rezipped);
    const { bytes: ___, sha256: ____, ...asExported } = await readArchive(original);
    expect(read).toEqual({ ...asExported, rezipped: true });
  });

  /** All as Oracle writes it, but for what a test adds. */
  const files = readZip(original);
  const descriptor = ({ data }: { data: Uint8Array }, { signed = true, wide = false } = {}): Buffer => {
    const size = (bytes: number): Buffer => {
      const field = Buffer.alloc(wide ? 8 : 4);
      field.writeUInt32LE(bytes, 0);
      return field;
    };
    const check = Buffer.alloc(4);
    check.writeUInt32LE(crc32(data), 0);
    const sizes = [size(deflateRawSync(data).length), size(data.length)];
    return Buffer.concat([signed ? Buffer.from('PK\x07\x08') : Buffer.alloc(0), check, ...sizes]);
  };
  const asOracle = files.map((file) => ({ ...file, flags: 0x0808, madeBy: 20, tail: descriptor(file) }));
  const empty = (name: string) => ({ name, data: Buffer.alloc(0) });

  it.each([
    ['nothing when nothing differs', false, forgeZip(asOracle)],
    ['local headers with sizes', true, forgeZip(files.map((file) => ({ ...file, flags: 0x0800, madeBy: 20 })))],
    ['the program that made it', true, forgeZip(asOracle.map((file) => ({ ...file, madeBy: 0x031e })))],
    ['a comment', true, forgeZip(asOracle, { comment: 'packed by hand' })],
    ['extra fields', true, forgeZip(asOracle.map((file) => ({ ...file, extra: Buffer.from('5554010000', 'hex') })))],
    ['directory entries', true, edited(original, (entries) => [...entries, empty('icspackage/')])],
    ['what macOS leaves in a folder', true, edited(original, (entries) => [...entries, empty('icspackage/.DS_Store')])],
    ['what macOS adds to a zip', true, edited(original, (entries) => [...entries, empty('__MACOSX/._icspackage')])],
  ])('is told by %s', async (_, flagged, bytes) => {
    const { rezipped, contentSha256 } = await readArchive(bytes);
    expect({ rezipped, contentSha256 }).toEqual({ rezipped: flagged, contentSha256: await digestOf(original) });
  });

  it.each([
    { signed: false, wide: false },
    { signed: true, wide: true },
    { signed: false, wide: true },
  ])('may have data descriptors of another kind (%j)', async (kind) => {
    const bytes = forgeZip(asOracle.map((file) => ({ ...file, tail: descriptor(file, kind) })));
    expect(await digestOf(bytes)).toBe(await digestOf(original));
  });

  it.each([
    ['entries of other times', 120_000, true],
    ['no more than the seconds an export takes', 4_000, false],
  ])('is told by %s', async (_, spreadMs, flagged) => {
    const bytes = Buffer.from(original);
    const directory = bytes.readUInt32LE(bytes.length - 6);
    const later = new Date(Date.UTC(2026, 0, 5, 4, 15, 0) + spreadMs);
    bytes.writeUInt16LE(
      (later.getUTCHours() << 11) | (later.getUTCMinutes() << 5) | (later.getUTCSeconds() >> 1),
      directory + 12,
    );
    expect((await readArchive(bytes)).rezipped).toBe(flagged);
  });
});
