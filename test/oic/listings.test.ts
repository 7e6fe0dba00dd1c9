/** Every listing of an instance, whatever its envelope looks like: recorded with counts, recorded without, printed with hyphens. */
import { describe, expect, test } from 'vitest';
import type { OicClient } from '../../functions/oic/client.ts';
import { ListingError } from '../../functions/oic/listing.ts';
import { buildLibrary, buildProject } from '../core/archive/kinds-forge.ts';
import { rounds } from '../rounds.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Behaviour } from '../simulator/behaviour.ts';
import type { Simulator } from '../simulator/server.ts';
import { useClients } from './clients.ts';
import { failureOf } from './simulated.ts';

const start = useClients();
const VERSION = '01.00.0000';
const SHOP = 'SHOP';
/** More than one page. */
const COUNT = rounds(120, 250);

interface Kind {
  fill(instance: Simulator['instance'], count: number): void;
  list(oic: OicClient): ReturnType<OicClient['listLookups' | 'listIntegrations' | 'listAgentGroups']>;
  /** Of the first one. */
  readonly id: string;
}

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `N${String(n).padStart(3, '0')}`);

/** Kept, for the same hundreds go into many simulators. */
const kept = new Map<string, Buffer>();
const archive = (code: string, packageName?: string): Buffer => {
  const bytes = kept.get(code) ?? buildSampleArchive({ code, version: VERSION, ...(packageName && { packageName }) });
  kept.set(code, bytes);
  return bytes;
};

const KINDS: Readonly<Record<string, Kind>> = {
  integrations: {
    fill: (instance, count) => {
      for (const code of names(count)) instance.add(archive(code));
    },
    list: (oic) => oic.listIntegrations(),
    id: `N000|${VERSION}`,
  },
  'integrations of a project': {
    fill: (instance, count) =>
      instance.addProject(
        buildProject({ code: SHOP, integrations: names(count).map((code) => ({ code, version: VERSION })) }),
      ),
    list: (oic) => oic.inProject(SHOP).listIntegrations(),
    id: `N000|${VERSION}`,
  },
  lookups: {
    fill: (instance, count) => {
      for (const name of names(count)) instance.saveLookup(name, ['A'], []);
    },
    list: (oic) => oic.listLookups(),
    id: 'N000',
  },
  connections: {
    fill: ({ add, connections }, count) => {
      add(buildSampleArchive({ code: 'USER', version: VERSION, connections: [{ id: 'N000', type: 'rest' }] }));
      const [one] = connections.values();
      connections.clear();
      for (const id of names(count)) if (one) connections.set(id, { ...one, id, name: id });
    },
    list: (oic) => oic.listConnections(),
    id: 'N000',
  },
  libraries: {
    fill: (instance, count) => {
      for (const code of names(count)) instance.saveLibrary(code, VERSION, buildLibrary({ code, version: VERSION }));
    },
    list: (oic) => oic.listLibraries(),
    id: `N000|${VERSION}`,
  },
  packages: {
    fill: (instance, count) => {
      for (const name of names(count)) instance.add(archive(`IN_${name}`, name));
    },
    list: (oic) => oic.listPackages(),
    id: 'N000',
  },
  projects: {
    fill: (instance, count) => {
      for (const code of names(count)) instance.addProject(buildProject({ code }));
    },
    list: (oic) => oic.listProjects(),
    id: 'N000',
  },
  'agent groups': {
    fill: (instance, count) => {
      for (const id of names(count)) instance.agentGroups.set(id, id);
    },
    list: (oic) => oic.listAgentGroups(),
    id: 'N000',
  },
};

const ENVELOPES: readonly Behaviour['envelope'][] = ['camel', 'hyphens', 'bare', 'nulls'];
const EACH = Object.entries(KINDS);

describe.each(EACH)('%s', (_, { fill, list, id }) => {
  test.each(ENVELOPES)(`are listed whole, ${COUNT} of them, by an envelope that is %s`, async (envelope) => {
    const { simulator, oic } = await start({ behaviour: { envelope } });
    fill(simulator.instance, COUNT);

    const { items, odd } = await list(oic);

    expect([items.length, new Set(items.map((item) => item.id)).size, odd]).toEqual([COUNT, COUNT, []]);
  });

  test('cost but themselves where one is told as nobody expects it', async () => {
    const { simulator, oic } = await start();
    fill(simulator.instance, 120);
    simulator.instance.oddities.set(id, () => null);

    const { items, odd } = await list(oic);

    expect(items).toHaveLength(119);
    expect(items.map((item) => item.id)).not.toContain(id);
    expect(odd).toEqual([
      {
        id: expect.stringMatching(/^number \d+ in the listing$/),
        names: [],
        message: expect.stringMatching(/^listing the .* of dev: number \d+ in the listing cannot be used: .*the whole/),
      },
    ]);
  });
});

