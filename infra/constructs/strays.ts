/** What is dropped for no instance: the function that answers it. */
import { Construct } from 'constructs';
import { NO_INSTANCE } from '../../functions/core/keys.ts';
import { TARGETS_VARIABLE } from '../../functions/lambda/names.ts';
import type { Installation } from '../installation.ts';
import type { Alarms } from './alarms/alarms.ts';
import { alarmOnUnhandled } from './alarms/job-alarms.ts';
import type { DropBox } from './drop-box.ts';
import { JobFunction } from './job-function.ts';

export interface StraysProps {
  readonly installation: Installation;
  readonly dropBox: DropBox;
  readonly alarms: Alarms;
}

export class Strays extends Construct {
  constructor(scope: Construct, id: string, { installation, dropBox, alarms }: StraysProps) {
    super(scope, id);
    const targets = Object.values(installation.settings.instances).map(({ name, deploy }) => [
      name,
      deploy !== undefined,
    ]);
    const job = new JobFunction(this, 'Job', {
      entry: 'strays',
      description: `Answers what is dropped for ${NO_INSTANCE}`,
      installation,
      written: { [TARGETS_VARIABLE]: JSON.stringify(Object.fromEntries(targets)) },
    });
    dropBox.grantStrays(job);
    alarmOnUnhandled(alarms, job, dropBox);
  }
}
