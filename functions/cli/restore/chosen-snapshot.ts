/** The snapshot a command names: `latest`, or nothing, means the newest there is. */
import { ConfigError } from '../../core/errors.ts';
import { isSnapshotName } from '../../core/keys.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { type Vault, VaultError } from '../../store/vault.ts';

/** @throws ConfigError when the name cannot be one; VaultError when the vault has none */
export const readChosenSnapshot = async (vault: Vault, instance: string, wanted = 'latest'): Promise<Manifest> => {
  if (wanted !== 'latest' && !isSnapshotName(wanted)) {
    throw new ConfigError(`"${wanted}" is not the name of a snapshot; \`oic snapshots ${instance}\` lists them`);
  }
  const snapshot = wanted === 'latest' ? (await vault.listSnapshots(instance))[0] : wanted;
  if (snapshot === undefined) {
    throw new VaultError(`${vault.name} holds no snapshot of ${instance} yet; \`oic backup ${instance}\` makes one`);
  }
  return vault.getSnapshot(instance, snapshot);
};
