/** `oic simulate`: an OIC on loopback to try everything on. Loaded only when it is asked for. */
import { ConfigError } from '../core/config-error.ts';
import { Refused } from '../core/refused.ts';
import { createOutput } from './output.ts';

const portOf = (text: string): number => {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new ConfigError(`--port is a number up to 65535; not "${text}"`);
};

export const simulate = async (options: { json?: boolean; port: string; seed?: string }): Promise<number> => {
  const { startSimulator } = await import('../../test/simulator/server.ts');
  const { seedFromDirectory } = await import('../../test/simulator/seeding.ts');
  const out = createOutput(options.json ?? false);
  const simulator = await startSimulator({ port: portOf(options.port) }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' || error.code === 'EACCES'
      ? new Refused(`port ${options.port} cannot be had (${error.code}); choose another, or leave --port out`)
      : error;
  });
  if (options.seed !== undefined) {
    try {
      await seedFromDirectory(simulator, options.seed);
    } catch (error) {
      await simulator.close();
      throw new ConfigError(`--seed ${options.seed} cannot be loaded: ${(error as Error).message}`);
    }
  }
  const { url, integrationInstance } = simulator;
  const settings = { instances: { sim: { url, integrationInstance, secret: 'none', deploy: {} } } };
  const credentials = { sim: simulator.credentials() };
  out.result(
    { url, integrationInstance, integrations: simulator.instance.list().length, settings, credentials },
    () => [
      `a simulated OIC listens on ${url} (integrationInstance ${integrationInstance}), with ${simulator.instance.list().length} integrations`,
      'settings, for --config:',
      JSON.stringify(settings),
      'credentials, for --credentials:',
      JSON.stringify(credentials),
      'Ctrl-C ends it',
    ],
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await simulator.close();
  return 0;
};
