/** One item of another kind into a target: added or replaced, its own copy kept first; settled. */
import type { ItemTurn } from '../../core/plan/plan-restore-steps.ts';
import { isContainer } from '../../kinds/kind.ts';
import { copyKeyOf } from '../changes/keep-copy.ts';
import { putContainer } from '../changes/put-container.ts';
import { addItem, replaceItem } from '../changes/write-item.ts';
import type { VerifiedItem } from './prove-items.ts';
import type { RestoreServices } from './restore-options.ts';

/** Bears being run again after it was cut off: what has the content already is left, and its copy not taken again. */
export const putItem = async (
  services: RestoreServices,
  { archive, ...item }: VerifiedItem,
  { do: how }: ItemTurn['steps'][0],
): Promise<void> => {
  const { oic, vault, waiting } = services;
  const { kind, entry, designSha256 } = item;
  const bytes = await vault.getArchive(archive);
  if (isContainer(kind)) return putContainer(services, { ...item, kind, bytes });
  const content = { kind, entry, bytes, designSha256 };
  if (how === 'import') return addItem(oic, content, waiting);
  const own = await kind.archive.export(oic, entry);
  const was = own.archive.designSha256;
  if (was === designSha256) return;
  await vault.putAt(copyKeyOf(oic.instance, item), own.bytes);
  await replaceItem(oic, content, entry, was, waiting);
};
