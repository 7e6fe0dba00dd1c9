/** Of which instance the snapshots in a vault are, by the newest one that tells. */
import { ManifestError, type Origin } from '../../core/snapshot/manifest.ts';
import type { Vault } from '../../store/vault.ts';

/** Reads no further than needed, and passes over what is not to be trusted. */
export const newestOrigin = async (vault: Vault, instance: string): Promise<Origin | undefined> => {
  for (const snapshot of await vault.listSnapshots(instance)) {
    try {
      const { manifest, problems } = await vault.readManifest(instance, snapshot);
      if (manifest.origin && problems.length === 0) return manifest.origin;
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
    }
  }
  return undefined;
};
