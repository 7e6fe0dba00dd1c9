/** Puts an answer on the wire, whole or broken in the way a fault wants it. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Behaviour } from '../behaviour.ts';
import type { Random } from '../random.ts';
import type { Answer } from './answer.ts';

export type Breakage = 'reset' | 'cut' | 'cut-clean';

/** On every answer that is recorded. */
const ALWAYS = {
  'cache-control': 'no-cache, no-store, must-revalidate',
  'oic-virtualservice': 'true',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
};

export const sendAnswer = (
  response: ServerResponse,
  { status, headers, body }: Answer,
  now: number,
  requestIdHeader: Behaviour['requestIdHeader'],
): void => {
  // The clock of the answer is the simulator's, which a test may have set.
  response.sendDate = false;
  // An empty 200 says no length (recorded).
  const isUntold = status === 204 || status === 304 || (status === 200 && body.length === 0);
  const length = isUntold ? {} : { 'content-length': body.length };
  const date = new Date(now).toUTCString();
  const requestId = `/${hex()}/${hex()}`;
  response.writeHead(status, { ...ALWAYS, ...headers, ...length, date, [requestIdHeader]: requestId });
  response.end(body);
};

const hex = (): string => randomUUID().replaceAll('-', '').toUpperCase();

/** An answer without a body cannot be cut and is reset instead. */
export const sendBroken = (response: ServerResponse, answer: Answer, breakage: Breakage, random: Random): void => {
  const { socket } = response;
  if (!socket) return;
  if (breakage === 'reset' || answer.body.length < 2) {
    socket.resetAndDestroy();
    return;
  }
  const part = answer.body.subarray(0, 1 + random.below(answer.body.length - 1));
  if (breakage === 'cut') {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
    response.write(part, () => socket.destroy());
    return;
  }
  // Node would send chunks here, whose missing end a client notices; an old gateway just closes.
  const headers = Object.entries({ ...answer.headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`HTTP/1.1 ${answer.status} OK\r\n${headers.join('')}\r\n`);
  socket.end(part);
};
