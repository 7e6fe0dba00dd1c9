import { describe, expect, test } from 'vitest';
import { itemsOf, sendFile, useSimulators } from './raw-client.ts';

const start = useSimulators();
const WITH_TITLE = 'CODES,\r\nISO,Name\r\nDE,"Germany, ""Federal"""\r\n';

describe('lookups', () => {
  test('are listed by name or by the last change, and filtered', async () => {
    const { simulator, api } = await start();
    simulator.instance.saveLookup('B', ['X'], [], { lastUpdated: new Date('2026-01-01') });
    simulator.instance.saveLookup('A', ['X'], [['1']], { lastUpdated: new Date('2026-02-01'), lastUpdatedBy: 'ada' });

    const byName = await api('GET', 'lookups', { query: { orderBy: 'name', limit: '1', offset: '0' } });

    expect(byName.body).toMatchObject({ hasMore: true, totalResults: 2, items: [{ name: 'A', rowCount: 1 }] });
    expect(itemsOf(byName)[0]).toMatchObject({ lastUpdated: '2026-02-01T00:00:00.000+0000', lastUpdatedBy: 'ada' });
    expect(itemsOf(await api('GET', 'lookups')).map(({ name }) => name)).toEqual(['A', 'B']);
    expect(itemsOf(await api('GET', 'lookups', { query: { q: "{name:'B'}" } }))).toHaveLength(1);
  });

  test('are exported as CSV, imported where they are missing and replaced where they are', async () => {
    const { simulator, api } = await start();

    expect((await sendFile(api, 'PUT', 'lookups/archive', WITH_TITLE)).status).toBe(404);
    const added = await sendFile(api, 'POST', 'lookups/archive', WITH_TITLE);
    expect([added.status, added.headers.get('location')]).toEqual([204, expect.stringMatching(/lookups\/CODES$/)]);
    expect((await sendFile(api, 'POST', 'lookups/archive', WITH_TITLE)).status).toBe(409);
    expect((await api('GET', 'lookups/CODES/archive')).bytes.toString()).toBe(WITH_TITLE);

    expect((await sendFile(api, 'PUT', 'lookups/archive', 'CODES\nISO,Name\nCH,Switzerland\n')).status).toBe(200);
    expect(simulator.instance.lookups.get('CODES')?.rows).toEqual([['CH', 'Switzerland']]);
  });

  test('may carry their name outside, in the name of the file', async () => {
    const { simulator, api } = await start({ behaviour: { lookupTitle: false } });

    await sendFile(api, 'POST', 'lookups/archive', 'ISO,Name\nDE,Germany\n', { name: 'CODES.csv' });

    expect(simulator.instance.lookups.get('CODES')).toMatchObject({ columns: ['ISO', 'Name'] });
    expect((await api('GET', 'lookups/CODES/archive')).bytes.toString()).toMatch(/^ISO,Name/);
  });

  test('are refused when locked, missing or no table', async () => {
    const { simulator, api } = await start();
    simulator.instance.saveLookup('CODES', ['A'], []);
    Object.assign(simulator.instance.lookups.get('CODES') ?? {}, { lockedBy: 'ada' });

    expect((await api('GET', 'lookups/CODES/archive')).status).toBe(423);
    expect((await sendFile(api, 'PUT', 'lookups/archive', WITH_TITLE)).status).toBe(423);
    expect((await api('GET', 'lookups/NONE/archive')).status).toBe(404);
    expect((await sendFile(api, 'POST', 'lookups/archive', 'A\nB,"open\n')).status).toBe(500);
    expect((await sendFile(api, 'POST', 'lookups/archive', '')).status).toBe(400);
  });
});
