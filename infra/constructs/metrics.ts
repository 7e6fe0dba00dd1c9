/** The functions' own metrics, by the names and dimensions they are written with. */
import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_NAMESPACE, type MetricName, metricDimensions } from '../../functions/lambda/names.ts';

export const instanceMetric = (instance: string, metricName: MetricName, period = Duration.minutes(5)): Metric =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: metricDimensions(instance),
    statistic: Stats.SUM,
    period,
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
