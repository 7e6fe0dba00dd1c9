/** The functions' own metrics, by the names and dimensions they are written with. */
import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_NAMESPACE, type MetricName, metricDimensions } from '../../../functions/lambda/names.ts';
import type { JobFunction } from '../job-function.ts';

export const instanceMetric = (instance: string, metricName: MetricName, period = Duration.minutes(5)): Metric =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: metricDimensions(instance),
    statistic: Stats.SUM,
    period,
  });

/** What Lambda itself counts of a function. */
export const functionMetric = (job: JobFunction, metricName: 'DurableExecutionTimedOut' | 'Errors'): Metric =>
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
