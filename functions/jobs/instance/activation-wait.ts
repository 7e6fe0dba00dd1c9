/** How long, and by which clock, somebody waits for what an instance does in the background. */
import type { Integration, IntegrationId } from '../../core/integration.ts';

export interface Clock {
  /** In ms. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** By `now`, asked for anew at each wait: no longer is waited, and nothing sent again. @default there is time */
  readonly endsAt?: number | undefined;
  /** Told a sentence every 30 s of waiting. */
  readonly note?: ((sentence: string) => void) | undefined;
}

export interface ActivationWait extends Clock {
  readonly deadlineMs: number;
  /** Of somebody who waits for many at once. @default one request each */
  readonly sharedStatus?: SharedStatus;
}

/** For whoever waits without having changed anything: an end of it is not waited for. */
export const stoppable = (waiting: ActivationWait, stop: AbortSignal | undefined): ActivationWait => ({
  ...waiting,
  sleep: async (ms) => {
    stop?.throwIfAborted();
    await waiting.sleep(ms);
    stop?.throwIfAborted();
  },
});

export type SharedStatus = (id: IntegrationId) => Promise<Integration | undefined>;
