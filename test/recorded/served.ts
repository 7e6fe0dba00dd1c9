/** A client, and what its verbs are made of, before a server that gives recorded answers. */
import { createOicClient, type OicClient } from '../../functions/oic/client.ts';
import { parseCredentials } from '../../functions/oic/http/credentials.ts';
import { RETRY_POLICY } from '../../functions/oic/http/retry.ts';
import { createTransport, type TransportOptions } from '../../functions/oic/http/transport.ts';
import { createRequests, type Requests } from '../../functions/oic/requests.ts';
import { type RecordedAnswer, readRecorded } from './answers.ts';
import { type RecordedServer, type ServeOptions, serveRecorded } from './server.ts';

export const recorded = readRecorded();
export const HELLO = 'HELLO_WORLD|01.00.0000';
export const NIGHTLY = 'NIGHTLY_LOAD|01.00.0000';

export const answerNamed = (name: string): RecordedAnswer => {
  const found = recorded.get(name);
  if (!found) throw new Error(`there is no recorded answer ${name}`);
  return found;
};

export interface Served {
  readonly server: RecordedServer;
  readonly oic: OicClient;
  readonly requests: Requests;
}

const open: { close(): Promise<void> }[] = [];

/** After each test. */
export const closeServed = async (): Promise<void> => {
  for (const it of open.splice(0).reverse()) await it.close();
};

const optionsFor = (url: string): TransportOptions => ({
  instance: 'dev',
  url,
  integrationInstance: 'acme-dev',
  concurrency: 4,
  credentials: async () =>
    parseCredentials(
      { tokenUrl: `${url}/oauth2/v1/token`, clientId: 'client', clientSecret: 'a secret', scope: 'https://x/ic/api/' },
      'dev',
      true,
    ),
  retry: { ...RETRY_POLICY, baseMs: 1, maxMs: 2 },
});

/** These answers in their order, and a token unless one of them says how that goes. */
export const serve = async (names: readonly string[], options: ServeOptions = {}): Promise<Served> => {
  const hasToken = names.some((name) => name.includes('-token-'));
  const server = await serveRecorded([...(hasToken ? [] : ['01-token-ok']), ...names].map(answerNamed), options);
  const client = optionsFor(server.url);
  const oic = createOicClient({ ...client, isReadOnly: false });
  const transport = createTransport(client);
  open.push(server, oic, transport);
  return { server, oic, requests: createRequests(transport, 'dev', false) };
};
