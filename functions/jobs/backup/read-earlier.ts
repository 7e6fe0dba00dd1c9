/** What the vault has of an instance when a backup begins, and whether it is that instance's. */
import { describeAhead, splitAhead } from '../../core/chain/ahead.ts';
import { hasAllArchives } from '../../core/snapshot/archived-items.ts';
import { type Manifest, ManifestError, type Origin } from '../../core/snapshot/manifest.ts';
import { isOtherOrigin } from '../../core/snapshot/origin.ts';
import { type StoredManifest, type Vault, VaultError } from '../../store/vault.ts';
import type { BackUpProgress } from './back-up-options.ts';

/** The newest snapshot that is not dated ahead, and behind it those that fill what it could not: until one is complete. */
export const readEarlier = async (
  vault: Vault,
  instance: string,
  now: Date,
  progress: BackUpProgress,
): Promise<StoredManifest[]> => {
  const found: StoredManifest[] = [];
  const { due, ahead } = splitAhead(await vault.listSnapshots(instance), now);
  const passedOver = describeAhead(instance, ahead, now);
  if (passedOver !== undefined) progress.note(`warning: ${passedOver}`);
  for (const name of due) {
    try {
      const stored = await vault.readManifest(instance, name);
      const { manifest, problems } = stored;
      if (problems.length > 0) {
        progress.note(
          `warning: the snapshot ${name} of ${instance} is not to be trusted, so the one before it is used instead: ${problems.join('; ')}`,
        );
        continue;
      }
      found.push(stored);
      if (manifest.complete && hasAllArchives(manifest)) break;
      if (found.length === 5) break;
    } catch (error) {
      // A broken manifest must not stop every backup after it; one from a newer version must, or we would mix formats.
      if (!(error instanceof ManifestError) || error.reason === 'unknown-format') throw error;
      progress.note(`${error.message}; the snapshot before it is used instead`);
    }
  }
  return found;
};

/** undefined when it was taken away, or cannot be read. */
export const readIfThere = async (vault: Vault, instance: string, snapshot: string): Promise<Manifest | undefined> => {
  try {
    return await vault.getSnapshot(instance, snapshot);
  } catch (error) {
    if (error instanceof VaultError || error instanceof ManifestError) return undefined;
    throw error;
  }
};

/** Those that are not told to be of another instance. */
export const ofOrigin = (manifests: readonly Manifest[], origin: Origin): readonly Manifest[] =>
  manifests.filter((manifest) => !isOtherOrigin(manifest.origin, origin));

/** The vault, of which nothing that was stored before then was ever on the instance. @param since undefined: all of it may have been */
export const vaultSince = (vault: Vault, since: string | undefined): Vault => {
  if (since === undefined) return vault;
  return {
    ...vault,
    getNewest: async (key) => {
      const newest = await vault.getNewest(key);
      return newest && newest.storedAt >= new Date(since) ? newest : undefined;
    },
  };
};
