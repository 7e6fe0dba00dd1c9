/**
 * Reads a zip by its central directory and proves it whole: every byte belongs to exactly one entry or to the directory,
 * local headers and data descriptors say what the directory says, and every entry inflates to its size and CRC-32.
 * (yauzl reads the directory; it compares neither headers nor CRCs.) Sizes, names and counts are hostile until checked:
 * nothing is inflated beyond what the directory declares, and what it declares is bounded first.
 */
import { type Entry, fromBufferPromise } from 'yauzl';
import { ArchiveError, quoted } from './archive-error.ts';
import { type Deflated, inflateAll } from './inflate.ts';

interface Zip {
  /** The files by name; directory entries and what macOS adds (`__MACOSX/`, `.DS_Store`) are checked and left out. */
  readonly members: ReadonlyMap<string, Buffer>;
  /** Some other program than Oracle Integration wrote it. */
  readonly rezipped: boolean;
}

/** Real archives: at most 659 entries, 0.6 MB, inflating to 3.6 times their size. */
const MAX_ENTRIES = 20_000;
const MAX_INFLATED_BYTES = 512 * 2 ** 20;
const MAX_INFLATION = 100;
/** Below this size no inflation is suspicious: a few repetitive files may well exceed the ratio. */
const UNSUSPICIOUS_BYTES = 16 * 2 ** 20;

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const DIRECTORY_HEADER_BYTES = 46;
const END_RECORD_BYTES = 22;
const DATA_DESCRIPTOR = 0x08074b50;
const ENCRYPTED = 0x0001;
const HAS_DESCRIPTOR = 0x0008;
const STORED = 0;
const DEFLATED = 8;
/** A size or CRC that is to be found elsewhere (zip64). */
const ELSEWHERE = 0xffffffff;

const damaged = (what: string): ArchiveError => new ArchiveError('damaged', `The archive is damaged: ${what}.`);

