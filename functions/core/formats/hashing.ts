/**
 * Work on many bytes that leaves the event loop free: hashes and checksums go slice by slice, with a turn for everybody
 * else after each. A slice takes some 10 ms; what is smaller than one is done at once.
 */
import { createHash, hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

const SLICE_BYTES = 4 * 2 ** 20;

async function* slicesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    if (at > 0) await nextTurn();
    yield bytes.subarray(at, at + SLICE_BYTES);
  }
}

/** SHA-256 in hex. */
export const sha256 = async (bytes: Uint8Array | string): Promise<string> => {
  if (bytes.length <= SLICE_BYTES || typeof bytes === 'string') return hash('sha256', bytes);
  const digest = createHash('sha256');
  for await (const slice of slicesOf(bytes)) digest.update(slice);
  return digest.digest('hex');
};

/** CRC-32 as zip files have it. */
export const checksum = async (bytes: Uint8Array): Promise<number> => {
  if (bytes.length <= SLICE_BYTES) return crc32(bytes);
  let value = 0;
  for await (const slice of slicesOf(bytes)) value = crc32(slice, value);
  return value;
};

/** To be told of each piece of work by its bytes; once they are a slice together it waits for the next turn. */
export const createTurns = (): ((bytes: number) => Promise<void> | undefined) => {
  let done = 0;
  return (bytes) => {
    done += bytes;
    if (done < SLICE_BYTES) return undefined;
    done = 0;
    return nextTurn();
  };
};
