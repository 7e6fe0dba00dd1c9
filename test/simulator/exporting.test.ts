import { describe, expect, test } from 'vitest';
import { readArchive } from './archives/stored-archive.ts';
import { readZip } from './archives/zip.ts';
import { download, HELLO, sample, useSimulators } from './http/raw-client.ts';

const start = useSimulators();

describe('an export', () => {
  test.each(['gen2', 'oic3'] as const)(
    'has other bytes at every call and the same meaning (%s)',
    async (generation) => {
      const { simulator, api } = await start({ generation });
      simulator.instance.add(sample('HELLO', { generation, libraries: ['LIB'] }));

      const exports = [];
      for (let n = 0; n < 5; n++) exports.push((await download(api, HELLO)).bytes);

      expect(new Set(exports.map((bytes) => bytes.toString('base64'))).size).toBe(5);
      const digests = exports.map((bytes) => readArchive(bytes).contentDigest);
      expect(new Set(digests)).toEqual(new Set([simulator.instance.get(HELLO)?.contentDigest]));
      const orders = exports.map((bytes) => readZip(bytes).map(({ name }) => name));
      expect(orders[0]).not.toEqual(orders[1]);
      expect(orders[0]?.toSorted()).toEqual(orders[1]?.toSorted());
    },
  );

  test('means something else after an edit, and carries the state it was exported in', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('HELLO'), { status: 'ACTIVATED' });
    const before = readArchive((await download(api, HELLO)).bytes);
    const { lastUpdated } = simulator.instance.get(HELLO) ?? {};

    simulator.instance.edit(HELLO, { marker: 'new' });
    simulator.instance.setStatus(HELLO, 'CONFIGURED');

    const after = readArchive((await download(api, HELLO)).bytes);
    expect(after.contentDigest).not.toBe(before.contentDigest);
    expect([before.facts.persistedState, after.facts.persistedState]).toEqual(['ACTIVATED', 'CONFIGURED']);
    expect(simulator.instance.get(HELLO)?.lastUpdated.getTime()).toBeGreaterThan(lastUpdated?.getTime() ?? 0);
  });

  test('can be of another archive of the same integration, and of no other', async () => {
    const { simulator } = await start();
    simulator.instance.add(sample('HELLO', { marker: 'a' }));
    const other = sample('HELLO', { marker: 'b' });

    simulator.instance.edit(HELLO, other);

    expect(simulator.instance.get(HELLO)?.contentDigest).toBe(readArchive(other).contentDigest);
    expect(() => simulator.instance.edit(HELLO, sample('OTHER'))).toThrow(/OTHER/);
  });

  test('comes as octet-stream under CODE_VERSION.iar', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('HELLO'));

    const { status, headers } = await download(api, HELLO);

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toBe('attachment; filename=HELLO_01.00.0000.iar');
  });

  test('is refused for what is locked, PREBUILT or not there', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('LOCKED'), { lockedBy: 'anna' });
    simulator.instance.add(sample('ORACLES'), { projectType: 'PREBUILT' });

    const locked = await download(api, 'LOCKED|01.00.0000');

    expect(locked).toMatchObject({ status: 423, body: { title: expect.stringContaining('anna') } });
    expect((await download(api, 'ORACLES|01.00.0000')).status).toBe(423);
    expect((await download(api, HELLO)).status).toBe(404);
    simulator.instance.unlock('LOCKED|01.00.0000');
    expect((await download(api, 'LOCKED|01.00.0000')).status).toBe(200);
  });
});
