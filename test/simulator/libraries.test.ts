import { describe, expect, test } from 'vitest';
import { buildLibrary } from '../core/archive/kinds-forge.ts';
import { itemsOf, sample, sendFile, upload, useSimulators } from './http/raw-client.ts';

const start = useSimulators();
const TOOLS = { name: 'My tools', code: 'TOOLS', version: '01.00.0000', type: 'API' };
const TOOLS_PATH = 'libraries/TOOLS%7C01.00.0000/archive';
const jar = (script: string): Buffer => buildLibrary({ code: 'TOOLS', version: '01.00.0000', script });

describe('libraries', () => {
  test('are registered with all that Oracle asks for, once', async () => {
    const { api } = await start();

    const { type: _, ...withoutType } = TOOLS;
    const incomplete = await sendFile(api, 'POST', 'libraries/archive', jar('1'), { fields: withoutType });
    const added = await sendFile(api, 'POST', 'libraries/archive', jar('1'), { fields: TOOLS });

    expect([incomplete.status, incomplete.body]).toMatchObject([400, { title: 'Missing in the form: type' }]);
    expect([added.status, added.headers.get('location')]).toEqual([
      204,
      expect.stringMatching(/TOOLS%7C01\.00\.0000$/),
    ]);
    expect((await sendFile(api, 'POST', 'libraries/archive', jar('1'), { fields: TOOLS })).status).toBe(409);
    expect(
      (await sendFile(api, 'POST', 'libraries/archive', 'no zip', { fields: { ...TOOLS, code: 'B' } })).status,
    ).toBe(500);
    expect(itemsOf(await api('GET', 'libraries'))).toMatchObject([
      { id: 'TOOLS|01.00.0000', code: 'TOOLS', version: '01.00.0000', displayName: 'My tools' },
    ]);
  });

  test('are updated by a POST to their archive, and exported with other bytes each time', async () => {
    let now = Date.parse('2026-03-01');
    const { simulator, api } = await start({ now: () => (now += 60_000) });
    expect((await sendFile(api, 'POST', TOOLS_PATH, jar('1'))).status).toBe(404);
    simulator.instance.saveLibrary('TOOLS', '01.00.0000', jar('1'), { lastUpdated: new Date('2026-01-01') });

    expect((await sendFile(api, 'POST', TOOLS_PATH, jar('2'))).status).toBe(200);

    expect(simulator.instance.libraries.get('TOOLS|01.00.0000')?.lastUpdated).toBeGreaterThan(Date.parse('2026-01-01'));
    const [first, second] = [await api('GET', TOOLS_PATH), await api('GET', TOOLS_PATH)];
    expect(first.bytes.subarray(0, 2).toString()).toBe('PK');
    expect(first.bytes.equals(second.bytes)).toBe(false);
    expect((await api('GET', 'libraries/NONE%7C01.00.0000/archive')).status).toBe(404);
  });

  test.each([true, false])('that an integration brings along arrive: %s', async (importBringsLibraries) => {
    const { simulator, api } = await start({ behaviour: { importBringsLibraries } });

    await upload(api, 'POST', sample('HELLO', { libraries: ['TOOLS'] }));

    expect([...simulator.instance.libraries.keys()]).toEqual(importBringsLibraries ? ['TOOLS|01.00.0000'] : []);
  });
});
