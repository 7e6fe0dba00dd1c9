/** How long, and by which clock, somebody waits for what an instance does in the background. */
import type { Integration, IntegrationId } from '../../core/integration.ts';

export interface Clock {
  /** In ms. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** By the clock of `now`, asked at each wait: then nothing is waited for or sent again. @default there is time */
  readonly endsAt?: number | undefined;
  /** Told a sentence every 30 s of waiting. */
  readonly note?: ((sentence: string) => void) | undefined;
}

export interface ActivationWait extends Clock {
  readonly deadlineMs: number;
  /** For whoever waits for many at once: reads them together. @default one request each */
  readonly sharedStatus?: SharedStatus;
}

/** For whoever has changed nothing yet: a stop ends the waiting. */
export const stoppable = (waiting: ActivationWait, stop: AbortSignal | undefined): ActivationWait => ({
  ...waiting,
  sleep: async (ms) => {
    stop?.throwIfAborted();
    await waiting.sleep(ms);
    stop?.throwIfAborted();
  },
});

export type SharedStatus = (id: IntegrationId) => Promise<Integration | undefined>;
