/** Schedules that a snapshot does not know: a restore leaves them as they were in the target, and a person sees to them. */

import { scheduleOf } from '../schedule.ts';
import type { SnapshotIntegration } from '../snapshot/manifest.ts';
import type { SnapshotProject } from '../snapshot/sections.ts';
import type { WorkByHand } from './manual-steps.ts';
import { nameInProject } from './plan-restore-steps.ts';

interface Told {
  readonly integrations: readonly SnapshotIntegration[];
  readonly projects?: readonly SnapshotProject[] | undefined;
}

export const schedulesByHand = ({ integrations, projects = [] }: Told): WorkByHand[] => [
  ...integrations.filter((one) => scheduleOf(one) === 'unknown').map(({ id, name }) => workOn(id, name)),
  ...projects.flatMap((project) =>
    project.integrations
      .filter((one) => scheduleOf(one) === 'unknown')
      .map(({ id, name }) => workOn(nameInProject(id, project.code), name)),
  ),
];

const workOn = (id: string, name: string): WorkByHand => ({
  kind: 'integrations',
  id,
  name,
  todo: 'see to its schedule: the snapshot does not know whether it ran, for it could not be asked; start, pause or stop it as it is meant to be',
  values: {},
});
