/** Restores into one instance: a function that nothing but a person starts. */
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { shareConcurrency } from '../../../functions/settings/share-concurrency.ts';
import { alarmOnDeadLetters, alarmOnErrors, sumOf } from '../alarms/job-alarms.ts';
import { functionMetric } from '../alarms/metrics.ts';
import { createDeadLetters } from '../dead-letters.ts';
import { JobFunction } from '../job-function.ts';
import type { InstanceContext, InstanceJob } from './context.ts';

export const recovery: InstanceJob = (scope, about) => {
  const { installation, instance } = about;
  const hasSources = Object.values(installation.settings.instances).some(({ backup }) => backup);
  if (instance.deploy && hasSources) new Recovery(scope, `Restore-${instance.name}`, about);
};

class Recovery extends Construct {
  constructor(scope: Construct, id: string, { installation, instance, vault, alarms, recordsOf }: InstanceContext) {
    super(scope, id);
    const records = recordsOf('Restore');
    const deadLetters = createDeadLetters(records, installation.key);
    const { backup: _, ...settings } = instance;
    const job = new JobFunction(this, 'Job', {
      entry: 'restore',
      description: `Restores a snapshot into ${instance.name}`,
      installation,
      instance: { ...settings, concurrency: shareConcurrency(instance).restore },
      executionTimeout: Duration.hours(24),
      logGroup: records.logGroup,
      deadLetters,
      reservedConcurrency: 1,
    });
    job.allowSecret(instance.secret);
    vault.grantRestore(job, instance.name);
    alarms.onEvent({
      name: 'restore-failed',
      means: 'a restore ended, and something of it failed.',
      article: 'A restore failed',
      metric: sumOf({
        failed: alarms.metric('RestoreFailed'),
        timedOut: functionMetric(job, 'DurableExecutionTimedOut'),
      }),
    });
    alarmOnErrors(alarms, 'restore', job);
    alarmOnDeadLetters(alarms, 'restore', deadLetters);
  }
}
