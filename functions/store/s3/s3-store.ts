import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { awsErrorName, explainAwsError } from '../aws-errors.ts';
import { checkKey } from '../object-key.ts';
import {
  type ObjectStore,
  type ObjectVersion,
  PreconditionFailed,
  type StoredObject,
  type VersionEntry,
} from '../object-store.ts';
import { StoreError } from '../store-error.ts';
import { conditionHeaders, describe, isAbsent, isRefused, type S3StoreOptions } from './answers.ts';
import { createS3Marks } from './marks.ts';
import { putObject, settleConflicts } from './put.ts';
import { retryPassingAnswers } from './retry.ts';

const MAX_READS = 3;

const OWN_REASONS = {
  NoSuchBucket: ['missing', 'there is no such bucket: check its name, or create it'],
  InvalidBucketName: ['missing', 'that is no name of a bucket: check it'],
  KeyTooLongError: ['bad-key', 'the key is longer than the 1,024 bytes S3 allows'],
  BadDigest: ['failed', 'the bytes were damaged on their way: try again'],
  XAmzContentSHA256Mismatch: ['failed', 'the bytes were damaged on their way: try again'],
} as const;

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
