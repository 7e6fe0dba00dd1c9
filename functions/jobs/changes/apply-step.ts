/** Does one step of an install plan, and comes back when it is so: every lost answer has been settled by reading. */

import type { Archive } from '../../core/archive/integration-archive.ts';
import type { InstallStep } from '../../core/plan/plan-install.ts';
import { isOn } from '../../core/schedule.ts';
import { askSchedule } from '../../kinds/read-schedule.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { activateAndWait, deactivateAndWait, type Switchboard } from './activation.ts';
import { applyScheduleStep, setSchedule } from './schedule.ts';
import { writeContent } from './write-content.ts';

export interface Content {
  readonly archive: Archive;
  readonly bytes: Uint8Array;
}

export const applyStep = async (
  oic: OicClient,
  step: Exclude<InstallStep, { do: 'connect' }>,
  { archive, bytes }: Content,
  waiting: ActivationWait,
): Promise<void> => {
  switch (step.do) {
    case 'stop-schedule':
    case 'start-schedule':
    case 'resume-schedule':
    case 'pause-schedule':
    case 'set-parameters':
      return applyScheduleStep(oic, step, waiting);
    case 'deactivate':
      return deactivateAndWait(oic, step.id, waiting);
    case 'activate':
      return applyActivation(oic, step, waiting);
    case 'import':
    case 'replace':
      return writeContent(oic, step.do, archive, bytes, waiting.sleep);
  }
};

/** Oracle may start a schedule with the activation; what is not known to run is not stopped. */
export const applyActivation = async (
  oic: Switchboard,
  { id, tracing, keepsStopped }: Extract<InstallStep, { do: 'activate' }>,
  waiting: ActivationWait,
): Promise<void> => {
  await activateAndWait(oic, id, tracing, waiting);
  if (keepsStopped && isOn((await askSchedule(oic, id)).state)) await setSchedule(oic, id, 'stopped', waiting);
};
