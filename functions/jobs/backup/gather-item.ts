/**
 * One item of a backup, of whatever kind: exported, checked, stored, and what is to be known of it beside its archive. What
 * goes wrong with it is its own affair, told in the result, unless every other one would meet the same.
 */

import { keyApart } from '../../core/key-parts.ts';
import { itemKey } from '../../core/keys.ts';
import { type Entry, idOf, labelOf } from '../../core/kinds.ts';
import type { BackupStep } from '../../core/plan/plan-backup.ts';
import { type Item, type KindWithArchive, stampOf } from '../../kinds/kind.ts';
import type { BackUpServices } from './back-up-options.ts';
import { type ExportedOne, exportArchive, wholeBytes } from './export-archive.ts';
import { failureOf } from './own-failure.ts';

export type Step = BackupStep<Item, Entry> & { readonly kind: KindWithArchive };

/** What came of one item; small, for the journal keeps it. Beside this it holds what the kind observed. */
export interface GatheredItem extends ExportedOne {
  /** `project CODE`, `lookup NAME`, `library CODE|VERSION`. */
  readonly name: string;
  /** What told its state when it was exported. */
  readonly stamp?: string | undefined;
  readonly failure?: { readonly kind: string; readonly message: string };
}

/** What takes requests or reading; an item that is unread has failed already. */
export const isWork = ({ kind, do: what, item, last }: Step, scan: boolean): boolean =>
  !item.isUnread && (what === 'export' || (kind.archive.mustObserve?.(item, last?.entry, scan) ?? false));

/** @param twins keys that differ from another one in nothing but capitals */
export const gatherItem = async (
  { oic, vault }: Pick<BackUpServices, 'oic' | 'vault'>,
  step: Step,
  scan: boolean,
  twins: ReadonlySet<string>,
): Promise<GatheredItem> => {
  const { kind, item, last, former } = step;
  const { archive } = kind;
  const name = labelOf(kind, item);
  let bytes: Uint8Array | undefined;
  try {
    const key = itemKey(oic.instance, kind, item);
    const source = {
      id: idOf(kind, item),
      label: name,
      key: twins.has(key) ? keyApart(key) : key,
      export: () => archive.export(oic, item),
      read: (stored: Uint8Array) => archive.read(stored, idOf(kind, item)),
      onExported: (exported: { readonly bytes: Uint8Array }) => {
        bytes = exported.bytes;
      },
      holder: async () => item.lockedBy,
      isThere: async () => (await archive.itemsOn(oic)).items.some(({ id }) => id === item.id),
    };
    const exported: Omit<GatheredItem, 'name'> =
      step.do === 'export'
        ? {
            stamp: stampOf(kind)(item),
            ...(await exportArchive({ oic, vault }, source, { last: last?.archive, former })),
          }
        : {};
    if (exported.isGone || !archive.observe) return { name, ...exported };
    const seen = await archive.observe({
      oic,
      item,
      unsaved: step.do === 'reuse' ? last?.entry : undefined,
      scan,
      hasParameters: true,
      bytes: async () => bytes ?? (last && !exported.isStale ? await wholeBytes(vault, last.archive) : undefined),
    });
    return { name, ...exported, ...seen };
  } catch (error) {
    return { name, failure: failureOf(error, name) };
  }
};
