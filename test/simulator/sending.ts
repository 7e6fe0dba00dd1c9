/** Puts an answer on the wire, whole or broken in the way a fault wants it. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { Random } from './random.ts';

export type Breakage = 'reset' | 'cut' | 'cut-clean';

export const sendAnswer = (response: ServerResponse, { status, headers, body }: Answer, now: number): void => {
  // The clock of the answer is the simulator's, which a test may have set.
  response.sendDate = false;
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length };
  const date = new Date(now).toUTCString();
  response.writeHead(status, { ...headers, ...length, date, 'x-oracle-dms-ecid': randomUUID() });
  response.end(body);
};

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
