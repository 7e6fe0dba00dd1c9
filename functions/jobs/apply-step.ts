/** Does one step of an install plan, and comes back when it is so: every lost answer has been settled by reading. */
import type { Archive } from '../core/archive.ts';
import type { IntegrationId } from '../core/integration.ts';
import type { InstallStep } from '../core/plan-install.ts';
import type { OicClient } from '../oic/client.ts';
import { isAnswerLost, isOicError } from '../oic/errors.ts';
import { activateAndWait, deactivateAndWait, type Waiting } from './activation.ts';
import { writeContent } from './write-content.ts';

export interface Content {
  readonly archive: Archive;
  readonly bytes: Uint8Array;
}

export const applyStep = async (
  oic: OicClient,
  step: Exclude<InstallStep, { do: 'connect' }>,
  { archive, bytes }: Content,
  waiting: Waiting,
): Promise<void> => {
  switch (step.do) {
    case 'stop-schedule':
      return setSchedule(oic, step.id, false);
    case 'start-schedule':
      return setSchedule(oic, step.id, true);
    case 'deactivate':
      return deactivateAndWait(oic, step.id, waiting);
    case 'activate':
      return activateAndWait(oic, step.id, step.tracing, waiting);
    case 'import':
    case 'replace':
      return writeContent(oic, step.do, archive, bytes, waiting.sleep);
  }
};

/** A refusal or a lost answer counts as done when the schedule is as wanted. */
export const setSchedule = async (oic: OicClient, id: IntegrationId, shouldRun: boolean): Promise<void> => {
  const change = () => (shouldRun ? oic.startSchedule(id) : oic.stopSchedule(id));
  try {
    await change();
  } catch (error) {
    if (!isAnswerLost(error) && !isOicError(error, 'conflict')) throw error;
    if ((await oic.isScheduleStarted(id)) === shouldRun) return;
    if (!isAnswerLost(error)) throw error;
    await change();
  }
};
