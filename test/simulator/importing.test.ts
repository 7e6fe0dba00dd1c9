import { describe, expect, test } from 'vitest';
import { readArchive } from './archives/stored-archive.ts';
import { readZip, writeZip, type ZipEntry } from './archives/zip.ts';
import type { Behaviour } from './behaviour.ts';
import { download, HELLO, sample, upload, useSimulators } from './http/raw-client.ts';

const start = useSimulators();

const rewritten = (archive: Uint8Array, change: (entries: ZipEntry[]) => ZipEntry[]): Buffer =>
  writeZip(change(readZip(archive)), { modified: new Date() });

const isAttributes = ({ name }: ZipEntry): boolean => name.endsWith('ics_project_attributes.properties');

describe('an import', () => {
  test('adds the integration, not active, its schedule not started, and says where it is', async () => {
    const { simulator, api } = await start();
    const archive = sample('HELLO', { state: 'ACTIVATED', schedule: 'FREQ=DAILY' });

    const { status, headers } = await upload(api, 'POST', archive);

    expect(status).toBe(204);
    expect(headers.get('location')).toMatch(/\/integrations\/HELLO%7C01\.00\.0000$/);
    expect(simulator.instance.get(HELLO)).toMatchObject({
      status: 'CONFIGURED',
      schedule: 'stopped',
      contentDigest: readArchive(archive).contentDigest,
    });
  });

  test('of a draft is a draft', async () => {
    const { simulator, api } = await start();

    await upload(api, 'POST', sample('HELLO', { state: 'INPROGRESS' }));

    expect(simulator.instance.get(HELLO)?.status).toBe('INPROGRESS');
  });

  test('takes what another instance exported, and refuses to do it twice', async () => {
    const [from, to] = [await start(), await start()];
    from.simulator.instance.add(sample('HELLO'));
    const { bytes } = await download(from.api, HELLO);

    expect((await upload(to.api, 'POST', bytes)).status).toBe(204);
    expect((await upload(to.api, 'POST', bytes)).status).toBe(409);
    expect(to.simulator.instance.get(HELLO)?.contentDigest).toBe(from.simulator.instance.get(HELLO)?.contentDigest);
  });

  test.each([
    ['creates missing connections in DRAFT and keeps those that are there', {}, 'DRAFT', 'CONFIGURED'],
    ['can create them CONFIGURED', { importedConnection: 'CONFIGURED' }, 'CONFIGURED', 'CONFIGURED'],
    ['can take the place of those that are there', { importKeepsConnections: false }, 'DRAFT', 'DRAFT'],
  ] satisfies [string, Partial<Behaviour>, string, string][])('%s', async (_, behaviour, missing, present) => {
    const { simulator, api } = await start({ behaviour });
    simulator.instance.add(sample('OLD', { connections: [{ id: 'ERP' }] }));

    await upload(api, 'POST', sample('HELLO', { connections: [{ id: 'ERP' }, { id: 'BANK' }] }));

    expect(simulator.instance.connections.get('BANK')?.status).toBe(missing);
    expect(simulator.instance.connections.get('ERP')?.status).toBe(present);
  });

  test('never leaves the connection for local calls in DRAFT', async () => {
    const { simulator, api } = await start();

    await upload(api, 'POST', sample('HELLO', { calls: [{ code: 'CHILD', version: '01.00.0000' }] }));

    expect(simulator.instance.connections.get('PRESEEDED_COLLOCATED_CONN_1741')?.status).toBe('CONFIGURED');
    expect(simulator.instance.get(HELLO)?.connections).toEqual(['LOCAL_REST']);
  });

  test.each([
    [false, 'old'],
    [true, 'new'],
  ])('overwrites a lookup: %s', async (importOverwritesLookups, expected) => {
    const { simulator, api } = await start({ behaviour: { importOverwritesLookups } });
    const codes = (value: string) => ({ CODES: [['COLUMN'], [value]] });
    simulator.instance.add(sample('OLD', { lookups: codes('old') }));

    await upload(api, 'POST', sample('HELLO', { lookups: codes('new') }));

    expect(simulator.instance.lookups.get('CODES')?.rows.flat()).toContain(expected);
  });

  test('can answer 200', async () => {
    const { api } = await start({ behaviour: { importSuccess: 200 } });

    expect((await upload(api, 'POST', sample('HELLO'))).status).toBe(200);
  });
});

