/**
 * Which stored versions are read back tonight, and what is remembered of it: a share of all each time, those first that
 * were read longest ago, so that after as many nights as the share has parts every one was read.
 */
import * as z from 'zod/mini';

/** A version in the vault, by its key. */
export interface StoredVersion {
  readonly key: string;
  readonly versionId: string;
}

export interface ScrubState {
  /** When each version was read, in milliseconds; by `nameOfVersion`. */
  readonly readAt: ReadonlyMap<string, number>;
  /** Versions that were damaged when they were last read, with what was wrong. */
  readonly damaged: ReadonlyMap<string, string>;
}

const STATE = z.object({
  formatVersion: z.literal(1),
  readAt: z.record(z.string(), z.number()),
  damaged: z.record(z.string(), z.string()),
});

export const nameOfVersion = ({ key, versionId }: StoredVersion): string => `${key}\n${versionId}`;

export const formatScrubState = ({ readAt, damaged }: ScrubState): string =>
  `${JSON.stringify({ formatVersion: 1, readAt: Object.fromEntries(readAt), damaged: Object.fromEntries(damaged) })}\n`;

/** What cannot be read is as if nothing had been read yet. */
export const parseScrubState = (text: string): ScrubState => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const { data } = STATE.safeParse(json);
  return { readAt: new Map(Object.entries(data?.readAt ?? {})), damaged: new Map(Object.entries(data?.damaged ?? {})) };
};

/** @param share above 0, at most 1. A time that lies ahead, as a wrong clock leaves it, counts as never. */
export const chooseShare = <T extends StoredVersion>(
  versions: readonly T[],
  { readAt }: ScrubState,
  share: number,
  nowMs: number,
): T[] => {
  const readMs = (version: T): number => {
    const found = readAt.get(nameOfVersion(version)) ?? 0;
    return found > nowMs ? 0 : found;
  };
  // Rounded down first: 30 times 1/30 of 60 are 60, whatever floating point makes of it.
  const count = Math.min(versions.length, Math.ceil(versions.length * share - 1e-9));
  return versions.toSorted((a, b) => readMs(a) - readMs(b)).slice(0, count);
};

/** What was read now takes the place of what was known of it; what no snapshot names any more is forgotten. */
export const afterReading = (
  state: ScrubState,
  named: readonly StoredVersion[],
  read: readonly (StoredVersion & { readonly problem: string | undefined })[],
  nowMs: number,
): ScrubState => {
  const names = new Set(named.map(nameOfVersion));
  const readAt = new Map([...state.readAt].filter(([name]) => names.has(name)));
  const damaged = new Map([...state.damaged].filter(([name]) => names.has(name)));
  for (const version of read) {
    const name = nameOfVersion(version);
    readAt.set(name, nowMs);
    if (version.problem === undefined) damaged.delete(name);
    else damaged.set(name, version.problem);
  }
  return { readAt, damaged };
};
