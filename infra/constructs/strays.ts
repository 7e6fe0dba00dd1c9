/** What is dropped for no instance: the function that answers it. */
import { Construct } from 'constructs';
import { NO_INSTANCE } from '../../functions/core/keys.ts';
import { TARGETS_VARIABLE } from '../../functions/lambda/names.ts';
import type { InstanceSettings } from '../../functions/settings.ts';
import type { Alarms } from './alarms/alarms.ts';
import { alarmOnUnhandled } from './alarms/drop-alarms.ts';
import type { DropBox } from './drop-box.ts';
import { JobFunction } from './job-function.ts';

export interface StraysProps {
  readonly instances: readonly InstanceSettings[];
  readonly dropBox: DropBox;
  readonly alarms: Alarms;
}

export class Strays extends Construct {
  constructor(scope: Construct, id: string, { instances, dropBox, alarms }: StraysProps) {
    super(scope, id);
    const job = new JobFunction(this, 'Job', {
      entry: 'strays',
      description: `Answers what is dropped for ${NO_INSTANCE}`,
    });
    const targets = instances.map(({ name, deploy }) => [name, deploy !== undefined]);
    job.tell(TARGETS_VARIABLE, JSON.stringify(Object.fromEntries(targets)));
    dropBox.grantStrays(job);
    alarmOnUnhandled(alarms, NO_INSTANCE, job, dropBox);
  }
}
