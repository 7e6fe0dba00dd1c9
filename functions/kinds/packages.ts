/** Packages: names under which integrations outside projects are kept together; they hold nothing of their own. */
import * as z from 'zod/mini';
import { readPackageArchive } from '../core/archive/package-archive.ts';
import { diffPackages } from '../core/diff/diff-projects.ts';
import type { IntegrationId } from '../core/integration.ts';
import type { Package } from '../core/items.ts';
import type { Entry } from '../core/kinds.ts';
import { INTEGRATION_ID } from '../core/snapshot/sections.ts';
import { differingLines, withHeading } from './diff-lines.ts';
import type { Kind } from './kind.ts';

interface SnapshotPackage extends Entry {
  readonly integrations: readonly IntegrationId[];
}

declare module '../core/kinds.ts' {
  interface Sections {
    readonly packages: SnapshotPackage;
  }
}

export const packages: Kind<SnapshotPackage> = {
  name: 'packages',
  nouns: ['package', 'packages'],
  fields: { integrations: z.array(INTEGRATION_ID) },
  facts: [
    {
      name: 'integrations',
      as: 'number',
      only: 'shown',
      value: ({ integrations }) => integrations.length,
      inTerminal: ({ integrations: { length } }) => `${length} integration${length === 1 ? '' : 's'}`,
    },
  ],
  members: ({ integrations }) => integrations,
  // Where the listing of packages does not tell what they hold, that of the integrations does: each names its package.
  list: async ({ oic }) => {
    const { items, odd } = await oic.listPackages();
    const isTold = items.every(({ integrations }) => integrations);
    const inPackage = Map.groupBy(isTold ? [] : (await oic.listIntegrations()).items, ({ packageName }) => packageName);
    const membersOf = ({ name, integrations }: Package): readonly IntegrationId[] =>
      integrations ?? (inPackage.get(name) ?? []).map(({ id }) => id);
    return {
      items: items.map((one) => ({ id: one.id, name: one.name, integrations: [...membersOf(one)].sort() })),
      odd,
    };
  },
  download: {
    ending: '.par',
    get: (oic, name) => oic.exportPackage(name),
    check: readPackageArchive,
    diff: async (from, to, [a, b]) => {
      const diff = await diffPackages(from, to);
      const heading = `package ${diff.from} (${a}) -> package ${diff.to} (${b})`;
      return { diff, lines: withHeading(heading, differingLines('integration', diff.integrations)) };
    },
  },
  byHand: {
    order: 5,
    todo: (one, own) => {
      const missing = missingIn(one, own);
      if (own) return missing.length === 0 ? undefined : 'put these integrations into the package';
      return missing.length === 0
        ? 'create this package: it holds nothing'
        : 'put these integrations into a package of this name';
    },
    values: (one, own): Record<string, string> => {
      const missing = missingIn(one, own);
      return missing.length > 0 ? { integrations: missing.join(', ') } : {};
    },
  },
};

const missingIn = ({ integrations }: SnapshotPackage, own: SnapshotPackage | undefined): readonly IntegrationId[] =>
  integrations.filter((id) => !own?.integrations.includes(id));
