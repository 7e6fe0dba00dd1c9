/** A server on loopback that gives recorded answers, and nothing else, to the requests they were recorded for. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { bodyOf, type RecordedAnswer } from './answers.ts';

interface SeenRequest {
  /** As in the files, e.g. `PATCH /ic/api/integration/v1/connections/ACME_OM`: overridden by the header of Oracle's. */
  readonly asked: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface RecordedServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Compress what was recorded compressed, when it is asked for. @default true */
  readonly gzip?: boolean;
  /** Another form of an answer, where more than one is known. */
  readonly alter?: (answer: RecordedAnswer) => RecordedAnswer;
}

export const askedBy = ({ request }: RecordedAnswer): string =>
  keyOf(request.headersThatMatter['X-HTTP-Method-Override'] ?? request.method, request.path);

const keyOf = (method: string, path: string): string => `${method} ${decodeURIComponent(path)}`;

/**
 * Several answers to one request are given in their order, the last one again and again. A request that no answer was
 * recorded for gets a 404 without a word of Oracle's.
 */
export const serveRecorded = async (
  answers: readonly RecordedAnswer[],
  { gzip = true, alter = (answer) => answer }: ServeOptions = {},
): Promise<RecordedServer> => {
  const left = new Map([...Map.groupBy(answers.map(alter), askedBy)].map(([key, group]) => [key, [...group]]));
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const override = request.headers['x-http-method-override'];
    const asked = keyOf(typeof override === 'string' ? override : (request.method ?? ''), pathname);
    seen.push({ asked, query: searchParams, headers: request.headers, body: await buffer(request) });
    const queue = left.get(asked) ?? [];
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (!answer) {
      response.writeHead(404).end();
      return;
    }
    const { 'Content-Length': _, 'Content-Encoding': encoding, 'Transfer-Encoding': __, ...headers } = answer.headers;
    const isCompressed = gzip && encoding === 'gzip' && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const body = isCompressed ? gzipSync(bodyOf(answer)) : bodyOf(answer);
    response.writeHead(answer.status, {
      ...headers,
      ...(isCompressed && { 'Content-Encoding': 'gzip' }),
      ...(answer.status !== 204 && { 'Content-Length': body.length }),
    });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