const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^\s*<(!doctype\s+html|html)/i, 'it begins like a web page'],
  [/^\s*</, 'it begins like XML'],
  [/^\s*[{[]/, 'it begins like JSON'],
];

/** Says what there is instead of a zip with a directory. */
const noDirectory = (zip: Buffer): ArchiveError => {
  if (zip.length === 0) return new ArchiveError('not-a-zip', 'The file is empty, not an archive.');
  if (zip.length >= 4 && zip.readUInt32LE(0) === LOCAL_HEADER) {
    return new ArchiveError('cut', 'The archive is cut: it begins as a zip does, and its end is missing.');
  }
  const start = zip.toString('latin1', zip.indexOf('\ufeff') === 0 ? 3 : 0, 100);
  const looks = BEGINNINGS.find(([pattern]) => pattern.test(start))?.[1] ?? 'it has no zip directory';
  return new ArchiveError('not-a-zip', `The file is not a zip: ${looks}.`);
};

interface Directory {
  readonly entries: readonly Entry[];
  readonly offset: number;
  readonly hasComment: boolean;
}

const readDirectory = async (zip: Buffer): Promise<Directory> => {
  const lastEndRecord = zip.lastIndexOf('PK\x05\x06', -1, 'latin1');
  if (lastEndRecord === -1 || lastEndRecord + END_RECORD_BYTES > zip.length) throw noDirectory(zip);
  const entries: Entry[] = [];
  let size = 0;
  try {
    const file = await fromBufferPromise(zip, { decodeStrings: false });
    if (file.entryCount > MAX_ENTRIES) {
      throw new ArchiveError(
        'hostile',
        `The archive declares ${file.entryCount} entries; at most ${MAX_ENTRIES} are read.`,
      );
    }
    for await (const entry of file.eachEntry()) {
      entries.push(entry);
      size += DIRECTORY_HEADER_BYTES + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    }
    const end = zip.length - END_RECORD_BYTES - file.comment.length;
    const declared = {
      entriesHere: zip.readUInt16LE(end + 8),
      size: zip.readUInt32LE(end + 12),
      offset: zip.readUInt32LE(end + 16),
    };
    if (declared.entriesHere !== entries.length || declared.size !== size || declared.offset !== end - size) {
      throw damaged('its directory is not where its end says, so bytes were lost or added');
    }
    return { entries, offset: declared.offset, hasComment: file.comment.length > 0 };
  } catch (error) {
    throw error instanceof ArchiveError ? error : damaged('its directory cannot be read');
  }
};

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** No path is ever written from a name; but a name that tries to lead out is reason enough to read no further. */
const nameOf = (entry: Entry): string => {
  let name: string;
  try {
    name = UTF8.decode(entry.fileNameRaw);
  } catch {
    throw damaged('the name of an entry is not readable text');
  }
  const parts = name.replace(/\/$/, '').split('/');
  const strange = parts.some((part) => part === '' || part === '.' || part === '..');
  if (strange || /^[A-Za-z]:/.test(name) || /[\\\p{Cc}]/u.test(name)) {
    throw new ArchiveError('hostile', `The archive holds an entry with a forbidden name: ${quoted(name)}.`);
  }
  return name;
};

const checkSizes = (zip: Buffer, entries: readonly Entry[]): void => {
  const inflated = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  const bound = Math.min(MAX_INFLATED_BYTES, Math.max(UNSUSPICIOUS_BYTES, zip.length * MAX_INFLATION));
  if (inflated > bound) {
    throw new ArchiveError(
      'hostile',
      `The archive would grow from ${zip.length} to ${inflated} bytes; at most ${bound} are read.`,
    );
  }
};

/** The descriptor behind the data, when there is one: CRC-32 and sizes again, with or without a signature, 32 or 64 bit. */
const descriptorAgrees = (descriptor: Buffer, entry: Entry): boolean => {
  const signed = descriptor.length === 16 || descriptor.length === 24;
  const sizeBytes = descriptor.length >= 20 ? 8 : 4;
  if (![12, 16, 20, 24].includes(descriptor.length)) return false;
  if (signed && descriptor.readUInt32LE(0) !== DATA_DESCRIPTOR) return false;
  const at = signed ? 4 : 0;
  return (
    descriptor.readUInt32LE(at) === entry.crc32 &&
    descriptor.readUIntLE(at + 4, Math.min(sizeBytes, 6)) === entry.compressedSize &&
    descriptor.readUIntLE(at + 4 + sizeBytes, Math.min(sizeBytes, 6)) === entry.uncompressedSize
  );
};

const localHeaderAgrees = (header: Buffer, entry: Entry): boolean => {
  const same = (at: number, value: number): boolean =>
    header.readUInt32LE(at) === value || header.readUInt32LE(at) === ELSEWHERE;
  return (
    header.readUInt16LE(6) === entry.generalPurposeBitFlag &&
    header.readUInt16LE(8) === entry.compressionMethod &&
    header.readUInt16LE(26) === entry.fileNameLength &&
    ((entry.generalPurposeBitFlag & HAS_DESCRIPTOR) !== 0 ||
      (same(14, entry.crc32) && same(18, entry.compressedSize) && same(22, entry.uncompressedSize)))
  );
};

/** The entry's raw data, once everything between `start` and `end` is shown to be this entry and nothing else. */
const rawData = (zip: Buffer, entry: Entry, start: number, end: number): Buffer => {
  if (start + LOCAL_HEADER_BYTES > end || zip.readUInt32LE(start) !== LOCAL_HEADER) {
    throw damaged('an entry is not where the directory says');
  }
  const header = zip.subarray(start, start + LOCAL_HEADER_BYTES);
  const nameEnd = start + LOCAL_HEADER_BYTES + entry.fileNameLength;
  if (
    !localHeaderAgrees(header, entry) ||
    !zip.subarray(start + LOCAL_HEADER_BYTES, nameEnd).equals(entry.fileNameRaw)
  ) {
    throw damaged('the header of an entry and the directory disagree');
  }
  const dataStart = nameEnd + header.readUInt16LE(28);
  const dataEnd = dataStart + entry.compressedSize;
  const tail = zip.subarray(dataEnd, end);
  const whole =
    (entry.generalPurposeBitFlag & HAS_DESCRIPTOR) !== 0 ? descriptorAgrees(tail, entry) : tail.length === 0;
  if (dataEnd > end || !whole) throw damaged('an entry does not end where the directory says');
  return zip.subarray(dataStart, dataEnd);
};

const deflated = (raw: Buffer, entry: Entry, name: string): Deflated => {
  if ((entry.generalPurposeBitFlag & ENCRYPTED) !== 0) throw damaged(`the entry ${quoted(name)} is encrypted`);
  const isDeflated = entry.compressionMethod === DEFLATED;
  if (!isDeflated && entry.compressionMethod !== STORED) {
    throw damaged(`the entry ${quoted(name)} is compressed in an unknown way`);
  }
  return { name, raw, isDeflated, size: entry.uncompressedSize, crc32: entry.crc32 };
};

const isOsLitter = (name: string): boolean => name.startsWith('__MACOSX/') || /(^|\/)\.DS_Store$/.test(name);

/** Oracle stamps all entries with the time of the export, which may take a moment; a hand-made zip keeps file times. */
const MAX_EXPORT_MS = 60_000;
const ORACLE_FLAGS = 0x0808;
const ORACLE_VERSION = 20;

const isForeign = (entry: Entry, name: string): boolean =>
  entry.generalPurposeBitFlag !== ORACLE_FLAGS ||
  entry.versionMadeBy !== ORACLE_VERSION ||
  entry.extraFieldLength > 0 ||
  entry.fileCommentLength > 0 ||
  name.endsWith('/') ||
  isOsLitter(name);

const timesDiffer = (entries: readonly Entry[]): boolean => {
  const times = entries.map((entry) => entry.getLastModDate({ timezone: 'UTC', forceDosFormat: true }).getTime());
  return Math.max(...times) - Math.min(...times) > MAX_EXPORT_MS;
};

/** Throws an `ArchiveError` when the bytes are not one whole zip or are made to harm. */
export const readZip = async (bytes: Uint8Array): Promise<Zip> => {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { entries, offset: directoryOffset, hasComment } = await readDirectory(zip);
  checkSizes(zip, entries);
  const inOrder = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  if ((inOrder[0]?.relativeOffsetOfLocalHeader ?? directoryOffset) !== 0) throw damaged('foreign bytes come before it');
  const parts: Deflated[] = [];
  const seen = new Set<string>();
  let foreign = hasComment;
  for (const [index, entry] of inOrder.entries()) {
    const name = nameOf(entry);
    if (seen.has(name)) throw new ArchiveError('hostile', `The archive holds two entries named ${quoted(name)}.`);
    seen.add(name);
    const end = inOrder[index + 1]?.relativeOffsetOfLocalHeader ?? directoryOffset;
    parts.push(deflated(rawData(zip, entry, entry.relativeOffsetOfLocalHeader, end), entry, name));
    foreign ||= isForeign(entry, name);
  }
  const members = new Map<string, Buffer>();
  for (const [name, data] of await inflateAll(parts)) {
    if (!name.endsWith('/') && !isOsLitter(name)) members.set(name, data);
  }
  return { members, rezipped: foreign || timesDiffer(entries) };
};
