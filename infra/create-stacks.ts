/** All stacks of one account and region: what must outlive every change, and what can be thrown away and made again. */
import type { App } from 'aws-cdk-lib';
import type { Settings } from '../functions/settings.ts';
import { stackNames } from './installation.ts';
import { LifecycleStack } from './lifecycle-stack.ts';
import { ReplicaStack } from './replica-stack.ts';
import { VaultStack } from './vault-stack.ts';

export const createStacks = (app: App, settings: Settings): void => {
  const names = stackNames(settings);
  const { replicaRegion } = settings.vault;
  const replica =
    replicaRegion === undefined
      ? undefined
      : new ReplicaStack(app, names.replica, {
          settings,
          env: { region: replicaRegion },
          terminationProtection: true,
          description: 'oic-lifecycle: the second copy of the vault',
        });
  const vault = new VaultStack(app, names.vault, {
    settings,
    replica: replica?.destination,
    terminationProtection: true,
    description: 'oic-lifecycle: the vault and the drop box',
  });
  if (replica) vault.addStackDependency(replica);
  const lifecycle = new LifecycleStack(app, names.lifecycle, {
    settings,
    vault: vault.vault,
    dropBox: vault.dropBox,
    description: 'oic-lifecycle: backup, deploy and restore functions, their alarms and dashboard',
  });
  lifecycle.addStackDependency(vault);
};
