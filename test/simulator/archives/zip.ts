/**
 * Zips written as Oracle writes them: the layout of Java's ZipOutputStream. Every member is deflated, local headers hold
 * zero sizes and a data descriptor follows the data, there are no directory entries, extra fields or comments, and all
 * members carry one time. A member deflated once can be written many times, so an export costs a copy and no compression.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly data: Uint8Array;
}

/** A member ready to be written: its deflated bytes, and the size and CRC-32 of what they stand for. */
export interface CompressedEntry {
  readonly name: string;
  readonly deflated: Uint8Array;
  readonly size: number;
  readonly crc32: number;
}

const LOCAL_HEADER = 0x04034b50;
const DATA_DESCRIPTOR = 0x08074b50;
const DIRECTORY_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const VERSION = 20;
/** Sizes follow in a data descriptor (bit 3); the name is UTF-8 (bit 11). */
const FLAGS = 0x0808;
const DEFLATED = 8;
const STORED = 0;

/** Members are small: a deflater of zlib's usual size would cost more to make than to use. */
const SMALL = { windowBits: 12, memLevel: 4 };

export const compressEntry = ({ name, data }: ZipEntry): CompressedEntry => ({
  name,
  deflated: deflateRawSync(data, SMALL),
  size: data.length,
  crc32: crc32(data),
});

const isCompressed = (entry: ZipEntry | CompressedEntry): entry is CompressedEntry => 'deflated' in entry;

/** MS-DOS date and time, two-second steps; Oracle's servers run in UTC. */
const dosTime = (moment: Date): { time: number; date: number } => ({
  time: (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1),
  date: ((moment.getUTCFullYear() - 1980) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate(),
});

const localHeader = (name: Buffer, modified: { time: number; date: number }): Buffer => {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL_HEADER, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(FLAGS, 6);
  header.writeUInt16LE(DEFLATED, 8);
  header.writeUInt16LE(modified.time, 10);
  header.writeUInt16LE(modified.date, 12);
  header.writeUInt16LE(name.length, 26);
  return header;
};

const dataDescriptor = (entry: CompressedEntry): Buffer => {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(DATA_DESCRIPTOR, 0);
  descriptor.writeUInt32LE(entry.crc32, 4);
  descriptor.writeUInt32LE(entry.deflated.length, 8);
  descriptor.writeUInt32LE(entry.size, 12);
  return descriptor;
};

const directoryHeader = (
  entry: CompressedEntry,
  name: Buffer,
  offset: number,
  modified: { time: number; date: number },
): Buffer => {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(DIRECTORY_HEADER, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(VERSION, 6);
  header.writeUInt16LE(FLAGS, 8);
  header.writeUInt16LE(DEFLATED, 10);
  header.writeUInt16LE(modified.time, 12);
  header.writeUInt16LE(modified.date, 14);
  header.writeUInt32LE(entry.crc32, 16);
  header.writeUInt32LE(entry.deflated.length, 20);
  header.writeUInt32LE(entry.size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(offset, 42);
  return header;
};

const endRecord = (count: number, directorySize: number, directoryOffset: number): Buffer => {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(END_RECORD, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(directorySize, 12);
  record.writeUInt32LE(directoryOffset, 16);
  return record;
};

/** Writes the members in the order given; those not compressed yet are compressed here. */
export const writeZip = (
  entries: readonly (ZipEntry | CompressedEntry)[],
  { modified }: { readonly modified: Date },
): Buffer => {
  const stamp = dosTime(modified);
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const member = isCompressed(entry) ? entry : compressEntry(entry);
    const name = Buffer.from(member.name, 'utf8');
    directory.push(directoryHeader(member, name, offset, stamp), name);
    parts.push(localHeader(name, stamp), name, member.deflated, dataDescriptor(member));
    offset += 30 + name.length + member.deflated.length + 16;
  }
  const directorySize = directory.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([...parts, ...directory, endRecord(entries.length, directorySize, offset)]);
};

/** The end record lies in the last 22 bytes, or before a comment of at most 65,535. */
const findEndRecord = (bytes: Buffer): number => {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at--) {
    if (bytes.readUInt32LE(at) === END_RECORD) return at;
  }
  throw new Error('not a zip: no end record');
};

const readMember = (bytes: Buffer, at: number, name: string): CompressedEntry => {
  const method = bytes.readUInt16LE(at + 10);
  const offset = bytes.readUInt32LE(at + 42);
  if (bytes.readUInt32LE(offset) !== LOCAL_HEADER) throw new Error('damaged zip: no local header where one should be');
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const raw = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
  if (method === STORED) return compressEntry({ name, data: raw });
  if (method !== DEFLATED) throw new Error('damaged zip: a member is neither stored nor deflated');
  return { name, deflated: raw, size: bytes.readUInt32LE(at + 24), crc32: bytes.readUInt32LE(at + 16) };
};

/** The members by central directory, still deflated (views of `bytes`); directory entries are left out. Throws on no zip. */
export const readCompressed = (bytes: Uint8Array): CompressedEntry[] => {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEndRecord(zip);
  const entries: CompressedEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== DIRECTORY_HEADER) throw new Error('damaged zip: the directory is cut');
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (!name.endsWith('/')) entries.push(readMember(zip, at, name));
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
};

/** The bytes a member stands for, checked against its size and CRC-32; throws when they do not agree. */
export const expandEntry = (entry: CompressedEntry): ZipEntry => {
  const data = inflateRawSync(entry.deflated, { maxOutputLength: Math.max(entry.size, 1) });
  if (data.length !== entry.size || crc32(data) !== entry.crc32)
    throw new Error('damaged zip: a member fails its check');
  return { name: entry.name, data };
};

export const readZip = (bytes: Uint8Array): ZipEntry[] => readCompressed(bytes).map(expandEntry);
