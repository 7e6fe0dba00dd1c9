/** Restores into one instance: a function that nothing but a person starts. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { People } from '../../functions/core/people.ts';
import { shareConcurrency } from '../../functions/settings/share-concurrency.ts';
import type { InstanceSettings } from '../../functions/settings.ts';
import type { Alarms } from './alarms/alarms.ts';
import { functionMetric, instanceMetric, queueMetric } from './alarms/metrics.ts';
import { createDeadLetters } from './dead-letters.ts';
import { JobFunction } from './job-function.ts';
import type { Vault } from './vault.ts';

export interface RecoveryProps {
  readonly instance: InstanceSettings;
  readonly people: People;
  /** Whose snapshots it may read. */
  readonly sources: readonly string[];
  readonly vault: Vault;
  readonly alarms: Alarms;
}

export class Recovery extends Construct {
  readonly job: JobFunction;

  constructor(scope: Construct, id: string, { instance, people, sources, vault, alarms }: RecoveryProps) {
    super(scope, id);
    const deadLetters = createDeadLetters(this);
    const { backup: _, ...settings } = instance;
    this.job = new JobFunction(this, 'Job', {
      entry: 'restore',
      description: `Restores a snapshot into ${instance.name}`,
      instance: { ...settings, concurrency: shareConcurrency(instance).restore },
      people,
      executionTimeout: Duration.hours(24),
      deadLetters,
      reservedConcurrency: 1,
    });
    this.job.allowSecret(instance.secret);
    vault.grantRestore(this.job, instance.name, sources);
    alarmOnFailure(alarms, instance.name, this.job);
    alarms.whileAbove(
      {
        instance: instance.name,
        name: 'restore-dead-letters',
        means: 'a restore failed; its event waits in the dead-letter queue.',
        article: 'A dead-letter queue is not empty',
        metric: queueMetric(deadLetters.queueName, 'ApproximateNumberOfMessagesVisible'),
      },
      0,
    );
  }
}

const alarmOnFailure = (alarms: Alarms, instance: string, job: JobFunction): void =>
  alarms.onEvent({
    instance,
    name: 'restore-failed',
    means: 'a restore ended, and something of it failed.',
    article: 'A restore failed',
    metric: new MathExpression({
      expression: 'FILL(failed, 0) + FILL(timedOut, 0)',
      usingMetrics: {
        failed: instanceMetric(instance, 'RestoreFailed'),
        timedOut: functionMetric(job, 'DurableExecutionTimedOut'),
      },
      period: Duration.minutes(5),
    }),
  });
