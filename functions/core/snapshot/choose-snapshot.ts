/** Which snapshot is meant: by name, by time, or the latest complete one. */
import { ConfigError } from '../errors.ts';
import { isSnapshotName, snapshotTime } from '../keys.ts';

export type SnapshotChoice =
  | { readonly by: 'name'; readonly snapshot: string }
  /** The newest complete one at or before that time. */
  | { readonly by: 'time'; readonly at: Date }
  | { readonly by: 'latest' };

/** @throws ConfigError when both are given, or one is not what it should be */
export const parseSnapshotChoice = (snapshot: string | undefined, at: string | undefined): SnapshotChoice => {
  if (snapshot !== undefined && at !== undefined) {
    throw new ConfigError('--snapshot and --at do not go together: one names a snapshot, the other looks for one');
  }
  if (snapshot !== undefined && snapshot !== 'latest') {
    if (!isSnapshotName(snapshot))
      throw new ConfigError(`"${snapshot}" is not the name of a snapshot; \`oic snapshots\` lists them`);
    return { by: 'name', snapshot };
  }
  if (at === undefined) return { by: 'latest' };
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) throw new ConfigError(`"${at}" is not a time; write e.g. 2026-11-23T04:15:00Z`);
  return { by: 'time', at: time };
};

/** The names to look at, in order, until one is found complete. @param names newest first */
export const candidates = (names: readonly string[], choice: Exclude<SnapshotChoice, { by: 'name' }>): string[] =>
  names.filter((name) => choice.by === 'latest' || snapshotTime(name) <= choice.at);
