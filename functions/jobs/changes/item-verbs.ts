/** Reading and writing one lookup or library, whichever it is; writes are settled. */
import type { Library } from '../../core/items.ts';
import { kindOf } from '../../kinds/all-kinds.ts';
import type { OicClient } from '../../oic/client.ts';
import type { Clock } from '../instance/activation-wait.ts';
import { PATIENCE_MS, settle } from './settled-write.ts';
import { exportedDesign, sightOf } from './write-content.ts';

export type Plain =
  | { readonly kind: 'lookups'; readonly id: string }
  | { readonly kind: 'libraries'; readonly id: string; readonly library: Pick<Library, 'code' | 'version' | 'name'> };

export const verbsOf = (oic: OicClient, thing: Plain) => {
  if (thing.kind === 'lookups') {
    return {
      export: () => oic.exportLookup(thing.id),
      add: (bytes: Uint8Array) => oic.importLookup(thing.id, bytes),
      replace: (bytes: Uint8Array) => oic.replaceLookup(thing.id, bytes),
    };
  }
  return {
    export: () => oic.exportLibrary(thing.id),
    add: (bytes: Uint8Array) => oic.registerLibrary(thing.library, bytes),
    replace: (bytes: Uint8Array) => oic.updateLibrary(thing.id, bytes),
  };
};

/** @param was the design that is there now */
export const writeItem = (
  oic: OicClient,
  how: 'import' | 'replace',
  thing: Plain & { readonly designSha256: string },
  { bytes, was }: { readonly bytes: Uint8Array; readonly was?: string | undefined },
  clock: Clock,
): Promise<void> => {
  const verbs = verbsOf(oic, thing);
  const where = `${kindOf(thing.kind).nouns[0]} ${thing.id} on ${oic.instance}`;
  return settle(
    {
      what: `${how === 'import' ? 'importing' : 'replacing'} ${where}`,
      send: () => (how === 'import' ? verbs.add(bytes) : verbs.replace(bytes)),
      look: async () => sightOf(await exportedDesign(verbs.export), thing.designSha256, was),
      patienceMs: PATIENCE_MS.content,
      lookAt: where,
      command: `oic list ${oic.instance} --kind ${thing.kind}`,
    },
    clock,
  );
};
