/**
 * `/packages`: list and export. A package is the name its integrations bear; one without integrations is none. Asking for
 * one that is not there is answered 500, as people have seen, or 404, as Oracle's page says
 * (https://docs.oracle.com/en/cloud/paas/integration-cloud/rest-api/op-ic-api-integration-v1-packages-packagename-get.html).
 */
import { createHash } from 'node:crypto';
import { writeZip } from '../archives/zip.ts';
import type { Integration, State } from '../holds/holdings.ts';
import { type Answer, Refusal } from '../http/answer.ts';
import { fileAnswer } from '../http/wire.ts';
import { listAnswer } from './kind-listing.ts';
import type { Route } from './route.ts';

export const packageRoutes = (state: State, pageCap: number | undefined): Route[] => [
  {
    method: 'GET',
    path: 'packages',
    kind: 'package-list',
    handle: (call) => {
      if (call.query.has('orderBy')) throw new Refusal(400, 'orderBy is not known here');
      return listAnswer(state, call, pageCap, {
        path: 'packages',
        items: packagesOf(state),
        name: ({ name }) => name,
        toJson: (item) => packageItem(state, item),
      });
    },
  },
  { method: 'GET', path: 'packages/:id/archive', kind: 'package-export', handle: ({ id }) => exportPackage(state, id) },
];

interface Package {
  readonly name: string;
  readonly integrations: readonly Integration[];
  readonly lastUpdated: number;
}

const packagesOf = (state: State): Package[] =>
  [...Map.groupBy(state.integrations.values(), ({ archive }) => archive.facts.packageName)]
    .filter(([name]) => name)
    .map(([name, integrations]) => ({
      name,
      integrations,
      lastUpdated: Math.max(...integrations.map(({ lastUpdated }) => lastUpdated)),
    }));

const packageItem = ({ behaviour }: State, { name, integrations }: Package): object => ({
  name,
  type: 'DEVELOPED',
  countOfIntegrations: integrations.length,
  isCloneAllowed: true,
  isViewAllowed: true,
  ...(behaviour.packageMembers === 'listed' && {
    integrations: integrations.map(({ id, code, version, status }) => ({ id, code, version, status })),
  }),
});

const exportPackage = (state: State, name: string): Answer => {
  const found = packagesOf(state).find((candidate) => candidate.name === name);
  if (!found) throw new Refusal(state.behaviour.missingPackageStatus, `Package ${name} cannot be exported`);
  const exportedAt = new Date(state.now());
  const members = found.integrations.map(({ id, version, status, archive }) => ({
    name: `icspackage_${name}_${version}_${uuidOf(id)}.iar`,
    data: archive.write({ exportedAt, entrySeed: state.random.below(2 ** 31), state: status }, state.stamps),
  }));
  const attributes = Buffer.from(`#${exportedAt.toISOString()}\npackage_name=${name}\n`, 'latin1');
  const entries = [...members, { name: 'ics_package_attributes.properties', data: attributes }];
  return fileAnswer(`${name}.par`, writeZip(state.random.shuffle(entries), { modified: exportedAt }));
};

const uuidOf = (id: string): string =>
  createHash('md5')
    .update(id)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
