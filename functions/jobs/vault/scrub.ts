/**
 * Reads a share of all stored versions back, those first that were read longest ago, and remembers what is damaged: the next
 * backup exports it again when the instance still has it.
 *
 *   read every manifest -> choose -> read and check -> find the newest whole version of what is damaged -> remember
 */
import { strangeKeys } from '../../core/chain/chain.ts';
import { scrubKey } from '../../core/keys.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { type ArchivedItem, archivedItems } from '../../core/snapshot/archived-items.ts';
import { ManifestError } from '../../core/snapshot/manifest.ts';
import {
  afterReading,
  chooseShare,
  formatScrubState,
  nameOfVersion,
  parseScrubState,
  type ScrubState,
} from '../../core/snapshot/scrub.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import type { Vault } from '../../store/vault.ts';
import { mapLimited } from '../journal/journal.ts';
import { findDamage } from './verify.ts';

export interface ScrubOptions {
  /** Above 0, at most 1. */
  readonly share: number;
  readonly now: Date;
  /** Told how many there are to read, then of each. */
  /** Asked before each; what is not read then is read the next time. @default always */
  readonly mayGoOn?: () => boolean;
  readonly progress: { begin(versions: number): void; tick(): void };
}

export interface Rot {
  readonly id: string;
  readonly key: string;
  readonly versionId: string;
  readonly problem: string;
  /** That version is not there at all. */
  readonly isMissing: boolean;
  /** The newest snapshot that names it. */
  readonly snapshot: string;
  /** The newest version of the same item that is whole; null when there is none. */
  readonly newestWhole: { readonly snapshot: string; readonly versionId: string } | null;
}

export interface ScrubReport {
  readonly instance: string;
  readonly checked: number;
  /** Of so many that snapshots name. */
  readonly versions: number;
  readonly damaged: readonly Rot[];
}

/** A version that snapshots name, with the newest of them. */
interface Named extends ArchivedItem {
  readonly archive: ArchiveRef;
  readonly key: string;
  readonly versionId: string;
  readonly snapshot: string;
}

const CONCURRENCY = 4;

export const scrub = async (vault: Vault, instance: string, options: ScrubOptions): Promise<ScrubReport> => {
  const { share, now, progress, mayGoOn = () => true } = options;
  const named = await readNamed(vault, instance);
  const state = await readState(vault, instance);
  const chosen = chooseShare(named, state, share, now.getTime());
  progress.begin(chosen.length);
  const read = await mapLimited(chosen, CONCURRENCY, async (version) => {
    if (!mayGoOn()) return [];
    const found = await findDamage(vault, version);
    progress.tick();
    return [{ ...version, problem: found?.problem, isMissing: found?.isMissing ?? false }];
  });
  // A prune may have taken some of them away meanwhile.
  const there = read.flat().some(({ problem }) => problem !== undefined) ? await readNamed(vault, instance) : named;
  const names = new Set(there.map(nameOfVersion));
  const checked = read.flat().filter((version) => names.has(nameOfVersion(version)));
  const after = afterReading(state, there, checked, now.getTime());
  const damaged: Rot[] = [];
  for (const { label, key, versionId, snapshot, problem, isMissing } of checked) {
    if (problem === undefined) continue;
    const newestWhole = await findWhole(
      vault,
      there.filter((other) => other.key === key && other.versionId !== versionId),
    );
    damaged.push({ id: label, key, versionId, problem, isMissing, snapshot, newestWhole });
  }
  await vault.putAt(scrubKey(instance), Buffer.from(formatScrubState(after)));
  return { instance, checked: checked.length, versions: there.length, damaged };
};

/** A newer snapshot holds the same item whole: the next backup has exported it again. */
export const isHealed = ({ snapshot, newestWhole }: Rot): boolean =>
  newestWhole !== null && newestWhole.snapshot > snapshot;

const readState = async (vault: Vault, instance: string): Promise<ScrubState> =>
  parseScrubState(Buffer.from((await vault.getAt(scrubKey(instance))) ?? []).toString('utf8'));

/** What was damaged when it was last read, by `nameOfVersion`: for the next backup. */
export const readDamaged = async (vault: Vault, instance: string): Promise<ReadonlySet<string>> =>
  new Set((await readState(vault, instance)).damaged.keys());

/** Newest first, each once. What no key of ours holds, and a manifest that cannot be read, is for `verify` to tell. */
const readNamed = async (vault: Vault, instance: string): Promise<Named[]> => {
  const named = new Map<string, Named>();
  for (const snapshot of await vault.listSnapshots(instance)) {
    try {
      const manifest = await vault.getSnapshot(instance, snapshot);
      const strange = new Set(strangeKeys(instance, manifest, ALL_KINDS).map(({ label }) => label));
      for (const { archive, ...item } of archivedItems(manifest, ALL_KINDS)) {
        if (!archive || strange.has(item.label) || named.has(nameOfVersion(archive))) continue;
        const { key, versionId } = archive;
        named.set(nameOfVersion(archive), { ...item, archive, key, versionId, snapshot });
      }
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
    }
  }
  return [...named.values()];
};

const findWhole = async (vault: Vault, newestFirst: readonly Named[]): Promise<Rot['newestWhole']> => {
  for (const version of newestFirst) {
    const { snapshot, versionId } = version;
    if (!(await findDamage(vault, version))) return { snapshot, versionId };
  }
  return null;
};
