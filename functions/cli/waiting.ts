/** How long a command waits for an activation before it says that it did not end: longer than any was ever seen to take. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActivationWait } from '../jobs/instance/activation-wait.ts';
import { createOutput } from './output.ts';

/** By a clock that nobody sets. */
export const elapsed = (): number => performance.now();

/** Progress is told on stderr, with `--json` too. */
const { note } = createOutput(false);

export const WAITING: ActivationWait = { deadlineMs: 600_000, now: elapsed, sleep: (ms) => sleep(ms), note };
