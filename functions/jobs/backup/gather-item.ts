/**
 * One item of a backup, of whatever kind: exported, checked, stored, and what is to be known of it beside its archive. What
 * goes wrong with it is its own affair, told in the result, unless every other one would meet the same.
 */

import { itemKey } from '../../core/keys.ts';
import { type Entry, labelOf } from '../../core/kinds.ts';
import type { ItemStep } from '../../core/plan/plan-kinds.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import type { Item, KindWithArchive } from '../../kinds/kind.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import type { BackUpServices } from './back-up-options.ts';
import { type ExportedOne, exportArchive } from './export-archive.ts';

export type Step = ItemStep<Item, Entry> & { readonly kind: KindWithArchive };

/** What came of one item; small, for the journal keeps it. Beside this it holds what the kind observed. */
export interface GatheredItem extends ExportedOne {
  /** `project CODE`, `lookup NAME`, `library CODE|VERSION`. */
  readonly name: string;
  readonly failure?: { readonly kind: string; readonly message: string };
}

/** What takes requests or reading; an item that is unread has failed already. */
export const isWork = ({ kind, do: what, item, last }: Step, scan: boolean): boolean =>
  !item.isUnread && (what === 'export' || (kind.archive.mustObserve?.(item, last?.entry, scan) ?? false));

export const gatherItem = async (
  { oic, vault }: Pick<BackUpServices, 'oic' | 'vault'>,
  step: Step,
  scan: boolean,
): Promise<GatheredItem> => {
  const { kind, item, last } = step;
  const { archive } = kind;
  const name = labelOf(kind, item);
  let bytes: Uint8Array | undefined;
  try {
    const source = {
      key: itemKey(oic.instance, kind, item),
      export: () => archive.export(oic, item),
      onExported: (exported: { readonly bytes: Uint8Array }) => {
        bytes = exported.bytes;
      },
      holder: async () => item.lockedBy,
      isThere: async () => (await archive.itemsOn(oic)).items.some(({ id }) => id === item.id),
    };
    const exported: ExportedOne =
      step.do === 'export' ? await exportArchive({ oic, vault }, source, last?.archive) : {};
    if (exported.isGone || !archive.observe) return { name, ...exported };
    const seen = await archive.observe({
      oic,
      item,
      unsaved: step.do === 'reuse' ? last?.entry : undefined,
      scan,
      hasParameters: true,
      bytes: async () => bytes ?? (last && !exported.isStale ? await heldBytes(vault, last.archive) : undefined),
    });
    return { name, ...exported, ...seen };
  } catch (error) {
    if (!isOicError(error) || stopsTheRun(error)) throw error;
    return { name, failure: { kind: error.kind, message: error.message } };
  }
};

const heldBytes = async (vault: Vault, archive: ArchiveRef): Promise<Uint8Array | undefined> => {
  try {
    return await vault.getArchive(archive);
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
};
