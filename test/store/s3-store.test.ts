import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ObjectStore } from '../../functions/store/object-store.ts';
import { openStore } from '../../functions/store/open-store.ts';
import { createS3Store } from '../../functions/store/s3/s3-store.ts';
import { type Fault, s3Error, startAwsProxy } from './aws-proxy.ts';
import { bytes, collect, KEY, textOf } from './contents.ts';
import { describeObjectStore } from './object-store.contract.ts';
import { type SharedMoto, sharedMoto } from './shared-moto.ts';
import { describeVersionMarks } from './version-marks.contract.ts';

const moto = sharedMoto();

it.runIf(process.env.CI === 'true')('is not skipped in CI', () => {
  expect(moto, "install moto_server: pip install 'moto[server]'").toBeDefined();
});

const describeWithMoto = (name: string, suite: (moto: SharedMoto) => void): void => {
  describe.skipIf(!moto)(name, () => moto && suite(moto));
};

const createBucket = async ({ clientConfig }: SharedMoto, isVersioned = true, mayLock = false): Promise<string> => {
  const bucket = `test-${randomUUID()}`;
  const client = new S3Client(clientConfig);
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: mayLock }));
  if (isVersioned) {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  }
  return bucket;
};

const connect = (bucket: string, config: S3ClientConfig): ObjectStore => {
  const client = new S3Client(config);
  onTestFinished(() => client.destroy());
  return createS3Store({ bucket, client });
};

/** Everything a store can be asked, by name. */
const OPERATIONS: readonly (readonly [string, (store: ObjectStore) => Promise<unknown>])[] = [
  ['put', (store) => store.put(KEY, bytes('x'))],
  ['get', (store) => store.get(KEY)],
  ['head', (store) => store.head(KEY)],
  ['list', (store) => collect(store.list(''))],
  ['listVersions', (store) => collect(store.listVersions(''))],
  ['delete', (store) => store.delete(KEY)],
];

describeWithMoto('an S3 bucket', (moto) => {
  describeObjectStore('an S3 bucket', async () => connect(await createBucket(moto), moto.clientConfig));
  describeVersionMarks('an S3 bucket', async () => connect(await createBucket(moto, true, true), moto.clientConfig));

  it('says what is missing when a bucket that cannot lock is to lock', async () => {
    const store = connect(await createBucket(moto), moto.clientConfig);
    const { versionId } = await store.put(KEY, bytes('x'));

    await expect(store.marks?.lock(KEY, versionId, new Date(Date.now() + 86_400_000), 'governance')).rejects.toThrow(
      /s3:PutObjectRetention on s3:\/\/test-.* failed: the bucket has no Object Lock/,
    );
  });

  it.each([
    ['reports/dev/latest.html', 'text/html; charset=utf-8'],
    ['reports/dev/flows/abc.svg', 'image/svg+xml'],
    ['snapshots/dev/2026-11-23T04-15-00Z.json', 'application/json'],
    ['integrations/dev/HELLO/01.00.0000.iar', 'application/octet-stream'],
  ])('tells a browser what %s is', async (key, type) => {
    const bucket = await createBucket(moto);
    await connect(bucket, moto.clientConfig).put(key, bytes('x'));

    const client = new S3Client(moto.clientConfig);
    onTestFinished(() => client.destroy());
    const { ContentType } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    expect(ContentType).toBe(type);
  });

  it('lists any number of pages', async () => {
    const client = new S3Client(moto.clientConfig);
    client.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, MaxKeys: 3 } }), {
      step: 'initialize',
    });
    const store = createS3Store({ bucket: await createBucket(moto), client });
    for (const key of ['a', 'b', 'c', 'd']) for (const text of ['1', '2']) await store.put(key, bytes(text));
    await store.delete('b');

    expect((await collect(store.listVersions(''))).map(({ key }) => key).join('')).toBe('aabbccdd');
    expect((await collect(store.list(''))).map(({ key }) => key).join('')).toBe('acd');
  });

  it.each(OPERATIONS)('tells at %s that the bucket does not exist', async (_, operation) => {
    await expect(operation(connect('no-such-bucket', moto.clientConfig))).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'missing',
      message: expect.stringMatching(/^s3:\w+ on s3:\/\/no-such-bucket failed: there is no such bucket/),
    });
  });

  it.each(OPERATIONS)(
    'tells at %s that the bucket keeps no versions, and deletes nothing there',
    async (_, operation) => {
      const bucket = await createBucket(moto, false);
      const client = new S3Client(moto.clientConfig);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: KEY, Body: 'stored before' }));

      await expect(operation(connect(bucket, moto.clientConfig))).rejects.toMatchObject({
        kind: 'unversioned',
        message: expect.stringContaining(`switch versioning on (\`aws s3api put-bucket-versioning --bucket ${bucket} `),
      });
      const versioned = new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: 'Enabled' },
      });
      await client.send(versioned);
      await expect(connect(bucket, moto.clientConfig).head(KEY)).rejects.toMatchObject({ kind: 'unversioned' });
    },
  );

  it('is what s3://BUCKET opens', async () => {
    const bucket = await createBucket(moto);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('AWS_ENDPOINT_URL_S3', moto.endpoint);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');

    const store = await openStore(`s3://${bucket}`);
    await store.put(KEY, bytes('through the environment'));

    expect(store.name).toBe(`s3://${bucket}`);
    expect(await textOf(store, KEY)).toBe('through the environment');
  });
});

