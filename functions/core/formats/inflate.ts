/**
 * The contents of a zip's entries, each proved by its size and CRC-32. An archive has a hundred small entries, and to set up
 * zlib for each costs more than to inflate it; so all of them go through it in one piece, as a gzip file of many members
 * (RFC 1952, 2.2), on another thread. zlib proves the CRC-32 and the size of each member.
 */
import { promisify } from 'node:util';
import { gunzip, inflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib';
import { ArchiveError, quoted } from './archive-error.ts';
import { checksum, createTurns } from './hashing.ts';

export interface Deflated {
  readonly name: string;
  readonly raw: Buffer;
  /** Without it `raw` is the contents. */
  readonly isDeflated: boolean;
  readonly size: number;
  readonly crc32: number;
}

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const GZIP_MAGIC = GZIP_HEADER.subarray(0, 3);
const GZIP_TRAILER_BYTES = 8;
/** Real archives inflate to 2 MB at most. For more than this the copy in one piece would count. */
const JOINED_BYTES = 16 * 2 ** 20;
/** Inflating this much takes long enough to be done by another thread; for less, handing it over costs more. */
const ASIDE_BYTES = 2 ** 20;

const gunzipAside = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
const inflateAside = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw);

/** All into one chunk: one byte more than needed, or zlib would ask for a second chunk before it sees that it is done. */
const inOneChunk = (size: number): ZlibOptions => ({
  maxOutputLength: Math.max(size, 1),
  chunkSize: Math.max(size + 1, 64),
});

const join = (entries: readonly Deflated[]): Buffer => {
  const bytes = entries.reduce((sum, { raw }) => sum + GZIP_HEADER.length + raw.length + GZIP_TRAILER_BYTES, 0);
  const joined = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const { raw, crc32, size } of entries) {
    at += GZIP_HEADER.copy(joined, at);
    at += raw.copy(joined, at);
    at = joined.writeUInt32LE(crc32, at);
    at = joined.writeUInt32LE(size, at);
  }
  return joined;
};

/** Undefined when they have to be looked at one by one: too large, made to look like a gzip file, or not whole. */
const inflateJoined = async (entries: readonly Deflated[]): Promise<ReadonlyMap<string, Buffer> | undefined> => {
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > JOINED_BYTES || entries.some(({ raw }) => raw.includes(GZIP_MAGIC))) return undefined;
  const whole = await gunzipAside(join(entries), inOneChunk(size)).catch(() => undefined);
  if (whole?.length !== size) return undefined;
  const contents = new Map<string, Buffer>();
  let at = 0;
  for (const entry of entries) {
    contents.set(entry.name, whole.subarray(at, at + entry.size));
    at += entry.size;
  }
  return contents;
};

const inflateOne = async ({ name, raw, size, isDeflated }: Deflated): Promise<Buffer> => {
  if (!isDeflated) return raw;
  try {
    return size > ASIDE_BYTES ? await inflateAside(raw, inOneChunk(size)) : inflateRawSync(raw, inOneChunk(size));
  } catch {
    throw new ArchiveError(
      'damaged',
      `The archive is damaged: the entry ${quoted(name)} does not decompress to its size.`,
    );
  }
};

const inflateEach = async (entries: readonly Deflated[]): Promise<ReadonlyMap<string, Buffer>> => {
  const contents = new Map<string, Buffer>();
  const turns = createTurns();
  for (const entry of entries) {
    const data = await inflateOne(entry);
    await turns(data.length);
    if (data.length !== entry.size || (await checksum(data)) !== entry.crc32) {
      throw new ArchiveError(
        'damaged',
        `The archive is damaged: the entry ${quoted(entry.name)} does not have the contents it was written with.`,
      );
    }
    contents.set(entry.name, data);
  }
  return contents;
};

/** In the order given. @throws ArchiveError `damaged` that names the first entry that is not whole */
export const inflateAll = async (entries: readonly Deflated[]): Promise<ReadonlyMap<string, Buffer>> => {
  const deflated = entries.filter(({ isDeflated }) => isDeflated);
  const stored = entries.filter(({ isDeflated }) => !isDeflated);
  const joined = await inflateJoined(deflated);
  return joined ? new Map([...joined, ...(await inflateEach(stored))]) : inflateEach(entries);
};
