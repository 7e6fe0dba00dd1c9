/** Libraries outside projects: one version of JavaScript functions each, by `CODE|VERSION`. */
import type { Library } from '../core/items.ts';
import { libraryKey } from '../core/keys.ts';
import type { SnapshotLibrary } from '../core/snapshot/sections.ts';
import type { Kind } from './kind.ts';

export const libraries: Kind<Library, Omit<SnapshotLibrary, 'archive'>> = {
  name: 'libraries',
  list: ({ oic }) => oic.listLibraries(),
  archive: {
    key: libraryKey,
    itemsOn: (oic) => oic.listLibraries(),
    export: (oic, { id }) => oic.exportLibrary(id),
    describe: ({ id, code, version, name }) => ({ id, code, version, name }),
  },
};
