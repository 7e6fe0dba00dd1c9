/** What an install is given, and what it reports. */
import type { Unknown } from '../../core/errors.ts';
import type { IntegrationId, IntegrationRef } from '../../core/integration.ts';
import type { OwnConnections } from '../../core/plan/connection-address.ts';
import type { Before, InstallStep } from '../../core/plan/plan-install.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ConnectionSettings } from '../../oic/http/credentials.ts';
import type { UnreadyConnection } from '../changes/connect.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';

export interface InstallServices {
  readonly oic: OicClient;
  readonly safety: Safety;
  readonly undoLog: UndoLog;
  /** The target's own settings for connections, from its credentials document. */
  readonly connections: Readonly<Record<string, ConnectionSettings>>;
  readonly waiting: ActivationWait;
  readonly onStep: (report: StepReport) => void;
  /** Throws when this worker may not go on: it has lost its lease. Asked before each change. */
  readonly mayGoOn: () => Promise<void>;
  /** Aborted: the step at hand is the last one, and what was changed is put back. */
  readonly stop?: AbortSignal | undefined;
}

interface Safety {
  keepSafe(instance: string, ref: IntegrationRef, bytes: Uint8Array): Promise<SafeCopy>;
  getSafe(copy: SafeCopy): Promise<Uint8Array | undefined>;
  /** What a person types to put a copy back, for the message when everything else failed. */
  returnCommand(copy: SafeCopy, instance: string): string;
}

export interface SafeCopy {
  readonly key: string;
  readonly versionId: string;
}

/** What the target was before a run began; kept until the run has ended. */
export interface Undo {
  readonly before: readonly Before[];
  readonly copy: SafeCopy | undefined;
  /** Of those that the archive may set back. An older note does not tell. */
  readonly ownConnections?: OwnConnections | undefined;
}

export interface UndoLog {
  /** What earlier runs on this code that were cut off have left, by the integration they were about. */
  recall(): Promise<Readonly<Record<string, Undo>>>;
  /** Takes the place of what was remembered of the same integration, and of its rivals: `undo` holds their states as well. */
  remember(id: IntegrationId, undo: Undo): Promise<void>;
}

export interface StepReport {
  readonly do: InstallStep['do'] | 'keep-copy' | 'roll-back';
  readonly id: IntegrationId;
  readonly reason: string;
  readonly outcome: 'done' | 'failed';
  readonly message?: string | undefined;
}

export interface InstallOutcome {
  readonly id: IntegrationId;
  /** `failed` and `rolled-back` were seen; `unknown`: what the target is could not be found out. */
  readonly state: 'deployed' | 'unchanged' | 'rejected' | 'failed' | 'rolled-back' | 'unknown';
  readonly message: string;
  readonly steps: readonly StepReport[];
  /** With `unknown`. */
  readonly unknown?: Unknown | undefined;
  /** Connections to be configured before it can be activated. */
  readonly connections?: readonly UnreadyConnection[] | undefined;
}

/** Another worker has taken over; this one must not touch the target any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
