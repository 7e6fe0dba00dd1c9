/**
 * The ways there are to ask an instance, in Oracle's conventions: listings page by page, updates as POST with an override,
 * archives as multipart uploads. Everything goes through the one `send`, which refuses changes to an instance that is only
 * read; a verb says what it wants and what the answer means.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import FormData from 'form-data';
import { type Listing, namesOf } from '../core/odd-item.ts';
import { betrays, redactDocument } from '../core/redaction.ts';
import { readDone, readEnvelope } from './answers.ts';
import { isOicError, OicError } from './http/errors.ts';
import { isReading } from './http/outcome.ts';
import type { Answer, OicRequest, Taken } from './http/request.ts';
import type { Transport } from './http/transport.ts';
import { type Listed, type OddOnPage, PAGE_SIZE, type Page, readListing } from './listing.ts';

const READ_TIMEOUT_MS = 60_000;
const ARCHIVE_TIMEOUT_MS = 300_000;
/** Gen 2 may activate while we wait. */
const CHANGE_TIMEOUT_MS = 300_000;

interface Upload {
  readonly what: string;
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly filename: string;
  readonly bytes: Uint8Array;
  /** Parts beside `file`. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** What Oracle documents for a listing: pages in the order of names, pages in an order that shifts, or all at once. */
type Paging = 'by-name' | 'by-time' | 'whole';

export interface Requests {
  readonly instance: string;
  get<T>(what: string, path: string, read: (answer: Answer) => T): Promise<T>;
  /** The bytes of an export, and what `read` makes of them. @param json exports of projects are asked for by POST */
  download<T>(what: string, path: string, read: (body: Buffer) => Promise<T>, json?: object): Promise<T>;
  /**
   * Every item of a listing, each exactly once; one that `toItem` cannot read is handed over as odd.
   * @param see told of each as its page is read, before the list is known to add up
   * @throws ListingError
   */
  list<T extends Listed>(
    what: string,
    path: string,
    toItem: (value: unknown) => T,
    paging?: Paging,
    see?: (item: T) => void,
  ): Promise<Listing<T>>;
  post<T>(
    what: string,
    path: string,
    json: object | undefined,
    read: (answer: Answer) => T,
    query?: Readonly<Record<string, string>>,
  ): Promise<T>;
  patch<T>(request: Pick<OicRequest<T>, 'what' | 'path' | 'query' | 'read'>, json: object): Promise<T>;
  upload(upload: Upload): Promise<Taken>;
  remove(what: string, path: string): Promise<Taken>;
}

/**
 * @param isReadOnly settings without `deploy`: everything but reading is refused before it is sent
 * @param beforeChange asked before anything but reading is sent; what it throws is thrown instead
 */
export const createRequests = (
  transport: Transport,
  instance: string,
  isReadOnly: boolean,
  beforeChange?: () => Promise<void>,
): Requests => {
  const send = async <T>(request: OicRequest<T>): Promise<T> => {
    if (isReading(request)) return transport.send(request);
    if (isReadOnly) {
      const { method, path } = request;
      const message = `${request.what} on ${instance} was refused: ${instance} has no \`deploy\` in the settings, so it is only read`;
      throw new OicError('rejected', message, { method, path, reached: false });
    }
    await beforeChange?.();
    return transport.send(request);
  };
  return {
    instance,
    get: (what, path, read) => send({ what, method: 'GET', path, timeoutMs: READ_TIMEOUT_MS, read }),
    download: (what, path, read, json) => {
      const { headers, ...body } = json ? jsonBody(json) : { headers: {} };
      return send({
        what,
        method: json ? 'POST' : 'GET',
        isRead: true,
        path,
        accept: 'file',
        headers,
        ...body,
        timeoutMs: ARCHIVE_TIMEOUT_MS,
        read: (answer) => read(answer.body),
      });
    },
    list: (what, path, toItem, paging = 'by-name', see = () => undefined) =>
      readListing(
        `${what} of ${instance}`,
        async (offset) => {
          const page = await send({ ...pageOf(toItem), what, path, query: pageQuery(paging, offset) });
          page.items.forEach(see);
          return page;
        },
        (pass) => sleep(Math.min(4_000, 100 * 2 ** pass)),
      ),
    post: (what, path, json, read, query = {}) =>
      send({ what, method: 'POST', path, query, ...jsonBody(json), timeoutMs: CHANGE_TIMEOUT_MS, read }),
    // Oracle's PATCH: POST with an override header; whether the real verb works is not known.
    patch: (request, json) => {
      const { body, headers } = jsonBody(json);
      const overridden = { ...headers, 'x-http-method-override': 'PATCH' };
      return send({ ...request, method: 'POST', headers: overridden, body, timeoutMs: CHANGE_TIMEOUT_MS });
    },
    upload: (upload) => send(uploadRequest(upload)),
    remove: (what, path) => send({ what, method: 'DELETE', path, timeoutMs: READ_TIMEOUT_MS, read: readDone }),
  };
};

const jsonBody = (json: object | undefined): { headers: Record<string, string>; body: Buffer } => ({
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(json === undefined ? '' : JSON.stringify(json)),
});

/** What comes all at once is asked for by offset all the same when the server says, or leaves open, that there is more. */
const pageQuery = (paging: Paging, offset: number): Record<string, string> => ({
  ...(paging !== 'by-time' && { orderBy: 'name' }),
  ...((paging !== 'whole' || offset > 0) && { limit: String(PAGE_SIZE), offset: String(offset) }),
});

const NONE: ReadonlySet<string> = new Set();

const pageOf = <T extends { readonly id: string }>(toItem: (value: unknown) => T) => ({
  method: 'GET' as const,
  timeoutMs: READ_TIMEOUT_MS,
  read: (answer: Answer): Page<T> => {
    const { items: values, hasMore, totalResults } = readEnvelope(answer);
    const answeredAtMs = Date.parse(answer.headers.date ?? '');
    const items: T[] = [];
    const odd: OddOnPage[] = [];
    for (const [place, value] of values.entries()) {
      try {
        const item = toItem(value);
        if (betrays(item.id)) throw new Error('its name holds a secret that was sent to the instance');
        items.push(item);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        odd.push({ content: JSON.stringify(value), ...namesOf(redactDocument(value, NONE)), reason, place });
      }
    }
    return { items, odd, hasMore, totalResults, answeredAtMs: Number.isNaN(answeredAtMs) ? undefined : answeredAtMs };
  },
});

const uploadRequest = ({ what, method, path, filename, bytes, fields = {} }: Upload): OicRequest<Taken> => {
  const form = new FormData();
  const contentType = 'application/octet-stream';
  form.append('file', Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { filename, contentType });
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return {
    what,
    method,
    path,
    headers: form.getHeaders(),
    body: form.getBuffer(),
    timeoutMs: ARCHIVE_TIMEOUT_MS,
    // 204 with Location for POST, 200 for PUT; the scripts that work accept either for both.
    read: readDone,
  };
};

export const orUndefined = async <T>(promise: Promise<T>): Promise<T | undefined> => {
  try {
    return await promise;
  } catch (error) {
    if (isOicError(error, 'not-found')) return undefined;
    throw error;
  }
};
