/** A store that speaks S3 and does not do all it says: a proxy before the stand-in for AWS, which leaves one thing out. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkContract } from '../../functions/store/contract.ts';
import type { ObjectStore } from '../../functions/store/object-store.ts';
import { openStore, tryStore } from '../../functions/store/open-store.ts';
import { guardContract } from '../../functions/store/s3/contract-guard.ts';
import { createS3Store } from '../../functions/store/s3/s3-store.ts';
import { bytes, KEY, textOf } from './contents.ts';
import { type SharedMoto, sharedMoto } from './shared-moto.ts';

const moto = sharedMoto();

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string | string[] | undefined>;
}

interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string | Buffer;
}

/** Changes what is asked, or what is answered; an answer from `ask` is given at once. */
interface Lie {
  readonly ask?: (asked: Asked) => Answered | undefined;
  readonly answer?: (answered: Answered, asked: Asked) => void;
}

const without = (header: string) => (asked: Asked) => {
  if (asked.method === 'PUT') delete asked.headers[header];
  return undefined;
};

const OK: Answered = { status: 200, headers: {}, body: '' };
const REFUSED: Answered = { status: 412, headers: {}, body: '<Error><Code>PreconditionFailed</Code></Error>' };

/** By what it leaves out; and the name of the check that finds it. */
const LIES: readonly (readonly [string, string, Lie])[] = [
  ['ignores If-None-Match', 'put-if-absent', { ask: without('if-none-match') }],
  ['ignores If-Match', 'put-if-match', { ask: without('if-match') }],
  [
    'refuses by If-None-Match and writes all the same',
    'put-if-absent',
    {
      ask: (asked) => {
        const isTwice = asked.headers['if-none-match'] !== undefined && asked.headers['content-length'] === '5';
        if (isTwice) asked.headers['x-refuse'] = 'yes';
        return without('if-none-match')(asked);
      },
      answer: (answered, asked) => {
        if (asked.headers['x-refuse']) Object.assign(answered, REFUSED);
      },
    },
  ],
  [
    'has no conditions at all, and says so',
    'put-if-absent',
    {
      ask: ({ headers }) =>
        headers['if-none-match'] || headers['if-match']
          ? { status: 501, headers: {}, body: '<Error><Code>NotImplemented</Code></Error>' }
          : undefined,
    },
  ],
  ['drops version ids', 'versions', { answer: ({ headers }) => void delete headers['x-amz-version-id'] }],
  [
    'gives the newest for every version id',
    'versions',
    {
      ask: ({ method, url }) => {
        if (method === 'GET' && !url.searchParams.has('tagging')) url.searchParams.delete('versionId');
        return undefined;
      },
    },
  ],
  [
    'lists current versions only',
    'listing of versions',
    {
      answer: (answered, { url }) => {
        if (!url.searchParams.has('versions')) return;
        answered.body = String(answered.body).replace(
          /<Version>(?:(?!<\/Version>)[\s\S])*<IsLatest>false[\s\S]*?<\/Version>/g,
          '',
        );
      },
    },
  ],
  [
    'forgets tags',
    'tags',
    { ask: ({ method, url }) => (method === 'PUT' && url.searchParams.has('tagging') ? OK : undefined) },
  ],
];

const readAll = async (stream: IncomingMessage): Promise<Buffer> => Buffer.concat(await Array.fromAsync(stream));

/** As long as the test lasts. */
const startProxy = async (target: string, lie: Lie) => {
  const requests: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await readAll(incoming);
    const asked: Asked = {
      method: incoming.method ?? '',
      url: new URL(incoming.url ?? '', target),
      headers: { ...incoming.headers },
    };
    requests.push(`${asked.method} ${asked.url.pathname}`);
    let answered = lie.ask?.(asked);
    if (!answered) {
      const sent = httpRequest(asked.url, { method: asked.method, headers: asked.headers, agent: false });
      sent.end(body);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answered = { status: answer.statusCode ?? 500, headers: { ...answer.headers }, body: await readAll(answer) };
    }
    lie.answer?.(answered, asked);
    delete answered.headers['content-length'];
    delete answered.headers['transfer-encoding'];
    outgoing.writeHead(answered.status, answered.headers as Record<string, string>).end(answered.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return { endpoint: `http://127.0.0.1:${address.port}`, requests };
};

const makeBucket = async ({ clientConfig }: SharedMoto) => {
  const bucket = `test-${randomUUID()}`;
  const client = new S3Client(clientConfig);
  onTestFinished(() => client.destroy());
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const keys = async (): Promise<string[]> => {
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    return Versions.map(({ Key }) => Key ?? '');
  };
  return { bucket, keys };
};

const useEnvironment = (endpoint: string): void => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
};

const openThrough = async (bucket: string, endpoint: string): Promise<ObjectStore> => {
  useEnvironment(endpoint);
  return openStore(`s3://${bucket}`);
};

