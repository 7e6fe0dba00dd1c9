/** Does one step of an install plan, and comes back when the instance shows it. */

import type { InstallStep, RunStep } from '../../core/plan/plan-install.ts';
import { isOn } from '../../core/schedule.ts';
import { askSchedule } from '../../kinds/read-schedule.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { activateAndWait, deactivateAndWait, type Switchboard } from './activation.ts';
import { applyScheduleStep, setSchedule } from './schedule.ts';
import { type Content, importContent, replaceContent } from './write-content.ts';

export const applyStep = async (
  oic: OicClient,
  step: Exclude<InstallStep, { do: 'connect' }>,
  content: Content,
  waiting: ActivationWait,
): Promise<void> => {
  switch (step.do) {
    case 'deactivate':
      return deactivateAndWait(oic, step.id, waiting);
    case 'import':
      return importContent(oic, content, waiting);
    case 'replace':
      return replaceContent(oic, content, waiting);
    default:
      return applyRunStep(oic, step, waiting);
  }
};

/** Activates it or changes its schedule: outside projects, or in one. */
export const applyRunStep = (oic: Switchboard, step: RunStep, waiting: ActivationWait): Promise<void> =>
  step.do === 'activate' ? applyActivation(oic, step, waiting) : applyScheduleStep(oic, step, waiting);

/** Oracle may start a schedule with the activation; what is not known to run is not stopped. */
export const applyActivation = async (
  oic: Switchboard,
  { id, tracing, keepsStopped }: Extract<InstallStep, { do: 'activate' }>,
  waiting: ActivationWait,
): Promise<void> => {
  await activateAndWait(oic, id, tracing, waiting);
  if (keepsStopped && isOn((await askSchedule(oic, id)).state)) await setSchedule(oic, id, 'stopped', waiting);
};
