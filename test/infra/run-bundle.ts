/**
 * A bundled handler in a process whose environment is the function's, which stays warm as in AWS: for each event that the
 * parent sends it answers once, until it is killed. A durable one runs under the official local runner. Arguments: the
 * bundle, `durable` or `plain`. An event may come with what is answered when it waits for a callback.
 */
import { pathToFileURL } from 'node:url';
import type { DurableLambdaHandler } from '@aws/durable-execution-sdk-js';
import type { Context } from 'aws-lambda';

const [, , bundle = '', kind = ''] = process.argv;
const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: unknown };

/** Runs one invocation. */
let invoke: (event: object, answer?: string) => Promise<object>;
if (kind === 'plain') {
  const plain = handler as (event: object, context: Context) => Promise<unknown>;
  const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 900_000 } as Context;
  invoke = async (event) => ({ status: 'SUCCEEDED', result: await plain(event, context) });
} else {
  const { LocalDurableTestRunner } = await import('@aws/durable-execution-sdk-js-testing');
  await LocalDurableTestRunner.setupTestEnvironment();
  invoke = async (payload, answer) => {
    const runner = new LocalDurableTestRunner({ handlerFunction: handler as DurableLambdaHandler });
    const ended = runner.run({ payload });
    if (answer !== undefined) {
      const waiting = runner.getOperation('approval');
      await waiting.waitForData();
      await waiting.sendCallbackSuccess(answer);
    }
    const execution = await ended;
    const status = execution.getStatus();
    return status === 'SUCCEEDED' ? { status, result: execution.getResult() } : { status, error: execution.getError() };
  };
}

process.on('message', ({ event, answer }: { event: object; answer?: string }) => {
  void invoke(event, answer).then((result) => process.send?.(result));
});
