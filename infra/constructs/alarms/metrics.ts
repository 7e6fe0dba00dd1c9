/** The functions' own metrics, by the names and dimensions they are written with. */
import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metricDimensions, metricNamespace } from '../../../functions/lambda/names.ts';
import type { JobFunction } from '../job-function.ts';

/** @param installation its `name` in the settings */
export const instanceMetric = (
  installation: string | undefined,
  instance: string,
  metricName: MetricName,
  period: Duration,
): Metric =>
  new Metric({
    namespace: metricNamespace(installation),
    metricName,
    dimensionsMap: metricDimensions(instance),
    statistic: Stats.SUM,
    period,
  });

/** What Lambda itself counts of a function. */
export const functionMetric = (
  job: JobFunction,
  metricName: 'DurableExecutionTimedOut' | 'Errors' | 'Throttles',
): Metric =>
  new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: job.function.functionName },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
  });

export const queueMetric = (
  queueName: string,
  metricName: 'ApproximateNumberOfMessagesVisible' | 'ApproximateAgeOfOldestMessage',
): Metric =>
  new Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName: queueName },
    statistic: Stats.MAXIMUM,
    period: Duration.minutes(5),
  });
