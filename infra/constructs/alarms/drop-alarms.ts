/** Alarms about drops that are not handled, whosesoever they are. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { MAX_RECEIVES } from '../../../functions/lambda/names.ts';
import type { DropBox } from '../drop-box.ts';
import type { JobFunction } from '../job-function.ts';
import type { Alarms } from './alarms.ts';
import { functionMetric, instanceMetric, queueMetric } from './metrics.ts';

export const alarmOnUnhandled = (alarms: Alarms, instance: string, job: JobFunction, dropBox: DropBox): void => {
  alarms.onEvent({
    instance,
    name: 'drop-errors',
    means: 'the function that handles drops died, ran out of time, or could do nothing with one; it is tried again.',
    article: 'Drops are not handled',
    metric: new MathExpression({
      expression: 'FILL(died, 0) + FILL(notHandled, 0)',
      usingMetrics: {
        // Of a time-out and of a lack of memory as well.
        died: functionMetric(job, 'Errors'),
        notHandled: instanceMetric(instance, 'DropsNotHandled'),
      },
      period: Duration.minutes(5),
    }),
  });
  alarms.whileAbove(
    {
      instance,
      name: 'drop-dead-letters',
      means: `a drop was given up after ${MAX_RECEIVES} deliveries that ended without a receipt.`,
      article: 'A dead-letter queue is not empty',
      metric: queueMetric(dropBox.deadLetterQueueName(instance), 'ApproximateNumberOfMessagesVisible'),
    },
    0,
  );
};