describe('a replacement', () => {
  test('exchanges the content and starts nothing', async () => {
    const { simulator, api } = await start();
    simulator.instance.add(sample('HELLO', { marker: 'a' }), { status: 'CONFIGURED', tracing: { tracing: true } });

    const { status, body } = await upload(api, 'PUT', sample('HELLO', { marker: 'b', state: 'ACTIVATED' }));

    expect([status, body]).toMatchObject([200, { id: HELLO, status: 'CONFIGURED' }]);
    expect(simulator.instance.get(HELLO)).toMatchObject({
      status: 'CONFIGURED',
      tracing: { tracing: false },
      contentDigest: readArchive(sample('HELLO', { marker: 'b' })).contentDigest,
    });
  });

  test('of what is not there is refused', async () => {
    const { api } = await start();

    expect((await upload(api, 'PUT', sample('HELLO'))).status).toBe(404);
  });

  test.each([
    [{}, 412],
    [{ putOnActive: 409 }, 409],
    [{ putOnActive: 'accept' }, 200],
  ] satisfies [Partial<Behaviour>, number][])('of an active one with %o is answered %i', async (behaviour, status) => {
    const { simulator, api } = await start({ behaviour });
    simulator.instance.add(sample('HELLO'), { status: 'ACTIVATED' });

    expect((await upload(api, 'PUT', sample('HELLO', { marker: 'b' }))).status).toBe(status);
    expect(simulator.instance.get(HELLO)?.status).toBe(status === 200 ? 'CONFIGURED' : 'ACTIVATED');
  });

  test.each([
    [{}, 423],
    [{ putOnLocked: 409 }, 409],
  ] satisfies [Partial<Behaviour>, number][])('of a locked one with %o is answered %i', async (behaviour, status) => {
    const { simulator, api } = await start({ behaviour });
    simulator.instance.add(sample('HELLO'), { status: 'CONFIGURED', lockedBy: 'anna' });

    expect((await upload(api, 'PUT', sample('HELLO', { marker: 'b' }))).status).toBe(status);
  });

  test('can be answered without a body', async () => {
    const { simulator, api } = await start({ behaviour: { putSuccess: 204 } });
    simulator.instance.add(sample('HELLO'), { status: 'CONFIGURED' });

    expect(await upload(api, 'PUT', sample('HELLO'))).toMatchObject({ status: 204, bytes: Buffer.alloc(0) });
  });
});

describe('what cannot be imported', () => {
  const good = sample('HELLO');
  const withAttribute = (key: string, value: string) =>
    rewritten(good, (entries) =>
      entries.map((entry) =>
        isAttributes(entry)
          ? {
              ...entry,
              data: Buffer.from(
                Buffer.from(entry.data)
                  .toString()
                  .replace(new RegExp(`${key}=.*`), `${key}=${value}`),
              ),
            }
          : entry,
      ),
    );

  test.each([
    ['no zip', Buffer.from('<html>'), 'ICS-20099'],
    ['a cut zip', good.subarray(0, good.length - 100), 'ICS-20099'],
    ['a zip with a flipped bit', Buffer.from(good.map((byte, at) => (at === 300 ? byte ^ 1 : byte))), 'ICS-20099'],
    ['no attributes', rewritten(good, (entries) => entries.filter((entry) => !isAttributes(entry))), 'ICS-10995'],
    ['another code inside', withAttribute('project_code', 'OTHER'), 'ICS-20099'],
    ['another version inside', withAttribute('project_version', '02.00.0000'), 'ICS-20099'],
    ['two projects', rewritten(good, (entries) => [...entries, ...readZip(sample('OTHER'))]), 'ICS-20099'],
  ])('is %s', async (_, bytes, code) => {
    const { simulator, api } = await start({ behaviour: { errorBody: 'text-status' } });

    expect(await upload(api, 'POST', bytes)).toMatchObject({ status: 500, body: { 'o:errorCode': code } });
    expect(simulator.instance.list()).toEqual([]);
  });

  test('can be answered 400', async () => {
    const { api } = await start({ behaviour: { badArchiveStatus: 400 } });

    expect((await upload(api, 'POST', Buffer.from('no zip'))).status).toBe(400);
  });

  test.each(['POST', 'PUT'] as const)('is nothing at all, by %s', async (method) => {
    const { api } = await start();

    expect((await upload(api, method, sample('HELLO'), 'File')).status).toBe(400);
    expect((await upload(api, method, Buffer.alloc(0))).status).toBe(400);
    expect((await api(method, 'integrations/archive', { json: {} })).status).toBe(400);
  });
});

test('requests for an import are recorded with the id the archive holds', async () => {
  const { simulator, api } = await start();

  await upload(api, 'POST', sample('HELLO_WORLD_2'));

  expect(simulator.requests.at(-1)).toMatchObject({ kind: 'import', id: 'HELLO_WORLD_2|01.00.0000', status: 204 });
});
