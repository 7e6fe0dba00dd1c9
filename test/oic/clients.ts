import { afterEach } from 'vitest';
import type { OicClient, OicClientOptions } from '../../functions/oic/client.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/server.ts';
import { connectTo } from './simulated.ts';

/** Starts simulators with a client each, closed after each test. */
export const useClients = (): ((
  options?: SimulatorOptions,
  client?: Partial<OicClientOptions>,
) => Promise<{ readonly simulator: Simulator; readonly oic: OicClient }>) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const it of open.splice(0).reverse()) await it.close();
  });
  return async (options, client) => {
    const simulator = await startSimulator(options);
    const oic = connectTo(simulator, client);
    open.push(simulator, oic);
    return { simulator, oic };
  };
};
