/**
 * The state of what a side holds beside integrations. An instance is asked for its listings and for as few archives as will
 * do: none of what was not saved since a snapshot of the same instance, nor of what only one side has.
 */

import { type KindsDiff, type KindsState, type OddItems, stateOfKinds } from '../../core/diff/diff-kinds.ts';
import type { Entry, OtherKind, OtherKinds } from '../../core/kinds.ts';
import { entriesIn } from '../../core/snapshot/archived-items.ts';
import { digestsOf, type KnownContent } from '../../core/snapshot/known-content.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { type Details, type Exported, hasArchive, type KindWithArchive, stampOf } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import type { Vault } from '../../store/vault.ts';
import { mapLimited } from '../journal/journal.ts';

export interface KindsSide {
  readonly sections: OtherKinds;
  /** Of an instance. */
  readonly odd?: OddItems;
  /** The snapshot it comes from; undefined: an instance as it is now. */
  readonly manifest?: Manifest;
  readonly oic?: OicClient;
  readonly concurrency: number;
}

/** @param other the other side: contents are read of what both have */
export const readKindsState = async (side: KindsSide, other: KindsSide): Promise<KindsState> => {
  const { sections, manifest, oic, concurrency } = side;
  if (manifest || !oic) {
    const where = manifest ? `the snapshot ${manifest.snapshot}` : 'the snapshot';
    return stateOfKinds(
      sections,
      ({ archive }) => (archive ? digestsOf(archive) : { unknown: `${where} holds no archive of it` }),
      ALL_KINDS,
    );
  }
  const contents = new Map<object, KnownContent>();
  const work = ALL_KINDS.filter(hasArchive).flatMap((kind) =>
    entriesIn(sections, kind).flatMap((item) => {
      const there = entriesIn(other.sections, kind).find(({ id }) => id === item.id);
      if (!there) return [];
      const isSame = other.manifest?.instance === oic.instance && isUnsaved(kind, item, there);
      if (!isSame || !there.archive) return [{ kind, item, known: there.archive?.contentSha256 }];
      contents.set(item, digestsOf(there.archive));
      return [];
    }),
  );
  await mapLimited(work, concurrency, async ({ kind, item, known }) => {
    contents.set(item, await exportContent(oic, () => kind.archive.export(oic, item), known));
  });
  return stateOfKinds(sections, (item) => contents.get(item) ?? { unknown: 'only one side has it' }, ALL_KINDS);
};

const isUnsaved = (kind: KindWithArchive, a: Entry, b: Entry): boolean => {
  const stamp = stampOf(kind)(a);
  return stamp !== undefined && stamp === stampOf(kind)(b);
};

/** @param known the digest of the other side, which an older snapshot may have by another reading of the same content */
export const exportContent = async (
  { instance }: OicClient,
  exportOne: () => Promise<Exported>,
  known?: string,
): Promise<KnownContent> => {
  try {
    const { archive } = await exportOne();
    const isFormer = known !== undefined && known === archive.formerContentSha256;
    return isFormer ? { digest: known } : digestsOf(archive);
  } catch (error) {
    if (isOicError(error, 'locked')) return { unknown: `locked on ${instance} and cannot be exported` };
    if (isOicError(error, 'not-found')) return { unknown: `deleted on ${instance} while it was compared` };
    throw error;
  }
};

/** By kind: what more is known of items whose content changed, which both sides have. */
export type ComparedDetails = Readonly<Partial<Record<OtherKind, readonly Details[]>>>;

export const compareDetails = async (
  changed: KindsDiff['kinds'] | undefined,
  from: KindsSide,
  to: KindsSide,
  vault: Vault,
): Promise<ComparedDetails> => {
  const compared: [OtherKind, readonly Details[]][] = [];
  for (const kind of ALL_KINDS.filter(hasArchive)) {
    const { name, details } = kind;
    const ids = (changed?.[name]?.changed ?? []).flatMap(({ id, content }) => (content ? [id] : []));
    if (!details || ids.length === 0) continue;
    const told = await mapLimited(ids, from.concurrency, async (id) =>
      details.compare(await bytesOf(kind, id, from, vault), await bytesOf(kind, id, to, vault), id),
    );
    compared.push([name, told]);
  }
  return Object.fromEntries(compared);
};

const bytesOf = async (
  kind: KindWithArchive,
  id: string,
  { sections, oic }: KindsSide,
  vault: Vault,
): Promise<Uint8Array> => {
  const entry = entriesIn(sections, kind).find((one) => one.id === id);
  if (entry?.archive) return vault.getArchive(entry.archive);
  if (!entry || !oic) throw new Error(`nothing to read of ${kind.nouns[0]} ${id}`);
  return (await kind.archive.export(oic, entry)).bytes;
};
