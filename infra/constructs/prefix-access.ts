/**
 * The right to some prefixes of a bucket, for functions of another stack. No wildcard but the one that ends a prefix:
 * objects are read and put by key, versions are listed only below a prefix, and nothing is ever deleted.
 *
 * A function that may list below a prefix only is answered 403, not 404, when it asks for a key that is not there:
 * the store settles that by listing.
 */
import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { keysOf } from './customer-key.ts';
import type { JobFunction } from './job-function.ts';

export interface PrefixAccess {
  read(to: JobFunction, prefixes: readonly string[]): void;
  readAndWrite(to: JobFunction, prefixes: readonly string[]): void;
  /** Something about the objects there, such as a tag, which changes none of them. */
  mark(
    to: JobFunction,
    action: 's3:PutObjectTagging' | 's3:PutObjectVersionTagging' | 's3:PutObjectRetention',
    prefixes: readonly string[],
  ): void;
  readonly bucketName: string;
  /** The bucket as the command line writes it. */
  readonly location: string;
}

interface Writing {
  readonly s3: readonly string[];
  readonly kms: readonly string[];
}

/**
 * @param key that encrypts what is written now
 * @param name of its key, and of the exports that the other stack imports; it never changes, or neither stack could be deployed.
 */
export const createPrefixAccess = (bucket: Bucket, key: IKey | undefined, name: string): PrefixAccess => {
  const stack = Stack.of(bucket);
  const exported = (value: string, what: string): string =>
    stack.exportValue(value, { name: `${stack.stackName}-${name}${what}` });
  const arn = exported(bucket.bucketArn, 'Arn');
  const bucketName = exported(bucket.bucketName, 'Name');
  const keys = keysOf(stack, name);

  const reason = 'every object below a prefix of its instance';
  const below = (prefixes: readonly string[]): string[] => prefixes.map((prefix) => `${arn}/${prefix}*`);

  const allow = (to: JobFunction, prefixes: readonly string[], more: Writing): void => {
    const resources = below(prefixes);
    to.allow({ actions: ['s3:GetObject', 's3:GetObjectVersion', ...more.s3], resources, reason });
    to.allow({
      actions: ['s3:ListBucketVersions'],
      resources: [arn],
      conditions: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
    });
    to.allow({ actions: ['kms:Decrypt', ...more.kms], ...keys });
  };

  return {
    read: (to, prefixes) => allow(to, prefixes, { s3: [], kms: [] }),
    readAndWrite: (to, prefixes) =>
      allow(to, prefixes, { s3: ['s3:PutObject'], kms: key ? ['kms:GenerateDataKey'] : [] }),
    mark: (to, action, prefixes) => to.allow({ actions: [action], resources: below(prefixes), reason }),
    bucketName,
    location: `s3://${bucketName}`,
  };
};
