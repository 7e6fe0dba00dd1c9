/** A container of the target: what is in it, and what runs. */

import type { Integration } from '../../core/integration.ts';
import { idOf } from '../../core/kinds.ts';
import { withHolderNamed } from '../../core/people.ts';
import { mustAskSchedule, scheduleState } from '../../core/plan/plan-backup.ts';
import type { TargetContainer } from '../../core/plan/plan-restore-containers.ts';
import type { ContainerKind, Exported, Item } from '../../kinds/kind.ts';
import { describeSchedule } from '../../kinds/read-schedule.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ConnectionSettings } from '../../oic/http/credentials.ts';
import { ListingError } from '../../oic/listing.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { readSettled } from '../instance/read-settled.ts';
import { mapLimited } from '../journal/journal.ts';
import { readOwnConnections } from './connect.ts';

interface Services {
  readonly oic: OicClient;
  readonly waiting: ActivationWait;
  readonly connections: Readonly<Record<string, ConnectionSettings>>;
}

/**
 * Waits until nothing in it is being activated or deactivated, or the deadline has passed.
 * @param archive its own, undefined when it cannot be exported
 */
export const readContainer = async (
  { oic, waiting, connections: settings }: Services,
  kind: ContainerKind,
  own: Item,
  archive: Exported['archive'] | undefined,
  hasParameters: boolean,
): Promise<TargetContainer> => {
  const inside = kind.restore.container.inside(oic, own);
  const { items, odd } = await readSettled(
    () => inside.listIntegrations(),
    () => true,
    waiting,
  );
  // What runs in it could not be put back as it was.
  if (odd[0]) throw new ListingError(odd[0].message);
  const integrations = await mapLimited(items, 2, async (one) => ({
    ...withHolderNamed(one, oic.people),
    ...(await readScheduleIn(inside, one, hasParameters)),
  }));
  const { designSha256, connections = [] } = archive ?? {};
  return {
    id: idOf(kind, own),
    designSha256,
    integrations,
    connections: connections.map(({ id, type }) => ({ id, type })),
    ownConnections: await readOwnConnections(inside, connections, settings),
  };
};

const readScheduleIn = async (
  inside: Pick<OicClient, 'getSchedule' | 'getIntegration'>,
  one: Integration,
  hasParameters: boolean,
): Promise<Pick<TargetContainer['integrations'][number], 'schedule' | 'scheduleParameters'>> => {
  if (!mustAskSchedule(one)) return { schedule: scheduleState(one, undefined) };
  const { state, parameters } = await describeSchedule(inside, one, hasParameters);
  return { schedule: state, ...(hasParameters && { scheduleParameters: parameters }) };
};
