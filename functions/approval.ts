/**
 * The approval of one drop, as a durable function. Begun by the function that deploys, with the drop it has found waiting:
 *
 *   a callback -> the receipt says how to answer -> the answer, or 7 days -> the receipt says who -> back into the queue of drops
 *
 * It deploys nothing and has no secret: what becomes of the drop is decided where drops are handled.
 */
import {
  CallbackError,
  CallbackTimeoutError,
  type DurableContext,
  withDurableExecution,
} from '@aws/durable-execution-sdk-js';
import * as z from 'zod/mini';
import { parseAnswer } from './core/drop/approval-answer.ts';
import { formatDropEvent } from './core/drop/drop-event.ts';
import type { ApprovalAnswer } from './core/drop/receipt.ts';
import { ConfigError } from './core/errors.ts';
import { answerApproval, expireApproval, noteCallback } from './jobs/deploy/approval.ts';
import { readClaim } from './jobs/deploy/claim-receipt.ts';
import { beginRun } from './lambda/begin-run.ts';
import { tellDrop } from './lambda/drop-telemetry.ts';
import { INSTANCE_VARIABLE, QUEUE_VARIABLE } from './lambda/names.ts';
import { sendMessage } from './lambda/queue.ts';
import { putMetrics, withoutSecrets } from './lambda/telemetry.ts';
import { openFunctionDropBox, valueIn } from './runtime.ts';

const EVENT = z.strictObject({ key: z.string(), versionId: z.string() });

const waitForApproval = async (input: unknown, context: DurableContext): Promise<object> => {
  const { data: event } = EVENT.safeParse(input);
  if (!event) throw new ConfigError('the event of an approval is {"key": …, "versionId": …} of a drop that waits');
  const instance = valueIn(process.env, INSTANCE_VARIABLE);
  const { run, log } = beginRun(instance, context);
  const dropBox = await openFunctionDropBox(process.env);
  const document = dropBox.receipts(instance, event.key, event.versionId);
  try {
    const seconds = await context.step('read the receipt', async () => {
      const { approval } = (await readClaim(document)).receipt;
      return approval ? secondsUntil(approval.until) : 0;
    });
    if (seconds === 0) return { skipped: `${document.key} does not wait` };
    const [answered, callbackId] = await context.createCallback<string>('approval', { timeout: { seconds } });
    await context.step('say how to answer', async () => {
      const { receipt, isNew } = await noteCallback(document, dropBox.name, callbackId);
      if (isNew) await tellDrop({ instance, run, log }, receipt);
    });
    const answer = await answered.then(parseAnswer, noAnswer);
    await context.step('write down the answer', async () => {
      await (answer ? answerApproval(document, answer, Date.now()) : expireApproval(document, Date.now()));
      log.info('Answered', { ...event, ...(answer ?? { answer: 'none' }) });
    });
    const queue = valueIn(process.env, QUEUE_VARIABLE);
    await context.step('hand it on', () => sendMessage(queue, formatDropEvent(dropBox.bucket, event)));
    return answer ?? { answer: 'none' };
  } catch (error) {
    await context.step('report the failure', async () => {
      log.error('Approval failed', error as Error);
      putMetrics(instance, { DropsNotHandled: 1 });
    });
    throw error;
  }
};

export const handler = withDurableExecution(withoutSecrets(waitForApproval));

const secondsUntil = (time: string): number => Math.max(1, Math.ceil((Date.parse(time) - Date.now()) / 1_000));

/** Its time has run out; or somebody has sent a failure instead of an answer. */
const noAnswer = (error: unknown): ApprovalAnswer | undefined => {
  if (error instanceof CallbackTimeoutError) return undefined;
  if (error instanceof CallbackError) return { answer: 'refused', by: 'somebody', reason: error.message };
  throw error;
};
