/** Drops that somebody has to approve: the function that waits for the answer, and the alarms that ask for it. */
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { APPROVAL_VARIABLE } from '../../../functions/lambda/names.ts';
import { alarmOnDeadLetters, alarmOnErrors } from '../alarms/job-alarms.ts';
import { createDeadLetters } from '../dead-letters.ts';
import { JobFunction } from '../job-function.ts';
import type { InstanceContext } from './context.ts';

export class Approval extends Construct {
  /** @param deploy the function that begins what waits */
  constructor(scope: Construct, id: string, about: InstanceContext, deploy: JobFunction) {
    super(scope, id);
    const { installation, instance, dropBox, alarms } = about;
    const deadLetters = createDeadLetters(this, installation.key);
    const job = new JobFunction(this, 'Job', {
      entry: 'approval',
      description: `Waits for approvals of what is dropped for ${instance.name}`,
      installation,
      instanceName: instance.name,
      // A day more than it waits.
      executionTimeout: Duration.days(8),
      deadLetters,
    });
    dropBox.grantApproval(job, instance.name);
    const { functionArn } = job.live;
    deploy.allow({ actions: ['lambda:InvokeFunction'], resources: [functionArn] });
    deploy.tell(APPROVAL_VARIABLE, functionArn);
    const article = 'A drop waits for an approval';
    alarms.onEvent({
      name: 'approval-asked',
      means: 'a drop waits for somebody to approve it; its receipt says how.',
      article,
      metric: alarms.metric('DropsWaiting'),
    });
    alarms.onEvent({
      name: 'approval-expired',
      means: 'nobody has approved a drop in time, so it was not deployed.',
      article,
      metric: alarms.metric('ApprovalsExpired'),
    });
    alarmOnErrors(alarms, 'approval', job);
    alarmOnDeadLetters(alarms, 'approval', deadLetters);
  }
}
