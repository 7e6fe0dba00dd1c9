/**
 * An object store in an S3 bucket, which must keep versions. Objects go whole, with their SHA-256, which S3 checks. A
 * conditional put whose answer was lost is settled by looking whether it was ours that won.
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { awsErrorName, explainAwsError } from '../aws-errors.ts';
import { checkKey, contentTypeOf } from '../object-key.ts';
import {
  type ObjectStore,
  type ObjectVersion,
  PreconditionFailed,
  type PutCondition,
  type StoredObject,
  type VersionEntry,
} from '../object-store.ts';
import { StoreError } from '../store-error.ts';
import { createS3Marks } from './marks.ts';
import { retryPassingAnswers } from './retry.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  readonly client: S3Client;
}

const MAX_CONFLICTS = 6;
const MAX_READS = 3;
/** Tells our own put from another of the same bytes. */
const PUT_ID = 'oic-put';

const OWN_REASONS = {
  NoSuchBucket: ['missing', 'there is no such bucket: check its name, or create it'],
  InvalidBucketName: ['missing', 'that is no name of a bucket: check it'],
  KeyTooLongError: ['bad-key', 'the key is longer than the 1,024 bytes S3 allows'],
  BadDigest: ['failed', 'the bytes were damaged on their way: try again'],
  XAmzContentSHA256Mismatch: ['failed', 'the bytes were damaged on their way: try again'],
} as const;

/** A key or version that is not there. An id that S3 cannot have given is refused as an InvalidArgument. */
const ABSENT = ['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'];
const isAbsent = (error: unknown, versionId?: string): boolean =>
  ABSENT.includes(awsErrorName(error)) || (versionId !== undefined && awsErrorName(error) === 'InvalidArgument');

/** 412, or 404 to an If-Match: the condition does not hold. */
const isRefused = (error: unknown): boolean => ['PreconditionFailed', 'NoSuchKey'].includes(awsErrorName(error));

const conditionHeaders = (condition: PutCondition | undefined) => {
  if (!condition) return {};
  return 'ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch };
};

/** @throws StoreError when S3 names no version: the bucket keeps none, or did not when this was stored */
const requireVersion = (bucket: string, key: string, versionId: string | undefined): string => {
  if (versionId !== undefined && versionId !== 'null') return versionId;
  const command = `aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`;
  throw new StoreError(
    'unversioned',
    `${key} in s3://${bucket} has no version: enable versioning (${command}) and store again what was stored before`,
  );
};

interface Answer {
  readonly VersionId?: string | undefined;
  readonly ETag?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
}

const describe = (bucket: string, key: string, answer: Answer): ObjectVersion => ({
  key,
  versionId: requireVersion(bucket, key, answer.VersionId),
  etag: answer.ETag ?? '',
  bytes: answer.ContentLength ?? 0,
  lastModified: answer.LastModified ?? new Date(0),
});

/** 409 says that another conditional request is under way, and to try again. */
const settleConflicts = async <T>(key: string, send: () => Promise<T>): Promise<T> => {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    try {
      return await send();
    } catch (error) {
      if (awsErrorName(error) !== 'ConditionalRequestConflict') throw error;
      await sleep(50 * 2 ** conflicts * (0.5 + Math.random() / 2));
    }
  }
  throw new PreconditionFailed(key);
};

const putObject = async (
  { bucket, client }: S3StoreOptions,
  key: string,
  body: Uint8Array,
  condition: PutCondition | undefined,
): Promise<ObjectVersion> => {
  const putId = randomUUID();
  const input = {
    Bucket: bucket,
    Key: key,
    Body: body,
    ContentLength: body.byteLength,
    ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
    ContentType: contentTypeOf(key),
    Metadata: { [PUT_ID]: putId },
    ...conditionHeaders(condition),
  };
  try {
    const answer = await settleConflicts(key, () => client.send(new PutObjectCommand(input)));
    return describe(bucket, key, { ...answer, ContentLength: body.byteLength, LastModified: new Date() });
  } catch (error) {
    if (!condition || !isRefused(error)) throw error;
    // The SDK repeats a put whose answer was lost; the repetition then meets the object that the first has stored.
    const winner = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch(() => undefined);
    if (winner?.Metadata?.[PUT_ID] !== putId) throw new PreconditionFailed(key);
    return describe(bucket, key, winner);
  }
};

/**
 * Whoever may list below a prefix only is answered 403, not 404, for what is not there
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html): a listing of that key tells the two apart.
 */
const isListed = async (options: S3StoreOptions, key: string, versionId: string | undefined): Promise<boolean> => {
  for await (const version of listEntries(options, key)) {
    if (version.key !== key) return false;
    if (versionId === undefined ? version.isCurrent : version.versionId === versionId) return true;
  }
  return false;
};

const getObject = async (
  { bucket, client }: S3StoreOptions,
  key: string,
  versionId: string | undefined,
): Promise<StoredObject | undefined> => {
  for (let reads = 1; ; reads += 1) {
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
      const version = describe(bucket, key, answer);
      const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      return { ...version, body };
    } catch (error) {
      if (isAbsent(error, versionId)) return undefined;
      if (awsErrorName(error) === 'AccessDenied' && !(await isListed({ bucket, client }, key, versionId)))
        return undefined;
      // The SDK repeats requests, but not an answer that breaks off or does not match its checksum.
      if (error instanceof S3ServiceException || error instanceof StoreError || reads === MAX_READS) throw error;
    }
  }
};

