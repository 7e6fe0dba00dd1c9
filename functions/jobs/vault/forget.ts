/**
 * Takes one snapshot away by hand: one that is dated ahead, that cannot be read, or that was edited. It is hidden, so
 * it can be brought back until a prune or the bucket's lifecycle takes it for good.
 */

import { isAhead } from '../../core/chain/ahead.ts';
import { Refused } from '../../core/errors.ts';
import { ManifestError } from '../../core/snapshot/manifest.ts';
import type { Vault } from '../../store/vault.ts';
import type { VaultUpkeep } from '../../store/vault-upkeep.ts';

/** @throws Refused for one that counts: rules decide on those; VaultError when there is none of that name */
export const forget = async (
  vault: Vault & VaultUpkeep,
  instance: string,
  snapshot: string,
  now: Date,
): Promise<void> => {
  const mayGo = isAhead(snapshot, now) || !(await isSound(vault, instance, snapshot));
  if (!mayGo) {
    throw new Refused(
      `${snapshot} of ${instance} was not forgotten: it is neither dated ahead nor damaged, so only the rules of \`oic prune\` may let it go`,
    );
  }
  await vault.recordPruned(instance, [{ snapshot, at: now.toISOString() }], () => true);
  await vault.hideSnapshot(instance, snapshot);
};

const isSound = async (vault: Vault, instance: string, snapshot: string): Promise<boolean> => {
  try {
    const { problems } = await vault.readManifest(instance, snapshot);
    return problems.length === 0;
  } catch (error) {
    if (error instanceof ManifestError) return false;
    throw error;
  }
};
