/** One instance of the deploy function in a process of its own: takes an event, gives its answer. */
import type { SQSEvent } from 'aws-lambda';
import { handler } from '../../functions/deploy.ts';
import { contextOf } from './context.ts';

process.on('message', (event: SQSEvent) => {
  handler(event, contextOf(900_000)).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
