/** The history of an instance for its report: read off its snapshots, or gone on from the notes of an earlier report. */

import { describeAhead, splitAhead } from '../../core/chain/ahead.ts';
import { stateOfManifest } from '../../core/diff/diff-snapshots.ts';
import { undecided } from '../../core/diff/undecided.ts';
import { createHistory, type SnapshotHistory } from '../../core/report/history.ts';
import { goOnFrom, MAX_SNAPSHOTS, type ReportNotes } from '../../core/report/notes.ts';
import { type Manifest, ManifestError } from '../../core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import { storedDesigns } from '../instance/stored-designs.ts';

export interface GatheredHistory {
  readonly history: SnapshotHistory;
  /** Snapshots before those of the history. */
  readonly olderSnapshots: number;
  /** For the next report. */
  readonly notes: ReportNotes;
  /** About snapshots that are dated ahead and so not in the history. */
  readonly ahead: string | undefined;
}

/** With notes that can be gone on from, it reads the snapshots since and the one before them. */
export const readHistory = async (
  vault: Vault,
  instance: string,
  earlier: ReportNotes | undefined,
  now: Date,
): Promise<GatheredHistory> => {
  const { due: names, ahead } = splitAhead(await vault.listSnapshots(instance), now);
  const use = earlier && goOnFrom(earlier, names);
  const unreadable = new Map(use?.notes.unreadable);
  const read = (name: string): Promise<Manifest | undefined> => readManifest(vault, instance, name, unreadable);
  const newest = use && (await read(use.last));
  const builder = newest ? createHistory(ALL_KINDS, { ...use.notes, newest }) : createHistory(ALL_KINDS);
  let before = newest;
  // One at a time: each of thousands of integrations is tens of megabytes while it is read.
  for (const name of newest ? use.since : names.slice(0, MAX_SNAPSHOTS).toReversed()) {
    const manifest = await read(name);
    if (!manifest) continue;
    builder.add(manifest, before && (await designsBehind(vault, before, manifest)));
    before = manifest;
  }
  const history = builder.history();
  const olderSnapshots = names.filter((name) => name < (history.points[0]?.snapshot ?? '')).length;
  return { history, olderSnapshots, notes: { ...history, unreadable }, ahead: describeAhead(instance, ahead, now) };
};

/** Of the older snapshot, where only the newer one tells designs; between two that tell none, contents decide. */
const designsBehind = async (vault: Vault, older: Manifest, newer: Manifest): Promise<ReadonlyMap<string, string>> => {
  if (!older.integrations.some(({ archive }) => archive && archive.designSha256 === undefined)) return new Map();
  const [from, to] = [stateOfManifest(older, ALL_KINDS), stateOfManifest(newer, ALL_KINDS)];
  const untold = new Set(undecided(to, from).map(({ kind, id }) => `${kind} ${id}`));
  const wanted = undecided(from, to).filter(({ kind, id }) => !untold.has(`${kind} ${id}`));
  return storedDesigns(vault, older, wanted);
};

const readManifest = async (
  vault: Vault,
  instance: string,
  name: string,
  unreadable: Map<string, string>,
): Promise<Manifest | undefined> => {
  try {
    return await vault.getSnapshot(instance, name);
  } catch (error) {
    // VaultError: taken away by a prune since it was listed.
    if (error instanceof VaultError) return undefined;
    if (!(error instanceof ManifestError)) throw error;
    unreadable.set(name, error.message);
    return undefined;
  }
};
