/** A client for a simulated instance, with retries that do not take long. */
import { createOicClient, type OicClient, type OicClientOptions } from '../../functions/oic/client.ts';
import { parseCredentials } from '../../functions/oic/http/credentials.ts';
import { RETRY_POLICY } from '../../functions/oic/http/retry.ts';
import type { Simulator } from '../simulator/server.ts';

type Grant = NonNullable<Parameters<Simulator['credentials']>[0]>;

const QUICK_RETRIES = { ...RETRY_POLICY, baseMs: 5, maxMs: 50 };

export const connectTo = (
  simulator: Simulator,
  options: Partial<OicClientOptions> & { grant?: Grant } = {},
): OicClient => {
  const { grant, ...overrides } = options;
  const isOic3 = simulator.integrationInstance !== undefined;
  return createOicClient({
    instance: 'dev',
    url: simulator.url,
    integrationInstance: simulator.integrationInstance,
    concurrency: 8,
    isReadOnly: false,
    credentials: async () => parseCredentials(simulator.credentials(grant), 'dev', isOic3),
    retry: QUICK_RETRIES,
    ...overrides,
  });
};

/** The error a promise fails with. @throws when it does not fail */
export const failureOf = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
};

/** Such requests are refused, and nobody gets another token. @returns makes the credentials good again */
export const refuseFrom = ({ faults, onRequest }: Simulator, match: { kind: 'export'; id?: string }): (() => void) => {
  const heals = [faults.add({ match, answer: { status: 401 } })];
  onRequest(({ kind, id }) => {
    const isFirst = heals.length === 1 && kind === match.kind && (match.id === undefined || id === match.id);
    if (isFirst) heals.push(faults.add({ match: { kind: 'token' }, answer: { status: 401 } }));
  });
  return () => {
    for (const heal of heals) heal();
  };
};
