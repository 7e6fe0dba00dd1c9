/** The functions of one instance with their rights, schedules and alarms, in a stack of its own within the installation's. */
import { NestedStack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms, type AlarmTopic } from './constructs/alarms/alarms.ts';
import type { InstanceContext, InstanceJob } from './constructs/instance/context.ts';
import { deployment } from './constructs/instance/deployment.ts';
import { nightlyBackup } from './constructs/instance/nightly-backup.ts';
import { recovery } from './constructs/instance/recovery.ts';
import { upkeep } from './constructs/instance/upkeep.ts';

/** Whatever is done for an instance. */
const JOBS: readonly InstanceJob[] = [nightlyBackup, deployment, recovery, upkeep];

export interface InstanceStackProps extends Omit<InstanceContext, 'alarms'> {
  readonly topic: AlarmTopic;
}

export class InstanceStack extends NestedStack {
  constructor(scope: Construct, { topic, ...about }: InstanceStackProps) {
    const { name } = about.instance;
    super(scope, `Instance-${name}`, { description: `oic-lifecycle: what is done for ${name}` });
    const alarms = new Alarms(this, topic, about.installation, name);
    for (const job of JOBS) job(this, { ...about, alarms });
  }
}
