/** A function of AWS in this process: what it finds in its environment, with simulated secrets, and a watch over what it prints. */
import { expect, vi } from 'vitest';
import type { Simulator } from '../simulator/server.ts';
import { type FakeSecrets, startFakeSecrets } from './fake-secrets.ts';

export interface FunctionHere extends Pick<FakeSecrets, 'hidden' | 'events'> {
  /** All that was printed, also what processes with the same environment have told; one that is emptied begins anew. */
  readonly printed: string[];
  /** What was printed in JSON: the log, and metrics. */
  lines(): Record<string, unknown>[];
  metrics(): Record<string, unknown>[];
  /** No secret of the instance may have been printed. */
  close(): Promise<void>;
}

/**
 * @param name of the instance in the settings
 * @param settings of it, beside where it is
 * @param places of the vault or the drop box, by their variables
 */
export const openFunctionHere = async (
  name: string,
  simulator: Simulator,
  settings: object,
  places: Readonly<Record<string, string>>,
): Promise<FunctionHere> => {
  const secret = `oic/${name}`;
  const secrets = await startFakeSecrets({ [secret]: simulator.credentials() });
  const { url, integrationInstance } = simulator;
  const instances = { [name]: { url, integrationInstance, secret, ...settings } };
  const env = { ...secrets.env, OIC_SETTINGS: JSON.stringify({ instances }), ...places };
  for (const [variable, value] of Object.entries(env)) vi.stubEnv(variable, value);
  const printed: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  }
  const lines = (): Record<string, unknown>[] =>
    printed
      .flatMap((text) => text.trim().split('\n'))
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  return {
    hidden: secrets.hidden,
    events: secrets.events,
    printed,
    lines,
    metrics: () => lines().filter((line) => '_aws' in line),
    close: async () => {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
      await secrets.close();
      for (const one of simulator.secrets()) expect(printed.join('')).not.toContain(one);
    },
  };
};
