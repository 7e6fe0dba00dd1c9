/**
 * Much that the snapshot before held is gone, and the instance gave no error: somebody cleaned up, or the instance was
 * recreated, or the name of another one is in the settings. Nobody can tell which, so it is told loudly, once.
 */
import type { KindFacts } from '../kinds.ts';
import type { Manifest, SnapshotWarning } from '../snapshot/manifest.ts';
import { idsOf, missingSince } from './chain.ts';

export interface SuddenLoss {
  /** `integrations`, or another kind in the plural. */
  readonly what: string;
  readonly before: number;
  readonly gone: number;
  /** More than half. */
  readonly isSevere: boolean;
}

/** One alone may well have been deleted on purpose. */
const FEWEST = 2;
const NOTABLE = 1 / 4;
const SEVERE = 1 / 2;

/** @param isWanted codes of integrations that this snapshot is to hold: another filter is no loss */
export const suddenLosses = (
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
    return [{ what, before: count, gone, isSevere: gone > count * SEVERE }];
  });
};

/** As all warnings it begins with what it is about. */
export const lossWarning = ({ what, before, gone }: SuddenLoss, { instance, snapshot }: Manifest): SnapshotWarning => ({
  id: what,
  isLoss: true,
  message:
    `are gone: ${gone} of the ${before} that the snapshot before held are not on ${instance} any more, and the instance ` +
    `gave no error; find out whether that was meant. ${snapshot} still has them: \`oic restore ${instance} --to ${instance} --snapshot ${snapshot}\` brings them back`,
});
