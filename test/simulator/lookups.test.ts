import { describe, expect, test } from 'vitest';
import { itemsOf, sendFile, useSimulators } from './http/raw-client.ts';

const start = useSimulators();
/** As recorded: `\n` at the end of lines, and two commas in the title though there is no description. */
const CODES = 'DVM,CODES,\nISO,Name\nDE,"Germany, ""Federal"""\n';
const LOCATION = '/ic/api/integration/v1/lookups/CODES?integrationInstance=sim-dev';

describe('lookups', () => {
  test('are listed by name or by the last change, and filtered', async () => {
    const { simulator, api } = await start();
    simulator.instance.saveLookup('B', ['X'], [], { lastUpdated: new Date('2026-01-01'), description: 'of b' });
    simulator.instance.saveLookup('A', ['X'], [['1']], { lastUpdated: new Date('2026-02-01'), lastUpdatedBy: 'ada' });

    const byName = await api('GET', 'lookups', { query: { orderBy: 'name', limit: '1', offset: '0' } });

    expect(byName.body).toMatchObject({ hasMore: true, totalResults: 2, items: [{ name: 'A' }] });
    const href = `${simulator.url}/ic/api/integration/v1/lookups/A?integrationInstance=sim-dev`;
    expect(itemsOf(byName)[0]).toEqual({
      name: 'A',
      description: '',
      lockedFlag: false,
      lastUpdated: '2026-02-01T00:00:00.000+0000',
      lastUpdatedBy: 'ada',
      links: [
        { href, rel: 'self' },
        { href, rel: 'canonical' },
      ],
    });
    expect(itemsOf(await api('GET', 'lookups')).map(({ name }) => name)).toEqual(['A', 'B']);
    expect(itemsOf(await api('GET', 'lookups', { query: { q: "{name:'B'}" } }))).toMatchObject([
      { name: 'B', description: 'of b' },
    ]);
  });

  test('are exported as CSV, imported where they are missing and replaced where they are', async () => {
    const { simulator, api } = await start();

    expect((await sendFile(api, 'PUT', 'lookups/archive', CODES)).status).toBe(404);
    const added = await sendFile(api, 'POST', 'lookups/archive', CODES);
    expect([added.status, added.headers.get('location')]).toEqual([204, `${simulator.url}${LOCATION}`]);
    expect((await sendFile(api, 'POST', 'lookups/archive', CODES)).status).toBe(409);
    expect((await api('GET', 'lookups/CODES/archive')).bytes.toString()).toBe(CODES);

    const swiss = 'DVM,CODES,Codes of countries\nISO,Name\nCH,Switzerland\n';
    const replaced = await sendFile(api, 'PUT', 'lookups/archive', swiss);
    expect([replaced.status, replaced.headers.get('location')]).toEqual([204, `${simulator.url}${LOCATION}`]);
    expect(simulator.instance.lookups.get('CODES')).toMatchObject({
      description: 'Codes of countries',
      rows: [['CH', 'Switzerland']],
    });
  });

  test('that are replaced may be answered 200, as the page has it', async () => {
    const { simulator, api } = await start({ behaviour: { lookupReplaced: 200 } });
    simulator.instance.saveLookup('CODES', ['A'], []);

    const replaced = await sendFile(api, 'PUT', 'lookups/archive', CODES);

    expect([replaced.status, replaced.body]).toEqual([200, expect.objectContaining({ name: 'CODES' })]);
  });

  test('may begin with their name', async () => {
    const { simulator, api } = await start({ behaviour: { lookupShape: 'name-first' } });
    const text = 'CODES,Codes of countries\r\nISO,Name\r\nDE,Germany\r\n';

    expect((await sendFile(api, 'POST', 'lookups/archive', text)).status).toBe(204);

    expect(simulator.instance.lookups.get('CODES')).toMatchObject({ description: 'Codes of countries' });
    expect((await api('GET', 'lookups/CODES/archive')).bytes.toString()).toBe(text);
  });

  test('may carry their name outside, in the name of the file', async () => {
    const { simulator, api } = await start({ behaviour: { lookupShape: 'untitled' } });

    await sendFile(api, 'POST', 'lookups/archive', 'ISO,Name\nDE,Germany\n', { name: 'CODES.csv' });

    expect(simulator.instance.lookups.get('CODES')).toMatchObject({ columns: ['ISO', 'Name'] });
    expect((await api('GET', 'lookups/CODES/archive')).bytes.toString()).toMatch(/^ISO,Name/);
  });

  test('are refused when locked, missing or no table', async () => {
    const { simulator, api } = await start();
    simulator.instance.saveLookup('CODES', ['A'], []);
    Object.assign(simulator.instance.lookups.get('CODES') ?? {}, { lockedBy: 'ada' });

    expect((await api('GET', 'lookups/CODES/archive')).status).toBe(423);
    expect((await sendFile(api, 'PUT', 'lookups/archive', CODES)).status).toBe(423);
    expect((await api('GET', 'lookups/NONE/archive')).status).toBe(404);
    expect((await sendFile(api, 'POST', 'lookups/archive', 'DVM,A,\nB,"open\n')).status).toBe(500);
    expect((await sendFile(api, 'POST', 'lookups/archive', 'A,\nB\n')).status).toBe(500);
    expect((await sendFile(api, 'POST', 'lookups/archive', '')).status).toBe(400);
  });
});
