/** From what a person writes after `--vault` or `--drop-box` to a store: a directory, or `s3://bucket`. */
import { ConfigError } from '../core/errors.ts';
import { createDirectoryStore } from './directory/directory-store.ts';
import type { ObjectStore } from './object-store.ts';

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;
const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?$/;

/** More than any `concurrency` in the settings, since one process may work on several instances. */
const MAX_CONNECTIONS = 64;

/** Loads the SDK only for a bucket; commands that work on directories start without it. */
const openBucket = async (bucket: string): Promise<ObjectStore> => {
  const [{ S3Client }, { createS3Store }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('./s3/s3-store.ts'),
  ]);
  const client = new S3Client({
    followRegionRedirects: true,
    requestHandler: {
      httpsAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      throwOnRequestTimeout: true,
    },
  });
  return createS3Store({ bucket, client });
};

/** Touches neither the directory nor the bucket yet. @throws ConfigError when the location cannot be one */
export const openStore = async (location: string): Promise<ObjectStore> => {
  const scheme = SCHEME.exec(location)?.[1];
  if (location.trim() === '') throw new ConfigError('a store needs a directory or s3://BUCKET');
  if (scheme === undefined) return createDirectoryStore(location);
  if (scheme !== 's3') throw new ConfigError(`${location} is not a store: write a directory or s3://BUCKET`);
  const bucket = BUCKET.exec(location)?.[1];
  if (bucket !== undefined) return openBucket(bucket);
  throw new ConfigError(
    `${location} is not a bucket: write s3://BUCKET and nothing after it (a store is a whole bucket, without a prefix)`,
  );
};
