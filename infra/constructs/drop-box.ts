/**
 * The drop box: the bucket where people put archives, and for each instance with `deploy` the queue that S3 tells of them.
 * The queues are here and not with the functions, for what waits in them is as little to be lost as what lies in the
 * bucket, and since S3 must know them when the bucket is made.
 */
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { type Bucket, type CfnBucket, EventType } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { dropPrefix, leasePrefix, receiptPrefix, safetyPrefix } from '../../functions/core/keys.ts';
import { DROP_BOX_VARIABLE, MAX_RECEIVES } from '../../functions/lambda/names.ts';
import { DEPLOY_WORKERS } from '../../functions/settings/share-concurrency.ts';
import { createGuardedBucket } from './guarded-bucket.ts';
import { FUNCTION_TIMEOUT, type JobFunction } from './job-function.ts';
import { createPrefixAccess, type PrefixAccess } from './prefix-access.ts';

export interface DropBoxProps {
  /** The instances with `deploy`. */
  readonly targets: readonly string[];
  readonly retentionDays: number;
  readonly accessLogs: Bucket;
}

/** S3 minds upper and lower case, people do not. */
const SUFFIXES = ['.iar', '.IAR'];

/** Receipts tell an event that comes again from a new one, so they outlive whatever may wait in a queue. */
const LEAST_RECEIPT_DAYS = 30;

export class DropBox extends Construct {
  readonly bucket: Bucket;
  private readonly access: PrefixAccess;

  constructor(scope: Construct, id: string, { targets, retentionDays, accessLogs }: DropBoxProps) {
    super(scope, id);
    this.bucket = createGuardedBucket(
      this,
      'Bucket',
      { bucket: accessLogs, prefix: 'drop-box/' },
      {
        lifecycleRules: [
          {
            id: 'Receipts',
            prefix: 'receipts/',
            expiration: Duration.days(Math.max(retentionDays, LEAST_RECEIPT_DAYS)),
          },
          { id: 'Leases', prefix: 'leases/', noncurrentVersionExpiration: Duration.days(1) },
          {
            id: 'Superseded',
            noncurrentVersionExpiration: Duration.days(retentionDays),
            expiredObjectDeleteMarker: true,
          },
          { id: 'UnfinishedUploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
        ],
      },
    );
    const queues = targets.map((target) => ({ target, queue: this.createQueue(target) }));
    const bucket = this.bucket.node.defaultChild as CfnBucket;
    bucket.notificationConfiguration = {
      queueConfigurations: queues.flatMap(({ target, queue }) =>
        SUFFIXES.map((suffix) => ({
          event: EventType.OBJECT_CREATED,
          queue: queue.queueArn,
          filter: {
            s3Key: {
              rules: [
                { name: 'prefix', value: dropPrefix(target) },
                { name: 'suffix', value: suffix },
              ],
            },
          },
        })),
      ),
    };
    // S3 tries the queues when it is told of them, so their policies must be there before.
    for (const { queue } of queues) bucket.node.addDependency(queue);
    this.access = createPrefixAccess(this.bucket, undefined, 'DropBox');
  }

  /** Handles what is dropped for the target: everything from the message in the queue to the receipt. */
  grantDeploy(to: JobFunction, target: string): void {
    const prefixes = [receiptPrefix, safetyPrefix, leasePrefix].map((prefixOf) => prefixOf(target));
    this.access.read(to, [dropPrefix(target)]);
    this.access.readAndWrite(to, prefixes);
    to.tell(DROP_BOX_VARIABLE, this.access.location);

    const stack = Stack.of(to);
    const queueArn = stack.formatArn({
      service: 'sqs',
      resource: this.queueName(target),
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    to.allow({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [queueArn],
    });
    const source = new CfnEventSourceMapping(to, 'Drops', {
      functionName: to.live.functionArn,
      eventSourceArn: queueArn,
      batchSize: 1,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: DEPLOY_WORKERS },
    });
    source.node.addDependency(to.live);
  }

  /** Known by name on both sides: an import would keep an instance's `deploy` from ever being taken away. */
  queueName(target: string): string {
    return `${Stack.of(this).stackName}-drops-${target}`;
  }

  deadLetterQueueName(target: string): string {
    return `${this.queueName(target)}-dead-letters`;
  }

  private createQueue(target: string): Queue {
    const deadLetters = new Queue(this, `DeadLetters-${target}`, {
      queueName: this.deadLetterQueueName(target),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const queue = new Queue(this, `Drops-${target}`, {
      queueName: this.queueName(target),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Six times what one try may take (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
      visibilityTimeout: Duration.seconds(6 * FUNCTION_TIMEOUT.toSeconds()),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        // Not by the bucket, which can only be made when this policy is there.
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    return queue;
  }
}
