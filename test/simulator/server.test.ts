import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { HELLO, pathOf, sample, useSimulators } from './http/raw-client.ts';
import { type Simulator, startSimulator } from './server.ts';

const start = useSimulators();

describe('an error body', () => {
  test.each([
    // Letter by letter as recorded.
    [
      'three-keys',
      /^\{"status":"HTTP 404 Not Found","title":"Integration HELLO\|01\.00\.0000 not found","type":"https:\/\/www\.w3\.org\/Protocols\/rfc2616\/rfc2616-sec10\.html#sec10\.4\.5"\}$/,
    ],
    ['text-status', /"detail":.*"status":"HTTP 404 Not Found"/],
    ['numeric-status', /"status":404/],
    ['html', /<title>404 Not Found<\/title>/],
    ['empty', /^$/],
  ] as const)('can be %s', async (errorBody, expected) => {
    const { api } = await start({ behaviour: { errorBody } });

    const { status, bytes } = await api('GET', pathOf(HELLO));

    expect(status).toBe(404);
    expect(bytes.toString()).toMatch(expected);
  });

  test.each([
    ['GET', 'robots', 404],
    ['GET', '/ic/api/other', 404],
    ['GET', 'integrations/%E0%A4%A', 404],
    ['GET', 'integrations/HELLO%257C01.00.0000', 404],
    ['PUT', 'integrations', 405],
    ['DELETE', 'integrations/HELLO%7C01.00.0000/archive', 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('HELLO'));

    expect((await api(method, path)).status).toBe(status);
  });
});

test('the service host sends every call on to the design host, and does not look at the token', async () => {
  const { simulator } = await start({ serviceHostRedirect: true });
  const path = '/ic/api/integration/v1/integrations/archive?integrationInstance=sim-dev&x=a%7Cb';

  const answer = await fetch(`${simulator.serviceUrl}${path}`, { method: 'POST', body: 'x', redirect: 'manual' });

  expect([answer.status, answer.headers.get('location')]).toEqual([307, `${simulator.url}${path}`]);
  expect(simulator.requests.at(-1)).toMatchObject({ kind: 'service-host', method: 'POST', isAuthorized: false });
});

describe('what was asked', () => {
  test('is recorded in order, without bodies and credentials', async () => {
    const { simulator, api } = await start({ now: () => 1_700_000_000_000 });
    simulator.instance.add(sample('HELLO'));

    await api('GET', 'integrations', { query: { limit: '1' } });
    await api('GET', `${pathOf(HELLO)}/archive`);
    await api('DELETE', pathOf('NOT_THERE|01.00.0000'));

    expect(simulator.requests).toEqual([
      expect.objectContaining({ kind: 'token', method: 'POST', path: '/oauth2/v1/token', status: 200 }),
      expect.objectContaining({
        kind: 'list',
        query: { integrationInstance: 'sim-dev', limit: '1' },
        isAuthorized: true,
      }),
      expect.objectContaining({ kind: 'export', id: HELLO, status: 200, time: 1_700_000_000_000 }),
      expect.objectContaining({ kind: 'delete', id: 'NOT_THERE|01.00.0000', status: 404 }),
    ]);
    expect(simulator.stats().byKind).toEqual({ token: 1, list: 1, export: 1, delete: 1 });
    const recorded = JSON.stringify(simulator.requests);
    expect(simulator.secrets().filter((secret) => recorded.includes(secret))).toEqual([]);
  });

  test('is counted while it is in flight, and refused above the limit', async () => {
    const { simulator, api } = await start({ concurrencyLimit: 4, latencyMs: { get: 50 } });
    simulator.instance.add(sample('HELLO'));

    const answers = await Promise.all(Array.from({ length: 10 }, () => api('GET', pathOf(HELLO))));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(simulator.stats()).toMatchObject({ maxInFlight: 10, refused429: 6 });
    expect((await api('GET', pathOf(HELLO))).status).toBe(200);
  });

  test('is held until a hook is through with it', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('HELLO'));
    const end = simulator.onRequest(async ({ kind }) => {
      await pause(10);
      if (kind === 'get') simulator.instance.remove(HELLO);
    });

    expect((await api('GET', pathOf(HELLO))).status).toBe(404);
    end();
    simulator.instance.add(sample('HELLO'));
    expect((await api('GET', pathOf(HELLO))).status).toBe(200);
  });
});

test('answers carry the time of the simulator and an id of their own', async () => {
  const { api } = await start({ now: () => Date.UTC(2031, 4, 6, 7, 8, 9) });

  const [first, second] = [await api('GET', 'integrations'), await api('GET', 'integrations')];

  expect(first.headers.get('date')).toBe('Tue, 06 May 2031 07:08:09 GMT');
  expect(first.headers.get('opc-request-id')).toMatch(/^\/[0-9A-F]{32}\/[0-9A-F]{32}$/);
  expect(first.headers.get('opc-request-id')).not.toBe(second.headers.get('opc-request-id'));
});

test('a client that gives up harms nobody', async () => {
  const { simulator, api } = await start({ latencyMs: { get: 5000 } });
  simulator.instance.add(sample('HELLO'));

  await expect(api('GET', pathOf(HELLO), { signal: AbortSignal.timeout(30) })).rejects.toThrow();

  expect((await api('GET', 'integrations')).status).toBe(200);
});

test('closing ends what is running and leaves nothing listening', async () => {
  const simulator: Simulator = await startSimulator({ serviceHostRedirect: true, latencyMs: { token: 60_000 } });
  const running = fetch(simulator.tokenUrl, { method: 'POST' });
  running.catch(() => {});
  await pause(20);

  await simulator.close();

  await expect(running).rejects.toThrow();
  for (const url of [simulator.url, simulator.serviceUrl ?? '']) await expect(fetch(url)).rejects.toThrow();
});
