/**
 * What a restore leaves for a person: schedules that the snapshot does not know and, for a whole snapshot, what it does not
 * hold at all. What else Oracle offers no way to restore, each kind says of itself.
 */
import { type KindFacts, labelOf, type OtherKind, type OtherKinds } from '../kinds.ts';
import { scheduleOf } from '../schedule.ts';
import type { Manifest, SnapshotIntegration } from '../snapshot/manifest.ts';
import { absentKinds, NEVER_COVERED } from '../snapshot/not-covered.ts';

export interface WorkByHand {
  /** `notCovered`: of all that is called so, for the snapshot holds nothing of it. */
  readonly kind: OtherKind | 'integrations' | 'notCovered';
  readonly id: string;
  readonly name: string;
  /** A sentence that says what to do. */
  readonly todo: string;
  /** What the snapshot says of it, to copy from. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * What a whole snapshot does not hold, and so no restore of it brings back; of what no snapshot can hold, only what may belong
 * to what was put.
 * @param put the kinds of which something is added or replaced
 */
export const notCoveredWork = (
  manifest: Manifest,
  kinds: readonly KindFacts[],
  put: ReadonlySet<OtherKind>,
): WorkByHand[] => {
  const putsContainer = kinds.some(({ name, integrationsIn }) => integrationsIn !== undefined && put.has(name));
  const inContainers = NEVER_COVERED.filter(({ isInContainers }) => isInContainers && putsContainer);
  return [...absentKinds(manifest, kinds), ...inContainers].map(({ id, what, why, todo }) => ({
    kind: 'notCovered',
    id,
    name: what,
    todo: `${why}; ${todo}`,
    values: {},
  }));
};

/** A restore leaves them as they were in the target. */
export const schedulesByHand = (
  snapshot: OtherKinds & { readonly integrations: readonly SnapshotIntegration[] },
  kinds: readonly KindFacts[],
): WorkByHand[] => [
  ...snapshot.integrations.filter((one) => scheduleOf(one) === 'unknown').map(({ id, name }) => scheduleWork(id, name)),
  ...kinds.flatMap((kind) =>
    (snapshot[kind.name] ?? []).flatMap((entry) =>
      (kind.integrationsIn?.(entry) ?? [])
        .filter((one) => scheduleOf(one) === 'unknown')
        .map(({ id, name }) => scheduleWork(`${id} in ${labelOf(kind, entry)}`, name)),
    ),
  ),
];

const scheduleWork = (id: string, name: string): WorkByHand => ({
  kind: 'integrations',
  id,
  name,
  todo: 'see to its schedule: the snapshot does not know whether it ran, for it could not be asked; start, pause or stop it as it is meant to be',
  values: {},
});
