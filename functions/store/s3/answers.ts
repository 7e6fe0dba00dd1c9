/** What S3 answers, in the words of the store. */

import type { S3Client } from '@aws-sdk/client-s3';
import { awsErrorName } from '../aws-errors.ts';
import { versioningCommand } from '../contract.ts';
import type { ObjectVersion, PutCondition } from '../object-store.ts';
import { StoreError } from '../store-error.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  readonly client: S3Client;
}

/** A key or version that is not there. An id that S3 cannot have given is refused as an InvalidArgument. */
const ABSENT = ['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'];
export const isAbsent = (error: unknown, versionId?: string): boolean =>
  ABSENT.includes(awsErrorName(error)) || (versionId !== undefined && awsErrorName(error) === 'InvalidArgument');

/** 412, or 404 to an If-Match: the condition does not hold. */
export const isRefused = (error: unknown): boolean => ['PreconditionFailed', 'NoSuchKey'].includes(awsErrorName(error));

export const conditionHeaders = (condition: PutCondition | undefined) => {
  if (!condition) return {};
  return 'ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch };
};

/** @throws StoreError when S3 names no version: the bucket keeps none, or did not when this was stored */
const requireVersion = (bucket: string, key: string, versionId: string | undefined): string => {
  if (versionId !== undefined && versionId !== 'null') return versionId;
  throw new StoreError(
    'unversioned',
    `${key} in s3://${bucket} has no version: switch versioning on (\`${versioningCommand(bucket)}\`) and store again what was stored before`,
  );
};

interface Answer {
  readonly VersionId?: string | undefined;
  readonly ETag?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
}

export const describe = (bucket: string, key: string, answer: Answer): ObjectVersion => ({
  key,
  versionId: requireVersion(bucket, key, answer.VersionId),
  etag: answer.ETag ?? '',
  bytes: answer.ContentLength ?? 0,
  lastModified: answer.LastModified ?? new Date(0),
});
