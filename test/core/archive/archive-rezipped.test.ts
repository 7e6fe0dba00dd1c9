import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { readZip } from '../../simulator/archives/zip.ts';
import { edited, forgeZip, rezipOnMac } from './archive-forge.ts';

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
