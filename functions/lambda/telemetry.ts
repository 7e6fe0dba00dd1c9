/** What a function tells of itself: JSON log lines that name instance and run, and metrics that the alarms watch. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, type MetricName, metricDimensions, SERVICE } from './names.ts';

/** Lines about one integration add `integration` themselves. */
export const createLog = (instance: string, run: string): Logger =>
  new Logger({ serviceName: SERVICE, persistentKeys: { instance, run } });

/** Inside a step, or a replay would count twice. */
export const putMetrics = (instance: string, values: Readonly<Partial<Record<MetricName, number>>>): void => {
  const { service, ...defaultDimensions } = metricDimensions(instance);
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: service, defaultDimensions });
  for (const [name, value] of Object.entries(values)) {
    metrics.addMetric(name, name === 'BackupSeconds' ? MetricUnit.Seconds : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
};
