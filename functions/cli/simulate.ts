/** `oic simulate`: an OIC on loopback to try everything on. Loaded only when it is asked for. */

import { ConfigError, Refused } from '../core/errors.ts';
import { describeCounts } from '../core/kinds.ts';
import { ALL_KINDS } from '../kinds/all-kinds.ts';
import { count, createOutput } from './output.ts';

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
  let seeded: Awaited<ReturnType<typeof seedFromDirectory>> | undefined;
  if (options.seed !== undefined) {
    try {
      seeded = await seedFromDirectory(simulator, options.seed);
    } catch (error) {
      await simulator.close();
      throw new ConfigError(`--seed ${options.seed} cannot be loaded: ${(error as Error).message}`);
    }
  }
  const { url, integrationInstance } = simulator;
  const settings = { instances: { sim: { url, integrationInstance, secret: 'none', deploy: {} } } };
  const credentials = { sim: simulator.credentials() };
  const integrations = simulator.instance.list().length;
  const { others = [], refused = [] } = seeded ?? {};
  const seedable = ALL_KINDS.filter(({ restore }) => restore);
  const kinds = Object.fromEntries(
    seedable.map(({ name }) => [name, others.filter((id) => id.startsWith(`${name}/`)).length]),
  );
  out.result({ url, integrationInstance, integrations, kinds, refused, settings, credentials }, () => [
    `a simulated OIC listens on ${url} (integrationInstance ${integrationInstance}), with ${count(integrations, 'integration')}${others.length === 0 ? '' : `, ${describeCounts(kinds, ALL_KINDS)}`}`,
    ...(refused.length === 0 ? [] : [`${count(refused.length, 'file')} of ${options.seed} could not be loaded:`]),
    ...refused.map(({ file, reason }) => `  ${file}: ${reason}`),
    'settings, for --config:',
    JSON.stringify(settings),
    'credentials, for --credentials:',
    JSON.stringify(credentials),
    'Ctrl-C ends it',
  ]);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await simulator.close();
  return 0;
};
