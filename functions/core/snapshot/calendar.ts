/** The days, ISO weeks, months and years that snapshots are kept by, all of them in UTC. */

export type CalendarUnit = 'daily' | 'weekly' | 'monthly' | 'yearly';

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** The Thursday of a week lies in the year the week is counted to (ISO 8601), and names it as well as any number. */
const isoWeekOf = (at: Date): string => {
  const weekday = (at.getUTCDay() + 6) % 7;
  return dayOf(new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() - weekday + 3)));
};

/** From a moment to a name of the day, week, month or year it lies in. */
export const CALENDAR: Readonly<Record<CalendarUnit, (at: Date) => string>> = {
  daily: dayOf,
  weekly: isoWeekOf,
  monthly: (at) => at.toISOString().slice(0, 7),
  yearly: (at) => at.toISOString().slice(0, 4),
};

export const CALENDAR_UNITS = Object.keys(CALENDAR) as readonly CalendarUnit[];
