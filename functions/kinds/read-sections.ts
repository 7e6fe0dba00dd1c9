/** What an instance has now, as a snapshot would say it but without archives. */
import type { OddItems } from '../core/diff/diff-kinds.ts';
import { Refused } from '../core/errors.ts';
import { type Entry, type IncludedKinds, idOf, type OtherKinds } from '../core/kinds.ts';
import type { OddItem } from '../core/odd-item.ts';
import { ALL_KINDS } from './all-kinds.ts';
import { type Asking, hasArchive, type Item, type Kind, type KindWithArchive } from './kind.ts';
import { listKinds } from './list-kinds.ts';

export interface ReadSections {
  readonly sections: OtherKinds;
  /** What cannot be read; an item that holds such is among it, as a whole. */
  readonly odd: OddItems;
}

/** @throws Refused when a listing fails */
export const readSections = async (asking: Asking, wanted: IncludedKinds): Promise<ReadSections> => {
  const listed = await listKinds(asking, wanted);
  const [failure] = listed.failures;
  if (failure) throw new Refused(`${asking.oic.instance} was not compared: ${failure.message}`);
  const read = await Promise.all(
    ALL_KINDS.map(async (kind) => {
      const items = listed[kind.name];
      return { kind, items, entries: items && (await entriesOf(asking, kind, items)) };
    }),
  );
  return {
    sections: Object.fromEntries(read.flatMap(({ kind, entries }) => (entries ? [[kind.name, entries]] : []))),
    odd: Object.fromEntries(
      read.flatMap(({ kind, items = [] }) => {
        const odd = [...(listed.odd[kind.name] ?? []), ...items.flatMap((item) => asOdd(kind, item))];
        return odd.length > 0 ? [[kind.name, odd]] : [];
      }),
    ),
  };
};

/** As a whole: what is in it and cannot be read is as little known as the rest of it. */
const asOdd = (kind: Kind, item: Item): OddItem[] => {
  const id = idOf(kind, item);
  return (item.odd ?? []).slice(0, 1).map(({ message }) => ({ id, code: id, names: [id], message }));
};

const entriesOf = async (asking: Asking, kind: Kind, items: readonly Item[]): Promise<readonly Entry[]> => {
  if (!hasArchive(kind)) return items;
  return asking.each(
    items.filter(({ odd }) => !odd),
    (item) => entryOf(asking, kind, item),
  );
};

const entryOf = async ({ oic }: Asking, { archive }: KindWithArchive, item: Item): Promise<Entry> => {
  const seen = await archive.observe?.({
    oic,
    item,
    unsaved: undefined,
    scan: false,
    hasParameters: false,
    bytes: async () => undefined,
  });
  const entry = archive.describe(item, seen ?? {}, undefined, () => undefined);
  return { ...item, ...entry, ...{ archive: null } };
};
