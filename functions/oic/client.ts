/**
 * Oracle Integration's design-time REST API (Gen 2 and OIC 3), as verbs on one instance. Every call is one request to the
 * transport, which authorizes, paces and repeats; what comes back has been checked. Writes are never repeated blindly:
 * when the answer to one is lost (`isAnswerLost`), re-read the instance to learn what became of it.
 *
 *   const oic = createOicClient({ instance: 'dev', url, integrationInstance, concurrency: 8, isReadOnly: true, credentials });
 *   for (const { id } of await oic.listIntegrations()) await oic.exportIntegration(id);
 */

import { NOBODY_NAMED, type People } from '../core/people.ts';
import type { Origin } from '../core/snapshot/manifest.ts';
import { originOf } from '../core/snapshot/origin.ts';
import { listAgentGroups } from './agent-groups.ts';
import { listCertificates } from './certificates.ts';
import { type Connections, connections } from './connections.ts';
import { createTransport, type TransportOptions } from './http/transport.ts';
import { type Integrations, integrations } from './integrations.ts';
import { libraries } from './libraries.ts';
import { lookups } from './lookups.ts';
import { packages } from './packages.ts';
import { projects } from './projects.ts';
import { createRequests, type Requests } from './requests.ts';
import type { WholeInstance } from './whole-instance.ts';

export interface OicClient extends Integrations, Connections, WholeInstance {
  readonly instance: string;
  /** Which instance that is, whatever its name. */
  readonly origin: Origin;
  /** What those who work on the instance are called. */
  readonly people: People;
  /** For what has no verb of its own here. */
  readonly api: Requests;
  /** Requests sent so far: repeats, redirects and tokens count. */
  requests(): number;
  /** What the instance's clock says now, by the answers so far; undefined when none has told. */
  serverTime(): Date | undefined;
  /** The same client, which asks before it sends anything but reading. @param beforeChange throws when nothing may be changed */
  guarded(beforeChange: () => Promise<void>): OicClient;
  close(): Promise<void>;
}

export interface OicClientOptions extends TransportOptions {
  /** Settings without `deploy`: everything but reading is refused before it is sent. */
  readonly isReadOnly: boolean;
  /** @default nobody has another name than Oracle tells */
  readonly people?: People;
}

export const createOicClient = (options: OicClientOptions): OicClient => {
  const { instance, isReadOnly, people = NOBODY_NAMED } = options;
  const transport = createTransport(options);
  const origin = originOf(options);
  const askingFirst = (beforeChange?: () => Promise<void>): OicClient => ({
    instance,
    origin,
    people,
    ...verbs(createRequests(transport, instance, isReadOnly, beforeChange)),
    requests: transport.requests,
    serverTime: transport.serverTime,
    guarded: askingFirst,
    close: transport.close,
  });
  return askingFirst();
};

const verbs = (requests: Requests) => ({
  api: requests,
  ...integrations(requests),
  ...connections(requests),
  ...projects(requests),
  ...lookups(requests),
  ...libraries(requests),
  ...packages(requests),
  listCertificates: () => listCertificates(requests),
  listAgentGroups: () => listAgentGroups(requests),
});
