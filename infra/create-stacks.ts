/** All stacks of one account and region: what must outlive every change, and what can be thrown away and made again. */
import { type App, Tags } from 'aws-cdk-lib';
import type { Settings } from '../functions/settings.ts';
import { stackNames } from './installation.ts';
import { LifecycleStack } from './lifecycle-stack.ts';
import { ReplicaStack } from './replica-stack.ts';
import { VaultStack } from './vault-stack.ts';

/** @returns what of the vault's stack others build on */
export const createStacks = (app: App, settings: Settings): Pick<VaultStack, 'vault' | 'dropBox'> => {
  const names = stackNames(settings);
  const { replicaRegion: region, replica: other } = settings.vault;
  const home = settings.account === undefined ? {} : { env: { account: settings.account } };
  const away = other ? { account: other.account, region: other.region } : region !== undefined && { region };
  const replica = away
    ? new ReplicaStack(app, names.replica, {
        settings,
        env: away,
        terminationProtection: true,
        description: 'oic-lifecycle: the second copy of the vault',
      })
    : undefined;
  const vault = new VaultStack(app, names.vault, {
    ...home,
    settings,
    replica: replica?.destination,
    terminationProtection: true,
    description: 'oic-lifecycle: the vault and the drop box',
  });
  if (replica) vault.addStackDependency(replica);
  const lifecycle = new LifecycleStack(app, names.lifecycle, {
    ...home,
    settings,
    vault: vault.vault,
    dropBox: vault.dropBox,
    description: 'oic-lifecycle: backup, deploy and restore functions, their alarms and dashboard',
  });
  lifecycle.addStackDependency(vault);
  for (const [key, value] of Object.entries(settings.tags)) Tags.of(app).add(key, value);
  return vault;
};
