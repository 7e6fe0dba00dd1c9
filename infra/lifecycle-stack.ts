/** What works on the vault and the drop box. It holds nothing of its own: it can be deleted and deployed again. */
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../functions/settings.ts';
import { Alarms } from './constructs/alarms/alarms.ts';
import { createDashboard } from './constructs/alarms/dashboard.ts';
import { Deployment } from './constructs/deployment.ts';
import type { DropBox } from './constructs/drop-box.ts';
import type { JobFunction } from './constructs/job-function.ts';
import { NightlyBackup } from './constructs/nightly-backup.ts';
import { Recovery } from './constructs/recovery.ts';
import { Strays } from './constructs/strays.ts';
import type { Vault } from './constructs/vault.ts';

export interface LifecycleStackProps extends StackProps {
  readonly settings: Settings;
  readonly vault: Vault;
  readonly dropBox: DropBox;
}

export class LifecycleStack extends Stack {
  constructor(scope: Construct, id: string, { settings, vault, dropBox, ...props }: LifecycleStackProps) {
    super(scope, id, props);
    const alarms = new Alarms(this, 'Alarms', settings.alarmEmail);
    const { people, retentionDays } = settings;
    const { objectLock } = settings.vault;
    const instances = Object.values(settings.instances);
    const sources = instances.filter(({ backup }) => backup).map(({ name }) => name);
    const targets = instances.filter(({ deploy }) => deploy).map(({ name }) => name);
    const backups: JobFunction[] = [];
    for (const instance of instances) {
      const { name, backup, deploy } = instance;
      if (backup) {
        const { job } = new NightlyBackup(this, `Backup-${name}`, {
          ...{ instance, people, backup, vault, alarms, retentionDays, objectLock },
        });
        this.show(`Backup-${name}`, job);
        backups.push(job);
      }
      if (deploy) {
        new Deployment(this, `Deploy-${name}`, { instance, people, dropBox, alarms });
      }
      if (deploy && sources.length > 0) {
        const { job } = new Recovery(this, `Restore-${name}`, { instance, people, sources, vault, alarms });
        this.show(`Restore-${name}`, job);
      }
    }
    new Strays(this, 'Strays', { instances, dropBox, alarms });
    createDashboard(this, {
      sources,
      targets,
      dropBox,
      vault,
      logGroups: backups.map(({ logGroup }) => logGroup.logGroupName),
    });
  }

  /** What `aws lambda invoke --function-name` takes. */
  private show(name: string, job: JobFunction): void {
    new CfnOutput(this, `${name}-Function`, { value: job.live.functionArn });
  }
}
