/** Where events of one kind end that nobody could deal with, for people to look at within two weeks. */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export const createDeadLetters = (scope: Construct, key: IKey | undefined): Queue => {
  const queue = new Queue(scope, 'DeadLetters', {
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    ...(key && { encryptionMasterKey: key }),
  });
  acknowledge(queue, 'SQS3', 'it is itself the dead-letter queue, of a function and its schedule');
  return queue;
};
