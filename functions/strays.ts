/**
 * What was dropped for no instance: EventBridge tells of everything below `deploy/`, and what an instance with `deploy` has to
 * answer is left to its own function.
 *
 *   S3 event -> EventBridge -> SQS -> handleStray -> receipt, metric, event
 */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type DropEvent, parseDropEvents } from './core/drop/drop-event.ts';
import { isStray } from './core/drop/dropped-file.ts';
import { RETRY_SECONDS } from './core/drop/retries.ts';
import { NO_INSTANCE } from './core/keys.ts';
import { handleStray } from './jobs/deploy/handle-stray.ts';
import { tellDrop } from './lambda/drop-telemetry.ts';
import { handleMessages } from './lambda/messages.ts';
import { createLog, putMetrics, withoutSecrets } from './lambda/telemetry.ts';
import { openFunctionDropBox, readTargets } from './runtime.ts';

const answerStrays = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const log = createLog(NO_INSTANCE, context.awsRequestId);
  // By this name the bundler puts the text in its place (infra/constructs/strays.ts).
  const targets = readTargets(process.env.OIC_TARGETS);
  const dropBox = await openFunctionDropBox(process.env);
  return handleMessages<DropEvent>(event, {
    parse: (body) => parseDropEvents(body, dropBox.bucket).filter(({ key }) => isStray(key, targets)),
    handle: async (drop) => {
      const { receipt, isNew } = await handleStray({ dropBox, targets, now: Date.now }, drop);
      log.info('Receipt', { ...drop, state: receipt.state, message: receipt.message });
      if (isNew) await tellDrop({ instance: NO_INSTANCE, run: context.awsRequestId, log }, receipt);
      return undefined;
    },
    retries: RETRY_SECONDS,
    onFailure: (error) => {
      log.error('Drop not handled', error);
      putMetrics(NO_INSTANCE, { DropsNotHandled: 1 });
    },
    onTrouble: (error) => log.warn(error.message),
  });
};

export const handler = withoutSecrets(answerStrays);
