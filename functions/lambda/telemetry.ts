/** What a function tells of itself: JSON log lines that name instance and run, and metrics that the alarms watch. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { oneLine } from '../core/plain-text.ts';
import { redact, redactDocument, redactError } from '../core/redaction.ts';
import { INSTALLATION_VARIABLE, type MetricName, metricDimensions, metricNamespace, SERVICE } from './names.ts';

/** Of each text of a line; CloudWatch takes 256 KB of all of them. */
const MAX_TEXT = 4_000;

/** Lines about one integration add `integration` themselves. No secret gets into one, and nothing that steers a terminal. */
export const createLog = (instance: string, run: string): Logger =>
  new Logger({
    serviceName: SERVICE,
    persistentKeys: { instance, run },
    jsonReplacerFn: (_, value) => (typeof value === 'string' ? redact(oneLine(redact(value), MAX_TEXT)) : value),
  });

/** A handler whose answer and whose errors, which the service keeps and shows, hold no secret. */
export const withoutSecrets =
  <Given extends unknown[], Answer>(handler: (...given: Given) => Promise<Answer>) =>
  async (...given: Given): Promise<Answer> => {
    try {
      return redactDocument(await handler(...given));
    } catch (error) {
      throw redactError(error);
    }
  };

/** Inside a step, or a replay would count twice. */
export const putMetrics = (instance: string, values: Readonly<Partial<Record<MetricName, number>>>): void => {
  const { service, ...defaultDimensions } = metricDimensions(instance);
  const namespace = metricNamespace(process.env[INSTALLATION_VARIABLE]);
  const metrics = new Metrics({ namespace, serviceName: service, defaultDimensions });
  for (const [name, value] of Object.entries(values)) {
    metrics.addMetric(name, name === 'BackupSeconds' ? MetricUnit.Seconds : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
};
