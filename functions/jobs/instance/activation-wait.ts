/** How long, and by which clock, somebody waits for an activation. */
import type { Integration, IntegrationId } from '../../core/integration.ts';

export interface ActivationWait {
  readonly deadlineMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Of somebody who waits for many at once. @default one request each */
  readonly sharedStatus?: SharedStatus;
}

export type SharedStatus = (id: IntegrationId) => Promise<Integration | undefined>;
