/** `oic simulate`: an OIC on loopback to try everything on. Loaded only when it is asked for. */
import { createOutput } from './output.ts';

export const simulate = async (options: { json?: boolean; port: string; seed?: string }): Promise<number> => {
  const { startSimulator } = await import('../../test/simulator/server.ts');
  const { seedFromDirectory } = await import('../../test/simulator/seeding.ts');
  const out = createOutput(options.json ?? false);
  const simulator = await startSimulator({ port: Number(options.port) });
  if (options.seed !== undefined) await seedFromDirectory(simulator, options.seed);
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
