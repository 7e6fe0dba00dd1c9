/** How every durable function begins: its run has a name, and each line of its log carries it, also those of the service's own library. */

import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Logger } from '@aws-lambda-powertools/logger';
import { runName } from './durable-journal.ts';
import { createLog } from './telemetry.ts';

export const beginRun = (instance: string, context: DurableContext): { readonly run: string; readonly log: Logger } => {
  const run = runName(context);
  const log = createLog(instance, run);
  context.configureLogger({ customLogger: log });
  return { run, log };
};
