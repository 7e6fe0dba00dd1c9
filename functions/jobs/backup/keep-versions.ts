/**
 * In a bucket: tells it how long to keep what, before a snapshot is committed.
 *
 *   what the last snapshot handed on -> tags -> locks that end soon -> the manifest, with what it hands on itself
 *
 * What cannot be tagged or locked is said, and tried again by the next backup: it is kept longer meanwhile, and no
 * backup fails for it.
 */

import { withArchives } from '../../core/snapshot/archived-items.ts';
import { KEEP_TAG } from '../../core/snapshot/keep-classes.ts';
import { type Before, handOn, isLate, tagsDue } from '../../core/snapshot/keeping.ts';
import { type Lockable, lockedUntil, locksDue, locksDueOfComplete } from '../../core/snapshot/locks.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import type { VersionMarks } from '../../store/object-store.ts';
import { StoreError } from '../../store/store-error.ts';
import type { Vault } from '../../store/vault.ts';
import { mapLimited } from '../journal/journal.ts';
import type { ObjectLock } from './back-up-options.ts';
import { readIfThere } from './read-earlier.ts';

const CONCURRENCY = 16;
const MAX_FAILURES = 50;

interface Keeper {
  readonly vault: Vault;
  readonly note: (message: string) => void;
  readonly objectLock: ObjectLock | undefined;
}

/** The snapshot as it is to be committed; in a directory as it is. @param earlier newest first. @param unsettled before losses so far */
export const keepVersions = async (
  { vault, note, objectLock }: Keeper,
  draft: Manifest,
  earlier: readonly Manifest[],
  unsettled: readonly Manifest[],
  stored: ReadonlySet<string>,
): Promise<Manifest> => {
  const { marks } = vault;
  if (!marks) return draft;
  const before: Before = { last: earlier[0], complete: await newestComplete(vault, draft, earlier), unsettled, stored };
  const due = tagsDue(draft, before);
  const late = due.filter((one) => isLate(one, draft));
  const left = late.length > 0 ? await vault.listManifestVersions(draft.instance) : undefined;
  const waiting = new Set(late.filter(({ last }) => last !== undefined && left?.has(last)));
  const ready = due.filter((one) => !waiting.has(one));
  const { undone, problem } = await attempt(ready, ({ key, versionId, class: keepClass }) =>
    marks.tag(key, versionId, { [KEEP_TAG]: keepClass }),
  );
  if (problem)
    note(
      `warning: versions that stay longer, for their class could not be put: ${undone.length}. The next backup tries again: ${problem}`,
    );
  const locked = objectLock ? await extendLocks(marks, objectLock, draft, before, note) : draft;
  return handOn(locked, before, [...waiting, ...undone]);
};

const extendLocks = async (
  marks: VersionMarks,
  { days, mode }: ObjectLock,
  draft: Manifest,
  { last, complete, stored }: Before,
  note: (message: string) => void,
): Promise<Manifest> => {
  const until = lockedUntil(draft, days);
  const due: Lockable[] = [...locksDue(draft, stored, days), ...locksDueOfComplete(draft, last, complete, days)];
  const { undone, problem } = await attempt(due, ({ key, versionId }) => marks.lock(key, versionId, until, mode));
  if (problem)
    note(
      `warning: versions whose lock could not be extended: ${undone.length}. The next backup tries again: ${problem}`,
    );
  const failed = new Set(undone);
  const extended = new Set([...stored, ...due.filter((one) => !failed.has(one)).map(({ versionId }) => versionId)]);
  return withArchives(draft, (archive) =>
    extended.has(archive.versionId) ? { ...archive, lockedUntil: until.toISOString() } : archive,
  );
};

/** Gives up after some failures, so that a store that takes none is not asked thousands of times. */
const attempt = async <T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<{ readonly undone: readonly T[]; readonly problem: string | undefined }> => {
  const undone: T[] = [];
  let [failures, problem]: [number, string | undefined] = [0, undefined];
  await mapLimited(items, CONCURRENCY, async (item) => {
    try {
      if (failures < MAX_FAILURES) await work(item);
      else undone.push(item);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      failures += 1;
      problem ??= error.message;
      undone.push(item);
    }
  });
  return { undone, problem };
};

/** Looked for behind those that were read already. The last of them names it, unless an older program wrote it. */
const newestComplete = async (
  vault: Vault,
  { instance }: Manifest,
  earlier: readonly Manifest[],
): Promise<Manifest | undefined> => {
  const known = earlier.find(({ complete }) => complete);
  const [last] = earlier;
  if (known || !last) return known;
  const told = last.handedOn?.newestComplete;
  const oldest = earlier.at(-1)?.snapshot ?? '';
  const names = told === undefined ? (await vault.listSnapshots(instance)).filter((name) => name < oldest) : [told];
  for (const name of names) {
    const manifest = name === null ? undefined : await readIfThere(vault, instance, name);
    if (manifest?.complete) return manifest;
  }
  return undefined;
};
