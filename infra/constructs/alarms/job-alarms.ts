/** Alarms that functions of more than one kind have. */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { MAX_RECEIVES } from '../../../functions/lambda/names.ts';
import type { DropBox } from '../drop-box.ts';
import type { JobFunction } from '../job-function.ts';
import type { Alarms } from './alarms.ts';
import { functionMetric, queueMetric } from './metrics.ts';

/** Each of them counts only when something happens; when nothing does there is nothing to add. */
export const sumOf = (usingMetrics: Readonly<Record<string, IMetric>>): MathExpression =>
  new MathExpression({
    expression: Object.keys(usingMetrics)
      .map((name) => `FILL(${name}, 0)`)
      .join(' + '),
    usingMetrics: { ...usingMetrics },
    period: Duration.minutes(5),
  });

/** Lambda began an invocation and it died, ran out of time or memory; or Lambda had no room to begin one. */
const unwell = (job: JobFunction) => ({
  died: functionMetric(job, 'Errors'),
  turnedAway: functionMetric(job, 'Throttles'),
});

/** @param what it does, as one word: `backup` */
export const alarmOnErrors = (alarms: Alarms, what: string, job: JobFunction): void =>
  alarms.onEvent({
    name: `${what}-errors`,
    means: `the function of the ${what} died, ran out of time, or had no room to run; it is tried again.`,
    article: 'A function died or had no room',
    metric: sumOf(unwell(job)),
  });

export const alarmOnDeadLetters = (alarms: Alarms, what: string, deadLetters: IQueue): void =>
  alarms.whileAbove(
    {
      name: `${what}-dead-letters`,
      means: `the event of a ${what} that failed or could not be started waits in the dead-letter queue.`,
      article: 'A dead-letter queue is not empty',
      metric: queueMetric(deadLetters.queueName, 'ApproximateNumberOfMessagesVisible'),
    },
    0,
  );

/** Drops that are not handled, whosesoever they are. */
export const alarmOnUnhandled = (alarms: Alarms, job: JobFunction, dropBox: DropBox): void => {
  alarms.onEvent({
    name: 'drop-errors',
    means:
      'the function that handles drops died, ran out of time, had no room to run, or could do nothing with one; it is tried again.',
    article: 'Drops are not handled',
    metric: sumOf({ ...unwell(job), notHandled: alarms.metric('DropsNotHandled') }),
  });
  alarms.whileAbove(
    {
      name: 'drop-dead-letters',
      means: `a drop was given up after ${MAX_RECEIVES} deliveries that ended without a receipt.`,
      article: 'A dead-letter queue is not empty',
      metric: queueMetric(dropBox.deadLetterQueueName(alarms.instance), 'ApproximateNumberOfMessagesVisible'),
    },
    0,
  );
};
