/** Packages: names under which integrations outside projects are kept together; they hold nothing of their own. */
import type { IntegrationId } from '../core/integration.ts';
import type { Package } from '../core/items.ts';
import type { SnapshotPackage } from '../core/snapshot/sections.ts';
import type { Kind } from './kind.ts';

export const packages: Kind<SnapshotPackage> = {
  name: 'packages',
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
};
