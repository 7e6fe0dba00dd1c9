/** The backup of one instance: its function, the schedule that starts it, and the alarms when it fails or does not come. */
import { Duration, Stack } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { reportKey } from '../../functions/core/keys.ts';
import type { People } from '../../functions/core/people.ts';
import { BACKUP_HOURS } from '../../functions/lambda/names.ts';
import { readSchedule } from '../../functions/settings/schedule-expression.ts';
import { shareConcurrency } from '../../functions/settings/share-concurrency.ts';
import type { BackupSettings, InstanceSettings, VaultSettings } from '../../functions/settings.ts';
import type { Alarms } from './alarms/alarms.ts';
import { functionMetric, instanceMetric, queueMetric } from './alarms/metrics.ts';
import { createDeadLetters } from './dead-letters.ts';
import { JobFunction } from './job-function.ts';
import type { Vault } from './vault.ts';

export interface NightlyBackupProps {
  readonly instance: InstanceSettings;
  readonly people: People;
  readonly backup: BackupSettings;
  readonly vault: Vault;
  readonly retentionDays: number;
  readonly objectLock: VaultSettings['objectLock'];
  readonly alarms: Alarms;
}

/** How late a backup may be: it is told to begin on the minute, and may take long. */
const GRACE_HOURS = 2;

export class NightlyBackup extends Construct {
  readonly job: JobFunction;

  constructor(scope: Construct, id: string, props: NightlyBackupProps) {
    super(scope, id);
    const { instance, people, backup, vault, alarms, retentionDays, objectLock } = props;
    const deadLetters = createDeadLetters(this);
    // Without `deploy` its client refuses to change anything.
    const { deploy: _, ...readOnly } = instance;
    this.job = new JobFunction(this, 'Job', {
      entry: 'backup',
      description: `Takes a snapshot of ${instance.name}`,
      instance: {
        ...readOnly,
        backup: { include: backup.include, exclude: backup.exclude },
        concurrency: shareConcurrency(instance).backup,
      },
      people,
      ...(objectLock && { vault: { retentionDays, vault: { objectLock } } }),
      executionTimeout: Duration.hours(BACKUP_HOURS),
      deadLetters,
      reservedConcurrency: 1,
    });
    this.job.allowSecret(instance.secret);
    vault.grantBackup(this.job, instance.name);
    if (backup.schedule !== undefined) {
      this.createSchedule(backup.schedule, backup.timeZone ?? 'UTC', deadLetters);
      alarmOnSilence(alarms, instance.name, backup.schedule);
    }
    alarmOnFailures(alarms, instance.name, this.job, deadLetters);
  }

  private createSchedule(expression: string, timeZone: string, deadLetters: Queue): void {
    const stack = Stack.of(this);
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
    });
    const { functionArn } = this.job.live;
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
    const schedule = new CfnSchedule(this, 'Schedule', {
      scheduleExpression: expression,
      scheduleExpressionTimezone: timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ scheduledTime: '<aws.scheduler.scheduled-time>' }),
        deadLetterConfig: { arn: deadLetters.queueArn },
        // Of handing the event over; what the function does with it has its own retries.
        retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: Duration.hours(2).toSeconds() },
      },
    });
    schedule.node.addDependency(role);
  }
}

const alarmOnSilence = (alarms: Alarms, instance: string, schedule: string): void => {
  const reading = readSchedule(schedule);
  if (reading.problem !== undefined) throw new Error(`${instance}: ${reading.problem}`);
  const hours = Math.max(24, Math.ceil(reading.maxGapHours)) + GRACE_HOURS;
  alarms.onSilence(
    {
      instance,
      name: 'backup-missing',
      means: `no complete snapshot was taken in ${hours} hours; ${reportKey(instance)} in the vault tells of the last one.`,
      article: 'A backup is missing',
      metric: instanceMetric(instance, 'BackupSucceeded', Duration.hours(1)),
    },
    hours,
  );
};

const alarmOnFailures = (alarms: Alarms, instance: string, job: JobFunction, deadLetters: Queue): void => {
  alarms.onEvent({
    instance,
    name: 'backup-failed',
    means: `a backup ended without a snapshot. The last one is whole; ${reportKey(instance)} in the vault tells of it.`,
    article: 'A backup failed',
    metric: new MathExpression({
      expression: 'FILL(failed, 0) + FILL(timedOut, 0)',
      usingMetrics: {
        failed: instanceMetric(instance, 'BackupFailed'),
        timedOut: functionMetric(job, 'DurableExecutionTimedOut'),
      },
      period: Duration.minutes(5),
    }),
  });
  alarms.onEvent({
    instance,
    name: 'snapshot-incomplete',
    means: `a snapshot was taken in which something is missing; ${reportKey(instance)} in the vault tells what.`,
    article: 'A snapshot is incomplete',
    metric: instanceMetric(instance, 'SnapshotIncomplete'),
  });
  alarms.onEvent({
    instance,
    name: 'sudden-loss',
    means: `more than half of a kind that the last snapshot held is gone; ${reportKey(instance)} in the vault tells what.`,
    article: 'Much is gone',
    metric: instanceMetric(instance, 'SuddenLoss'),
  });
  alarms.whileAbove(
    {
      instance,
      name: 'backup-dead-letters',
      means: 'the event of a backup that failed or could not be started waits in the dead-letter queue.',
      article: 'A dead-letter queue is not empty',
      metric: queueMetric(deadLetters.queueName, 'ApproximateNumberOfMessagesVisible'),
    },
    0,
  );
};
