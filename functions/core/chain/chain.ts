/**
 * What ties the snapshots of an instance together. Each manifest names the one before it with its SHA-256, and what that
 * one holds and it does not; so a manifest that was taken away, edited or emptied shows in the next one.
 */
import { archiveKindOfKey } from '../keys.ts';
import type { KindFacts, OtherKinds } from '../kinds.ts';
import { type ArchivedItem, archivedItems } from '../snapshot/archived-items.ts';
import type { Manifest } from '../snapshot/manifest.ts';

/** By kind. */
type Ids = Readonly<Record<string, readonly string[]>>;

/** Of each kind that both hold: ids that only the earlier one has. Kinds of which nothing is missing are left out. */
export const missingSince = (earlier: Ids, now: Ids): Ids =>
  Object.fromEntries(
    Object.entries(earlier).flatMap(([kind, ids]) => {
      const there = now[kind] && new Set(now[kind]);
      const missing = there ? ids.filter((id) => !there.has(id)) : [];
      return missing.length > 0 ? [[kind, missing]] : [];
    }),
  );

export const idsOf = (sections: OtherKinds & Pick<Manifest, 'integrations'>, kinds: readonly KindFacts[]): Ids =>
  Object.fromEntries(
    (['integrations', ...kinds.map(({ name }) => name)] as const).flatMap((name) => {
      const items: readonly { readonly id: string }[] | undefined = sections[name];
      return items ? [[name, items.map(({ id }) => id)]] : [];
    }),
  );

/** What verifying keeps of each manifest: little, for there may be thousands. */
export interface Link {
  readonly snapshot: string;
  /** Of its bytes. */
  readonly sha256: string;
  readonly isSealed: boolean;
  readonly previous: Manifest['previous'];
  /** What is wrong with it by itself, as parts of sentences. */
  readonly problems: readonly string[];
}

export interface ChainProblem {
  readonly snapshot: string;
  readonly problem: string;
}

/** Where a manifest lies, against what it says of itself. @returns parts of sentences */
export const identityProblems = (instance: string, snapshot: string, manifest: Manifest): string[] => [
  ...(manifest.instance === instance ? [] : [`it says it is of ${manifest.instance}: it was copied or moved here`]),
  ...(manifest.snapshot === snapshot
    ? []
    : [`it says it is the snapshot ${manifest.snapshot}: it was copied or renamed`]),
];

/** Archives whose key is none of this instance, or of another kind of item. */
export const strangeKeys = (instance: string, manifest: Manifest, kinds: readonly KindFacts[]): ArchivedItem[] =>
  archivedItems(manifest, kinds).filter(
    ({ kind, archive }) => archive && archiveKindOfKey(instance, archive.key, kinds) !== kind,
  );

/** What is not in a manifest though the one before it holds it, and though it says of nothing that it was removed. */
export const unexplainedLosses = (earlier: Ids, manifest: Manifest, kinds: readonly KindFacts[]): string[] =>
  Object.entries(missingSince(earlier, idsOf(manifest, kinds))).flatMap(([kind, missing]) => {
    const removed = new Set(manifest.removed?.[kind]);
    const lost = missing.filter((id) => !removed.has(id));
    if (lost.length === 0) return [];
    const [one, many] = kinds.find(({ name }) => name === kind)?.nouns ?? ['integration', 'integrations'];
    return [
      `${lost.length} ${lost.length === 1 ? one : many} of the snapshot before are not in it, and it does not say that they were removed: ${someOf(lost)}`,
    ];
  });

const someOf = (ids: readonly string[]): string =>
  ids.slice(0, 3).join(', ') + (ids.length > 3 ? `, and ${ids.length - 3} more` : '');

/**
 * @param links oldest first
 * @param mayBeGone whether a snapshot that is not there was pruned, or has had its time
 */
export const chainProblems = (links: readonly Link[], mayBeGone: (snapshot: string) => boolean): ChainProblem[] => {
  const bySnapshot = new Map(links.map((link) => [link.snapshot, link]));
  let newestSealed: string | undefined;
  return links.flatMap(({ snapshot, isSealed, previous, problems }) => {
    const found = [...problems];
    if (!isSealed && newestSealed !== undefined) {
      found.push(
        `it has no digest of its own, though ${newestSealed} before it has: an older version of oic took it, or somebody edited it`,
      );
    }
    if (isSealed) newestSealed = snapshot;
    const before = previous && bySnapshot.get(previous.snapshot);
    if (previous && before && before.sha256 !== previous.sha256) {
      found.push(`${previous.snapshot} before it is not what it was when this one was taken: it was edited since`);
    }
    if (previous && !before && !mayBeGone(previous.snapshot)) {
      found.push(`${previous.snapshot} before it is missing, and nothing says that it was pruned: somebody removed it`);
    }
    return found.map((problem) => ({ snapshot, problem }));
  });
};
