/**
 * Stands before a simulator, as a proxy or a compromised instance would, knows every secret that is sent through it, and says
 * them again in its answers: in errors, and wherever an answer of the simulator holds `ECHO`.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ENCODINGS } from '../../encodings.ts';
import type { Simulator } from '../../simulator/server.ts';

export interface EchoingProxy {
  readonly url: string;
  /** What is sent to it in place of secrets of the simulator's own. */
  readonly secrets: Record<string, string>;
  /** Requests that get an error instead of an answer. */
  refuses: (method: string, path: string) => boolean;
  close(): Promise<void>;
}

const readAll = async (incoming: IncomingMessage): Promise<Buffer> => Buffer.concat(await Array.fromAsync(incoming));

export const startEchoingProxy = async (
  { url, credentials }: Simulator,
  secrets: Record<string, string>,
): Promise<EchoingProxy> => {
  let said = 0;
  /** Another secret, written otherwise, each time. */
  const echo = (): string => {
    const all = Object.values(secrets).flatMap((secret) => Object.values(ENCODINGS).map((encode) => encode(secret)));
    return all[said++ % all.length] ?? '';
  };
  const { clientId, clientSecret } = credentials();
  const own = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const TITLES = [
    (words: string) => JSON.stringify({ title: `you sent ${words}`, detail: `and ${echo()}` }),
    (words: string) => `<html><head><title>400</title></head><body>you sent ${words}</body></html>`,
    (words: string) => `${'x'.repeat(560)} ${words}`,
  ];

  const server = createServer(async (incoming, outgoing) => {
    const { method = '', headers } = incoming;
    const path = incoming.url ?? '';
    let body = await readAll(incoming);
    const isToken = path.includes('/oauth2/');
    const { authorization = '' } = headers;
    if (isToken) {
      secrets.login = authorization.replace('Basic ', '');
      const assertion = new URLSearchParams(body.toString()).get('assertion');
      if (assertion) secrets.assertion = assertion;
      // Whoever logs in here is known to the simulator as its own client.
      const { scope } = credentials();
      body = Buffer.from(new URLSearchParams({ grant_type: 'client_credentials', scope: scope ?? '' }).toString());
    } else secrets.token = authorization.replace(/^\w+ /, '');
    if (this_.refuses(method, path)) {
      outgoing.writeHead(400, { 'opc-request-id': encodeURI(echo()) });
      return outgoing.end(TITLES[said % TITLES.length]?.(echo()));
    }
    const { host: _, 'content-length': __, ...kept } = headers;
    const answer = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(kept as Record<string, string>), ...(isToken && { authorization: own }) },
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isText = answer.headers.get('content-type')?.includes('json');
    const text = isText ? bytes.toString().replace(/ECHO/g, () => JSON.stringify(echo()).slice(1, -1)) : bytes;
    const { 'content-encoding': ___, 'content-length': ____, ...more } = Object.fromEntries(answer.headers);
    outgoing.writeHead(answer.status, more).end(text);
  });
  const this_: EchoingProxy = {
    url: '',
    secrets,
    refuses: () => false,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(this_, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
};
