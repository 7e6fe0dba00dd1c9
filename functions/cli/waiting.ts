/** How long a command waits: for what the instance does, and for another one's end. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LeaseOptions } from '../jobs/deploy/lease.ts';
import type { ActivationWait } from '../jobs/instance/activation-wait.ts';
import { createOutput } from './output.ts';

/** By a clock that nobody sets. */
export const elapsed = (): number => performance.now();

/** Progress is told on stderr, with `--json` too. */
const { note } = createOutput(false);

/** For an activation, before it says that it did not end: longer than any was ever seen to take. */
export const WAITING: ActivationWait = { deadlineMs: 600_000, now: elapsed, sleep: (ms) => sleep(ms), note };

/** Long enough that a slow activation does not lose it, short enough that a killed run does not block the next for long. */
export const LEASE_MS = 30_000;

/**
 * @param stop ends the waiting for another holder, which then rejects
 * @param onWait told each time that it is waited for
 */
export const leaseOptions = (patienceMs: number, stop?: AbortSignal, onWait?: () => void): LeaseOptions => ({
  worker: `${hostname()} ${process.pid} ${randomUUID()}`,
  ttlMs: LEASE_MS,
  patienceMs,
  now: Date.now,
  elapsed,
  sleep: (ms, renewing) => {
    if (!renewing) onWait?.();
    const signal = renewing ?? stop;
    return sleep(ms, undefined, signal && { signal });
  },
});
