/** Puts into a bucket, with a condition or without. One whose answer was lost is settled by looking whether it was ours that won. */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { awsErrorName } from '../aws-errors.ts';
import { contentTypeOf } from '../object-key.ts';
import { type ObjectVersion, PreconditionFailed, type PutCondition } from '../object-store.ts';
import { conditionHeaders, describe, isRefused, type S3StoreOptions } from './answers.ts';

const MAX_CONFLICTS = 6;
/** Tells our own put from another of the same bytes. */
const PUT_ID = 'oic-put';

/** 409 says that another conditional request is under way, and to try again. */
export const settleConflicts = async <T>(key: string, send: () => Promise<T>): Promise<T> => {
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

export const putObject = async (
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