describe.skipIf(!moto)('a store that lies', () => {
  const real = moto as SharedMoto;

  it.each(LIES)('that %s is refused, and nothing is written', async (_, lacks, lie) => {
    const { bucket, keys } = await makeBucket(real);
    const proxy = await startProxy(real.endpoint, lie);
    const store = await openThrough(bucket, proxy.endpoint);

    const refusal = {
      name: 'StoreError',
      kind: 'unfit',
      message: expect.stringMatching(`^nothing was written to s3://${bucket}: .*\\b${lacks}: it `),
    };
    await expect(store.put(KEY, bytes('x'))).rejects.toMatchObject(refusal);
    const asked = proxy.requests.length;
    await expect(store.put(KEY, bytes('x'), { ifAbsent: true })).rejects.toMatchObject(refusal);
    await expect(store.deleteVersion(KEY, 'any')).rejects.toMatchObject(refusal);
    await expect(store.marks?.tag(KEY, undefined, {})).rejects.toMatchObject(refusal);
    expect(proxy.requests).toHaveLength(asked);
    expect((await keys()).filter((key) => !key.startsWith('contract-probe/'))).toEqual([]);
  });

  it.each(LIES)('that %s is told what it lacks, check by check', async (_, lacks, lie) => {
    const { bucket } = await makeBucket(real);
    const proxy = await startProxy(real.endpoint, lie);
    const client = new S3Client({ ...real.clientConfig, endpoint: proxy.endpoint, maxAttempts: 1 });
    onTestFinished(() => client.destroy());

    const checks = await checkContract(createS3Store({ bucket, client }));

    expect(checks.map(({ name }) => name)).toEqual([
      'versions',
      'put-if-absent',
      'put-if-match',
      'listing of versions',
      'tags',
    ]);
    expect(checks.find(({ name }) => name === lacks)?.problem).toMatch(/./);
  });
});

describe.skipIf(!moto)('a store that is true', () => {
  const real = moto as SharedMoto;

  it('keeps everything that is asked for a doctor, and holds nothing afterwards', async () => {
    const { bucket, keys } = await makeBucket(real);
    useEnvironment(real.endpoint);

    const checks = await tryStore(`s3://${bucket}`, 'dev');

    expect(checks).toHaveLength(5);
    expect(checks.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(await keys()).toEqual([]);
  });

  it('is tried once, leaves nothing of it, and is not tried again by whoever has read what it stored', async () => {
    const { bucket, keys } = await makeBucket(real);
    const proxy = await startProxy(real.endpoint, {});
    const first = await openThrough(bucket, proxy.endpoint);
    await Promise.all([first.put(KEY, bytes('one')), first.put('other', bytes('two'))]);
    expect((await keys()).sort()).toEqual([KEY, 'other']);
    expect(proxy.requests.length).toBeLessThan(40);
    proxy.requests.length = 0;

    const next = await openThrough(bucket, proxy.endpoint);
    expect(await textOf(next, KEY)).toBe('one');
    await next.put(KEY, bytes('three'));

    expect(proxy.requests).toEqual([`GET /${bucket}/${KEY}`, `PUT /${bucket}/${KEY}`]);
  });

  it('may be read without being tried', async () => {
    const { bucket } = await makeBucket(real);
    const proxy = await startProxy(real.endpoint, {});
    await (await openThrough(bucket, proxy.endpoint)).get(KEY);

    expect(proxy.requests.filter((asked) => !asked.startsWith('GET'))).toEqual([]);
  });

  it.each<readonly [string, (now: number) => number, boolean]>([
    ['another endpoint', (now) => now, true],
    ['the same one, a day later', (now) => now + 86_400_000, false],
    ['the same one, a month later', (now) => now + 31 * 86_400_000, true],
    ['the same one, before it was tried', (now) => now - 2 * 86_400_000, true],
  ])('is tried by %s: %s', async (where, clock, isTried) => {
    const { bucket } = await makeBucket(real);
    const proxy = await startProxy(real.endpoint, {});
    const other = where === 'another endpoint' ? await startProxy(real.endpoint, {}) : proxy;
    const open = ({ endpoint }: { endpoint: string }, now: () => number): ObjectStore => {
      const client = new S3Client({ ...real.clientConfig, endpoint });
      onTestFinished(() => client.destroy());
      const store = createS3Store({ bucket, client });
      guardContract(client, bucket, store, now);
      return store;
    };
    await open(proxy, Date.now).put(KEY, bytes('one'));
    other.requests.length = 0;

    const later = open(other, () => clock(Date.now()));
    await later.get(KEY);
    await later.put(KEY, bytes('two'));

    expect(other.requests.some((asked) => asked.includes('contract-probe/'))).toBe(isTried);
  });

  it('is tried again after a fault that says nothing about it', async () => {
    const { bucket } = await makeBucket(real);
    let isDown = true;
    const proxy = await startProxy(real.endpoint, {
      ask: () =>
        isDown ? { status: 403, headers: {}, body: '<Error><Code>InvalidAccessKeyId</Code></Error>' } : undefined,
    });
    const store = await openThrough(bucket, proxy.endpoint);
    await expect(store.put(KEY, bytes('x'))).rejects.toMatchObject({ kind: 'credentials' });

    isDown = false;
    await store.put(KEY, bytes('x'));
    expect(await textOf(store, KEY)).toBe('x');
  });
});
