/** One container of an instance as it runs: stopped as far as it must be, and started again as it was. */

import type { IntegrationId, Tracing } from '../../core/integration.ts';
import { labelOf } from '../../core/kinds.ts';
import type { ScheduleParameter, ScheduleState } from '../../core/schedule.ts';
import { isInService } from '../../core/status.ts';
import type { ContainerKind, Item } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { activateAndWait, deactivateAndWait, type Switchboard } from './activation.ts';
import { setSchedule } from './schedule.ts';

/** What of a container was active, and how. */
export type RanBefore = readonly {
  readonly id: IntegrationId;
  /** Null when it has none, or it could not be asked. */
  readonly schedule?: ScheduleState;
  readonly parameters?: readonly ScheduleParameter[] | undefined;
  /** Of what an earlier version has left, instead of `schedule`. */
  readonly isScheduleStarted?: boolean;
  readonly tracing: Tracing;
}[];

/** What can be done with the integrations in one; messages name it. */
export const switchboardOf = (oic: OicClient, kind: ContainerKind, own: Item) => ({
  ...kind.restore.container.inside(oic, own),
  instance: `${oic.instance} (${labelOf(kind, own)})`,
  people: oic.people,
  shownBy: `oic list ${oic.instance} --kind ${kind.name}`,
});

/** Deactivates what is active in it, schedules first. @returns whether anything was */
export const stopContainer = async (
  oic: OicClient,
  kind: ContainerKind,
  own: Item,
  waiting: ActivationWait,
  isMeant: (id: IntegrationId) => boolean = () => true,
): Promise<boolean> => {
  const inside = switchboardOf(oic, kind, own);
  const active = (await inside.listIntegrations()).items.filter((there) => isMeant(there.id) && isInService(there));
  for (const { id } of active) await deactivateAndWait(inside, id, waiting);
  return active.length > 0;
};

/** What is no longer in it is left out. @throws ActivationError, ScheduleError, OicError */
export const startAgain = async (inside: Switchboard, ranBefore: RanBefore, waiting: ActivationWait): Promise<void> => {
  for (const {
    id,
    isScheduleStarted,
    schedule = isScheduleStarted ? 'started' : 'stopped',
    parameters,
    tracing,
  } of ranBefore) {
    if (!(await inside.getIntegration(id))) continue;
    await activateAndWait(inside, id, tracing, waiting);
    if (schedule !== null) await setSchedule(inside, id, schedule, waiting, { parameters });
  }
};
