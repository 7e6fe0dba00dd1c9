/** Reading and writing one lookup or library, whichever it is. */
import type { Library } from '../../core/items.ts';
import type { OicClient } from '../../oic/client.ts';

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
