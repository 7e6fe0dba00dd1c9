/** Who read or wrote what in the buckets of a stack, as S3 itself logs it. */
import { Duration } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { createGuardedBucket } from './guarded-bucket.ts';

export class AccessLogs extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, retentionDays: number) {
    super(scope, id);
    this.bucket = createGuardedBucket(this, 'Bucket', undefined, {
      lifecycleRules: [
        { id: 'OldLogs', expiration: Duration.days(retentionDays), noncurrentVersionExpiration: Duration.days(1) },
      ],
    });
    acknowledge(this, 'S1', 'it holds the access logs of the other buckets; its own would never end');
  }
}
