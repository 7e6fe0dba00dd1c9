/** What must never be lost: the vault, the drop box, and who used them. Everything in it outlives the stack. */
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../functions/settings.ts';
import { AccessLogs } from './constructs/access-logs.ts';
import { DropBox } from './constructs/drop-box.ts';
import type { ReplicaDestination } from './constructs/replication.ts';
import { Vault } from './constructs/vault.ts';

export interface VaultStackProps extends StackProps {
  readonly settings: Settings;
  readonly replica: ReplicaDestination | undefined;
}

export class VaultStack extends Stack {
  readonly vault: Vault;
  readonly dropBox: DropBox;

  constructor(scope: Construct, id: string, { settings, replica, ...props }: VaultStackProps) {
    super(scope, id, props);
    const { bucket: accessLogs } = new AccessLogs(this, 'AccessLogs', settings.retentionDays);
    const targets = Object.values(settings.instances).flatMap(({ name, deploy }) => (deploy ? [name] : []));
    this.vault = new Vault(this, 'Vault', { settings, accessLogs, replica });
    this.dropBox = new DropBox(this, 'DropBox', { targets, settings, accessLogs });
    new CfnOutput(this, 'VaultBucket', { value: this.vault.bucket.bucketName });
    new CfnOutput(this, 'DropBoxBucket', { value: this.dropBox.bucket.bucketName });
  }
}
