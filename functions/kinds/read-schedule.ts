/** What a schedule does, read; trouble with it is told and stops nothing. */
import type { Integration, IntegrationId } from '../core/integration.ts';
import type { AskedSchedule, ScheduleParameter } from '../core/schedule.ts';
import type { OicClient } from '../oic/client.ts';
import { isOicError, stopsTheRun } from '../oic/http/errors.ts';

export interface Asked {
  readonly state: AskedSchedule;
  readonly parameters?: readonly ScheduleParameter[];
  /** Why the one or the other is not known. */
  readonly trouble?: string;
}

/** @throws OicError when every other request would fail alike */
export const askSchedule = async (oic: Pick<OicClient, 'getSchedule'>, id: IntegrationId): Promise<Asked> => {
  try {
    const schedule = await oic.getSchedule(id);
    if (schedule?.state !== 'unknown') return { state: schedule?.state ?? null };
    const trouble = `the instance says of the schedule of ${id} that it is ${schedule.said || 'nothing'}, which says nothing of whether it runs`;
    return { state: 'unknown', trouble };
  } catch (error) {
    if (!isOicError(error) || stopsTheRun(error)) throw error;
    return { state: 'unknown', trouble: error.message };
  }
};

/** What a snapshot says of it. A schedule whose design has no parameters is not asked for them again until it changes. */
export const describeSchedule = async (
  oic: Pick<OicClient, 'getSchedule' | 'getIntegration'>,
  { id, scheduleParameters }: Integration,
  mayHaveParameters: boolean,
): Promise<Asked> => {
  const asked = await askSchedule(oic, id);
  if (asked.state === null || asked.state === 'unknown') return asked;
  // A listing that tells none may be one that tells none of any.
  if (scheduleParameters?.length) return { ...asked, parameters: scheduleParameters };
  if (!mayHaveParameters) return { ...asked, parameters: [] };
  try {
    return { ...asked, parameters: (await oic.getIntegration(id))?.scheduleParameters ?? [] };
  } catch (error) {
    if (!isOicError(error) || stopsTheRun(error)) throw error;
    return { ...asked, trouble: error.message };
  }
};

/** Why a snapshot does not know it, or not all of it. */
export const unknownSchedule = ({ state, trouble }: Pick<Asked, 'state' | 'trouble'>): string =>
  state === 'unknown'
    ? `what its schedule does is not known, for it could not be asked: ${trouble}`
    : `the parameters of its schedule are not in the snapshot: ${trouble}`;
