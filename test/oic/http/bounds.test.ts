/** What comes over the wire, packed or not: read as far as it is of use, and no further. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { createOicClient } from '../../../functions/oic/client.ts';
import { parseCredentials } from '../../../functions/oic/http/credentials.ts';
import { RETRY_POLICY } from '../../../functions/oic/http/retry.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { useClients } from '../clients.ts';
import { failureOf } from '../simulated.ts';

const MB = 1024 * 1024;
const startSimulated = useClients();
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A client of a server that answers every request like this. */
const start = async (answer: RequestListener) => {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const oic = createOicClient({
    instance: 'dev',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    integrationInstance: undefined,
    concurrency: 2,
    isReadOnly: true,
    credentials: async () => parseCredentials({ basic: { username: 'ada', password: 'a-password' } }, 'dev', false),
    retry: { ...RETRY_POLICY, baseMs: 1, maxMs: 2 },
  });
  open.push(
    () => oic.close(),
    () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  );
  return { oic, requests: () => requests };
};

/** So many MB, as fast as they are taken. @returns how many were taken */
const pour = (megabytes: number, into: NodeJS.WritableStream, byte = ' '): (() => number) => {
  const source = new PassThrough();
  const chunk = Buffer.alloc(MB, byte);
  let poured = 0;
  const more = (): void => {
    while (poured < megabytes) {
      poured++;
      if (!source.write(chunk)) {
        source.once('drain', more);
        return;
      }
    }
    source.end();
  };
  source.pipe(into);
  source.on('error', () => undefined);
  into.on('error', () => undefined);
  more();
  return () => poured;
};

describe('JSON', () => {
  test.each(['when-asked', 'unasked', 'never'] as const)('is read where the instance packs it %s', async (gzip) => {
    const { simulator, oic } = await startSimulated({ behaviour: { gzip } });
    for (let n = 0; n < 120; n++) simulator.instance.saveLookup(`LOOKUP_${n}`, ['A'], []);
    simulator.instance.add(buildSampleArchive({ code: 'HELLO', version: '01.00.0000' }));

    expect((await oic.listLookups()).items).toHaveLength(120);
    expect((await oic.exportIntegration('HELLO|01.00.0000')).archive.code).toBe('HELLO');
  });

  test('is asked for packed, and a file is not', async () => {
    const asked: string[] = [];
    const { oic } = await start(({ url = '', headers }, response) => {
      asked.push(`${url.includes('archive') ? 'file' : 'json'} ${headers['accept-encoding']}`);
      response.writeHead(404).end();
    });
    await failureOf(oic.listLookups());
    await failureOf(oic.exportLookup('CODES'));

    expect(asked).toEqual(['json gzip', 'file undefined']);
  });

  test('that inflates beyond 32 MB is given up there, and not asked for again', async () => {
    let poured = () => 0;
    const { oic, requests } = await start((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      const packing = createGzip({ level: 1 });
      packing.pipe(response);
      poured = pour(4_000, packing);
    });

    const failure = await failureOf(oic.listIntegrations());

    expect(failure).toMatchObject({
      kind: 'too-large',
      message: expect.stringMatching(/listing the integrations on dev failed: the answer is larger than 32 MB/),
    });
    expect(requests()).toBe(1);
    expect(poured()).toBeLessThan(1_000);
  });

  test('that is larger without being packed is given up as well', async () => {
    const { oic, requests } = await start((_, response) => void pour(1_000, response));

    expect(await failureOf(oic.listLookups())).toMatchObject({ kind: 'too-large' });
    expect(requests()).toBe(1);
  });

  test('that came damaged is asked for again', async () => {
    let isFirst = true;
    const body = gzipSync(JSON.stringify({ items: [{ name: 'CODES' }], hasMore: false, totalResults: 1 }));
    const { oic, requests } = await start((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(isFirst ? Buffer.from('no gzip at all') : body);
      isFirst = false;
    });

    expect((await oic.listLookups()).items).toMatchObject([{ id: 'CODES' }]);
    expect(requests()).toBe(2);
  });

  test('packed as nobody asked is told', async () => {
    const { oic } = await start((_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('xyz'));

    expect((await failureOf(oic.listLookups())).message).toMatch(/the answer is packed as br, which was not asked for/);
  });
});

describe('an error', () => {
  test.each([false, true])('is read for 64 KB, and told in its words; packed: %s', async (isPacked) => {
    let poured = () => 0;
    const { oic } = await start((_, response) => {
      response.writeHead(403, {
        'content-type': 'text/plain',
        'opc-request-id': '/0123/4567',
        ...(isPacked && { 'content-encoding': 'gzip' }),
      });
      const packing = isPacked ? createGzip({ level: 1 }) : undefined;
      packing?.pipe(response);
      poured = pour(4_000, packing ?? response, 'x');
    });

    const failure = await failureOf(oic.listLookups());

    expect(failure).toMatchObject({ kind: 'forbidden', details: { status: 403, requestId: '/0123/4567' } });
    expect(failure.message).toMatch(/answered 403 \("x+…?"\)/);
    expect(failure.message.length).toBeLessThan(6_000);
    expect(poured()).toBeLessThan(1_000);
  });
});
