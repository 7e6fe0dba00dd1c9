/** Zips no Oracle would write: other programs' habits, lies in headers, and the layout one needs to damage a byte on purpose. */
import { crc32, deflateRawSync } from 'node:zlib';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { ArchiveError } from '../../../functions/core/formats/archive-error.ts';
import { expandEntry, readCompressed, readZip, writeZip, type ZipEntry } from '../../simulator/archives/zip.ts';

export interface ForgedEntry {
  readonly name: string | Buffer;
  readonly data: Uint8Array;
  readonly stored?: boolean;
  readonly flags?: number;
  readonly method?: number;
  /** Version and system of the program that wrote it; Info-ZIP on Unix when left out. */
  readonly madeBy?: number;
  readonly extra?: Buffer;
  readonly modified?: Date;
  /** What the headers say the size is. */
  readonly claimedSize?: number;
  /** What the headers say the CRC-32 is. */
  readonly claimedCrc?: number;
  /** Raw bytes instead of the compressed data. */
  readonly raw?: Buffer;
  /** Bytes behind the data; a data descriptor when the flags announce one. */
  readonly tail?: Buffer;
}

const NOON = new Date('2026-01-05T12:00:00Z');

const fields = (entry: ForgedEntry, name: Buffer, raw: Buffer): Buffer => {
  const at = entry.modified ?? NOON;
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  header.writeUInt16LE(entry.flags ?? 0, 2);
  header.writeUInt16LE(entry.method ?? (entry.stored ? 0 : 8), 4);
  header.writeUInt16LE((at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1), 6);
  header.writeUInt16LE(((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(), 8);
  header.writeUInt32LE(entry.claimedCrc ?? crc32(entry.data), 10);
  header.writeUInt32LE(raw.length, 14);
  header.writeUInt32LE(entry.claimedSize ?? entry.data.length, 18);
  header.writeUInt16LE(name.length, 22);
  header.writeUInt16LE(entry.extra?.length ?? 0, 24);
  return header;
};

/** As Info-ZIP and most others write: sizes in the local headers, no data descriptors. */
export const forgeZip = (entries: readonly ForgedEntry[], { comment = '', prefix = '' } = {}): Buffer => {
  const locals = [Buffer.from(prefix)];
  const directory: Buffer[] = [];
  let offset = Buffer.byteLength(prefix);
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const raw = entry.raw ?? (entry.stored ? Buffer.from(entry.data) : deflateRawSync(entry.data));
    const header = fields(entry, name, raw);
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04'),
      header,
      name,
      entry.extra ?? Buffer.alloc(0),
      raw,
      entry.tail ?? Buffer.alloc(0),
    ]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const madeBy = Buffer.alloc(2);
    madeBy.writeUInt16LE(entry.madeBy ?? 0x031e, 0);
    directory.push(Buffer.from('PK\x01\x02'), madeBy, header, place, name, entry.extra ?? Buffer.alloc(0));
    locals.push(local);
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, listing, end, Buffer.from(comment)]);
};

/** What is left after a person unpacked an archive on a Mac and zipped the folder again. */
export const rezipOnMac = (archive: Uint8Array): Buffer => {
  const files = readZip(archive);
  const folders = new Set<string>();
  for (const { name } of files) {
    for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) folders.add(name.slice(0, at + 1));
  }
  const extra = Buffer.from('5554050003000000f0', 'hex');
  const litter = [...folders, ''].map((folder) => ({
    name: `${folder}.DS_Store`,
    data: Buffer.from('Bud1'),
    stored: true,
  }));
  return forgeZip([
    ...[...folders].map((name) => ({ name, data: Buffer.alloc(0), stored: true, extra })),
    ...files.map((file, index) => ({
      ...file,
      extra,
      stored: index % 3 === 0,
      modified: new Date(NOON.getTime() + index * 61_000),
    })),
    ...litter,
    { name: '__MACOSX/._icspackage', data: Buffer.from('fork') },
  ]);
};

const OPENING = new Date('2026-02-03T04:05:06Z');

/** The same zip with its members changed, as Oracle would have written that. */
export const edited = (archive: Uint8Array, change: (entries: ZipEntry[]) => ZipEntry[]): Buffer =>
  writeZip(change(readZip(archive)), { modified: OPENING });

/** Replaces text in the members whose names end so. */
export const replaceIn =
  (ending: string, from: string | RegExp, to: string) =>
  (entries: ZipEntry[]): ZipEntry[] =>
    entries.map(({ name, data }) =>
      name.endsWith(ending)
        ? { name, data: Buffer.from(Buffer.from(data).toString('latin1').replace(from, to), 'latin1') }
        : { name, data },
    );

export interface EntryLayout {
  readonly name: string;
  readonly directoryAt: number;
  readonly localAt: number;
  readonly dataAt: number;
  readonly dataEnd: number;
}

/** Where each entry's header, data and directory record lie, in a zip that `writeZip` wrote. */
export const layoutOf = (zip: Buffer): { entries: EntryLayout[]; endAt: number } => {
  const endAt = zip.length - 22;
  const entries: EntryLayout[] = [];
  let directoryAt = zip.readUInt32LE(endAt + 16);
  for (const { name, deflated } of readCompressed(zip)) {
    const localAt = zip.readUInt32LE(directoryAt + 42);
    const dataAt = localAt + 30 + Buffer.byteLength(name);
    entries.push({ name, directoryAt, localAt, dataAt, dataEnd: dataAt + deflated.length });
    directoryAt += 46 + Buffer.byteLength(name);
  }
  return { entries, endAt };
};

/** Whether the compressed data no longer stand for what they stood for: deflate has bits that do not matter. */
export const dataSurvives = (zip: Buffer, entry: EntryLayout): boolean => {
  const [whole] = readCompressed(zip).filter(({ name }) => name === entry.name);
  if (whole === undefined) return false;
  try {
    expandEntry(whole);
    return true;
  } catch {
    return false;
  }
};

/** What a reader says of bytes it must not take. */
export const refusal = async (bytes: Uint8Array): Promise<ArchiveError> => {
  const result = await readArchive(bytes).catch((error: unknown) => error);
  if (!(result instanceof ArchiveError)) throw new Error('not refused, or for no reason given', { cause: result });
  return result;
};
