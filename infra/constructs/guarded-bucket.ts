/** The bucket that every bucket of ours is: versions kept, TLS 1.2 only, nothing public, outliving its stack. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Where S3 logs who used the bucket; undefined for the bucket that holds such logs. */
export type AccessLogging = { readonly bucket: Bucket; readonly prefix: string } | undefined;

export const encryptedWith = (key: IKey | undefined): BucketProps =>
  key ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true } : {};

export const createGuardedBucket = (scope: Construct, id: string, logging: AccessLogging, more: BucketProps): Bucket =>
  new Bucket(scope, id, {
    versioned: true,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN,
    // The cast: CDK's own types differ in optional properties that may be undefined.
    ...(logging && { serverAccessLogsBucket: logging.bucket as IBucket, serverAccessLogsPrefix: logging.prefix }),
    ...more,
  });
