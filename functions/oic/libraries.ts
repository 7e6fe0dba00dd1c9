/**
 * Libraries outside projects.
 *
 * Pages: https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/api-integrations-libraries.html
 */
import { readLibraryArchive } from '../core/archive/library-archive.ts';
import { toLibrary } from './kind-answers.ts';
import type { Requests } from './requests.ts';
import type { Libraries } from './whole-instance.ts';

export const libraries = ({ list, download, upload }: Requests): Libraries => ({
  listLibraries: () => list('listing the libraries', '/libraries', toLibrary),
  exportLibrary: (id) =>
    download(`exporting library ${id}`, `${libraryPath(id)}/archive`, async (bytes) => {
      const archive = await readLibraryArchive(bytes);
      const { code, version } = archive;
      const isOther = code !== undefined && version !== undefined && `${code}|${version}` !== id;
      if (isOther) throw new Error(`it is the library ${code}|${version}`);
      return { bytes, archive };
    }),
  registerLibrary: ({ code, version, name }, bytes) =>
    upload({
      what: `registering library ${code}|${version}`,
      method: 'POST',
      path: '/libraries/archive',
      filename: `${code}_${version}.jar`,
      bytes,
      fields: { name, code, version, type: 'API', description: '' },
    }),
  // An update is a POST to the archive of the library that is there, not a PUT.
  updateLibrary: (id, bytes) =>
    upload({
      what: `updating library ${id}`,
      method: 'POST',
      path: `${libraryPath(id)}/archive`,
      filename: `${id.replace('|', '_')}.jar`,
      bytes,
    }),
});

const libraryPath = (id: string): string => `/libraries/${encodeURIComponent(id)}`;
