/** One lookup or library into a target: added or replaced, its own copy kept first; settled. */
import { itemKey, safetyCopyKey } from '../../core/keys.ts';
import type { ThingPlan } from '../../core/plan/plan-restore-items.ts';
import { libraries } from '../../kinds/libraries.ts';
import { lookups } from '../../kinds/lookups.ts';
import type { OicClient } from '../../oic/client.ts';
import { verbsOf, writeItem } from '../changes/item-verbs.ts';
import type { VerifiedItem } from './prove-items.ts';
import type { RestoreServices } from './restore-options.ts';

type Plain = Exclude<VerifiedItem, { kind: 'projects' }>;

/** Bears being run again after it was cut off: what has the content already is left, and its copy not taken again. */
export const putItem = async (
  { vault, waiting }: RestoreServices,
  oic: OicClient,
  thing: Plain,
  { do: how }: Pick<ThingPlan, 'do'>,
): Promise<void> => {
  const bytes = await vault.getArchive(thing.archive);
  let was: string | undefined;
  if (how === 'replace') {
    const own = await verbsOf(oic, thing).export();
    was = own.archive.designSha256;
    if (was === thing.designSha256) return;
    await vault.putAt(safetyCopyOf(oic.instance, thing), own.bytes);
  }
  await writeItem(oic, how === 'import' ? 'import' : 'replace', thing, { bytes, was }, waiting);
};

/** Where the target's own copy is kept. */
const safetyCopyOf = (instance: string, thing: Plain): string =>
  safetyCopyKey(
    instance,
    thing.kind === 'lookups'
      ? itemKey(instance, lookups, { id: thing.id, name: thing.id })
      : itemKey(instance, libraries, thing.library),
  );
