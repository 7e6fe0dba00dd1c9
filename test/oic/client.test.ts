import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { readArchive } from '../../functions/core/archive/integration-archive.ts';
import type { OicClient } from '../../functions/oic/client.ts';
import { parseCredentials } from '../../functions/oic/http/credentials.ts';
import { isAnswerLost, OicError } from '../../functions/oic/http/errors.ts';
import { RETRY_POLICY } from '../../functions/oic/http/retry.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Behaviour } from '../simulator/behaviour.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/server.ts';
import { connectTo, failureOf } from './simulated.ts';

const HELLO = 'HELLO|01.00.0000';
const OTHER = 'OTHER|01.00.0000';
const lastUpdated = new Date('2026-09-17T19:23:49.887Z');
const hello = (marker = 'a') => buildSampleArchive({ code: 'HELLO', version: '01.00.0000', name: 'Hello', marker });

const open: Array<{ close(): Promise<void> }> = [];
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
});

const start = async (options: SimulatorOptions = {}, client: Parameters<typeof connectTo>[1] = {}) => {
  const simulator = await startSimulator(options);
  const oic = connectTo(simulator, client);
  open.push(simulator, oic);
  return { simulator, oic };
};

const kinds = (simulator: Simulator, kind: string): number =>
  simulator.requests.filter((request) => request.kind === kind).length;

describe('reading', () => {
  test('lists every integration of an instance whose pages are smaller than asked for', async () => {
    const { simulator, oic } = await start({ pageCap: 50 });
    for (let n = 0; n < 120; n++)
      simulator.instance.add(buildSampleArchive({ code: `FLOW_${n}`, version: '01.00.0000' }), { lastUpdated });

    const { items: listed } = await oic.listIntegrations();

    expect(new Set(listed.map(({ id }) => id)).size).toBe(120);
    expect(simulator.requests.filter(({ kind }) => kind === 'list').map(({ query }) => query.offset)).toEqual([
      '0',
      '50',
      '100',
    ]);
  });

  test('gives times in ISO 8601 and the flags of an integration', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(hello(), {
      status: 'ACTIVATED',
      lastUpdated,
      lastUpdatedBy: 'anna',
      tracing: { payload: true },
    });
    simulator.instance.lock(HELLO, 'bob');

    expect(await oic.getIntegration(HELLO)).toMatchObject({
      id: HELLO,
      name: 'Hello',
      status: 'ACTIVATED',
      lastUpdated: '2026-09-17T19:23:49.887Z',
      lastUpdatedBy: 'anna',
      lockedBy: 'bob',
      isPrebuilt: false,
      hasSchedule: false,
      tracing: { tracing: false, payload: true, recording: false },
    });
  });

  test('says undefined for an integration that is not there', async () => {
    const { oic } = await start();

    expect(await oic.getIntegration('NOT_THERE|01.00.0000')).toBeUndefined();
    expect(await oic.getSchedule('NOT_THERE|01.00.0000')).toBeUndefined();
  });

  test.each([
    ['a 503', { status: 503 }],
    ['a 429 with Retry-After', { status: 429, retryAfter: 0 }],
    ['a 429 without', { status: 429 }],
    ['a reset', 'reset-before'],
    ['a body cut short of its Content-Length', 'cut'],
    ['a body cut without Content-Length', 'cut-clean'],
    ['a login page', 'html-200'],
  ] as const)('exports the whole archive after %s', async (_, answer) => {
    const { simulator, oic } = await start();
    simulator.instance.add(hello());
    simulator.faults.add({ match: { kind: 'export', times: 2 }, answer });

    const { archive, bytes } = await oic.exportIntegration(HELLO);

    expect(archive).toMatchObject({ id: HELLO, bytes: bytes.length });
    expect(kinds(simulator, 'export')).toBe(3);
  });

  test('does not give up at the first failure because it was told to wait before', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(hello());
    const { tries } = RETRY_POLICY;
    const refusals = Array<{ status: number }>(tries).fill({ status: 429 });
    for (const answer of [...refusals, { status: 503 }, { status: 429 }]) {
      simulator.faults.add({ match: { kind: 'export', times: 1 }, answer });
    }

    await oic.exportIntegration(HELLO);

    expect(kinds(simulator, 'export')).toBe(tries + 3);
  });

  test.each([
    ['a 503', { status: 503 }, 'unavailable'],
    ['a 429', { status: 429, retryAfter: 0 }, 'rate-limited'],
    ['a cut body', 'cut', 'network'],
    ['a cleanly cut body', 'cut-clean', 'unexpected-answer'],
    ['a login page', 'html-200', 'unexpected-answer'],
  ] as const)('gives up on an export that is always answered by %s, and says what it was', async (_, answer, kind) => {
    const { simulator, oic } = await start();
    simulator.instance.add(hello());
    simulator.faults.add({ match: { kind: 'export' }, answer });

    const error = await failureOf(oic.exportIntegration(HELLO));

    expect(error).toBeInstanceOf(OicError);
    expect(error).toMatchObject({ kind });
    expect(error.message).toMatch(/^exporting HELLO\|01\.00\.0000 on dev failed: /);
  });

  test('refuses the archive of another integration than the one it asked for', async () => {
    const { oic } = await startImpostor((response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end(buildSampleArchive({ code: 'OTHER', version: '01.00.0000' }));
    });

    const error = await failureOf(oic.exportIntegration(HELLO));

    expect(error).toMatchObject({ kind: 'unexpected-answer' });
    expect(error.message).toContain('it is the archive of OTHER|01.00.0000');
  });
});

