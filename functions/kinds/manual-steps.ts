/**
 * What Oracle offers no way to restore, as work for a person, with the values the snapshot has, and what a mirror would
 * take away of other kinds. Secrets are not among the values, for a snapshot holds none.
 */
import type { Entry, OtherKinds } from '../core/kinds.ts';
import type { WorkByHand } from '../core/plan/manual-steps.ts';
import type { Kind } from './kind.ts';

export interface ByHandOptions {
  /** What archives bring along that is not there yet, by id. */
  readonly brought: ReadonlySet<string>;
  /** Connections that this run is going to give their settings. */
  readonly configured: ReadonlySet<string>;
  readonly mirror: boolean;
}

/** What is to be done is the same as where a connection is told to be lacking. */
export const isOfConnection = ({ kind }: WorkByHand): boolean => kind === 'connections';

/** @param target an absent kind could not be read there; it is told as a whole */
export const leftByHand = (
  kinds: readonly Kind[],
  snapshot: OtherKinds,
  target: OtherKinds,
  { brought, configured, mirror }: ByHandOptions,
): WorkByHand[] => [
  ...kinds
    .toSorted((a, b) => (a.byHand?.order ?? 0) - (b.byHand?.order ?? 0))
    .flatMap((kind) =>
      (snapshot[kind.name] ?? [])
        .filter(({ id }) => kind.name !== 'connections' || !configured.has(id))
        .flatMap((entry) => workOn(kind, entry, target[kind.name], brought)),
    ),
  ...(mirror ? kinds.flatMap((kind) => extraWork(kind, snapshot[kind.name], target[kind.name])) : []),
];

const workOn = (
  { name: kind, nouns: [, many], byHand }: Kind,
  entry: Entry,
  there: readonly Entry[] | undefined,
  brought: ReadonlySet<string>,
): WorkByHand[] => {
  if (!byHand || byHand.isMeant?.(entry) === false) return [];
  const { id, name } = entry;
  const own = there?.find((one) => one.id === id);
  const todo = there
    ? byHand.todo(entry, own, brought.has(id))
    : `could not be looked for in the target, which does not hand out its ${many}: see that it is there`;
  return todo === undefined ? [] : [{ kind, id, name, todo, values: byHand.values?.(entry, own) ?? {} }];
};

const extraWork = (
  { name: kind, nouns: [one] }: Kind,
  snapshot: readonly Entry[] | undefined,
  target: readonly Entry[] | undefined,
): WorkByHand[] => {
  if (!snapshot || !target) return [];
  const ids = new Set(snapshot.map(({ id }) => id));
  return target
    .filter(({ id }) => !ids.has(id))
    .map(({ id, name }) => ({
      kind,
      id,
      name,
      todo: `the snapshot does not hold this ${one}: delete it if a mirror of the snapshot is meant`,
      values: {},
    }));
};

/** Those that are told. */
export const toldOf = (facts: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).flatMap(([fact, value]) => (value === undefined ? [] : [[fact, value]])));
