/**
 * What was dropped for one instance, one message at a time:
 *
 *   S3 event -> SQS -> handleDrop -> receipt, metric; what cannot be decided yet goes back to the queue
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type DropEvent, parseDropEvents } from './core/drop/drop-event.ts';
import type { Receipt } from './core/drop/receipt.ts';
import { type DropServices, handleDrop } from './jobs/deploy/handle-drop.ts';
import { MAX_RECEIVES, type MetricName } from './lambda/names.ts';
import { createLog, putMetrics } from './lambda/telemetry.ts';
import { createFunctionRuntime } from './runtime.ts';

export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const { instance, connect, credentials, openDropBox } = createFunctionRuntime(process.env);
  const log = createLog(instance.name, context.awsRequestId);
  const oic = connect();
  const pause = (ms: number, signal?: AbortSignal) => sleep(ms, undefined, signal && { signal });
  const servicesFor = async (): Promise<DropServices> => ({
    dropBox: await openDropBox(),
    instance: instance.name,
    target: instance.deploy && {
      oic,
      connections: (await credentials()).connections,
      policy: { activation: instance.deploy.activation, existing: 'replace', mayDowngrade: false },
    },
    waiting: { deadlineMs: 300_000, now: Date.now, sleep: pause },
    lease: { worker: context.awsRequestId, ttlMs: 30_000, patienceMs: 90_000, now: Date.now, sleep: pause },
    onStep: ({ do: step, id, reason, outcome, message }) =>
      log.info('Step', { step, integration: id, reason, outcome, message }),
  });

  const handleRecord = async (record: SQSRecord): Promise<boolean> => {
    try {
      const isLastTry = Number(record.attributes.ApproximateReceiveCount) >= MAX_RECEIVES;
      for (const drop of parseDropEvents(record.body)) {
        if (!(await handleOne(await servicesFor(), drop, isLastTry))) return false;
      }
      return true;
    } catch (error) {
      log.error('Drop not handled', error as Error);
      return false;
    }
  };

  const handleOne = async (services: DropServices, drop: DropEvent, isLastTry: boolean): Promise<boolean> => {
    const result = await handleDrop(services, drop, isLastTry);
    if (result.kind === 'later') {
      log.warn('Drop is tried again later', { ...drop, reason: result.reason });
      return false;
    }
    const { state, id, message } = result.receipt;
    log.info('Receipt', { ...drop, state, integration: id, message });
    const metric = METRIC_OF[state];
    if (result.isNew && metric) putMetrics(instance.name, { [metric]: 1 });
    return true;
  };

  try {
    const failed: SQSRecord[] = [];
    for (const record of event.Records) if (!(await handleRecord(record))) failed.push(record);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  } finally {
    await oic.close();
  }
};

const METRIC_OF: Partial<Record<Receipt['state'], MetricName>> = {
  deployed: 'DropsDeployed',
  unchanged: 'DropsUnchanged',
  rejected: 'DropsRejected',
  failed: 'DropsFailed',
  'rolled-back': 'DropsRolledBack',
  superseded: 'DropsSuperseded',
};
