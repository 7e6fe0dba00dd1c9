/** The backup of one instance: its function, the schedule that starts it, and the alarms when it fails or does not come. */
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { reportKey } from '../../../functions/core/keys.ts';
import { BACKUP_HOURS } from '../../../functions/lambda/names.ts';
import { defaultSchedule } from '../../../functions/settings/default-schedule.ts';
import { readSchedule } from '../../../functions/settings/schedule-expression.ts';
import { shareConcurrency } from '../../../functions/settings/share-concurrency.ts';
import type { BackupSettings } from '../../../functions/settings.ts';
import type { Alarms } from '../alarms/alarms.ts';
import { alarmOnDeadLetters, alarmOnErrors, sumOf } from '../alarms/job-alarms.ts';
import { functionMetric } from '../alarms/metrics.ts';
import { createDeadLetters } from '../dead-letters.ts';
import { JobFunction } from '../job-function.ts';
import { startOnSchedule } from '../schedule.ts';
import type { InstanceContext, InstanceJob } from './context.ts';

/** How late a backup may be: it is told to begin on the minute, and may take long. */
const GRACE_HOURS = 2;

export const nightlyBackup: InstanceJob = (scope, about) => {
  const { name, backup } = about.instance;
  if (backup) new NightlyBackup(scope, `Backup-${name}`, about, backup);
};

class NightlyBackup extends Construct {
  constructor(scope: Construct, id: string, about: InstanceContext, backup: BackupSettings) {
    super(scope, id);
    const { installation, instance, vault, alarms, recordsOf } = about;
    const { retentionDays, vault: kept } = installation.settings;
    const records = recordsOf('Backup');
    const deadLetters = createDeadLetters(records, installation.key);
    // Without `deploy` its client refuses to change anything.
    const { deploy: _, ...readOnly } = instance;
    const job = new JobFunction(this, 'Job', {
      entry: 'backup',
      description: `Takes a snapshot of ${instance.name}`,
      installation,
      instance: {
        ...readOnly,
        backup: { include: backup.include, exclude: backup.exclude },
        concurrency: shareConcurrency(instance).backup,
      },
      ...(kept.objectLock && { vault: { retentionDays, vault: { objectLock: kept.objectLock } } }),
      executionTimeout: Duration.hours(BACKUP_HOURS),
      logGroup: records.logGroup,
      deadLetters,
      reservedConcurrency: 1,
    });
    job.allowSecret(instance.secret);
    vault.grantBackup(job, instance.name);
    const expression = backup.schedule ?? defaultSchedule(instance.name);
    startOnSchedule(this, { expression, timeZone: backup.timeZone ?? 'UTC', job, deadLetters });
    alarmOnSilence(alarms, expression);
    alarmOnFailures(alarms, job);
    alarmOnErrors(alarms, 'backup', job);
    alarmOnDeadLetters(alarms, 'backup', deadLetters);
  }
}

const alarmOnSilence = (alarms: Alarms, schedule: string): void => {
  const { instance } = alarms;
  const reading = readSchedule(schedule);
  if (reading.problem !== undefined) throw new Error(`${instance}: ${reading.problem}`);
  const hours = Math.max(24, Math.ceil(reading.maxGapHours)) + GRACE_HOURS;
  alarms.onSilence(
    {
      name: 'backup-missing',
      means: `no complete snapshot was taken in ${hours} hours; ${reportKey(instance)} in the vault tells of the last one.`,
      article: 'A backup is missing',
      metric: alarms.metric('BackupSucceeded', Duration.hours(1)),
    },
    hours,
  );
};

const alarmOnFailures = (alarms: Alarms, job: JobFunction): void => {
  const page = reportKey(alarms.instance);
  alarms.onEvent({
    name: 'backup-failed',
    means: `a backup ended without a snapshot. The last one is whole; ${page} in the vault tells of it.`,
    article: 'A backup failed',
    metric: sumOf({ failed: alarms.metric('BackupFailed'), timedOut: functionMetric(job, 'DurableExecutionTimedOut') }),
  });
  alarms.onEvent({
    name: 'snapshot-incomplete',
    means: `a snapshot was taken in which something is missing; ${page} in the vault tells what.`,
    article: 'A snapshot is incomplete',
    metric: alarms.metric('SnapshotIncomplete'),
  });
  alarms.onEvent({
    name: 'sudden-loss',
    means: `more than half of a kind that the last snapshot held is gone; ${page} in the vault tells what.`,
    article: 'Much is gone',
    metric: alarms.metric('SuddenLoss'),
  });
};
