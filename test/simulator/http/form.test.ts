/** The form of every answer, as recorded of an Oracle Integration 3; what else may come is a switch. */
import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../behaviour.ts';
import { download, HELLO, itemsOf, pathOf, sample, useSimulators } from './raw-client.ts';

const start = useSimulators();
const filled = async (behaviour: Partial<Behaviour> = {}) => {
  const started = await start({ behaviour });
  started.simulator.instance.add(sample('HELLO'), { status: 'CONFIGURED' });
  return started;
};
const isSorted = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.every(isSorted);
  if (typeof value !== 'object' || value === null) return true;
  const keys = Object.keys(value);
  return keys.join() === keys.toSorted().join() && Object.values(value).every(isSorted);
};

test('JSON, errors, files and what has no body say what they are', async () => {
  const { api } = await filled();

  expect((await api('GET', 'integrations')).headers.get('content-type')).toBe('application/json;charset=utf-8');
  expect((await api('GET', pathOf('NONE|01.00.0000'))).headers.get('content-type')).toBe('application/json');
  const file = await download(api, HELLO);
  expect(file.headers.get('content-type')).toBe('application/octet-stream');
  expect(file.headers.get('content-disposition')).toBe('attachment; filename=HELLO_01.00.0000.iar');
  const gone = await api('DELETE', pathOf(HELLO));
  expect([gone.status, gone.headers.get('content-type'), gone.headers.get('content-length')]).toEqual([
    200,
    'application/octet-stream',
    null,
  ]);
});

test('content types, file names and the header of the request id can be others', async () => {
  const { api } = await filled({
    jsonType: 'application/json',
    fileNames: 'quoted',
    requestIdHeader: 'x-oracle-dms-ecid',
  });

  const { headers } = await download(api, HELLO);

  expect(headers.get('content-disposition')).toBe('attachment; filename="HELLO_01.00.0000.iar"');
  expect([headers.has('opc-request-id'), headers.has('x-oracle-dms-ecid')]).toEqual([false, true]);
  expect((await api('GET', 'integrations')).headers.get('content-type')).toBe('application/json');
});

test('keys are in alphabetical order, in a listing and in one', async () => {
  const { api } = await filled();

  const listing = (await api('GET', 'integrations')).body;
  const one = (await api('GET', pathOf(HELLO))).body;

  expect([isSorted(listing), isSorted(one), isSorted((await api('GET', 'connections')).body)]).toEqual([
    true,
    true,
    true,
  ]);
});

test('a listing tells the scope of an integration, and only GET of one what it depends on', async () => {
  const { api } = await filled();
  const [item = {}] = itemsOf(await api('GET', 'integrations'));
  const one = (await api('GET', pathOf(HELLO))).body as object;

  expect([item.scope, 'dependencies' in item, 'scope' in one, 'dependencies' in one]).toEqual([
    'Private',
    false,
    false,
    true,
  ]);
  const asGet = await filled({ listItems: 'as-get' });
  expect(itemsOf(await asGet.api('GET', 'integrations'))[0]).toHaveProperty('dependencies');
});

describe('JSON is packed', () => {
  const encodingOf = async (path: string, behaviour: Partial<Behaviour>, accepted: string) => {
    const { api } = await filled(behaviour);
    return (await api('GET', path, { headers: { 'accept-encoding': accepted } })).headers.get('content-encoding');
  };

  test.each([
    ['integrations', {}, 'gzip', 'gzip'],
    ['integrations', {}, 'identity', null],
    ['integrations', { gzip: 'unasked' }, 'identity', 'gzip'],
    ['integrations', { gzip: 'never' }, 'gzip', null],
    // Too short, an error, a file.
    ['projects', {}, 'gzip', null],
    [pathOf(`${'N'.repeat(800)}|01.00.0000`), {}, 'gzip', null],
    [`${pathOf(HELLO)}/archive`, { gzip: 'unasked' }, 'gzip', null],
  ] as const)('%s, with %j, to who takes %s: %s', async (path, behaviour, accepted, encoding) => {
    expect(await encodingOf(path, behaviour, accepted)).toBe(encoding);
  });
});
