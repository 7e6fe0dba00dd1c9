/**
 * What was dropped for one instance, one message at a time:
 *
 *   S3 event -> SQS -> handleDrop -> receipt, metric, event; what cannot be decided yet goes back to the queue
 *
 * A drop that needs an approval leaves the queue; the function that waits for the answer puts it there again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type DropEvent, parseDropEvents } from './core/drop/drop-event.ts';
import { RETRY_SECONDS } from './core/drop/retries.ts';
import { type DropServices, handleDrop } from './jobs/deploy/handle-drop.ts';
import type { ActivationWait } from './jobs/instance/activation-wait.ts';
import { tellDrop } from './lambda/drop-telemetry.ts';
import { handleMessages } from './lambda/messages.ts';
import { APPROVAL_VARIABLE } from './lambda/names.ts';
import { startApproval } from './lambda/start-approval.ts';
import { createLog, putMetrics, withoutSecrets } from './lambda/telemetry.ts';
import { createFunctionRuntime, openFunctionDropBox, valueIn } from './runtime.ts';

const deployDrops = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const { instance, connect, credentials } = createFunctionRuntime(process.env);
  const log = createLog(instance.name, context.awsRequestId);
  const dropBox = await openFunctionDropBox(process.env);
  const leftMs = () => context.getRemainingTimeInMillis() / 3;
  const oic = connect(leftMs);
  const servicesFor = async (): Promise<DropServices> => ({
    dropBox,
    instance: instance.name,
    target: instance.deploy && {
      oic,
      connections: (await credentials()).connections,
      policy: { activation: instance.deploy.activation, existing: 'replace', mayDowngrade: false },
    },
    needsApproval: instance.deploy?.approval ?? false,
    waiting: waitingWithin(leftMs, (sentence) => log.info(sentence)),
    lease: { worker: context.awsRequestId, ttlMs: 30_000, patienceMs: 90_000, now: Date.now, elapsed, sleep: pause },
    retries: RETRY_SECONDS,
    onStep: ({ do: step, id, reason, outcome, message }) =>
      log.info('Step', { step, integration: id, reason, outcome, message }),
  });

  const handleOne = async (drop: DropEvent): Promise<number | undefined> => {
    const result = await handleDrop(await servicesFor(), drop);
    if (result.kind === 'later') {
      log.warn('Drop is tried again later', { ...drop, reason: result.reason, seconds: result.seconds });
      return result.seconds;
    }
    const { state, id, message } = result.receipt;
    log.info('Receipt', { ...drop, state, integration: id, message });
    // Told of by the execution that waits, once it can be answered.
    if (result.kind === 'waiting') await startApproval(valueIn(process.env, APPROVAL_VARIABLE), drop);
    else if (result.isNew) await tellDrop({ instance: instance.name, run: context.awsRequestId, log }, result.receipt);
    return undefined;
  };

  try {
    return await handleMessages(event, {
      parse: (body) => parseDropEvents(body, dropBox.bucket),
      handle: handleOne,
      retries: RETRY_SECONDS,
      onFailure: (error) => {
        log.error('Drop not handled', error);
        putMetrics(instance.name, { DropsNotHandled: 1 });
      },
      onTrouble: (error) => log.warn(error.message),
    });
  } finally {
    await oic.close();
  }
};

export const handler = withoutSecrets(deployDrops);

const elapsed = (): number => performance.now();
const pause = (ms: number, signal?: AbortSignal) => sleep(ms, undefined, signal && { signal });

/**
 * One deadline for all of a drop: each wait may take a third of what is left of the invocation, and five minutes at most. So
 * whatever comes to nothing, there is time for the way back, and for the receipt.
 * @param leftMs that third
 */
const waitingWithin = (leftMs: () => number, note: (sentence: string) => void): ActivationWait => ({
  get deadlineMs() {
    return Math.min(300_000, leftMs());
  },
  get endsAt() {
    return elapsed() + leftMs();
  },
  now: elapsed,
  sleep: pause,
  note,
});
