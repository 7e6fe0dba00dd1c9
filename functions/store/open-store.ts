/** From what a person writes after `--vault` or `--drop-box` to a store: a directory, or `s3://bucket`. */

import { ConfigError } from '../core/errors.ts';
import { writingProbeKey } from '../core/keys.ts';
import { awsRequests } from './aws-requests.ts';
import { type ContractCheck, checkContract, tryWriting } from './contract.ts';
import { createDirectoryStore } from './directory/directory-store.ts';
import type { ObjectStore } from './object-store.ts';

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;
const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?$/;

/** More than any `concurrency` in the settings, since one process may work on several instances. */
const MAX_CONNECTIONS = 64;

/** Stores that are not of AWS seldom have a host name for each bucket; all of them know it as the first part of the path. */
const isElsewhere = ({ AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL }: NodeJS.ProcessEnv): boolean => {
  const host = URL.parse(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL || '')?.hostname;
  return host !== undefined && !/\.amazonaws\.com(\.cn)?$/.test(host);
};

/** Loads the SDK only for a bucket; commands that work on directories start without it. */
const connectBucket = async (bucket: string) => {
  const [{ S3Client }, { createS3Store }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('./s3/s3-store.ts'),
  ]);
  const client = new S3Client({
    followRegionRedirects: true,
    forcePathStyle: isElsewhere(process.env),
    requestHandler: awsRequests({ requestTimeout: 60_000, maxSockets: MAX_CONNECTIONS }),
  });
  return { client, store: createS3Store({ bucket, client }) };
};

const openBucket = async (bucket: string, isOnAws: boolean): Promise<ObjectStore> => {
  const { client, store } = await connectBucket(bucket);
  if (!isOnAws) (await import('./s3/contract-guard.ts')).guardContract(client, bucket, store, Date.now);
  return store;
};

/**
 * Touches neither the directory nor the bucket yet. A bucket that is not on AWS is held to the contract before anything is
 * written.
 * @param isOnAws it is one of AWS, as for its functions: those have no rights to try it out, and need none
 * @throws ConfigError when the location cannot be one
 */
export const openStore = async (location: string, isOnAws = false): Promise<ObjectStore> => {
  const scheme = SCHEME.exec(location)?.[1];
  if (location.trim() === '') throw new ConfigError('a store needs a directory or s3://BUCKET');
  if (scheme === undefined) return createDirectoryStore(location);
  if (scheme !== 's3') throw new ConfigError(`${location} is not a store: write a directory or s3://BUCKET`);
  const bucket = BUCKET.exec(location)?.[1];
  if (bucket !== undefined) return openBucket(bucket, isOnAws);
  throw new ConfigError(
    `${location} is not a bucket: write s3://BUCKET and nothing after it (3 to 63 lower-case letters, digits, dots and hyphens; a store is a whole bucket, without a prefix)`,
  );
};

/**
 * Writes, reads and removes a small object there, and tries out what a bucket has to do.
 * @returns what a bucket keeps; nothing of a directory. @throws StoreError when it cannot be used
 */
export const tryStore = async (location: string, instance: string): Promise<readonly ContractCheck[]> => {
  const bucket = BUCKET.exec(location)?.[1];
  if (bucket !== undefined) return checkContract((await connectBucket(bucket)).store);
  await tryWriting(await openStore(location), writingProbeKey(instance));
  return [];
};