test.each([
  ['bare', 7],
  ['bare', 50],
  ['nulls', 99],
  ['hyphens', 7],
] as const)('an envelope that is %s loses nothing where pages hold but %i', async (envelope, pageCap) => {
  const { simulator, oic } = await start({ pageCap, behaviour: { envelope } });
  KINDS.lookups?.fill(simulator.instance, 100);

  expect((await oic.listLookups()).items).toHaveLength(100);
});

test('a bare listing of one page takes one more request, to be sure that it was all', async () => {
  const { simulator, oic } = await start({ behaviour: { envelope: 'bare' } });
  KINDS.lookups?.fill(simulator.instance, 30);

  expect((await oic.listLookups()).items).toHaveLength(30);
  const offsets = simulator.requests.filter(({ kind }) => kind === 'lookup-list').map(({ query }) => query.offset);
  expect(offsets).toEqual(['0', '30']);
});

test('a bare listing that gives the same page at every offset is whole when it is short, and refused when it is full', async () => {
  const { simulator, oic } = await start({ behaviour: { envelope: 'bare', offset: 'ignored' } });
  KINDS.lookups?.fill(simulator.instance, 60);
  expect((await oic.listLookups()).items).toHaveLength(60);

  KINDS.lookups?.fill(simulator.instance, 100);
  const failure = await failureOf(oic.listLookups());

  expect(failure).toBeInstanceOf(ListingError);
  expect(failure.message).toMatch(/the same full page at every offset and no total/);
});

test.each([
  ['a version of two parts', { version: '1.0' }, `N000|1.0`, /version: not a version like 01\.00\.0000/],
  ['a version too long', { version: '01.00.10000' }, 'N000|01.00.10000', /version/],
  ['a code with a space', { code: 'MY CODE' }, `MY CODE|${VERSION}`, /code: not an integration code/],
  ['a code with an umlaut', { code: 'GRÜSSE' }, `GRÜSSE|${VERSION}`, /code/],
  ['no code', { code: undefined, name: 'Hello' }, 'Hello', /code/],
  ['no version', { version: null }, 'N000', /version/],
  ['no status', { status: undefined }, `N000|${VERSION}`, /status/],
  [
    'neither code nor name nor id',
    { code: undefined, name: undefined, id: undefined },
    'number 1 in the listing',
    /code/,
  ],
] as const)('an integration with %s is odd, by what it tells of itself', async (_, fields, id, reason) => {
  const { simulator, oic } = await start();
  KINDS.integrations?.fill(simulator.instance, 3);
  simulator.instance.oddities.set(`N000|${VERSION}`, (item) => ({ ...item, ...fields }));

  const { items, odd } = await oic.listIntegrations();

  expect(items.map((item) => item.code)).toEqual(['N001', 'N002']);
  expect(odd).toMatchObject([{ id, message: expect.stringMatching(reason) }]);
});

test('a time that is a number is ms since 1970, and no time at all where that makes no sense', async () => {
  const { simulator, oic } = await start();
  KINDS.integrations?.fill(simulator.instance, 2);
  KINDS.lookups?.fill(simulator.instance, 1);
  const tell = (id: string, lastUpdated: number) =>
    simulator.instance.oddities.set(id, (item) => ({ ...item, lastUpdated }));
  tell(`N000|${VERSION}`, Date.UTC(2026, 8, 17));
  tell(`N001|${VERSION}`, 17);
  tell('N000', Date.UTC(2026, 8, 18));

  const { items } = await oic.listIntegrations();

  expect(items.map(({ lastUpdated }) => lastUpdated)).toEqual(['2026-09-17T00:00:00.000Z', undefined]);
  expect((await oic.listLookups()).items[0]?.lastUpdated).toBe('2026-09-18T00:00:00.000Z');
});

test('agent groups are known by their names where the instance tells no ids', async () => {
  const { simulator, oic } = await start({ behaviour: { envelope: 'hyphens', agentGroupIds: 'not-given' } });
  simulator.instance.agentGroups.set('ON_PREM', 'On prem');

  expect(await oic.listAgentGroups()).toEqual({ items: [{ id: 'On prem', name: 'On prem' }], odd: [] });
});

test('a package keeps a member whose version is odd', async () => {
  const { simulator, oic } = await start();
  simulator.instance.add(archive('A', 'acme'));
  simulator.instance.oddities.set('acme', (item) => ({ ...item, integrations: [{ code: 'A', version: '1.0' }] }));

  expect((await oic.listPackages()).items).toEqual([{ id: 'acme', name: 'acme', integrations: ['A|1.0'] }]);
});
