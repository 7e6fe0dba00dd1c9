/**
 * What shows that snapshots can be relied on: each night a share of what is stored is read back, and each week the newest snapshot is
 * restored into a simulated instance. Neither function has the secret of the instance.
 */
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { MetricName } from '../../../functions/lambda/names.ts';
import { defaultSchedule } from '../../../functions/settings/default-schedule.ts';
import { alarmOnDeadLetters, alarmOnErrors, sumOf } from '../alarms/job-alarms.ts';
import { functionMetric } from '../alarms/metrics.ts';
import { createDeadLetters } from '../dead-letters.ts';
import { JobFunction } from '../job-function.ts';
import { startOnSchedule } from '../schedule.ts';
import type { InstanceContext, InstanceJob } from './context.ts';

export const upkeep: InstanceJob = (scope, about) => {
  const { name, backup } = about.instance;
  if (!backup) return;
  const scrub = new Upkeep(scope, `Scrub-${name}`, about, {
    ...{ entry: 'scrub', description: `Checks what is stored of ${name}`, memoryMb: 1024 },
    expression: defaultSchedule(`${name} scrub`),
    event: backup.scrub === undefined ? {} : { share: backup.scrub },
    means: 'something that is stored is damaged, and no newer snapshot holds it whole; or it could not be read back.',
    article: 'Something that is stored is damaged',
    metrics: ['ScrubDamaged', 'ScrubFailed'],
  });
  about.vault.grantScrub(scrub.job, name);
  const rehearsal = new Upkeep(scope, `Rehearsal-${name}`, about, {
    // The simulated instance holds every archive in memory.
    ...{ entry: 'rehearsal', description: `Rehearses a restore of ${name}`, memoryMb: 3008 },
    expression: defaultSchedule(`${name} rehearsal`, '? * SUN'),
    event: {},
    means: 'the newest snapshot could not be restored as it is.',
    article: 'A rehearsal failed',
    metrics: ['RehearsalFailed'],
  });
  about.vault.grantRehearsal(rehearsal.job, name);
};

interface Work {
  readonly entry: 'scrub' | 'rehearsal';
  readonly description: string;
  readonly memoryMb: number;
  readonly expression: string;
  readonly event: object;
  readonly means: string;
  readonly article: string;
  readonly metrics: readonly MetricName[];
}

class Upkeep extends Construct {
  readonly job: JobFunction;

  constructor(scope: Construct, id: string, { installation, instance, alarms }: InstanceContext, work: Work) {
    super(scope, id);
    const { entry, description, memoryMb, expression, event, means, article, metrics } = work;
    const deadLetters = createDeadLetters(this, installation.key);
    this.job = new JobFunction(this, 'Job', {
      ...{ entry, description, memoryMb, installation, deadLetters },
      instanceName: instance.name,
      executionTimeout: Duration.hours(6),
    });
    startOnSchedule(this, { expression, timeZone: 'UTC', job: this.job, deadLetters, event });
    alarms.onEvent({
      name: `${entry}-failed`,
      ...{ means, article },
      metric: sumOf({
        ...Object.fromEntries(metrics.map((metric, n) => [`m${n}`, alarms.metric(metric)])),
        timedOut: functionMetric(this.job, 'DurableExecutionTimedOut'),
      }),
    });
    alarmOnErrors(alarms, entry, this.job);
    alarmOnDeadLetters(alarms, entry, deadLetters);
  }
}
