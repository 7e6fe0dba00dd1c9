/**
 * Runs a bundled handler once, in a process whose environment is the function's, and sends its answer to the parent. A
 * durable one runs under the official local runner. Arguments: the bundle, `durable` or `plain`, the event.
 */
import { pathToFileURL } from 'node:url';
import type { DurableLambdaHandler } from '@aws/durable-execution-sdk-js';
import type { Context } from 'aws-lambda';

const [, , bundle = '', kind = '', event = ''] = process.argv;
const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: unknown };
const payload = JSON.parse(event) as object;

if (kind === 'plain') {
  const plain = handler as (event: object, context: Context) => Promise<unknown>;
  const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 900_000 } as Context;
  process.send?.({ status: 'SUCCEEDED', result: await plain(payload, context) });
} else {
  const { LocalDurableTestRunner } = await import('@aws/durable-execution-sdk-js-testing');
  await LocalDurableTestRunner.setupTestEnvironment();
  const execution = await new LocalDurableTestRunner({ handlerFunction: handler as DurableLambdaHandler }).run({
    payload,
  });
  const status = execution.getStatus();
  process.send?.({
    status,
    ...(status === 'SUCCEEDED' ? { result: execution.getResult() } : { error: execution.getError() }),
  });
  await LocalDurableTestRunner.teardownTestEnvironment();
}
process.disconnect?.();
