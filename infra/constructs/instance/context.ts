/** What the jobs of an instance are made of. */
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { InstanceSettings } from '../../../functions/settings.ts';
import type { Installation } from '../../installation.ts';
import type { Alarms } from '../alarms/alarms.ts';
import type { DropBox } from '../drop-box.ts';
import { createLog } from '../job-function.ts';
import type { Vault } from '../vault.ts';

export interface InstanceContext {
  readonly installation: Installation;
  readonly instance: InstanceSettings;
  readonly vault: Vault;
  readonly dropBox: DropBox;
  readonly alarms: Alarms;
  /** What its oldest jobs leave behind. @param job Backup, Deploy or Restore */
  readonly recordsOf: (job: string) => JobRecords;
}

/** Makes the function, rights and alarms of one job; nothing where the settings of the instance do not ask for it. */
export type InstanceJob = (scope: Construct, about: InstanceContext) => void;

/**
 * The lines of a function, and the place for its dead letters. They are in the parent of the instance's stack, where they were
 * before there was one: what moves into another stack is made anew, and what was in it is lost. A job that came later has
 * its own beside it.
 */
export class JobRecords extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, installation: Installation) {
    super(scope, id);
    this.logGroup = createLog(new Construct(this, 'Job'), installation);
  }
}
