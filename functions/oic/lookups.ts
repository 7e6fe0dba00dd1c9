/**
 * Lookups outside projects, by their names; their archives are CSV.
 *
 * Pages: https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/api-integrations-lookups.html
 */
import { readLookup } from '../core/archive/lookup-file.ts';
import type { Taken } from './http/request.ts';
import { toLookup } from './kind-answers.ts';
import type { Requests } from './requests.ts';
import type { Lookups } from './whole-instance.ts';

export const lookups = ({ list, download, upload }: Requests): Lookups => {
  const send = (what: string, method: 'POST' | 'PUT', name: string, bytes: Uint8Array): Promise<Taken> =>
    upload({ what: `${what} lookup ${name}`, method, path: '/lookups/archive', filename: `${name}.csv`, bytes });
  return {
    listLookups: () => list('listing the lookups', '/lookups', toLookup),
    exportLookup: (name) =>
      download(`exporting lookup ${name}`, `/lookups/${encodeURIComponent(name)}/archive`, async (bytes) => {
        const archive = await readLookup(bytes, name);
        if (archive.name !== undefined && archive.name !== name) throw new Error(`it is the lookup ${archive.name}`);
        return { bytes, archive };
      }),
    importLookup: (name, bytes) => send('importing', 'POST', name, bytes),
    replaceLookup: (name, bytes) => send('replacing', 'PUT', name, bytes),
  };
};
