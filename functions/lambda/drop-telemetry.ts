/** What a function tells of a drop: one metric and one event for each receipt that it has written. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Receipt } from '../core/drop/receipt.ts';
import { sendEvent } from './events.ts';
import type { MetricName } from './names.ts';
import { putMetrics } from './telemetry.ts';

interface Teller {
  readonly instance: string;
  readonly run: string;
  readonly log: Logger;
}

export const tellDrop = async ({ instance, run, log }: Teller, receipt: Receipt): Promise<void> => {
  const { key, versionId, state, id = null, message, approval } = receipt;
  const metric = metricOf(receipt);
  if (metric) putMetrics(instance, { [metric]: 1 });
  const asked = approval && { answer: approval.answer ?? null, by: approval.by ?? null, until: approval.until };
  await sendEvent(
    'Drop',
    { instance, run, state, key, versionId, integration: id, approval: asked ?? null, message },
    (trouble) => log.warn(trouble),
  );
};

const metricOf = ({ state, approval }: Receipt): MetricName | undefined =>
  state === 'rejected' && approval && !['approved', 'refused'].includes(approval.answer ?? '')
    ? 'ApprovalsExpired'
    : METRIC_OF[state];

const METRIC_OF: Partial<Record<Receipt['state'], MetricName>> = {
  waiting: 'DropsWaiting',
  deployed: 'DropsDeployed',
  unchanged: 'DropsUnchanged',
  rejected: 'DropsRejected',
  failed: 'DropsFailed',
  'rolled-back': 'DropsRolledBack',
  unknown: 'DropsFailed',
  superseded: 'DropsSuperseded',
};
