/**
 * What works on the vault and the drop box: a nested stack an instance, and what they share. It can be deleted and deployed
 * again; all that goes with it is what was logged.
 */
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { NO_INSTANCE } from '../functions/core/keys.ts';
import type { InstanceSettings, Settings } from '../functions/settings.ts';
import { Alarms, AlarmTopic } from './constructs/alarms/alarms.ts';
import { createDashboard } from './constructs/alarms/dashboard.ts';
import { alarmOnReplication } from './constructs/alarms/replication-alarm.ts';
import { createCustomerKey, letLogsUse, letServiceUse } from './constructs/customer-key.ts';
import type { DropBox } from './constructs/drop-box.ts';
import { JobRecords } from './constructs/instance/context.ts';
import { Strays } from './constructs/strays.ts';
import type { Vault } from './constructs/vault.ts';
import type { Installation } from './installation.ts';
import { InstanceStack } from './instance-stack.ts';

export interface LifecycleStackProps extends StackProps {
  readonly settings: Settings;
  readonly vault: Vault;
  readonly dropBox: DropBox;
}

export class LifecycleStack extends Stack {
  constructor(scope: Construct, id: string, { settings, vault, dropBox, ...props }: LifecycleStackProps) {
    super(scope, id, props);
    const key = settings.customerKey ? this.createKey() : undefined;
    const installation: Installation = { settings, stackName: this.stackName, key };
    const topic = new AlarmTopic(this, 'Alarms', installation);
    const instances = Object.values(settings.instances);
    const logGroups: string[] = [];
    for (const instance of instances) {
      const recordsOf = (job: string): JobRecords => {
        const records = new JobRecords(this, `${job}-${instance.name}`, installation);
        if (job === 'Backup') logGroups.push(records.logGroup.logGroupName);
        return records;
      };
      new InstanceStack(this, { installation, instance, vault, dropBox, topic, recordsOf });
    }
    const alarms = new Alarms(this, topic, installation, NO_INSTANCE);
    new Strays(this, 'Strays', { installation, dropBox, alarms });
    alarmOnReplication(new Alarms(this, topic, installation, 'vault'), vault);
    const having = (what: 'backup' | 'deploy'): string[] =>
      instances.filter((instance: InstanceSettings) => instance[what]).map(({ name }) => name);
    createDashboard(this, {
      installation,
      ...{ sources: having('backup'), targets: having('deploy'), dropBox, vault, logGroups },
    });
  }

  /** Of what the functions leave behind, and of the alarms. */
  private createKey(): Key {
    const key = createCustomerKey(this, 'Lifecycle', 'alarms, logs, dead letters and the state of durable executions');
    letServiceUse(key, 'cloudwatch.amazonaws.com');
    letLogsUse(key, `${this.stackName}-`);
    return key;
  }
}
