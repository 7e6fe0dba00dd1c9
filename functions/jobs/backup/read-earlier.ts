/** What the vault has of an instance when a backup begins, and whether it is that instance's. */
import { describeAhead, splitAhead } from '../../core/chain/ahead.ts';
import { Refused } from '../../core/errors.ts';
import { hasAllArchives } from '../../core/snapshot/archived-items.ts';
import { type Manifest, ManifestError, type Origin, type PreviousSnapshot } from '../../core/snapshot/manifest.ts';
import { isOtherOrigin, originProblem } from '../../core/snapshot/origin.ts';
import { type StoredManifest, type Vault, VaultError } from '../../store/vault.ts';
import type { BackUpOptions, BackUpProgress, BackUpServices } from './back-up-options.ts';

/** What a backup begins with. */
interface Beginning {
  readonly startedAt: string;
  readonly previous?: PreviousSnapshot | undefined;
  /** Snapshots before this one, newest first. */
  readonly earlier: readonly Manifest[];
  /** Those of them that are of this instance. */
  readonly own: readonly Manifest[];
  /** Those before losses that are told already. */
  readonly unsettled: readonly Manifest[];
  /** The name stands for this instance since then; undefined: as far as anybody knows always. */
  readonly since: string | undefined;
  /** In which nothing is of another instance. */
  readonly vault: Vault;
}

/** @throws Refused when the name stood for another instance before and `newOrigin` does not say that this is meant */
export const beginFromVault = async (
  { oic, vault, journal, now, progress, onManifest }: BackUpServices,
  { newOrigin = false }: BackUpOptions,
): Promise<Beginning> => {
  const { instance, origin } = oic;
  const read = new Map<string, Manifest>();
  const { startedAt, previous, ...names } = await journal.step('begin', async () => {
    const begunAt = now();
    const stored = await readEarlier(vault, instance, begunAt, progress);
    for (const { manifest } of stored) read.set(manifest.snapshot, manifest);
    const earlier = [...read.keys()];
    const [newest] = stored;
    // Told of there, and to be told again.
    const unsettled: string[] = [];
    for (const name of newest?.manifest.beforeLoss ?? []) {
      const manifest = read.get(name) ?? (await readIfThere(vault, instance, name));
      if (!manifest) continue;
      unsettled.push(name);
      read.set(name, manifest);
    }
    return {
      startedAt: begunAt.toISOString(),
      earlier,
      unsettled,
      previous: newest && { snapshot: newest.manifest.snapshot, sha256: newest.sha256 },
    };
  });
  const readAll = (snapshots: readonly string[]): Promise<Manifest[]> =>
    Promise.all(snapshots.map((name) => read.get(name) ?? vault.getSnapshot(instance, name)));
  const earlier = await readAll(names.earlier);
  const unsettled = ofOrigin(await readAll(names.unsettled), origin);
  const problem = newOrigin ? undefined : originProblem(instance, earlier, origin);
  if (problem !== undefined) throw new Refused(`nothing was backed up: ${problem}`);
  for (const manifest of earlier) onManifest?.(manifest);
  // Nothing that was saved of another instance is taken for what is there now.
  const own = newOrigin ? [] : ofOrigin(earlier, origin);
  const since = newOrigin ? startedAt : own.find((manifest) => manifest.origin)?.origin?.since;
  return { startedAt, previous, earlier, own, unsettled, since, vault: vaultSince(vault, since) };
};

/** The newest snapshot that is not dated ahead, and behind it those that fill what it could not: until one is complete. */
const readEarlier = async (
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
const ofOrigin = (manifests: readonly Manifest[], origin: Origin): readonly Manifest[] =>
  manifests.filter((manifest) => !isOtherOrigin(manifest.origin, origin));

/** The vault, of which nothing that was stored before then was ever on the instance. @param since undefined: all of it may have been */
const vaultSince = (vault: Vault, since: string | undefined): Vault => {
  if (since === undefined) return vault;
  return {
    ...vault,
    getNewest: async (key) => {
      const newest = await vault.getNewest(key);
      return newest && newest.storedAt >= new Date(since) ? newest : undefined;
    },
  };
};
