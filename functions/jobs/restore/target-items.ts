/** What a target has of the items of other kinds that are to be restored: there or not, content, states. */

import { idOf, type OtherKind } from '../../core/kinds.ts';
import { isNamed, type OddItem } from '../../core/odd-item.ts';
import { withHolderNamed } from '../../core/people.ts';
import type { TargetContainer } from '../../core/plan/plan-restore-containers.ts';
import type { TargetItem } from '../../core/plan/plan-restore-items.ts';
import { RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import { type Item, isContainer, type RestoredKind } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import { ListingError } from '../../oic/listing.ts';
import { readContainer } from '../changes/read-container.ts';
import { ifExportable } from '../instance/if-exportable.ts';
import { mapLimited } from '../journal/journal.ts';
import { inBatches, type RestoreFailure } from './batches.ts';
import { ARCHIVES_HELD, type VerifiedItem } from './prove-items.ts';
import type { RestoreServices } from './restore-options.ts';

export interface TargetItems {
  /** By label. What the target does not have is not among them. */
  readonly there: ReadonlyMap<string, TargetItem | TargetContainer>;
  /** Labels of what could not be compared, and so must not be touched. */
  readonly unread: ReadonlySet<string>;
  readonly failures: readonly RestoreFailure[];
}

/** As a journal keeps it. */
interface Listed {
  readonly kind: OtherKind;
  readonly items: readonly Item[];
  /** What it has in a form that cannot be read. */
  readonly odd?: readonly OddItem[];
  readonly failure?: string;
}

type Services = Pick<RestoreServices, 'oic' | 'journal' | 'waiting' | 'connections'>;

/** @param hasParameters read those of schedules in containers as well, one request each */
export const readTargetItems = async (
  services: Services,
  proved: readonly VerifiedItem[],
  hasParameters: boolean,
): Promise<TargetItems> => {
  const { oic, journal } = services;
  const wantedKinds = RESTORED_KINDS.filter((kind) => proved.some((wanted) => wanted.kind === kind));
  const listed = await journal.step('list other kinds of the target', () =>
    mapLimited(wantedKinds, 3, (kind) => list(oic, kind)),
  );
  const listOf = ({ name }: RestoredKind): Listed | undefined => listed.find(({ kind }) => kind === name);
  const refused = wantedKinds.flatMap((kind): RestoreFailure[] => {
    const { failure } = listOf(kind) ?? {};
    const number = proved.filter((wanted) => wanted.kind === kind).length;
    return failure === undefined
      ? []
      : [{ id: kind.name, step: 'read-target', message: refusal(oic, kind, number, failure) }];
  });
  const seen = proved.map((wanted) => {
    const { items = [], odd = [] } = listOf(wanted.kind) ?? {};
    const own = items.find((item) => idOf(wanted.kind, item) === wanted.id);
    return { wanted, own, odd: own ? undefined : odd.find((each) => isNamed(each, wanted.id)) };
  });
  const known = seen.flatMap(({ wanted, own }) => (own ? [{ wanted, own }] : []));
  const unreadable = seen.flatMap(({ wanted, odd }) => (odd ? [leftAsItIs(oic, wanted.label, odd.message)] : []));
  const details = await journal.all('compare other kinds', inBatches(known), 1, (batch) =>
    mapLimited(batch, ARCHIVES_HELD, ({ wanted, own }) => readOne(services, wanted, own, hasParameters)),
  );
  const found = details.flat();
  // A run that was cut off may have set connections back.
  const cutOff = (journal.leftovers('compare other kinds') as Compared[][]).flat();
  const ownOf = (label: string) =>
    [...found, ...cutOff].flatMap((one) =>
      'item' in one && one.label === label ? (one.item.ownConnections ?? []) : [],
    );
  const failures = [...unreadable, ...found.flatMap((one) => ('step' in one ? [one] : []))];
  return {
    there: new Map(
      found.flatMap((one) => ('step' in one ? [] : [[one.label, { ...one.item, ownConnections: ownOf(one.label) }]])),
    ),
    unread: new Set([
      ...failures.map(({ id }) => id),
      ...proved.filter(({ kind }) => listOf(kind)?.failure !== undefined).map(({ label }) => label),
    ]),
    failures: [...refused, ...failures],
  };
};

const refusal = (
  { instance }: OicClient,
  { nouns: [one, many], isOic3Only }: RestoredKind,
  number: number,
  words: string,
): string => {
  const what = `${number} ${number === 1 ? one : many}`;
  const gen2 = isOic3Only ? `; Gen 2 has no ${many}` : '';
  return `${what} of the snapshot cannot be restored, for ${instance} does not hand out what it has: ${words}${gen2}`;
};

const list = async (oic: OicClient, { name: kind, archive }: RestoredKind): Promise<Listed> => {
  try {
    const { items, odd } = await archive.itemsOn(oic);
    return { kind, odd, items: items.map((item) => withHolderNamed(item, oic.people)) };
  } catch (error) {
    // Integrations were listed with these credentials, so one refused kind is that kind's affair.
    const isItsOwn =
      error instanceof ListingError || (isOicError(error) && (!stopsTheRun(error) || error.kind === 'unauthorized'));
    if (!isItsOwn) throw error;
    return { kind, items: [], failure: error.message };
  }
};

type Compared = RestoreFailure | { readonly label: string; readonly item: TargetItem | TargetContainer };

const readOne = async (
  services: Services,
  { kind, id, label }: VerifiedItem,
  own: Item,
  hasParameters: boolean,
): Promise<Compared> => {
  const { oic } = services;
  try {
    const archive = await ifExportable(async () => (await kind.archive.export(oic, own)).archive);
    if (isContainer(kind)) {
      return { label, item: await readContainer(services, kind, own, archive, hasParameters) };
    }
    return { label, item: { id, designSha256: archive?.designSha256, lockedBy: own.lockedBy } };
  } catch (error) {
    if (!(error instanceof ListingError) && (!isOicError(error) || stopsTheRun(error))) throw error;
    return leftAsItIs(oic, label, error.message);
  }
};

const leftAsItIs = ({ instance }: OicClient, label: string, why: string): RestoreFailure => ({
  id: label,
  step: 'read-target',
  message: `${label} was left as it is on ${instance}: ${why}`,
});