const headObject = async (
  { bucket, client }: S3StoreOptions,
  key: string,
  versionId: string | undefined,
): Promise<ObjectVersion | undefined> => {
  try {
    const answer = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    return describe(bucket, key, answer);
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    // The answer to a HEAD has no body: a missing bucket looks like a missing key. A GET says which.
    const object = await getObject({ bucket, client }, key, versionId);
    if (!object) return undefined;
    const { body: _, ...version } = object;
    return version;
  }
};

async function* listEntries(
  { bucket, client }: S3StoreOptions,
  prefix: string,
  depth?: 'flat',
): AsyncGenerator<VersionEntry> {
  const listed = { Bucket: bucket, Prefix: prefix, ...(depth === 'flat' && { Delimiter: '/' }) };
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ ...listed, ...marker }));
    for (const version of page.Versions ?? []) {
      const entry = describe(bucket, version.Key ?? '', { ...version, ContentLength: version.Size });
      yield { ...entry, isCurrent: version.IsLatest === true };
    }
    if (!page.IsTruncated) return;
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

async function* listMarkers(
  { bucket, client }: S3StoreOptions,
  prefix: string,
): AsyncGenerator<{ readonly key: string; readonly removedAt: Date }> {
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...marker }));
    for (const { Key: key, IsLatest, LastModified: removedAt } of page.DeleteMarkers ?? []) {
      if (IsLatest && key !== undefined && removedAt) yield { key, removedAt };
    }
    if (!page.IsTruncated) return;
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

/** Looks before it deletes: a bucket without versions would lose the object for good. */
const deleteObject = async (
  options: S3StoreOptions,
  key: string,
  condition: { readonly ifMatch: string } | undefined,
): Promise<void> => {
  const current = await headObject(options, key, undefined);
  if (condition && current?.etag !== condition.ifMatch) throw new PreconditionFailed(key);
  if (!current) return;
  const input = { Bucket: options.bucket, Key: key, ...(condition && conditionHeaders(condition)) };
  try {
    await settleConflicts(key, () => options.client.send(new DeleteObjectCommand(input)));
  } catch (error) {
    if (condition && isRefused(error)) throw new PreconditionFailed(key);
    throw error;
  }
};

const removeVersion = async ({ bucket, client }: S3StoreOptions, key: string, versionId: string): Promise<void> => {
  try {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
  } catch (error) {
    if (!isAbsent(error, versionId)) throw error;
  }
};

export const createS3Store = (options: S3StoreOptions): ObjectStore => {
  retryPassingAnswers(options.client);
  const name = `s3://${options.bucket}`;
  const explain = (error: unknown, action: string): unknown =>
    error instanceof PreconditionFailed ? error : explainAwsError(error, `${action} on ${name}`, OWN_REASONS);

  const explained = async <T>(action: string, key: string, work: () => Promise<T>): Promise<T> => {
    checkKey(key);
    try {
      return await work();
    } catch (error) {
      throw explain(error, action);
    }
  };

  async function* listVersions(prefix: string, depth?: 'flat'): AsyncGenerator<VersionEntry> {
    try {
      yield* listEntries(options, prefix, depth);
    } catch (error) {
      throw explain(error, 's3:ListBucketVersions');
    }
  }

  async function* listRemovals(prefix: string): ReturnType<typeof listMarkers> {
    try {
      yield* listMarkers(options, prefix);
    } catch (error) {
      throw explain(error, 's3:ListBucketVersions');
    }
  }

  /** By versions, since S3's list of objects does not tell their version ids. */
  async function* list(prefix: string, depth?: 'flat'): AsyncGenerator<ObjectVersion> {
    for await (const { isCurrent, ...version } of listVersions(prefix, depth)) if (isCurrent) yield version;
  }

  /** A listing: a request for each thousand, where asking for every key is one each. */
  const headAll = async (prefix: string, keys: readonly string[]): Promise<ObjectVersion[]> => {
    for (const key of keys) checkKey(key);
    const wanted = new Set(keys);
    return (await Array.fromAsync(list(prefix))).filter(({ key }) => wanted.has(key));
  };

  return {
    name,
    put: (key, body, condition) => explained('s3:PutObject', key, () => putObject(options, key, body, condition)),
    get: (key, versionId) =>
      explained(versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', key, () =>
        getObject(options, key, versionId),
      ),
    head: (key, versionId) =>
      explained(versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', key, () =>
        headObject(options, key, versionId),
      ),
    headAll,
    list,
    listVersions: (prefix) => listVersions(prefix),
    listRemovals,
    delete: (key, condition) => explained('s3:DeleteObject', key, () => deleteObject(options, key, condition)),
    deleteVersion: (key, versionId) =>
      explained('s3:DeleteObjectVersion', key, () => removeVersion(options, key, versionId)),
    marks: createS3Marks(options, {
      explained,
      isAbsent: async (error, key, versionId) =>
        isAbsent(error, versionId) ||
        (awsErrorName(error) === 'AccessDenied' && !(await isListed(options, key, versionId))),
    }),
  };
};
