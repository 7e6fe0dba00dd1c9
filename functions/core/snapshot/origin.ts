/** Which instance a snapshot is of, whatever its name: two of the same url and service instance are one. */
import type { Manifest, Origin } from './manifest.ts';

/** Whether both are told and are two instances. */
export const isOtherOrigin = (one: Origin | undefined, other: Origin | undefined): boolean =>
  one !== undefined &&
  other !== undefined &&
  (one.url !== other.url || one.integrationInstance !== other.integrationInstance);

/**
 * Ids and times of two instances may be the same while what they hold is not.
 * @param earlier newest first. @returns a sentence, or undefined when the settings mean the instance of the snapshots
 */
export const originProblem = (
  instance: string,
  earlier: readonly Pick<Manifest, 'origin'>[],
  now: Origin,
): string | undefined => {
  const last = earlier.find(({ origin }) => origin)?.origin;
  if (!last || !isOtherOrigin(last, now)) return undefined;
  return (
    `the snapshots of ${instance} in this vault are of ${describeOrigin(last)}, and the settings now say ` +
    `${describeOrigin(now)}; give that one a name of its own, or, if ${instance} has moved, say so by ` +
    `\`oic backup ${instance} --new-origin\``
  );
};

/** @returns a part of a sentence when a snapshot is of another instance than the settings mean by that name */
export const takenElsewhere = (
  { instance, snapshot, origin }: Pick<Manifest, 'instance' | 'snapshot' | 'origin'>,
  now: Origin,
): string | undefined =>
  origin && isOtherOrigin(origin, now)
    ? `${snapshot} was taken of ${describeOrigin(origin)}, and the settings say that ${instance} is ${describeOrigin(now)}`
    : undefined;

/** As the settings name it. */
export const originOf = ({ url, integrationInstance }: Origin): Origin => ({
  url: new URL(url).origin,
  ...(integrationInstance !== undefined && { integrationInstance }),
});

export const describeOrigin = ({ url, integrationInstance }: Origin): string =>
  integrationInstance === undefined ? url : `${integrationInstance} at ${url}`;
