/** What need not be typed each time. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startSimulator } from '../../simulator/server.ts';
import { openDesk } from '../typed.ts';

const desk = await openDesk();
afterEach(() => desk.close());

test('settings, credentials and vault are taken from the environment, unless they are typed', async () => {
  const dev = await startSimulator();
  const { url, integrationInstance } = dev;
  const settings = { instances: { dev: { url, integrationInstance, secret: 'oic/dev' } } };
  desk.setVariable('OIC_CONFIG', await desk.write('oic.json', settings));
  desk.setVariable('OIC_CREDENTIALS', await desk.write('secrets.json', { dev: dev.credentials() }));
  desk.setVariable('OIC_VAULT', join(desk.directory, 'elsewhere'));

  expect(await desk.oic('backup', 'dev')).toMatchObject({ exitCode: 0 });
  const there = await desk.oic('snapshots', 'dev', '--json');
  expect(JSON.parse(there.stdout).snapshots).toHaveLength(1);
  const typed = await desk.oic('snapshots', 'dev', '--vault', 'other', '--json');
  expect(JSON.parse(typed.stdout).snapshots).toHaveLength(0);
  const other = await desk.oic('list', 'dev', '--config', 'none.json');
  expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('none.json does not exist') });
  await dev.close();
});