describeWithMoto('an S3 bucket behind a bad network', (moto) => {
  const connectThrough = async (...faults: Fault[]) => {
    const proxy = await startAwsProxy(moto.endpoint);
    const store = connect(await createBucket(moto), { ...moto.clientConfig, endpoint: proxy.endpoint });
    return { proxy, store, fail: (...now: Fault[]) => proxy.faults.push(...(now.length > 0 ? now : faults)) };
  };

  /** As S3 answers whoever may not list the whole bucket. */
  const denied = s3Error(403, 'AccessDenied');

  it.each([
    ['get', (store: ObjectStore, versionId?: string) => store.get(KEY, versionId), [denied]],
    ['head', (store: ObjectStore, versionId?: string) => store.head(KEY, versionId), [denied, denied]],
  ] as const)('takes a 403 at %s for "not there" when a listing does not have it either', async (_, read, faults) => {
    const { store, fail } = await connectThrough();
    await store.put(`${KEY}-and-more`, bytes('a neighbour'));
    fail(...faults);
    expect(await read(store)).toBeUndefined();

    const { versionId } = await store.put(KEY, bytes('there'));
    fail(...faults);
    await expect(read(store)).rejects.toMatchObject({ kind: 'denied' });
    fail(...faults);
    await expect(read(store, versionId)).rejects.toMatchObject({ kind: 'denied' });
    fail(...faults);
    expect(await read(store, 'another-version')).toBeUndefined();
  });

  it('takes a 403 for what it is when listing is denied as well', async () => {
    const { store, fail } = await connectThrough();
    fail(denied, denied);
    await expect(store.get(KEY)).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('s3:GetObject'),
    });
  });

  it('sends the SHA-256 of the bytes for S3 to check', async () => {
    const { proxy, store } = await connectThrough();
    const body = randomBytes(10_000);
    await store.put(KEY, body);

    const sha256 = createHash('sha256').update(body).digest('base64');
    expect(proxy.requests.map(({ headers }) => headers['x-amz-checksum-sha256'])).toEqual([sha256]);
  });

  it('knows its own put again when the answer was lost', async () => {
    const { proxy, store, fail } = await connectThrough('lose-answer');
    fail();
    const put = await store.put(KEY, bytes('mine'), { ifAbsent: true });

    expect(proxy.requests.filter(({ method }) => method === 'PUT')).toHaveLength(2);
    expect(await store.head(KEY)).toMatchObject({ versionId: put.versionId, etag: put.etag });
    expect(await collect(store.listVersions(''))).toHaveLength(1);
  });

  it('does not take the same bytes of another for its own put', async () => {
    const { store } = await connectThrough();
    await store.put(KEY, bytes('same'));

    await expect(store.put(KEY, bytes('same'), { ifAbsent: true })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  });

  it('reads again when an answer breaks off', async () => {
    const { store, fail } = await connectThrough('cut-answer', 'cut-answer');
    const body = randomBytes(200_000);
    await store.put(KEY, body);
    fail();

    expect(Buffer.compare((await store.get(KEY))?.body ?? Buffer.alloc(0), body)).toBe(0);
  });

  it('gives up on an answer that always breaks off', async () => {
    const { store, fail } = await connectThrough('cut-answer', 'cut-answer', 'cut-answer');
    await store.put(KEY, randomBytes(200_000));
    fail();

    await expect(store.get(KEY)).rejects.toMatchObject({ name: 'StoreError', kind: 'unreachable' });
  });

  it('tries again when another conditional request is under way', async () => {
    const conflict = s3Error(409, 'ConditionalRequestConflict');
    const { store, fail } = await connectThrough(conflict, conflict);
    fail();
    await store.put(KEY, bytes('at last'), { ifAbsent: true });

    expect(await textOf(store, KEY)).toBe('at last');
  });

  const passing = [
    [400, 'RequestTimeout'],
    [409, 'OperationAborted'],
    [400, 'ThrottlingException'],
    [400, 'KMS.ThrottlingException'],
    [429, 'TooManyRequests'],
    [503, 'SlowDown'],
    [503, 'SlowDownWrite'],
    [500, 'InternalError'],
    [502, ''],
  ] as const;

  it.each(passing)('tries again after %i %s', async (status, code) => {
    const { store, fail } = await connectThrough(s3Error(status, code));
    fail();
    const { versionId } = await store.put(KEY, bytes('at last'), { ifAbsent: true });

    expect(await store.head(KEY)).toMatchObject({ versionId });
  });

  it.each(passing)('tells that %i %s is to be tried again later, when it does not end', async (status, code) => {
    const proxy = await startAwsProxy(moto.endpoint);
    proxy.faults.push(s3Error(status, code));
    const store = connect('a-bucket', { ...moto.clientConfig, endpoint: proxy.endpoint, maxAttempts: 1 });

    await expect(store.put(KEY, bytes('x'))).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('try again in a few minutes'),
    });
  });

  it('has lost when the other requests never end', async () => {
    const { store, fail } = await connectThrough(...Array(6).fill(s3Error(409, 'ConditionalRequestConflict')));
    fail();

    await expect(store.put(KEY, bytes('x'), { ifAbsent: true })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it.each([
    [403, 'AccessDenied', 'denied', /s3:ListBucketVersions on s3:.* failed: AWS denies it: give this user or role/],
    [400, 'ExpiredToken', 'credentials', /have expired: log in again/],
    [403, 'InvalidAccessKeyId', 'credentials', /does not accept the credentials: check AWS_PROFILE/],
    [301, 'PermanentRedirect', 'credentials', /in another region: set AWS_REGION/],
    [418, 'SomethingNew', 'failed', /the answer was SomethingNew/],
  ])('tells what to do about %i %s', async (status, code, kind, message) => {
    const { store, fail } = await connectThrough(s3Error(status, code));
    fail();

    const failure = { name: 'StoreError', kind, message: expect.stringMatching(message) };
    await expect(collect(store.listVersions(''))).rejects.toMatchObject(failure);
  });

  it('finds out why a HEAD was refused, though its answer cannot say', async () => {
    const { store, fail } = await connectThrough(s3Error(400, ''), s3Error(400, 'ExpiredToken'));
    fail();

    await expect(store.head(KEY)).rejects.toMatchObject({ kind: 'credentials' });
  });
});

describe('an S3 bucket that cannot be asked', () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const unreachable = { endpoint: 'http://127.0.0.1:1', region: 'us-east-1', maxAttempts: 1 };

  it.each(OPERATIONS)('tells at %s that AWS cannot be reached', async (_, operation) => {
    await expect(operation(connect('a-bucket', { ...unreachable, credentials }))).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('on s3://a-bucket failed: AWS cannot be reached'),
    });
  });

  const withoutAwsSettings = (settings: Readonly<Record<string, string>>): void => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
    const nothing = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
    for (const [name, value] of Object.entries({ ...nothing, ...settings })) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
  };

  it('tells that there are no credentials, and how to get them', async () => {
    withoutAwsSettings({ AWS_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' });

    await expect((await openStore('s3://a-bucket')).head(KEY)).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('s3:GetObject on s3://a-bucket failed: no AWS credentials were found'),
    });
  });

  it('tells that no region is set', async () => {
    withoutAwsSettings({ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });

    await expect((await openStore('s3://a-bucket')).head(KEY)).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('no AWS region is set: set AWS_REGION'),
    });
  });
});
