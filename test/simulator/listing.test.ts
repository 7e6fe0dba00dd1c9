import { describe, expect, test } from 'vitest';
import type { Behaviour } from './behaviour.ts';
import { pathOf, type RawClient, sample, useSimulators } from './http/raw-client.ts';
import type { Simulator } from './server.ts';

interface Envelope {
  readonly items: readonly { readonly id: string }[];
  readonly hasMore: boolean;
  readonly totalResults: number;
  readonly limit: number;
}

const start = useSimulators();

const page = async (api: RawClient, query: Record<string, string> = {}): Promise<Envelope> =>
  (await api('GET', 'integrations', { query })).body as Envelope;

const ids = ({ items }: Envelope): string[] => items.map(({ id }) => id);

/** FLOW_000, FLOW_001, ...: each an hour older than the one before. */
const fill = ({ instance }: Simulator, count: number): void => {
  for (let n = 0; n < count; n++) {
    const lastUpdated = new Date(Date.UTC(2026, 0, 1) - n * 3_600_000);
    instance.add(sample(`FLOW_${String(n).padStart(3, '0')}`), { lastUpdated });
  }
};

describe('a page', () => {
  test('holds 100 unless less is asked for, and says whether there is more', async () => {
    const { simulator, api } = await start();
    fill(simulator, 103);

    const first = await page(api);
    const last = await page(api, { offset: '100' });
    const small = await page(api, { offset: '3', limit: '16' });

    expect([first.items.length, first.hasMore, first.limit, first.totalResults]).toEqual([100, true, 100, 103]);
    expect([last.items.length, last.hasMore]).toEqual([3, false]);
    expect([small.items.length, ids(small)[0]]).toEqual([16, 'FLOW_003|01.00.0000']);
    expect(ids(await page(api, { offset: '500' }))).toEqual([]);
  });

  test('has the envelope of Oracle', async () => {
    const keysOf = async (behaviour: Partial<Behaviour>): Promise<string[]> => {
      const { simulator, api } = await start({ behaviour });
      fill(simulator, 1);
      return Object.keys((await page(api)) as object);
    };

    // As recorded of integrations, connections and projects.
    expect(await keysOf({})).toEqual(['hasMore', 'items', 'limit', 'links', 'totalResults']);
    const withOffset = ['hasMore', 'items', 'limit', 'links', 'offset', 'totalResults'];
    expect(await keysOf({ envelopeOffset: true })).toEqual(withOffset);
    expect(await keysOf({ envelope: 'hyphens' })).toEqual(['has-more', 'items', 'limit', 'links', 'total-results']);
    expect(await keysOf({ envelope: 'bare' })).toEqual(['items']);
  });

  test('can spell its items with hyphens, and leave its counts null', async () => {
    const hyphens = await start({ behaviour: { envelope: 'hyphens' } });
    fill(hyphens.simulator, 1);
    expect((await page(hyphens.api)).items[0]).toHaveProperty('last-updated');

    const nulls = await start({ behaviour: { envelope: 'nulls' } });
    expect(await page(nulls.api)).toMatchObject({ hasMore: null, items: [], totalResults: null });
  });

  test('is the first one at every offset of a server that ignores it', async () => {
    const { simulator, api } = await start({ behaviour: { offset: 'ignored' } });
    fill(simulator, 3);

    expect(ids(await page(api, { limit: '2', offset: '2' }))).toEqual(ids(await page(api, { limit: '2' })));
  });

  test('tells an item as a test wants it told', async () => {
    const { simulator, api } = await start();
    fill(simulator, 2);
    simulator.instance.oddities.set('FLOW_001|01.00.0000', (item) => ({ ...item, version: '1.0' }));

    expect((await page(api)).items).toMatchObject([{ version: '01.00.0000' }, { version: '1.0' }]);
  });

  test.each([
    ['clamps', {}, 200, 100],
    ['refuses', { limitOver100: 'reject' }, 400, undefined],
  ] as const)('%s a limit over 100', async (_, behaviour, status, limit) => {
    const { api } = await start({ behaviour });

    const answer = await api('GET', 'integrations', { query: { limit: '1000' } });

    expect([answer.status, (answer.body as Partial<Envelope>).limit]).toEqual([status, limit]);
  });

  test.each([{ limit: '0' }, { limit: 'x' }, { offset: '-1' }, { orderBy: 'size' }])('refuses %o', async (query) => {
    const { api } = await start();

    expect((await api('GET', 'integrations', { query })).status).toBe(400);
  });

  test('is never longer than the cap of the server', async () => {
    const { simulator, api } = await start({ pageCap: 2 });
    fill(simulator, 3);

    const first = await page(api, { limit: '100' });

    expect([first.items.length, first.hasMore, first.limit]).toEqual([2, true, 2]);
  });

  test('is cut from the list as it is now: what is saved between two pages comes twice, and pushes another out', async () => {
    const { simulator, api } = await start();
    fill(simulator, 4);
    simulator.onRequest(({ kind, query }) => {
      if (kind === 'list' && query.offset === '2') simulator.instance.touch('FLOW_003|01.00.0000');
    });

    const both = [...ids(await page(api, { limit: '2' })), ...ids(await page(api, { limit: '2', offset: '2' }))];

    expect(both.map((id) => id.slice(0, 8))).toEqual(['FLOW_000', 'FLOW_001', 'FLOW_001', 'FLOW_002']);
  });
});

