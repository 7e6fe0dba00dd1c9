/** The list of snapshots that were pruned: `pruned.json` beside the manifests, so that one that is missing without it is noticed. */
import * as z from 'zod/mini';

export interface PrunedSnapshot {
  readonly snapshot: string;
  /** When, ISO 8601 in UTC. */
  readonly at: string;
}

const PRUNED = z.looseObject({
  formatVersion: z.literal(1),
  pruned: z.array(z.looseObject({ snapshot: z.string(), at: z.string() })),
});

/** undefined for a text that is not ours. */
export const parsePruned = (text: string): readonly PrunedSnapshot[] | undefined => {
  try {
    return PRUNED.parse(JSON.parse(text)).pruned;
  } catch {
    return undefined;
  }
};

export const formatPruned = (pruned: readonly PrunedSnapshot[]): string =>
  `${JSON.stringify({ formatVersion: 1, pruned }, null, 2)}\n`;
