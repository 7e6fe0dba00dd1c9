/** The form in which an answer goes over the wire: as the behaviour wants it, and packed where the caller takes that. */
import { gzipSync } from 'node:zlib';
import type { Behaviour } from '../behaviour.ts';
import { type Answer, JSON_TYPE } from './answer.ts';

/** @param accepted the caller's Accept-Encoding */
export const inForm = (answer: Answer, accepted: string | undefined, behaviour: Behaviour): Answer => {
  const { status, headers, body } = answer;
  const type = headers['content-type'];
  const disposition = headers['content-disposition'];
  const formed: Answer = {
    status,
    headers: {
      ...headers,
      ...(type === JSON_TYPE && { 'content-type': behaviour.jsonType }),
      ...(disposition && behaviour.fileNames === 'quoted' && { 'content-disposition': quoted(disposition) }),
    },
    body,
  };
  return isPacked(answer, accepted, behaviour.gzip) ? packed(formed) : formed;
};

const quoted = (disposition: string): string => disposition.replace(/filename=(.*)$/, 'filename="$1"');

const PACKED_FROM_BYTES = 600;

const isPacked = (
  { status, headers, body }: Answer,
  accepted: string | undefined,
  when: Behaviour['gzip'],
): boolean => {
  const isPackable = /json/.test(headers['content-type'] ?? '') && status < 400 && body.length >= PACKED_FROM_BYTES;
  return isPackable && (when === 'unasked' || (when === 'when-asked' && /\bgzip\b/.test(accepted ?? '')));
};

/** Quickly rather than small: the machine is the caller's too. */
const packed = ({ status, headers, body }: Answer): Answer => ({
  status,
  headers: { ...headers, 'content-encoding': 'gzip' },
  body: gzipSync(body, { level: 1 }),
});
