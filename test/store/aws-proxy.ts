/** Stands between an AWS client and moto, and can spoil what a network or AWS itself can spoil. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export type Fault =
  /** Answers in AWS's stead. */
  | { readonly status: number; readonly body: string }
  /** The request is carried out, but the connection breaks before the answer. */
  | 'lose-answer'
  /** The answer breaks off in the middle of its body. */
  | 'cut-answer';

export interface AwsProxy {
  readonly endpoint: string;
  readonly requests: readonly IncomingMessage[];
  /** One for each of the next requests; what is left when a test ends is an error of the test. */
  readonly faults: Fault[];
}

export const s3Error = (status: number, code: string): Fault => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>as ordered</Message></Error>`,
});

const readAll = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const forward = async (endpoint: string, incoming: IncomingMessage, body: Buffer) => {
  const { method, headers, url } = incoming;
  const outgoing = request(`${endpoint}${url}`, { method, headers, agent: false });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 500, headers: answer.headers, body: await readAll(answer) };
};

const serve = async (
  endpoint: string,
  fault: Fault | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
) => {
  const body = await readAll(incoming);
  if (typeof fault === 'object') return outgoing.writeHead(fault.status).end(fault.body);
  const answer = await forward(endpoint, incoming, body);
  if (fault === 'lose-answer') return outgoing.destroy();
  outgoing.writeHead(answer.status, answer.headers);
  if (fault !== 'cut-answer') return outgoing.end(answer.body);
  outgoing.write(answer.body.subarray(0, answer.body.length / 2), () => outgoing.destroy());
};

/** For one test. */
export const startAwsProxy = async (endpoint: string): Promise<AwsProxy> => {
  const requests: IncomingMessage[] = [];
  const faults: Fault[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push(incoming);
    serve(endpoint, faults.shift(), incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return { endpoint: `http://127.0.0.1:${address.port}`, requests, faults };
};
