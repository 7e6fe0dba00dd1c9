/** Starts a function by the clock, with the time it was meant for. What cannot be handed over goes to its dead letters. */
import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { JobFunction } from './job-function.ts';

export interface ScheduleProps {
  readonly expression: string;
  readonly timeZone: string;
  readonly job: JobFunction;
  readonly deadLetters: Queue;
  /** Beside the time. */
  readonly event?: object;
}

export const startOnSchedule = (
  scope: Construct,
  { expression, timeZone, job, deadLetters, event }: ScheduleProps,
): void => {
  const role = new Role(scope, 'ScheduleRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
  const { functionArn } = job.live;
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
  const key = deadLetters.encryptionMasterKey;
  if (key) {
    const actions = ['kms:Decrypt', 'kms:GenerateDataKey'];
    role.addToPolicy(new PolicyStatement({ actions, resources: [key.keyArn] }));
  }
  const schedule = new CfnSchedule(scope, 'Schedule', {
    scheduleExpression: expression,
    scheduleExpressionTimezone: timeZone,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: functionArn,
      roleArn: role.roleArn,
      input: JSON.stringify({ ...event, scheduledTime: '<aws.scheduler.scheduled-time>' }),
      deadLetterConfig: { arn: deadLetters.queueArn },
      // Of handing the event over; what the function does with it has its own retries.
      retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: Duration.hours(2).toSeconds() },
    },
  });
  schedule.node.addDependency(role);
};
