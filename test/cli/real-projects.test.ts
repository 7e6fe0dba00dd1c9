/** Exported projects as they were recorded and as real ones are: loaded, served, backed up, rehearsed, restored. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { edited, replaceIn } from '../core/archive/archive-forge.ts';
import { buildEmptyDeployment, buildProject } from '../core/archive/kinds-forge.ts';

import { useDesk } from './use-desk.ts';

const desk = useDesk();
const VERSION = '01.00.0000';
const NESTED = buildProject({
  code: 'SHOP',
  name: 'Shop: Europe',
  integrations: [
    { code: 'ORDER', version: VERSION, name: 'Order' },
    { code: 'ORDER', version: '02.00.0000', state: 'CONFIGURED' },
    { code: 'NIGHTLY', version: VERSION, schedule: 'FREQ=DAILY' },
  ],
  lookups: ['COUNTRIES'],
});
/** As the answer recorded of `POST /projects/{id}/archive` without a label. */
const FLAT = buildProject({
  code: 'FLAT',
  name: 'Flat',
  layout: 'flat',
  integrations: [{ code: 'NIGHTLY_LOAD', version: VERSION, schedule: 'FREQ=DAILY' }],
});

const seedDirectory = async (): Promise<string> => {
  const directory = join(desk.directory, 'seed');
  await mkdir(directory);
  const files = {
    'a.car': NESTED,
    'flat.car': FLAT,
    'empty.car': buildEmptyDeployment({ code: 'STOCK', name: 'Stock' }, '100000001'),
    'odd.car': edited(NESTED, replaceIn('ORDER_02.00.0000/info.json', '02.00.0000', '03.00.0000')),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes);
  return directory;
};

interface Simulated {
  readonly kinds: object;
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
  readonly settings: { readonly instances: { readonly sim: object } };
  readonly credentials: { readonly sim: object };
}

const startSimulated = async (
  ...args: string[]
): Promise<{ told: Simulated; end: () => Promise<{ exitCode: number | null }> }> => {
  const { process, ended } = desk.start('simulate', '--json', ...args);
  let text = '';
  process.stdout?.on('data', (data: string) => {
    text += data;
  });
  while (!text.trimEnd().endsWith('\n}')) await sleep(20);
  return {
    told: JSON.parse(text) as Simulated,
    end: () => {
      process.kill('SIGTERM');
      return ended;
    },
  };
};

test('real projects are seeded, backed up, rehearsed and restored, and the one that is none is named', async () => {
  const { told, end } = await startSimulated('--seed', await seedDirectory());
  const target = await desk.startInstance();
  try {
    expect(told.kinds).toEqual({ projects: 3, lookups: 0, libraries: 0 });
    expect(told.refused.map(({ file, reason }) => `${basename(file)}: ${reason}`)).toEqual([
      'odd.car: Unable to retrieve project from the archive: ORDER_02.00.0000 holds ORDER|03.00.0000',
    ]);
    const { url, integrationInstance } = target;
    const prod = { url, integrationInstance, secret: 'none', deploy: {} };
    await desk.write('oic.json', { instances: { sim: told.settings.instances.sim, prod } });
    await desk.write('credentials.json', {
      sim: told.credentials.sim,
      prod: {
        ...target.credentials(),
        connections: {
          SHOP_REST: {
            securityProperties: [
              { propertyName: 'username', propertyValue: 'u' },
              { propertyName: 'password', propertyValue: 'p-of-the-shop' },
            ],
          },
        },
      },
    });
    const oic = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await desk.oic(...args, '--json', '--credentials', 'credentials.json');
      return { exitCode, stderr, json: JSON.parse(stdout) };
    };

    expect(await oic('backup', 'sim', '--config', 'oic.json')).toMatchObject({ exitCode: 0, json: { complete: true } });
    expect(await oic('verify', 'sim', '--rehearse', '--config', 'oic.json')).toMatchObject({
      exitCode: 0,
      json: { checked: 3, damaged: [], rehearsal: { others: { projects: 3 }, differences: [] } },
    });
    const restore = ['restore', 'sim', '--to', 'prod', '--existing', 'replace', '--yes', '--config', 'oic.json'];
    expect(await oic(...restore)).toMatchObject({
      exitCode: 0,
      json: { kinds: { projects: { created: 3 } }, failures: [] },
    });
    const writes = target.stats().byKind;
    expect(await oic(...restore)).toMatchObject({ exitCode: 0, json: { kinds: { projects: { skipped: 3 } } } });
    expect(target.stats().byKind['project-import']).toBe(writes['project-import']);
    const restored = target.instance.listProjects().toSorted((a, b) => (a.code < b.code ? -1 : 1));
    expect(restored).toMatchObject([
      { code: 'FLAT', integrations: [{ status: 'ACTIVATED' }] },
      {
        code: 'SHOP',
        integrations: [
          { status: 'ACTIVATED' },
          { status: 'ACTIVATED' },
          { id: 'ORDER|02.00.0000', status: 'CONFIGURED' },
        ],
      },
      { code: 'STOCK', integrations: [] },
    ]);
    expect(desk.said()).not.toContain('p-of-the-shop');
  } finally {
    await target.close();
    expect(await end()).toMatchObject({ exitCode: 0 });
  }
}, 60_000);
