/**
 * multipart/form-data (RFC 7578), strictly: every part has a name, every boundary stands where it belongs, the last one is
 * closed. Anything else is an error, since a lenient server would hide a client's mistake.
 */

export interface Part {
  readonly name: string;
  /** Of a part that is a file. */
  readonly filename: string | undefined;
  readonly body: Buffer;
}

const CRLF = '\r\n';

/** @throws Error saying what is malformed. */
export const parseMultipart = (contentType: string, body: Buffer): Part[] => {
  const boundary = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  if (!boundary) throw new Error('the body is not multipart/form-data with a boundary');
  const delimiter = `--${boundary[1] ?? boundary[2]}`;
  const parts: Part[] = [];
  let at = body.indexOf(delimiter);
  if (at !== 0 && body.subarray(Math.max(at - 2, 0), at).toString() !== CRLF)
    throw new Error('no boundary in the body');
  for (;;) {
    at += delimiter.length;
    if (body.subarray(at, at + 2).toString('latin1') === '--') return parts;
    if (body.subarray(at, at + 2).toString('latin1') !== CRLF)
      throw new Error('a boundary is not followed by a new line');
    const end = body.indexOf(CRLF + delimiter, at);
    if (end < 0) throw new Error('the last part is not closed');
    parts.push(parsePart(body.subarray(at + 2, end)));
    at = end + 2;
  }
};

const parsePart = (bytes: Buffer): Part => {
  const headerEnd = bytes.indexOf(CRLF + CRLF);
  if (headerEnd < 0) throw new Error('a part has no empty line after its headers');
  const headers = new Map(
    bytes
      .toString('utf8', 0, headerEnd)
      .split(CRLF)
      .map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
  );
  const disposition = headers.get('content-disposition') ?? '';
  const name = /;\s*name="([^"]+)"/i.exec(disposition)?.[1];
  if (!/^form-data\b/i.test(disposition) || name === undefined) throw new Error('a part has no name');
  const filename = /;\s*filename="([^"]*)"/i.exec(disposition)?.[1];
  return { name, filename, body: bytes.subarray(headerEnd + 4) };
};
