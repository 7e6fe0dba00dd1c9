/** When something is due whose settings give no schedule: not everything at once. */
import { hash } from 'node:crypto';

/** From three o'clock on, as the hours before are those that clocks skip or have twice; until six. */
const FIRST_HOUR = 3;
const MINUTES = 180;

/** By its name, so that the minute of an instance stays when another one comes or goes. */
/** @param what by its name, such as an instance. @param days as in cron */
export const defaultSchedule = (what: string, days = '* * ?'): string => {
  const minute = Number.parseInt(hash('sha256', what).slice(0, 8), 16) % MINUTES;
  return `cron(${minute % 60} ${FIRST_HOUR + Math.floor(minute / 60)} ${days} *)`;
};
