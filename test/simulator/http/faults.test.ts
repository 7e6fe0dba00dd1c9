import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Simulator } from '../server.ts';
import {
  download,
  HELLO,
  pathOf,
  type RawAnswer,
  type RawClient,
  sample,
  upload,
  useSimulators,
} from './raw-client.ts';

const start = useSimulators();

const withHello = async (options: Parameters<typeof start>[0] = {}) => {
  const { simulator, api } = await start(options);
  simulator.instance.add(sample('HELLO'), { status: 'CONFIGURED' });
  return { simulator, api };
};

/** The status of a call, or how it ended without one. */
const outcome = async (call: Promise<RawAnswer>): Promise<number | string> => {
  try {
    return (await call).status;
  } catch (error) {
    const cause = (error as Error).cause as { code?: string } | undefined;
    return cause?.code ?? 'failed';
  }
};

const outcomes = async (api: RawClient, count: number): Promise<(number | string)[]> => {
  const all = [];
  for (let n = 0; n < count; n++) all.push(await outcome(api('GET', pathOf(HELLO))));
  return all;
};

describe('a fault', () => {
  test('hits what it matches, by kind, id and method', async () => {
    const { simulator, api } = await withHello();
    const other = simulator.instance.add(sample('OTHER'));
    simulator.faults.add({ match: { kind: ['get', 'list'], id: HELLO }, answer: { status: 503 } });
    simulator.faults.add({ match: { method: 'DELETE' }, answer: { status: 502 } });

    expect((await api('GET', pathOf(HELLO))).status).toBe(503);
    expect((await api('GET', pathOf(other))).status).toBe(200);
    expect((await api('GET', 'integrations')).status).toBe(200);
    expect((await download(api, HELLO)).status).toBe(200);
    expect((await api('DELETE', pathOf(other))).status).toBe(502);
    expect(simulator.instance.get(other)).toBeDefined();
  });

  test('hits every nth, so many times, until it is removed', async () => {
    const { simulator, api } = await withHello();
    const match = { kind: 'get', everyNth: 3, times: 2 } as const;
    simulator.faults.add({ match, answer: { status: 503 } });

    expect(await outcomes(api, 10)).toEqual([200, 200, 503, 200, 200, 503, 200, 200, 200, 200]);
    const remove = simulator.faults.add({ match: { kind: 'get' }, answer: { status: 500 } });
    expect(await outcomes(api, 1)).toEqual([500]);
    remove();
    expect(await outcomes(api, 1)).toEqual([200]);
    simulator.faults.add({ match: {}, answer: { status: 500 } });
    simulator.faults.clear();
    expect(await outcomes(api, 1)).toEqual([200]);
  });

  test('hits by chance, the same way for the same seed', async () => {
    const play = async (seed: number): Promise<(number | string)[]> => {
      const { simulator, api } = await withHello({ seed });
      simulator.faults.add({ match: { kind: 'get', probability: 0.3 }, answer: { status: 503 } });
      return outcomes(api, 40);
    };

    const first = await play(7);

    expect(await play(7)).toEqual(first);
    expect(await play(8)).not.toEqual(first);
    const hits = first.filter((status) => status === 503).length;
    expect(hits).toBeGreaterThan(3);
    expect(hits).toBeLessThan(25);
  });

  test.each([
    [{ status: 429, retryAfter: 2 }, 429, '2', /"status":"HTTP 429 Too Many Requests"/],
    [{ status: 429 }, 429, null, /"status":"HTTP 429/],
    [{ status: 502, body: 'html' }, 502, null, /<h1>502 Bad Gateway/],
    [{ status: 503, body: 'empty' }, 503, null, /^$/],
    ['html-200', 200, null, /^<!DOCTYPE html>/],
  ] as const)('answers %o', async (answer, status, retryAfter, body) => {
    const { simulator, api } = await withHello();
    simulator.faults.add({ match: { kind: 'export' }, answer });

    const given = await download(api, HELLO);

    expect([given.status, given.headers.get('retry-after')]).toEqual([status, retryAfter]);
    expect(given.bytes.toString()).toMatch(body);
  });

  test('answers what it is told, and does the work so much later by the clock', async () => {
    let time = Date.now();
    const { simulator, api } = await start({ now: () => time });
    const answer = { status: 504, body: { title: 'too slow' }, landsAfterMs: 12_000 } as const;
    simulator.faults.add({ match: { kind: 'import' }, answer });

    const given = await upload(api, 'POST', sample('HELLO'));

    expect([given.status, given.body]).toEqual([504, { title: 'too slow' }]);
    time += 11_999;
    await simulator.catchUp();
    expect(simulator.instance.list()).toEqual([]);
    time += 1;
    expect((await api('GET', pathOf(HELLO))).status).toBe(200);
  });

  test('redirects to where it is told, with path and query', async () => {
    const { simulator, api } = await withHello();
    simulator.faults.add({ match: { kind: 'get' }, answer: { redirect: 'https://design.example.com/' } });

    const { status, headers } = await api('GET', pathOf(HELLO));

    expect([status, headers.get('location')]).toEqual([
      307,
      'https://design.example.com/ic/api/integration/v1/integrations/HELLO%7C01.00.0000?integrationInstance=sim-dev',
    ]);
  });

  test.each([
    ['reset-before', 0],
    ['reset-after', 1],
  ] as const)('%s resets the connection; integrations imported: %i', async (answer, count) => {
    const { simulator, api } = await start();
    simulator.faults.add({ match: { kind: 'import' }, answer });

    expect(await outcome(upload(api, 'POST', sample('HELLO')))).toBe('ECONNRESET');
    expect(simulator.instance.list()).toHaveLength(count);
    expect(simulator.requests.at(-1)).toMatchObject({ kind: 'import', status: undefined });
  });

  test('cuts a body short of its Content-Length, which fails', async () => {
    const { simulator, api } = await withHello();
    simulator.faults.add({ match: { kind: 'export' }, answer: 'cut' });

    expect(await outcome(download(api, HELLO))).not.toBe(200);
    const raw = await readRaw(simulator, `/ic/api/integration/v1/${pathOf(HELLO)}/archive?integrationInstance=sim-dev`);
    const [head = '', body = ''] = raw.split('\r\n\r\n', 2);
    expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBeGreaterThan(body.length);
  });

  test('cuts a body without Content-Length, which looks like success', async () => {
    const { simulator, api } = await withHello();
    const whole = (await download(api, HELLO)).bytes;
    simulator.faults.add({ match: { kind: 'export' }, answer: 'cut-clean' });

    const { status, bytes, headers } = await download(api, HELLO);

    expect([status, headers.get('content-length')]).toEqual([200, null]);
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.length).toBeLessThan(whole.length);
  });

  test('delays, and lets another fault decide after that', async () => {
    const { simulator, api } = await withHello();
    simulator.faults.add({ match: { kind: 'get' }, answer: { delayMs: 60 } });
    simulator.faults.add({ match: { kind: 'get', times: 1 }, answer: { status: 503 } });
    const began = performance.now();

    expect((await api('GET', pathOf(HELLO))).status).toBe(503);
    expect(performance.now() - began).toBeGreaterThan(50);
    expect((await api('GET', pathOf(HELLO))).status).toBe(200);
  });

  test.each([
    ['delayMs', 0],
    ['answerDelayMs', 1],
  ])('that is a %s leaves a client that does not wait with %i done', async (kind, count) => {
    const { simulator, api } = await start();
    const answer = kind === 'delayMs' ? { delayMs: 2000 } : { answerDelayMs: 2000 };
    simulator.faults.add({ match: { kind: 'delete' }, answer });
    const id = simulator.instance.add(sample('HELLO'), { status: 'CONFIGURED' });

    const signal = AbortSignal.timeout(100);
    await expect(api('DELETE', pathOf(id), { signal })).rejects.toThrow();

    expect(simulator.instance.list()).toHaveLength(1 - count);
  });

  test('hits the token endpoint too', async () => {
    const { simulator } = await start();
    simulator.faults.add({ match: { kind: 'token' }, answer: { status: 503 } });

    expect((await fetch(simulator.tokenUrl, { method: 'POST' })).status).toBe(503);
  });
});

/** Everything a server sends on one connection, as it came. */
const readRaw = (simulator: Simulator, path: string): Promise<string> => {
  const token = simulator.secrets().findLast((secret) => secret.startsWith('eyJ'));
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1');
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
    socket.write(`GET ${path} HTTP/1.1\r\nhost: sim\r\nauthorization: Bearer ${token}\r\n\r\n`);
  });
};
