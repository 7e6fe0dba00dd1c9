/**
 * Much that an earlier snapshot held is gone, and the instance gave no error: somebody cleaned up, or the instance was
 * recreated. Nobody can tell which, so each backup tells it until it is back or a person has called it meant; so long the
 * snapshots before it stay.
 */
import type { KindFacts } from '../kinds.ts';
import type { Manifest, SnapshotWarning } from '../snapshot/manifest.ts';
import { idsOf, missingSince } from './chain.ts';

export interface SuddenLoss {
  /** `integrations`, or another kind in the plural. */
  readonly what: string;
  /** The snapshot that held them. */
  readonly since: string;
  readonly before: number;
  readonly gone: number;
  /** More than half. */
  readonly isSevere: boolean;
}

/** One alone may well have been deleted on purpose. */
const FEWEST = 2;
const NOTABLE = 1 / 4;
const SEVERE = 1 / 2;

interface Losses {
  readonly losses: readonly SuddenLoss[];
  /** The snapshots that stay. */
  readonly beforeLoss: readonly string[];
}

/**
 * @param earlier snapshots of this instance, newest first
 * @param unsettled those before losses that are told already
 * @param isWanted as of `suddenLosses`
 */
export const lossesSince = (
  earlier: readonly Manifest[],
  unsettled: readonly Manifest[],
  now: Pick<Manifest, 'integrations'>,
  kinds: readonly KindFacts[],
  isWanted: (code: string) => boolean,
): Losses => {
  const lossesOf = (manifest: Manifest): SuddenLoss[] => suddenLosses(manifest, now, kinds, isWanted);
  const [last] = earlier;
  const fresh = last ? lossesOf(last) : [];
  const before = fresh.length > 0 ? [last, earlier.find(({ complete }) => complete)] : [];
  const still = unsettled.filter((one) => one.snapshot !== last?.snapshot && lossesOf(one).length > 0);
  return {
    losses: [...fresh, ...still.flatMap(lossesOf)],
    beforeLoss: [...new Set([...before, ...still].flatMap((one) => one?.snapshot ?? []))],
  };
};

/** @param isWanted codes of integrations that this snapshot is to hold: another filter is no loss */
const suddenLosses = (
  earlier: Manifest,
  now: Pick<Manifest, 'integrations'>,
  kinds: readonly KindFacts[],
  isWanted: (code: string) => boolean,
): SuddenLoss[] => {
  const integrations = earlier.integrations.filter(({ code }) => isWanted(code));
  const before = idsOf({ ...earlier, integrations }, kinds);
  return Object.entries(missingSince(before, idsOf(now, kinds))).flatMap(([name, missing]) => {
    const [count, gone] = [before[name]?.length ?? 0, missing.length];
    if (gone < FEWEST || gone <= count * NOTABLE) return [];
    const what = kinds.find((kind) => kind.name === name)?.nouns[1] ?? 'integrations';
    return [{ what, since: earlier.snapshot, before: count, gone, isSevere: gone > count * SEVERE }];
  });
};

/** As all warnings it begins with what it is about. */
export const lossWarning = ({ what, since, before, gone }: SuddenLoss, instance: string): SnapshotWarning => ({
  id: what,
  isLoss: true,
  message:
    `are gone: ${gone} of the ${before} that ${since} held are not on ${instance} any more, and the instance gave no ` +
    `error; find out whether that was meant. ${since} is kept until then: \`oic restore ${instance} --to ${instance} --snapshot ${since}\` ` +
    `brings them back, \`oic backup ${instance} --accept-loss\` says that it was meant`,
});
