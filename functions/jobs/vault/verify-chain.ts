/**
 * Holds all snapshots of an instance against each other: each is the one that was stored at its place, and the one before
 * it is there and is what it was. Reads every manifest, and no archive.
 */
import { type ChainProblem, chainProblems, idsOf, type Link, unexplainedLosses } from '../../core/chain/chain.ts';
import { reportPagePrefix, snapshotOfKey, snapshotOfPage } from '../../core/keys.ts';
import type { Keeping } from '../../core/snapshot/handed-on.ts';
import { ManifestError } from '../../core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { type StoredManifest, type Vault, VaultError } from '../../store/vault.ts';

export interface ChainVerification {
  /** So many manifests were read. */
  readonly manifests: number;
  readonly broken: readonly ChainProblem[];
}

/**
 * @param hasHadItsTime whether a snapshot may have expired by now, as a bucket's lifecycle does it; with the class that it
 * was given to be kept by, where a snapshot that is there says which
 */
export const verifyChain = async (
  vault: Vault,
  instance: string,
  hasHadItsTime: (snapshot: string, given: Keeping['class'] | undefined) => boolean,
): Promise<ChainVerification> => {
  const names = (await vault.listSnapshots(instance)).toReversed();
  const pruned = new Set((await vault.listPruned(instance)).map(({ snapshot }) => snapshot));
  const links: Link[] = [];
  const given = new Map<string, Keeping['class']>();
  const unreadable: ChainProblem[] = [];
  let before: { readonly snapshot: string; readonly ids: ReturnType<typeof idsOf> } | undefined;
  // One manifest in memory at a time: each may tell of thousands of integrations.
  for (const snapshot of names) {
    const stored = await readIfThere(vault, instance, snapshot);
    if (stored === undefined) continue;
    if (typeof stored === 'string') {
      unreadable.push({ snapshot, problem: stored });
      continue;
    }
    const { manifest, sha256, seal } = stored;
    const { previous } = manifest;
    const losses =
      previous && previous.snapshot === before?.snapshot ? unexplainedLosses(before.ids, manifest, ALL_KINDS) : [];
    links.push({ snapshot, sha256, isSealed: seal !== 'none', previous, problems: [...stored.problems, ...losses] });
    for (const { key, class: keepClass } of manifest.handedOn?.versions ?? []) {
      const handedOn = snapshotOfKey(instance, key);
      if (handedOn !== undefined) given.set(handedOn, keepClass);
    }
    before = { snapshot, ids: idsOf(manifest, ALL_KINDS) };
  }
  const isThere = new Set(names);
  const mayBeGone = (name: string): boolean =>
    isThere.has(name) || pruned.has(name) || hasHadItsTime(name, given.get(name));
  const named = new Set(links.map(({ previous }) => previous?.snapshot));
  const lost = (await snapshotsOfPages(vault, instance))
    .filter((name) => !named.has(name) && !mayBeGone(name))
    .map((snapshot) => ({
      snapshot,
      problem: 'is not there any more, though its page is: it was taken away without a prune',
    }));
  return { manifests: links.length, broken: [...unreadable, ...chainProblems(links, mayBeGone), ...lost] };
};

/** Also of those that no manifest names as the one before it: the newest, and one that was away when the next was taken. */
const snapshotsOfPages = async (vault: Vault, instance: string): Promise<string[]> =>
  (await vault.keysBelow(reportPagePrefix(instance))).flatMap((key) => snapshotOfPage(instance, key) ?? []);

/** undefined: it was taken away since it was listed; a text: why it cannot be read. */
const readIfThere = async (
  vault: Vault,
  instance: string,
  snapshot: string,
): Promise<StoredManifest | string | undefined> => {
  try {
    return await vault.readManifest(instance, snapshot);
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    if (error instanceof ManifestError) return error.message;
    throw error;
  }
};