describe('the order', () => {
  test('is by last update, newest first, unless asked for by name', async () => {
    const { simulator, api } = await start();
    const add = (code: string, name: string, day: number): string =>
      simulator.instance.add(sample(code, { name }), { lastUpdated: new Date(2026, 0, day) });
    const [b, a, c] = [add('X', 'B', 1), add('Y', 'A', 2), add('Z', 'C', 3)];

    expect(ids(await page(api))).toEqual([c, a, b]);
    expect(ids(await page(api, { orderBy: 'time' }))).toEqual([c, a, b]);
    expect(ids(await page(api, { orderBy: 'name' }))).toEqual([a, b, c]);
    simulator.instance.touch(a);
    expect(ids(await page(api))).toEqual([a, c, b]);
  });

  test('can be oldest first', async () => {
    const { simulator, api } = await start({ behaviour: { listDirection: 'oldest-first' } });
    fill(simulator, 2);

    expect(ids(await page(api))[0]).toBe('FLOW_001|01.00.0000');
  });

  test('among equal names can differ from page to page, and is repeated by the same seed', async () => {
    const read = async (seed: number): Promise<string[][]> => {
      const { simulator, api } = await start({ seed, behaviour: { nameTies: 'random' } });
      for (let n = 0; n < 9; n++) simulator.instance.add(sample('SAME', { version: `01.00.000${n}` }));
      return [ids(await page(api, { orderBy: 'name' })), ids(await page(api, { orderBy: 'name' }))];
    };

    const [first, second] = await read(5);

    expect(first).not.toEqual(second);
    expect(first?.toSorted()).toEqual(second?.toSorted());
    expect(await read(5)).toEqual([first, second]);
  });
});

describe('q', () => {
  const three = async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('ORDERS', { name: 'Orders to Oracle' }), { status: 'ACTIVATED' });
    simulator.instance.add(sample('PAYROLL', { name: 'Payroll', schedule: 'FREQ=DAILY' }), { status: 'CONFIGURED' });
    simulator.instance.add(sample('STOCK', { name: "It's stock" }), { status: 'CONFIGURED', projectType: 'PREBUILT' });
    return api;
  };

  test.each([
    ["{name:'Payroll'}", ['PAYROLL']],
    ["{name:'Pay'}", []],
    ['{name: /Oracle/}', ['ORDERS']],
    ['{name: /oracle/}', []],
    ["{name:'It\\'s stock'}", ['STOCK']],
    ["{status:'CONFIGURED'}", ['PAYROLL', 'STOCK']],
    ["{ name : /o/ , status : 'CONFIGURED' }", ['PAYROLL', 'STOCK']],
    ["{name:/roll/, status:'ACTIVATED'}", []],
    ["{type:'PREBUILT'}", ['STOCK']],
    ["{style:'freeform_scheduled'}", ['PAYROLL']],
    ["{code:'ORDERS'}", ['ORDERS']],
  ])('%s finds %j', async (q, codes) => {
    const found = await page(await three(), { q, orderBy: 'name' });

    expect(found.items.map(({ id }) => id.split('|')[0]).sort()).toEqual(codes);
    expect(found.totalResults).toBe(codes.length);
  });

  test.each(['', '{}', "name:'X'", "{name:'X'", '{name}', "{name:'X',}", '{name:X}', "{size:'1'}", '{name:/a/b/}'])(
    'is refused when it is %j',
    async (q) => {
      const { api } = await start();

      expect((await api('GET', 'integrations', { query: { q } })).status).toBe(400);
    },
  );
});

describe('an integration', () => {
  test('comes with the fields Oracle documents, under its id with the pipe encoded or not', async () => {
    const { simulator, api } = await start();
    const id = simulator.instance.add(
      sample('NIGHTLY', {
        name: 'Nightly',
        schedule: 'FREQ=DAILY',
        connections: [{ id: 'ERP' }],
        lookups: { CODES: [['A'], ['1']] },
        libraries: ['LIB'],
        calls: [{ code: 'CHILD', version: '01.00.0000' }],
      }),
      {
        status: 'ACTIVATED',
        lockedBy: 'anna',
        lastUpdated: new Date('2026-09-17T19:23:49.887Z'),
        lastUpdatedBy: 'ben',
        tracing: { tracing: true, payload: true },
      },
    );

    const encoded = await api('GET', pathOf(id));
    const raw = await api('GET', `integrations/${id}`);

    expect(raw.bytes).toEqual(encoded.bytes);
    expect(encoded.body).toMatchObject({
      id,
      code: 'NIGHTLY',
      version: '01.00.0000',
      name: 'Nightly',
      status: 'ACTIVATED',
      projectType: 'DEVELOPED',
      pattern: 'Scheduled',
      lockedFlag: true,
      lockedBy: 'anna',
      lastUpdated: '2026-09-17T19:23:49.887+0000',
      lastUpdatedBy: 'ben',
      percentageComplete: 100,
      scheduleApplicableFlag: true,
      scheduleDefinedFlag: true,
      tracingEnabledFlag: true,
      payloadTracingEnabledFlag: true,
      recordEnabledFlag: false,
      dependencies: {
        connections: [{ id: 'ERP' }],
        lookups: [{ name: 'CODES' }],
        integrations: [{ id: 'CHILD|01.00.0000' }],
      },
    });
  });

  test('shows its connections whole when they are to be expanded', async () => {
    const { simulator, api } = await start();
    const id = simulator.instance.add(sample('USES', { connections: [{ id: 'ERP' }] }));

    const plain = await api('GET', pathOf(id));
    const expanded = await api('GET', pathOf(id), { query: { expand: 'connection' } });

    expect(plain.body).toMatchObject({ endPoints: [{ connection: { id: 'ERP' } }] });
    expect(plain.body).not.toMatchObject({ endPoints: [{ connection: { status: 'CONFIGURED' } }] });
    expect(expanded.body).toMatchObject({ endPoints: [{ connection: { id: 'ERP', status: 'CONFIGURED' } }] });
  });
});
