/** What is dropped for one instance: the function that deploys it, and the alarms when it does not get there. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { People } from '../../functions/core/people.ts';
import { shareConcurrency } from '../../functions/settings/share-concurrency.ts';
import type { InstanceSettings } from '../../functions/settings.ts';
import type { Alarms } from './alarms/alarms.ts';
import { alarmOnUnhandled } from './alarms/drop-alarms.ts';
import { instanceMetric, queueMetric } from './alarms/metrics.ts';
import type { DropBox } from './drop-box.ts';
import { JobFunction } from './job-function.ts';

export interface DeploymentProps {
  readonly instance: InstanceSettings;
  readonly people: People;
  readonly dropBox: DropBox;
  readonly alarms: Alarms;
}

export class Deployment extends Construct {
  readonly job: JobFunction;

  constructor(scope: Construct, id: string, { instance, people, dropBox, alarms }: DeploymentProps) {
    super(scope, id);
    const { backup: _, ...settings } = instance;
    this.job = new JobFunction(this, 'Job', {
      entry: 'deploy',
      description: `Deploys what is dropped for ${instance.name}`,
      instance: { ...settings, concurrency: shareConcurrency(instance).deploy },
      people,
    });
    this.job.allowSecret(instance.secret);
    dropBox.grantDeploy(this.job, instance.name);
    createAlarms(alarms, instance.name, dropBox);
    alarmOnUnhandled(alarms, instance.name, this.job, dropBox);
  }
}

const createAlarms = (alarms: Alarms, instance: string, dropBox: DropBox): void => {
  alarms.onEvent({
    instance,
    name: 'drop-failed',
    means: 'a drop could not be deployed: it failed, or was rolled back to what was there before.',
    article: 'A drop failed or was rolled back',
    metric: new MathExpression({
      expression: 'FILL(failed, 0) + FILL(rolledBack, 0)',
      usingMetrics: {
        failed: instanceMetric(instance, 'DropsFailed'),
        rolledBack: instanceMetric(instance, 'DropsRolledBack'),
      },
      period: Duration.minutes(5),
    }),
  });
  alarms.whileAbove(
    {
      instance,
      name: 'drops-waiting',
      means: 'a drop has been waiting for more than an hour.',
      article: 'Drops are waiting',
      metric: queueMetric(dropBox.queueName(instance), 'ApproximateAgeOfOldestMessage'),
    },
    Duration.hours(1).toSeconds(),
  );
};