describe('tokens', () => {
  test.each(['client', 'password', 'jwt'] as const)('logs in with the %s grant', async (grant) => {
    const { oic } = await start({}, { grant });

    expect((await oic.listIntegrations()).items).toEqual([]);
  });

  test('logs in with Basic on Gen 2, without integrationInstance', async () => {
    const { simulator, oic } = await start({ generation: 'gen2' }, { grant: 'basic' });

    await oic.listIntegrations();

    expect(kinds(simulator, 'token')).toBe(0);
    expect(simulator.requests[0]?.query).not.toHaveProperty('integrationInstance');
  });

  test('asks for one token, however many calls wait for it', async () => {
    const { simulator, oic } = await start({ latencyMs: { token: 50 } });
    simulator.instance.add(hello());

    await Promise.all(Array.from({ length: 20 }, () => oic.getIntegration(HELLO)));

    expect(kinds(simulator, 'token')).toBe(1);
  });

  test('gets another token shortly before the first expires, so that nothing is refused', async () => {
    const { simulator, oic } = await start({ tokenLifetimeSeconds: 1 });
    simulator.instance.add(hello());
    const until = Date.now() + 1_700;

    while (Date.now() < until) await oic.getIntegration(HELLO);

    expect(kinds(simulator, 'token')).toBeGreaterThanOrEqual(2);
    expect(simulator.requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  test('gets another token once when the instance refuses the first', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(hello());
    simulator.faults.add({ match: { kind: 'get', times: 1 }, answer: { status: 401 } });

    expect(await oic.getIntegration(HELLO)).toBeDefined();
    expect(kinds(simulator, 'token')).toBe(2);
  });

  test('stops after the second refusal', async () => {
    const { simulator, oic } = await start();
    for (const kind of ['get', 'list'] as const) simulator.faults.add({ match: { kind }, answer: { status: 401 } });

    expect(await failureOf(oic.getIntegration(HELLO))).toMatchObject({ kind: 'unauthorized' });
    expect(kinds(simulator, 'get')).toBe(2);
  });

  test('of one thing alone says nothing of the token, which is good for others', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(hello(), { lastUpdated });
    simulator.faults.add({ match: { kind: 'export' }, answer: { status: 401 } });

    expect(await failureOf(oic.exportIntegration(HELLO))).toMatchObject({ kind: 'forbidden' });
    expect((await oic.listIntegrations()).items).toHaveLength(1);
  });

  test('reads the credentials anew after a refusal, so that a rotated secret heals itself', async () => {
    const asked: boolean[] = [];
    const simulator = await startSimulator();
    const oic = connectTo(simulator, {
      credentials: async ({ fresh }) => {
        asked.push(fresh);
        return parseCredentials(simulator.credentials(), 'dev', true);
      },
    });
    open.push(simulator, oic);
    simulator.faults.add({ match: { kind: 'list', times: 1 }, answer: { status: 401 } });

    await oic.listIntegrations();

    expect(asked).toEqual([false, true]);
  });

  test('says that the client secret is wrong, at once and without saying it', async () => {
    const simulator = await startSimulator();
    const wrong = { ...simulator.credentials(), clientSecret: 'WRONG-SECRET-4711' };
    const oic = connectTo(simulator, { credentials: async () => parseCredentials(wrong, 'dev', true) });
    open.push(simulator, oic);

    const error = await failureOf(oic.listIntegrations());

    expect(error).toMatchObject({ kind: 'unauthorized' });
    expect(error.message).toMatch(/token for dev failed: .* 401 .*clientSecret/);
    expect(error.message).not.toContain('WRONG-SECRET');
    expect(kinds(simulator, 'token')).toBe(1);
  });

  test('tries again when the identity domain is down for a moment, also for a write', async () => {
    const { simulator, oic } = await start();
    simulator.faults.add({ match: { kind: 'token', times: 2 }, answer: { status: 503 } });

    await oic.importIntegration(HELLO, hello());

    expect(kinds(simulator, 'token')).toBe(3);
    expect(simulator.instance.get(HELLO)).toBeDefined();
  });
});

describe('writing', () => {
  test('imports, activates, deactivates, replaces and deletes', async () => {
    const { simulator, oic } = await start();

    await oic.importIntegration(HELLO, hello());
    for (const connection of simulator.instance.connections.values()) connection.status = 'CONFIGURED';
    await oic.activate(HELLO, { tracing: true, payload: false, recording: false });
    expect(simulator.instance.get(HELLO)).toMatchObject({ status: 'ACTIVATED', tracing: { tracing: true } });
    await oic.deactivate(HELLO);
    await oic.replaceIntegration(HELLO, hello('b'));
    await oic.deleteIntegration(HELLO);

    expect(simulator.instance.list()).toEqual([]);
  });

  test('sends exactly the bytes it was given', async () => {
    const { simulator, oic } = await start();

    await oic.importIntegration(HELLO, hello());

    const { archive } = await oic.exportIntegration(HELLO);
    expect(archive.designSha256).toBe((await readArchive(hello())).designSha256);
    expect(simulator.requests.find(({ kind }) => kind === 'import')?.status).toBe(204);
  });

  test.each(['reset-before', 'reset-after', { status: 503 }, { status: 502, body: 'html' }] as const)(
    'never repeats a write whose answer was lost (%o)',
    async (answer) => {
      const { simulator, oic } = await start();
      simulator.faults.add({ match: { kind: 'import' }, answer });

      await failureOf(oic.importIntegration(HELLO, hello()));

      expect(kinds(simulator, 'import')).toBe(1);
    },
  );

  test.each([
    ['Oracle itself', { title: 'not now' }, true],
    ['a gateway', { code: 503, message: 'Service Unavailable' }, false],
  ])('takes a 503 of %s for what it is', async (_, body, isPutOff) => {
    const { simulator, oic } = await start();
    simulator.faults.add({ match: { kind: 'import' }, answer: { status: 503, body } });

    const error = await failureOf(oic.importIntegration(HELLO, hello()));

    expect(error).toMatchObject({ kind: 'unavailable', details: { isPutOff } });
    expect(isAnswerLost(error)).toBe(!isPutOff);
  });

  test.each<[object, string]>([
    [{ title: 'Import failed', status: 'HTTP 500 Internal Server Error', 'o:errorCode': 'ICS-20099' }, 'rejected'],
    [{ title: 'It exists already', status: 'HTTP 409 Conflict' }, 'conflict'],
    [{ title: 'No', status: 400 }, 'rejected'],
    [{ 'o:errorDetails': [{ title: 'No', 'o:errorCode': 'ICS-1' }] }, 'rejected'],
  ])('takes a 200 that tells an error for a refusal, in the words of Oracle (%j)', async (body, kind) => {
    const { simulator, oic } = await start();
    simulator.faults.add({ match: { kind: 'import' }, answer: { status: 200, body } });

    const error = await failureOf(oic.importIntegration(HELLO, hello()));

    expect(error).toMatchObject({ kind });
    expect(error.message).toMatch(/answered 200 with an error \("(Import failed: ICS-20099|It exists already|No.*)"\)/);
  });

  test('repeats a write the instance has no time for', async () => {
    const { simulator, oic } = await start();
    simulator.faults.add({ match: { kind: 'import', times: 3 }, answer: { status: 429, retryAfter: 0 } });

    await oic.importIntegration(HELLO, hello());

    expect(kinds(simulator, 'import')).toBe(4);
  });

  test('a guarded client asks before each change, sends nothing when it may not, and reads as it likes', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(hello(), { status: 'CONFIGURED' });
    let asked = 0;
    const guarded = oic.guarded(async () => {
      asked++;
      if (asked > 1) throw new Error('another one has taken over');
    });

    await guarded.getIntegration(HELLO);
    await guarded.exportIntegration(HELLO);
    expect(asked).toBe(0);
    await guarded.activate(HELLO);
    await expect(guarded.deactivate(HELLO)).rejects.toThrow('another one has taken over');
    await expect(guarded.replaceIntegration(HELLO, hello('b'))).rejects.toThrow('another one has taken over');

    expect(kinds(simulator, 'deactivate') + kinds(simulator, 'replace')).toBe(0);
    await oic.deactivate(HELLO);
  });

  test('sends nothing but reads to an instance that is not for deploying', async () => {
    const { simulator, oic } = await start({}, { isReadOnly: true });
    simulator.instance.add(hello());
    const writes = [
      oic.importIntegration(HELLO, hello()),
      oic.replaceIntegration(HELLO, hello()),
      oic.activate(HELLO),
      oic.deactivate(HELLO),
      oic.deleteIntegration(HELLO),
      oic.changeSchedule(HELLO, 'start'),
      oic.changeSchedule(HELLO, 'stop'),
      oic.updateConnection('REST', {}),
      oic.testConnection('REST'),
    ];

    for (const write of writes) expect((await failureOf(write)).message).toMatch(/dev has no `deploy` in the settings/);
    expect(simulator.requests).toEqual([]);
  });

  test.each([
    ['importing what is there', (oic: OicClient) => oic.importIntegration(HELLO, hello()), 'conflict'],
    [
      'replacing what is not',
      (oic: OicClient) => oic.replaceIntegration(OTHER, buildSampleArchive({ code: 'OTHER', version: '01.00.0000' })),
      'not-found',
    ],
    ['deleting what is not', (oic: OicClient) => oic.deleteIntegration(OTHER), 'not-found'],
    ['deactivating what is not active', (oic: OicClient) => oic.deactivate(HELLO), 'conflict'],
  ] as const)('names the refusal of %s', async (_, write, kind) => {
    const { simulator, oic } = await start();
    simulator.instance.add(hello(), { status: 'CONFIGURED' });

    expect(await failureOf(write(oic))).toMatchObject({ kind });
  });

  test.each(['three-keys', 'text-status', 'numeric-status', 'html', 'empty'] as const)(
    'understands error bodies of kind %s',
    async (errorBody) => {
      const { oic } = await start({ behaviour: { errorBody } });

      expect(await oic.getIntegration(HELLO)).toBeUndefined();
      expect((await failureOf(oic.deleteIntegration(HELLO))).message).not.toMatch(/[<>]/);
    },
  );
});

