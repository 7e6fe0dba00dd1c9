/** Libraries outside projects: one version of JavaScript functions each, by `CODE|VERSION`. */
import { readLibraryArchive } from '../core/archive/library-archive.ts';
import { Refused } from '../core/errors.ts';
import type { Library } from '../core/items.ts';
import { type Entry, SAVED } from '../core/kinds.ts';
import type { Stored } from '../core/snapshot/archived-items.ts';
import { TEXT } from '../core/snapshot/sections.ts';
import type { Kind } from './kind.ts';

interface SnapshotLibrary extends Entry {
  readonly code: string;
  readonly version: string;
}

declare module '../core/kinds.ts' {
  interface Sections {
    readonly libraries: Stored<SnapshotLibrary>;
  }
}

export const libraries: Kind<Library, SnapshotLibrary> = {
  name: 'libraries',
  nouns: ['library', 'libraries'],
  fields: { code: TEXT, version: TEXT },
  file: { ending: '.jar', parts: 2, partsOf: ({ code, version }) => [code, version] },
  facts: SAVED,
  list: ({ oic }) => oic.listLibraries(),
  archive: {
    itemsOn: (oic) => oic.listLibraries(),
    export: (oic, { id }) => oic.exportLibrary(id),
    read: async (bytes) => {
      const { code, version, contentSha256, designSha256 } = await readLibraryArchive(bytes);
      return { id: code && version ? `${code}|${version}` : undefined, contentSha256, designSha256 };
    },
    describe: ({ id, code, version, name }) => ({ id, code, version, name }),
  },
  restore: {
    when: 'before',
    add: (oic, library, bytes) => oic.registerLibrary(library, bytes),
    replace: (oic, { id }, bytes) => oic.updateLibrary(id, bytes),
    readFile: async (bytes) => {
      const { code, version, ...read } = await readLibraryArchive(bytes);
      if (code === undefined || version === undefined) {
        throw new Refused('it does not tell which library and version it is: register it in the console');
      }
      return { ...read, entry: { id: `${code}|${version}`, code, version, name: code } };
    },
  },
  download: { ending: '.jar', idOf: (typed) => typed.replace('/', '|'), get: (oic, id) => oic.exportLibrary(id) },
};
