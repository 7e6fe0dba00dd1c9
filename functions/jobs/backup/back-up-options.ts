/** What a backup is given, and what it reports. */

import type { Dependencies } from '../../core/archive/dependencies.ts';
import type { SuddenLoss } from '../../core/chain/sudden-loss.ts';
import type { IncludedKinds, OtherKind } from '../../core/kinds.ts';
import type { BackupFilter, Manifest, SnapshotFailure, SnapshotWarning } from '../../core/snapshot/manifest.ts';
import type { OicClient } from '../../oic/client.ts';
import type { Vault } from '../../store/vault.ts';
import type { Journal } from '../journal/journal.ts';

export interface BackUpServices {
  readonly oic: OicClient;
  readonly vault: Vault;
  readonly journal: Journal;
  readonly now: () => Date;
  readonly progress: BackUpProgress;
  /** Told of each archive that was exported, also before a crash, what it calls and uses. */
  readonly onArchiveRead?: (contentSha256: string, dependencies: Dependencies) => void;
  /** Told of each manifest that is read, and of the one that is committed. */
  readonly onManifest?: (manifest: Manifest) => void;
}

/** Told as it happens; what it does with it is its own affair. */
export interface BackUpProgress {
  listed(integrations: number, toExport: number): void;
  listedKinds(counts: KindCounts, toExport: number): void;
  done(id: string, what: Outcome): void;
  note(message: string): void;
}

export type Outcome = 'exported' | 'unchanged' | 'failed' | 'skipped';

export interface BackUpOptions {
  /** Export everything, changed or not. */
  readonly full: boolean;
  /** The name stands for another instance than before, and that is meant: nothing of before is taken for what is there now. */
  readonly newOrigin?: boolean | undefined;
  /** What earlier snapshots tell as gone was meant to go. */
  readonly acceptLoss?: boolean | undefined;
  readonly filter: BackupFilter;
  readonly concurrency: number;
  /** What belongs to the snapshot beside integrations. @default nothing */
  readonly kinds?: IncludedKinds | undefined;
  /** Look for credentials in lookups. @default false */
  readonly scan?: boolean | undefined;
  /** Versions that were found damaged, by `nameOfVersion`: exported again. @default none */
  readonly damaged?: ReadonlySet<string> | undefined;
  /** How long a version in the bucket is locked when it is put. @default not at all */
  readonly objectLock?: ObjectLock | undefined;
}

export interface ObjectLock {
  readonly mode: 'governance' | 'compliance';
  readonly days: number;
}

export interface BackupReport {
  readonly instance: string;
  readonly snapshot: string;
  readonly complete: boolean;
  /** Much of what earlier snapshots held is gone, and nobody has called it meant. The snapshot is what the instance is now. */
  readonly losses: readonly SuddenLoss[];
  readonly integrations: number;
  /** Got a new archive version in the vault. */
  readonly exported: number;
  /** Their stored archive is still what the instance has. */
  readonly unchanged: number;
  /** How many of the other kinds the snapshot holds; those that were looked at. */
  readonly others: { readonly counts: KindCounts; readonly exported: number; readonly unchanged: number };
  readonly failures: readonly SnapshotFailure[];
  readonly warnings: readonly SnapshotWarning[];
  readonly requests: number;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export type KindCounts = Readonly<Partial<Record<OtherKind, number>>>;
