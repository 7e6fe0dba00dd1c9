/**
 * The drop box: the bucket where people put archives, and for each instance with `deploy` the queue that S3 tells of them.
 * The queues are here and not with the functions, for what waits in them is as little to be lost as what lies in the
 * bucket, and since S3 must know them when the bucket is made.
 *
 * What is dropped for no instance is answered too. S3 itself cannot tell of it, for it refuses a prefix that holds another
 * one; so EventBridge tells one more queue of everything below `deploy/`, and its function answers what nobody else does.
 */
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { type Bucket, type CfnBucket, EventType } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DROPS, dropPrefix, leasePrefix, NO_INSTANCE, receiptPrefix, safetyPrefix } from '../../functions/core/keys.ts';
import { DROP_BOX_VARIABLE, MAX_RECEIVES, QUEUE_VARIABLE } from '../../functions/lambda/names.ts';
import { DEPLOY_WORKERS } from '../../functions/settings/share-concurrency.ts';
import type { Settings } from '../../functions/settings.ts';
import { createCustomerKey, letServiceUse } from './customer-key.ts';
import { createGuardedBucket, encryptedWith } from './guarded-bucket.ts';
import { FUNCTION_TIMEOUT, type JobFunction } from './job-function.ts';
import { createPrefixAccess, type PrefixAccess } from './prefix-access.ts';

export interface DropBoxProps {
  /** The instances with `deploy`. */
  readonly targets: readonly string[];
  readonly settings: Settings;
  readonly accessLogs: Bucket;
}

/** A bucket's name has so many letters at most, and CloudFormation ends it with a dash and 12 random ones. */
const MAX_BUCKET_NAME = 63;
const RANDOM_END = 13;

/** Receipts tell an event that comes again from a new one, so they outlive whatever may wait in a queue. */
const LEAST_RECEIPT_DAYS = 30;

export class DropBox extends Construct {
  readonly bucket: Bucket;
  private readonly access: PrefixAccess;
  /** Of the bucket and of the queues. @default AWS's own */
  private readonly key: Key | undefined;

  constructor(scope: Construct, id: string, { targets, settings, accessLogs }: DropBoxProps) {
    super(scope, id);
    const { retentionDays } = settings;
    this.key = settings.customerKey ? this.createKey() : undefined;
    this.bucket = createGuardedBucket(
      this,
      'Bucket',
      { bucket: accessLogs, prefix: 'drop-box/' },
      {
        ...encryptedWith(this.key),
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
      // Whatever it is called: a file that is not deployed gets a receipt that says why not.
      queueConfigurations: queues.map(({ target, queue }) => ({
        event: EventType.OBJECT_CREATED,
        queue: queue.queueArn,
        filter: { s3Key: { rules: [{ name: 'prefix', value: dropPrefix(target) }] } },
      })),
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    // S3 tries the queues when it is told of them, so their policies must be there before.
    for (const { queue } of queues) {
      queue.addToResourcePolicy(this.mayTell(queue, bucket));
      bucket.node.addDependency(queue);
    }
    this.tellOfStrays();
    this.access = createPrefixAccess(this.bucket, this.key, 'DropBox');
  }

  private createKey(): Key {
    const key = createCustomerKey(this, 'DropBox', 'what is dropped, and the queues that tell of it');
    // They tell the queues.
    for (const service of ['s3.amazonaws.com', 'events.amazonaws.com']) letServiceUse(key, service);
    return key;
  }

  /** S3 tells of everything below `deploy/`, once for all instances. */
  private tellOfStrays(): void {
    const queue = this.createQueue(NO_INSTANCE);
    const rule = new CfnRule(this, 'Strays', {
      description: 'What is dropped for no instance gets a receipt too',
      state: 'ENABLED',
      eventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [this.bucket.bucketName] }, object: { key: [{ prefix: DROPS }] } },
      },
      targets: [{ id: 'Queue', arn: queue.queueArn }],
    });
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
      }),
    );
  }

  /** Answers what is dropped for no instance, with a receipt and nothing else. */
  grantStrays(to: JobFunction): void {
    this.access.readAndWrite(to, [receiptPrefix(NO_INSTANCE)]);
    this.receive(to, NO_INSTANCE);
  }

  /** Handles what is dropped for the target: everything from the message in the queue to the receipt. */
  grantDeploy(to: JobFunction, target: string): void {
    const prefixes = [receiptPrefix, safetyPrefix, leasePrefix].map((prefixOf) => prefixOf(target));
    this.access.read(to, [dropPrefix(target)]);
    this.access.readAndWrite(to, prefixes);
    this.receive(to, target);
  }

  /** Writes into receipts who has answered, and puts the drop into its queue again. */
  grantApproval(to: JobFunction, target: string): void {
    this.access.readAndWrite(to, [receiptPrefix(target)]);
    to.tell(DROP_BOX_VARIABLE, this.access.location);
    const queueArn = this.queueArn(to, target);
    to.allow({ actions: ['sqs:SendMessage'], resources: [queueArn] });
    to.tell(QUEUE_VARIABLE, queueArn);
  }

  private receive(to: JobFunction, target: string): void {
    to.tell(DROP_BOX_VARIABLE, this.access.location);
    const queueArn = this.queueArn(to, target);
    to.allow({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
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

  private queueArn(of: JobFunction, target: string): string {
    const resource = this.queueName(target);
    return Stack.of(of).formatArn({ service: 'sqs', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  }

  /** Known by name on both sides: an import would keep an instance's `deploy` from ever being taken away. */
  queueName(target: string): string {
    return `${Stack.of(this).stackName}-drops-${target}`;
  }

  deadLetterQueueName(target: string): string {
    return `${this.queueName(target)}-dead-letters`;
  }

  private createQueue(target: string): Queue {
    const encrypted = this.key && { encryptionMasterKey: this.key };
    const deadLetters = new Queue(this, `DeadLetters-${target}`, {
      ...encrypted,
      queueName: this.deadLetterQueueName(target),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const queue = new Queue(this, `Drops-${target}`, {
      ...encrypted,
      queueName: this.queueName(target),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // The least that Lambda takes. A worker that lives says how long a message is hidden (functions/lambda/visibility.ts).
      visibilityTimeout: FUNCTION_TIMEOUT,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    return queue;
  }

  /**
   * The one bucket, by the beginning of the name that CloudFormation gives it (stack and logical id, in small letters), as its
   * ARN is not known before it is made, and it is made after this. The function holds each event against the whole name.
   */
  private mayTell(queue: Queue, bucket: CfnBucket): PolicyStatement {
    const stack = Stack.of(this);
    const name = `${stack.stackName}-${stack.getLogicalId(bucket)}`.toLowerCase();
    const arn = stack.formatArn({
      service: 's3',
      region: '',
      account: '',
      resource: `${name.slice(0, MAX_BUCKET_NAME - RANDOM_END)}*`,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    return new PolicyStatement({
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': arn } },
    });
  }
}
