/**
 * Packages: which integrations each holds, and all of them in one file (.par).
 *
 * Pages: https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/api-integrations-packages.html
 */
import { readPackageArchive } from '../core/archive/package-archive.ts';
import { isOicError, OicError } from './http/errors.ts';
import { toPackage } from './kind-answers.ts';
import type { Requests } from './requests.ts';
import type { Packages } from './whole-instance.ts';

export const packages = ({ instance, list, download }: Requests): Packages => {
  const listPackages: Packages['listPackages'] = () => list('listing the packages', '/packages', toPackage, 'by-time');
  const exportKnown: Packages['exportPackage'] = (name) =>
    download(`exporting package ${name}`, archivePath(name), async (bytes) => {
      const archive = await readPackageArchive(bytes);
      if (archive.name !== undefined && archive.name !== name) throw new Error(`it is the package ${archive.name}`);
      return { bytes, archive };
    });
  return {
    listPackages,
    exportPackage: async (name) => {
      try {
        return await exportKnown(name);
      } catch (error) {
        // A package that is not there is a 500 to Oracle, which says nothing: the listing knows.
        if (!isOicError(error) || error.details.status !== 500) throw error;
        if ((await listPackages()).items.some(({ id }) => id === name)) throw error;
        const message = `exporting package ${name} from ${instance} failed: the instance has no package of this name; \`oic list ${instance} --kind packages\` shows those there are`;
        throw new OicError('not-found', message, { ...error.details, cause: error });
      }
    },
  };
};

const archivePath = (name: string): string => `/packages/${encodeURIComponent(name)}/archive`;
