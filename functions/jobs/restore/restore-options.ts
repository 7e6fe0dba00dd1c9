/** What a restore is given, and what it reports. */
import type { IntegrationId } from '../../core/integration.ts';
import type { OtherKind } from '../../core/kinds.ts';
import type { WorkByHand } from '../../core/plan/manual-steps.ts';
import type { Phase, PlannedStep } from '../../core/plan/plan-restore-steps.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ConnectionSettings } from '../../oic/http/credentials.ts';
import type { Vault } from '../../store/vault.ts';
import type { UnreadyConnection } from '../changes/connect.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import type { Journal } from '../journal/journal.ts';
import type { RestoreFailure, RestoreProgress } from './batches.ts';

export interface RestoreServices {
  /** Of the target. */
  readonly oic: OicClient;
  readonly vault: Vault;
  readonly journal: Journal;
  readonly connections: Readonly<Record<string, ConnectionSettings>>;
  readonly waiting: ActivationWait;
  readonly progress: RestoreProgress;
  /** Aborted: what is at hand is brought to its end, and nothing more is begun. */
  readonly stop?: AbortSignal | undefined;
  /** Asked once everything is planned and nothing is sent; throws when it may not be done. */
  readonly agree?: ((plan: readonly PlannedStep[]) => Promise<void>) | undefined;
}

export interface RestoreOptions {
  /** Globs on the id; empty: everything. Without `kinds` they speak of integrations outside projects alone. */
  readonly only: readonly string[];
  /** Only these. @default all that the snapshot tells of */
  readonly kinds?: readonly ('integrations' | OtherKind)[] | undefined;
  readonly existing: 'skip' | 'replace';
  readonly mirror: boolean;
  readonly activation: 'as-captured' | 'never';
  /** Also give schedules the parameters of the snapshot. @default false */
  readonly scheduleParameters?: boolean | undefined;
  readonly allowIncomplete: boolean;
  readonly dryRun: boolean;
  readonly concurrency: number;
}

export interface RestoreCounts {
  /** Integrations outside projects. */
  readonly created: number;
  readonly replaced: number;
  /** Those in projects too. */
  readonly activated: number;
  readonly scheduled: number;
  readonly deleted: number;
}

export interface RestoreReport extends RestoreCounts {
  readonly from: string;
  readonly snapshot: string;
  readonly to: string;
  readonly dryRun: boolean;
  readonly plan: readonly PlannedStep[];
  readonly skipped: number;
  /** Of other kinds that are restored, as far as the snapshot tells of them. */
  readonly kinds: KindCounts;
  /** Where the vault keeps what the target had of what was replaced or deleted. */
  readonly copies: readonly SafetyCopy[];
  /** What a stop left unbegun, each with the phase that it would have been in. */
  readonly left: readonly LeftOver[];
  readonly failures: readonly RestoreFailure[];
  /** To be configured by a person, with the settings to fill in. */
  readonly connections: readonly UnreadyConnection[];
  /** What Oracle offers no way to restore, with the values the snapshot has. */
  readonly byHand: readonly WorkByHand[];
  /** Calls that go round in a circle; the first of each was activated before what it calls. */
  readonly cycles: readonly (readonly IntegrationId[])[];
  readonly requests: number;
}

export interface SafetyCopy {
  readonly id: string;
  readonly key: string;
}

export interface LeftOver {
  readonly id: string;
  /** As people see it. */
  readonly phase: string;
  readonly does: Phase['does'];
}

export interface ItemCounts {
  readonly created: number;
  readonly replaced: number;
  readonly skipped: number;
}

/** What became of each kind that the snapshot holds. */
export type KindCounts = Readonly<Partial<Record<OtherKind, ItemCounts>>>;
