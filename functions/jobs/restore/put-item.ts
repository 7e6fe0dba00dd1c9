/** One lookup or library into a target: added or replaced, its own copy kept first; every lost answer settled by reading. */
import { libraryKey, lookupKey, safetyCopyKey } from '../../core/keys.ts';
import type { ThingPlan } from '../../core/plan/plan-restore-items.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import { verbsOf } from '../changes/item-verbs.ts';
import { hasContent, writeSettled } from '../changes/write-content.ts';
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
  const verbs = verbsOf(oic, thing);
  const isDone = () => hasContent(verbs.export, thing.designSha256);
  if (how === 'replace') {
    const own = await verbs.export();
    if (own.archive.designSha256 === thing.designSha256) return;
    await vault.putAt(safetyCopyOf(oic.instance, thing), own.bytes);
  }
  try {
    await writeSettled(() => (how === 'import' ? verbs.add(bytes) : verbs.replace(bytes)), isDone, waiting.sleep);
  } catch (error) {
    // It came from a run that was cut off, or with an integration, since the target was looked at.
    if (how !== 'import' || !isOicError(error, 'conflict') || !(await isDone())) throw error;
  }
};

/** Where the target's own copy is kept. */
const safetyCopyOf = (instance: string, thing: Plain): string =>
  safetyCopyKey(
    instance,
    thing.kind === 'lookups' ? lookupKey(instance, thing.id) : libraryKey(instance, thing.library),
  );
