/** Tags and locks of versions in a bucket. */
import {
  GetObjectTaggingCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { awsErrorName } from '../aws-errors.ts';
import type { VersionMarks } from '../object-store.ts';
import { StoreError } from '../store-error.ts';

interface Bucket {
  readonly bucket: string;
  readonly client: S3Client;
}

interface Reading {
  /** Errors as sentences. */
  readonly explained: <T>(action: string, key: string, work: () => Promise<T>) => Promise<T>;
  /** Whether an error says that there is no such version. */
  readonly isAbsent: (error: unknown, key: string, versionId: string | undefined) => Promise<boolean>;
}

export const createS3Marks = ({ bucket, client }: Bucket, { explained, isAbsent }: Reading): VersionMarks => {
  /** Rights to a version named are others than those to the current one. */
  const onVersion = <T>(verb: string, key: string, versionId: string | undefined, work: () => Promise<T>) => {
    const action = versionId === undefined ? `s3:${verb}ObjectTagging` : `s3:${verb}ObjectVersionTagging`;
    return ifThere(action, key, versionId, work);
  };

  const ifThere = <T>(action: string, key: string, versionId: string | undefined, work: () => Promise<T>) =>
    explained(action, key, async () => {
      try {
        return await work();
      } catch (error) {
        if (await isAbsent(error, key, versionId)) return undefined;
        throw error;
      }
    });

  return {
    tag: async (key, versionId, tags) => {
      const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const input = { Bucket: bucket, Key: key, VersionId: versionId, Tagging: { TagSet } };
      const answer = await onVersion('Put', key, versionId, () => client.send(new PutObjectTaggingCommand(input)));
      return answer !== undefined;
    },
    tagsOf: async (key, versionId) => {
      const input = { Bucket: bucket, Key: key, VersionId: versionId };
      const answer = await onVersion('Get', key, versionId, () => client.send(new GetObjectTaggingCommand(input)));
      return answer && Object.fromEntries((answer.TagSet ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
    },
    lock: async (key, versionId, until, mode) => {
      const Retention = { Mode: mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE', RetainUntilDate: until } as const;
      const input = { Bucket: bucket, Key: key, VersionId: versionId, Retention };
      const answer = await ifThere('s3:PutObjectRetention', key, versionId, () =>
        client.send(new PutObjectRetentionCommand(input)).catch((error: unknown) => {
          throw awsErrorName(error) === 'InvalidRequest' ? cannotLock(bucket, error) : error;
        }),
      );
      return answer !== undefined;
    },
  };
};

const cannotLock = (bucket: string, cause: unknown): StoreError =>
  new StoreError(
    'failed',
    `s3:PutObjectRetention on s3://${bucket} failed: the bucket has no Object Lock; deploy the stack with vault.objectLock, or take that out of the settings`,
    cause,
  );
