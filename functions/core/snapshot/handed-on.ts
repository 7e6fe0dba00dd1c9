/** What a snapshot in a bucket says of those before it: which versions it needs no longer, and how long each is kept. */
import * as z from 'zod/mini';
import type { KeepClass, NEEDED } from './keep-classes.ts';

/** A version, and the class it is to be given. */
export interface Keeping {
  readonly key: string;
  /** Absent: the current one, of a manifest. */
  readonly versionId?: string | undefined;
  readonly class: KeepClass | typeof NEEDED;
  /** Of an archive: the last snapshot that names it. */
  readonly last?: string | undefined;
}

export interface HandedOn {
  /** The newest complete snapshot before this one; null when there was none. */
  readonly newestComplete: string | null;
  /** What the next backup tags before it commits. */
  readonly versions: readonly Keeping[];
}

/** A class that a later version knows is given as it stands. */
const CLASS = z.custom<Keeping['class']>((value) => typeof value === 'string');

export const HANDED_ON = z.looseObject({
  newestComplete: z.nullable(z.string()),
  versions: z.array(
    z.looseObject({ key: z.string(), versionId: z.optional(z.string()), class: CLASS, last: z.optional(z.string()) }),
  ),
});
