/**
 * Takes one snapshot away by hand: one that is dated ahead, that cannot be read, that was edited, or that is of another
 * instance than the newest one. It is hidden, so it can be brought back until a prune or the bucket's lifecycle takes it for
 * good.
 */

import { isAhead } from '../../core/chain/ahead.ts';
import { Refused } from '../../core/errors.ts';
import { ManifestError } from '../../core/snapshot/manifest.ts';
import { isOtherOrigin } from '../../core/snapshot/origin.ts';
import type { Vault } from '../../store/vault.ts';
import type { VaultUpkeep } from '../../store/vault-upkeep.ts';
import { newestOrigin } from './newest-origin.ts';

/** @throws Refused for one that counts: rules decide on those; VaultError when there is none of that name */
export const forget = async (
  vault: Vault & VaultUpkeep,
  instance: string,
  snapshot: string,
  now: Date,
): Promise<void> => {
  const mayGo = isAhead(snapshot, now) || !(await counts(vault, instance, snapshot));
  if (!mayGo) {
    throw new Refused(
      `${snapshot} of ${instance} was not forgotten: it is neither dated ahead nor damaged nor of another instance than the newest one, so only the rules of \`oic prune\` may let it go`,
    );
  }
  await vault.recordPruned(instance, [{ snapshot, at: now.toISOString() }], () => true);
  await vault.hideSnapshot(instance, snapshot);
};

const counts = async (vault: Vault, instance: string, snapshot: string): Promise<boolean> => {
  try {
    const { manifest, problems } = await vault.readManifest(instance, snapshot);
    return problems.length === 0 && !isOtherOrigin(manifest.origin, await newestOrigin(vault, instance));
  } catch (error) {
    if (error instanceof ManifestError) return false;
    throw error;
  }
};
