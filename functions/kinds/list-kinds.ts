/**
 * What an instance holds beside integrations, as its listings tell it. A kind that the instance refuses is a warning and
 * stays out of the snapshot, one that its release does not know of stays out without; one whose listing fails otherwise
 * makes the snapshot incomplete. None of them stops the others.
 */

import type { OddItems } from '../core/diff/diff-kinds.ts';
import type { IncludedKinds, OtherKind } from '../core/kinds.ts';
import type { OddItem } from '../core/odd-item.ts';
import type { SnapshotFailure, SnapshotWarning } from '../core/snapshot/manifest.ts';
import { isNothingThere, isOicError, type OicError, stopsTheRun } from '../oic/http/errors.ts';
import { ListingError } from '../oic/listing.ts';
import { ALL_KINDS } from './all-kinds.ts';
import type { Asking, Item, Kind } from './kind.ts';

/** Small plain data, for the journal keeps it. A kind that is absent was not wanted, refused or failed. */
export type ListedKinds = { readonly [K in OtherKind]?: readonly Item[] | undefined } & {
  /** What cannot be read, of kinds that have such. */
  readonly odd: OddItems;
  /** Kinds that this instance does not know of. */
  readonly notOnInstance: readonly OtherKind[];
  /** Of whole kinds, and of single items. */
  readonly failures: readonly SnapshotFailure[];
  readonly warnings: readonly SnapshotWarning[];
};

export const listKinds = async (asking: Asking, wanted: IncludedKinds): Promise<ListedKinds> => {
  const failures: SnapshotFailure[] = [];
  const warnings: SnapshotWarning[] = [];
  const oddOf: Partial<Record<OtherKind, readonly OddItem[]>> = {};
  const notOnInstance: OtherKind[] = [];

  const read = async (kind: Kind): Promise<readonly Item[] | undefined> => {
    const { name, nouns } = kind;
    const fail = (how: string, message: string) => failures.push({ id: nouns[1], kind: how, message });
    try {
      const listed = await kind.list(asking);
      if (listed.odd.length > 0) oddOf[name] = listed.odd;
      failures.push(...(listed.failures ?? []));
      return listed.items;
    } catch (error) {
      if (error instanceof ListingError) fail('unexpected-answer', error.message);
      // Integrations were listed with these credentials, so one refused kind is that kind's affair.
      else if (!isOicError(error) || (stopsTheRun(error) && error.kind !== 'unauthorized')) throw error;
      else if (kind.isNewer && isNothingThere(error)) notOnInstance.push(name);
      else if (isRefusal(kind, error)) warnings.push(refused(kind, error));
      else fail(error.kind, error.message);
      return undefined;
    }
  };

  const lists = await Promise.all(
    ALL_KINDS.map(async (kind) => [kind.name, wanted[kind.name] ? await read(kind) : undefined] as const),
  );
  const inOrder = <T extends { readonly id: string }>(items: readonly T[]): T[] =>
    items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    ...Object.fromEntries(lists),
    odd: oddOf,
    notOnInstance,
    failures: inOrder(failures),
    warnings: inOrder(warnings),
  };
};

const isRefusal = (kind: Kind, error: OicError): boolean =>
  error.kind === 'forbidden' || error.kind === 'not-found' || (kind.isRefusal?.(error) ?? false);

const refused = ({ name, nouns }: Kind, error: OicError): SnapshotWarning => ({
  id: nouns[1],
  message: `are not in the snapshot, for the instance does not hand them out: ${error.message}; \`include.${name}: false\` in the settings leaves them out without this warning`,
});
