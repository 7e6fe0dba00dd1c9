/** Starting and stopping schedules, settled: a refusal or a lost answer counts as done when the schedule is as wanted. */
import type { IntegrationId } from '../core/integration.ts';
import type { OicClient } from '../oic/client.ts';
import { isAnswerLost, isOicError } from '../oic/errors.ts';

type Schedules = Pick<OicClient, 'isScheduleStarted' | 'startSchedule' | 'stopSchedule'>;

export const setSchedule = async (oic: Schedules, id: IntegrationId, shouldRun: boolean): Promise<void> => {
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
