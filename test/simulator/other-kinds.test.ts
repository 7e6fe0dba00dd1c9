import { describe, expect, test } from 'vitest';
import { readZip } from './archives/zip.ts';
import type { Kind } from './behaviour.ts';
import { itemsOf, sample, useSimulators } from './http/raw-client.ts';

const start = useSimulators();

describe('packages', () => {
  test('are what their integrations say, and list them if the instance does', async () => {
    for (const packageMembers of ['listed', 'unlisted'] as const) {
      const { simulator, api } = await start({ behaviour: { packageMembers } });
      simulator.instance.add(sample('A', { packageName: 'acme' }));
      simulator.instance.add(sample('B', { packageName: 'acme' }));
      simulator.instance.add(sample('C'));

      const [item, ...more] = itemsOf(await api('GET', 'packages'));

      expect(more).toEqual([]);
      expect(item).toMatchObject({ name: 'acme', countOfIntegrations: 2 });
      const ids = (item?.integrations as { id: string }[] | undefined)?.map(({ id }) => id);
      expect(ids).toEqual(packageMembers === 'listed' ? ['A|01.00.0000', 'B|01.00.0000'] : undefined);
      expect((await api('GET', 'packages', { query: { orderBy: 'name' } })).status).toBe(400);
    }
  });

  test('are exported with the archive of each integration', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('A', { packageName: 'acme' }));

    const names = readZip((await api('GET', 'packages/acme/archive')).bytes).map(({ name }) => name);

    expect(names.toSorted()).toEqual([
      'ics_package_attributes.properties',
      expect.stringMatching(/^icspackage_acme_01\.00\.0000_[0-9a-f-]{36}\.iar$/),
    ]);
  });

  test.each([500, 404] as const)('that are missing are answered %i', async (missingPackageStatus) => {
    const { api } = await start({ behaviour: { missingPackageStatus } });

    expect((await api('GET', 'packages/none/archive')).status).toBe(missingPackageStatus);
  });
});

describe('agent groups', () => {
  test('are listed by name, and by id where the instance gives it', async () => {
    for (const agentGroupIds of ['given', 'not-given'] as const) {
      const { simulator, api } = await start({ behaviour: { agentGroupIds } });
      simulator.instance.agentGroups.set('ON_PREM', 'On premises');

      const [group] = itemsOf(await api('GET', 'monitoring/agentgroups'));

      expect(group).toMatchObject({ name: 'On premises' });
      expect(group?.id).toBe(agentGroupIds === 'given' ? 'ON_PREM' : undefined);
    }
  });
});

describe('certificates', () => {
  test.each([
    ['counted', { totalResults: 1, hasMore: false }],
    ['bare', { items: [expect.anything()] }],
    ['none', [expect.anything()]],
  ] as const)('are listed with an envelope that is %s', async (certificateEnvelope, envelope) => {
    const { simulator, api } = await start({ behaviour: { certificateEnvelope } });
    simulator.instance.saveCertificate('PARTNER');

    expect((await api('GET', 'certificates')).body).toMatchObject(envelope);
  });

  test('are nothing that Gen 2 knows of', async () => {
    const { api } = await start({ generation: 'gen2' });

    expect((await api('GET', 'certificates')).status).toBe(404);
  });
});

const PATHS: readonly [Kind, string][] = [
  ['projects', 'projects'],
  ['lookups', 'lookups'],
  ['libraries', 'libraries'],
  ['packages', 'packages'],
  ['connections', 'connections'],
  ['certificates', 'certificates'],
  ['agent-groups', 'monitoring/agentgroups'],
];

test.each(PATHS)('%s can be refused, and nothing else is then', async (kind, path) => {
  for (const status of [403, 404] as const) {
    const { api } = await start({ behaviour: { refusedKinds: { [kind]: status } } });

    expect((await api('GET', path)).status).toBe(status);
    for (const [, other] of PATHS.filter(([candidate]) => candidate !== kind)) {
      expect((await api('GET', other)).status).toBe(200);
    }
  }
});
