/** What would keep a restore from activating what it is to activate, read off the target before anything is sent. */
import { LOCAL_CALLS } from '../../core/archive/connection-template.ts';
import type { IntegrationId } from '../../core/integration.ts';
import { findLacks, type Lack } from '../../core/plan/lacks.ts';
import type { Phase } from '../../core/plan/plan-restore-steps.ts';
import { isContainer } from '../../kinds/kind.ts';
import type { Connection } from '../../oic/connection-answers.ts';
import { switchboardOf } from '../changes/container.ts';
import { findItem } from '../changes/write-item.ts';
import { mapLimited } from '../journal/journal.ts';
import type { VerifiedItem } from './prove-items.ts';
import type { RestoreServices } from './restore-options.ts';
import type { ArchiveFacts } from './target.ts';

interface Foreseen {
  readonly phases: readonly Phase[];
  readonly facts: ReadonlyMap<IntegrationId, ArchiveFacts>;
  readonly proved: ReadonlyMap<string, VerifiedItem>;
  /** Integrations outside projects that are there once the restore was run. */
  readonly thereAfter: ReadonlySet<string>;
}

export const foresee = (
  services: RestoreServices,
  { phases, facts, proved, thereAfter }: Foreseen,
): Promise<readonly Lack[]> =>
  services.journal.step('foresee', async () => {
    const { oic, connections: settings } = services;
    const activating = phases.flatMap((phase) => (phase.does === 'activate' ? phase.turns : []));
    const activated = activating.flatMap(({ id }) => {
      const { connections, calls } = facts.get(id) ?? {};
      return connections && calls ? [{ id, connections, calls }] : [];
    });
    const outlook = { settings, instance: oic.instance, isThere: (id: IntegrationId) => thereAfter.has(id) };
    const connections = await connectionsIn(
      oic,
      activated.flatMap(({ connections }) => connections),
    );
    const outside = findLacks(activated, { ...outlook, connection: (id) => connections.get(id) });
    const inside = phases.flatMap((phase) => (phase.does === 'activate-inside' ? phase.turns : []));
    const insideOthers = await mapLimited(
      inside.filter(({ connects }) => connects.length > 0),
      2,
      async ({ id: label }) => {
        const { kind, id = '', connections: used = [] } = proved.get(label) ?? {};
        const own = kind && (await findItem(oic, kind, id));
        const there =
          own && isContainer(kind)
            ? await connectionsIn(switchboardOf(oic, kind, own), used)
            : new Map<string, Connection>();
        const lacks = findLacks([{ id: `all of ${label}`, connections: used, calls: [] }], {
          ...outlook,
          connection: (id) => there.get(id),
        });
        return lacks.map((lack) => ({ ...lack, id: `${lack.id} in ${label}` }));
      },
    );
    return [...outside, ...insideOthers.flat()];
  });

const connectionsIn = async (
  oic: Pick<RestoreServices['oic'], 'getConnection'>,
  connections: readonly { readonly id: string; readonly type: string }[],
): Promise<Map<string, Connection>> => {
  const ids = [...new Set(connections.filter(({ type }) => type !== LOCAL_CALLS).map(({ id }) => id))];
  const found = await mapLimited(ids, 4, (id) => oic.getConnection(id));
  return new Map(found.flatMap((one) => (one ? [[one.id, one]] : [])));
};
