/** Reads integrations once none that matters is being activated or deactivated, so that what was read stays true. */
import type { Integration } from '../../core/integration.ts';
import { isUnderWay } from '../../core/status.ts';
import type { ActivationWait } from './activation-wait.ts';

/** What was read last: with something under way in it only when the deadline has passed. */
export const readSettled = async <T extends { readonly items: readonly Integration[] }>(
  read: () => Promise<T>,
  isOfConcern: (one: Integration) => boolean,
  { deadlineMs, now, sleep }: Pick<ActivationWait, 'deadlineMs' | 'now' | 'sleep'>,
): Promise<T> => {
  const until = now() + deadlineMs;
  for (let pauseMs = 250; ; pauseMs = Math.min(4_000, pauseMs * 1.6)) {
    const listed = await read();
    if (now() >= until || !listed.items.some((one) => isOfConcern(one) && isUnderWay(one))) return listed;
    await sleep(pauseMs);
  }
};
