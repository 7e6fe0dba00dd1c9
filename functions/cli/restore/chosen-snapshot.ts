/** The snapshot a command names: `latest`, or nothing, means the newest there is. */

import { describeAhead, splitAhead } from '../../core/chain/ahead.ts';
import { ConfigError } from '../../core/errors.ts';
import { isSnapshotName } from '../../core/keys.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import type { Output } from '../output.ts';

/** @returns its name. @throws ConfigError when the name cannot be one; VaultError when the vault has none */
export const chooseSnapshot = async (
  vault: Vault,
  instance: string,
  wanted: string | undefined,
  out: Output,
): Promise<string> => {
  if (wanted === undefined || wanted === 'latest') return newestSnapshot(vault, instance, out);
  if (isSnapshotName(wanted)) return wanted;
  throw new ConfigError(`"${wanted}" is not the name of a snapshot; \`oic snapshots ${instance}\` lists them`);
};

/** Passes over those that are dated ahead, and says so. @throws VaultError when there is none */
export const newestSnapshot = async (vault: Vault, instance: string, out: Output): Promise<string> => {
  const now = new Date();
  const { due, ahead } = splitAhead(await vault.listSnapshots(instance), now);
  const passedOver = describeAhead(instance, ahead, now);
  if (passedOver !== undefined) out.note(`warning: ${passedOver}`);
  const [newest] = due;
  if (newest !== undefined) return newest;
  throw new VaultError(
    passedOver === undefined
      ? `${vault.name} holds no snapshot of ${instance} yet; \`oic backup ${instance}\` makes one`
      : `${vault.name} holds no snapshot of ${instance} but such as are dated ahead: ${passedOver}`,
  );
};
