/** What is dropped for one instance: the function that deploys it, and the alarms when it does not get there. */
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { shareConcurrency } from '../../../functions/settings/share-concurrency.ts';
import type { Alarms } from '../alarms/alarms.ts';
import { alarmOnUnhandled, sumOf } from '../alarms/job-alarms.ts';
import { queueMetric } from '../alarms/metrics.ts';
import type { DropBox } from '../drop-box.ts';
import { JobFunction } from '../job-function.ts';
import { Approval } from './approval.ts';
import type { InstanceContext, InstanceJob } from './context.ts';

export const deployment: InstanceJob = (scope, about) => {
  if (about.instance.deploy) new Deployment(scope, `Deploy-${about.instance.name}`, about);
};

class Deployment extends Construct {
  constructor(scope: Construct, id: string, about: InstanceContext) {
    super(scope, id);
    const { installation, instance, dropBox, alarms, recordsOf } = about;
    const { backup: _, ...settings } = instance;
    const job = new JobFunction(this, 'Job', {
      entry: 'deploy',
      description: `Deploys what is dropped for ${instance.name}`,
      installation,
      instance: { ...settings, concurrency: shareConcurrency(instance).deploy },
      logGroup: recordsOf('Deploy').logGroup,
    });
    job.allowSecret(instance.secret);
    dropBox.grantDeploy(job, instance.name);
    createAlarms(alarms, dropBox);
    alarmOnUnhandled(alarms, job, dropBox);
    if (instance.deploy?.approval) new Approval(this, 'Approval', about, job);
  }
}

const createAlarms = (alarms: Alarms, dropBox: DropBox): void => {
  alarms.onEvent({
    name: 'drop-failed',
    means: 'a drop could not be deployed: it failed, or was rolled back to what was there before.',
    article: 'A drop failed or was rolled back',
    metric: sumOf({ failed: alarms.metric('DropsFailed'), rolledBack: alarms.metric('DropsRolledBack') }),
  });
  alarms.whileAbove(
    {
      name: 'drops-waiting',
      means: 'a drop has been waiting for more than an hour.',
      article: 'Drops are waiting',
      metric: queueMetric(dropBox.queueName(alarms.instance), 'ApproximateAgeOfOldestMessage'),
    },
    Duration.hours(1).toSeconds(),
  );
};
