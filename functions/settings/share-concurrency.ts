/**
 * How the functions of one instance share its `concurrency`. They do not know of each other, and a backup, two drops and
 * a restore may be at work at once; so each has its part, and the parts together are never more than the whole.
 */

export interface ConcurrencyShares {
  readonly backup: number;
  /** Of each of the DEPLOY_WORKERS. */
  readonly deploy: number;
  readonly restore: number;
}

/** The least that a queue can be told (`MaximumConcurrency` of an event source mapping is 2 to 1000). */
export const DEPLOY_WORKERS = 2;

interface Shared {
  readonly concurrency: number;
  readonly backup?: unknown;
  readonly deploy?: unknown;
}

/** The least `concurrency` that leaves something for each function. */
export const leastConcurrency = ({ backup, deploy }: Shared): number =>
  (backup ? 1 : 0) + (deploy ? DEPLOY_WORKERS + 1 : 0);

/** A drop is one integration, whose requests come one after the other; what is left is for the long jobs. */
export const shareConcurrency = ({ concurrency, backup, deploy }: Shared): ConcurrencyShares => {
  if (!deploy) return { backup: concurrency, deploy: 0, restore: 0 };
  const left = concurrency - DEPLOY_WORKERS;
  if (!backup) return { backup: 0, deploy: 1, restore: left };
  return { backup: Math.floor(left / 2), deploy: 1, restore: Math.ceil(left / 2) };
};
