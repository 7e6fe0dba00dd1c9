/** One instance of the deploy function in a process of its own: takes an event, gives its answer. */
import type { Context, SQSEvent } from 'aws-lambda';
import { handler } from '../../functions/deploy.ts';

process.on('message', ({ leftMs = 900_000, ...event }: SQSEvent & { leftMs?: number }) => {
  const endsAt = performance.now() + leftMs;
  const getRemainingTimeInMillis = () => endsAt - performance.now();
  const context = { awsRequestId: `${process.pid}-${Date.now()}`, getRemainingTimeInMillis } as Context;
  handler(event, context).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