test.each<Partial<Behaviour>>([
  { jsonType: 'application/json' },
  { jsonType: 'application/json; charset=utf-8' },
  { fileNames: 'quoted' },
  { listItems: 'as-get' },
  { envelopeOffset: true },
])('reads, exports and deletes where answers have the form %j', async (behaviour) => {
  const { simulator, oic } = await start({ behaviour });
  simulator.instance.add(hello(), { status: 'CONFIGURED' });

  expect((await oic.listIntegrations()).items).toMatchObject([{ id: HELLO }]);
  expect((await oic.exportIntegration(HELLO)).archive.id).toBe(HELLO);
  await oic.deleteIntegration(HELLO);
  expect(await oic.getIntegration(HELLO)).toBeUndefined();
});

test.each(['opc-request-id', 'x-oracle-dms-ecid'] as const)(
  'tells the %s of what was refused',
  async (requestIdHeader) => {
    const { oic } = await start({ behaviour: { requestIdHeader } });

    const failure = await failureOf(oic.deleteIntegration(HELLO));

    expect(failure).toMatchObject({ details: { requestId: expect.stringMatching(/^\/[0-9A-F]{32}\//) } });
  },
);

describe('schedules and connections', () => {
  const NIGHTLY = 'NIGHTLY|01.00.0000';
  const startNightly = async (options: SimulatorOptions = {}) => {
    const started = await start(options);
    started.simulator.instance.add(
      buildSampleArchive({ code: 'NIGHTLY', version: '01.00.0000', schedule: 'FREQ=DAILY' }),
      { status: 'ACTIVATED' },
    );
    return started;
  };

  test.each<Partial<Behaviour>>([{}, { scheduleSuccess: 200 }, { pausedWord: 'PAUSED' }, { errorBody: 'empty' }])(
    'starts, pauses, resumes and stops a schedule of an instance with %j',
    async (behaviour) => {
      const { simulator, oic } = await startNightly({ behaviour });
      const states: (string | undefined)[] = [];

      for (const verb of ['start', 'pause', 'resume', 'stop'] as const) {
        await oic.changeSchedule(NIGHTLY, verb);
        states.push((await oic.getSchedule(NIGHTLY))?.state);
      }

      expect(states).toEqual(['started', 'paused', 'started', 'stopped']);
      expect(await failureOf(oic.changeSchedule(NIGHTLY, 'stop'))).toMatchObject({ kind: 'conflict' });
      // As recorded: in the background.
      expect(simulator.requests.filter(({ kind }) => kind === 'schedule-start')).toMatchObject([
        { query: { async: 'true' } },
      ]);
    },
  );

  test.each([
    ['starting', { state: 'started', changing: 'start' }],
    ['resuming', { state: 'started', changing: 'resume' }],
    ['pausing', { state: 'paused', changing: 'pause' }],
    ['stopping', { state: 'stopped', changing: 'stop' }],
  ] as const)('tells of a schedule that is %s where it goes', async (state, expected) => {
    const { simulator, oic } = await startNightly();
    simulator.instance.setSchedule(NIGHTLY, state);

    expect(await oic.getSchedule(NIGHTLY)).toEqual(expected);
  });

  test.each<Partial<Behaviour>>([
    {},
    { missingSchedule: 404 },
    { errorBody: 'empty' },
    { errorBody: 'html' },
    { errorBody: 'numeric-status' },
    { errorBody: 'text-status' },
  ])('says undefined where no schedule is defined, told with %j', async (behaviour) => {
    const { simulator, oic } = await start({ behaviour });
    simulator.instance.add(hello(), { status: 'ACTIVATED' });

    expect(await oic.getSchedule(HELLO)).toBeUndefined();
  });

  test('does not take another refusal for no schedule', async () => {
    const { simulator, oic } = await startNightly();
    simulator.faults.add({ match: { kind: 'schedule-get' }, answer: { status: 412, body: 'oracle' } });

    expect(await failureOf(oic.getSchedule(NIGHTLY))).toMatchObject({ kind: 'conflict' });
  });

  test('updates and tests a connection', async () => {
    const { simulator, oic } = await start();
    await oic.importIntegration(
      'USES|01.00.0000',
      buildSampleArchive({ code: 'USES', version: '01.00.0000', connections: [{ id: 'ERP' }] }),
    );
    expect(await oic.getConnection('ERP')).toMatchObject({ id: 'ERP', status: 'DRAFT' });
    expect(await failureOf(oic.testConnection('ERP'))).toMatchObject({ kind: 'conflict' });

    const before = await oic.getConnection('ERP');
    const filled = (properties: readonly { propertyName: string }[] | null | undefined) =>
      (properties ?? []).map(({ propertyName }) => ({ propertyName, propertyValue: 'x' }));
    await oic.updateConnection('ERP', {
      connectionProperties: filled(before?.connectionProperties),
      securityProperties: filled(before?.securityProperties),
    });
    await oic.testConnection('ERP');

    expect(simulator.instance.connections.get('ERP')?.status).toBe('CONFIGURED');
    expect((await oic.listConnections()).items.map(({ id }) => id)).toContain('ERP');
  });
});

test('never has more requests in flight than `concurrency`', async () => {
  const { simulator, oic } = await start({ latencyMs: { export: 10 } }, { concurrency: 3 });
  for (let n = 0; n < 30; n++) simulator.instance.add(buildSampleArchive({ code: `FLOW_${n}`, version: '01.00.0000' }));

  await Promise.all(Array.from({ length: 30 }, (_, n) => oic.exportIntegration(`FLOW_${n}|01.00.0000`)));

  expect(simulator.stats().maxInFlight).toBe(3);
});

test('takes its secrets out of what a server sends back', async () => {
  const { simulator, oic } = await startImpostor((response, authorization) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ title: `you sent ${authorization}`, status: 'HTTP 400 Bad Request' }));
  });

  const error = await failureOf(oic.listIntegrations());

  expect(error.message).toContain('you sent Bearer ***');
  for (const secret of simulator.secrets()) expect(error.message).not.toContain(secret);
});

/** An API server that answers every call the same; tokens come from a simulator. */
const startImpostor = async (answer: (response: ServerResponse, authorization: string) => void) => {
  const server = createServer((request, response) => answer(response, request.headers.authorization ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  return start({}, { url: `http://127.0.0.1:${port}` });
};
