/** The integrations of a project as a snapshot tells them, with their schedules. */

import { mustAskSchedule, scheduleState } from '../../core/plan/plan-backup.ts';
import { scheduleFields } from '../../core/schedule.ts';
import type { SnapshotProjectIntegration } from '../../core/snapshot/sections.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ListedProject } from './list-kinds.ts';
import { type Asked, describeSchedule } from './read-schedule.ts';

/** One after the other: a project has few, and other projects are at work beside it. */
export const schedulesIn = async (
  oic: OicClient,
  { id, integrations }: ListedProject,
  mayHaveParameters: (id: string) => boolean,
): Promise<SchedulesIn> => {
  const asked: [string, Asked][] = [];
  for (const integration of integrations.filter(mustAskSchedule)) {
    const may = mayHaveParameters(integration.id);
    asked.push([integration.id, await describeSchedule(oic.inProject(id), integration, may)]);
  }
  return Object.fromEntries(asked);
};

export const integrationEntry = (
  integration: ListedProject['integrations'][number],
  asked: Asked | undefined,
): SnapshotProjectIntegration => {
  const { id, code, version, name, status, lastUpdated, tracing } = integration;
  return {
    id,
    code,
    version,
    name,
    status,
    ...(lastUpdated !== undefined && { lastUpdated }),
    ...scheduleFields(scheduleState(integration, asked?.state)),
    ...(asked?.parameters && { scheduleParameters: asked.parameters }),
    tracing,
  };
};

/** By the id of the integration. */
export type SchedulesIn = Readonly<Record<string, Asked>>;
