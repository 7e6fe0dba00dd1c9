/** The second copy of the vault lacks something. */
import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { REPLICATED, ruleOf } from '../replication.ts';
import type { Vault } from '../vault.ts';
import type { Alarms } from './alarms.ts';
import { sumOf } from './job-alarms.ts';

export const alarmOnReplication = (alarms: Alarms, { bucketName, replica }: Vault): void => {
  if (!replica) return;
  const failuresOf = (prefix: string): Metric =>
    new Metric({
      namespace: 'AWS/S3',
      metricName: 'OperationsFailedReplication',
      dimensionsMap: { SourceBucket: bucketName, DestinationBucket: replica.bucketName, RuleId: ruleOf(prefix) },
      statistic: Stats.SUM,
      period: Duration.minutes(5),
    });
  alarms.onEvent({
    name: 'replication-failed',
    means: 'something in the vault could not be copied into the second bucket.',
    article: 'The copy of the vault lacks something',
    metric: sumOf(Object.fromEntries(REPLICATED.map((prefix) => [ruleOf(prefix), failuresOf(prefix)]))),
  });
};
