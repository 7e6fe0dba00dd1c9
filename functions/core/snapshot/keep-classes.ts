/**
 * How long a bucket keeps a snapshot and the archive versions it names. Each version carries its class as a tag, and the
 * bucket's lifecycle goes by that tag.
 *
 * A class says of which calendar units a snapshot is the last one, not for how many days that is kept. That is for the
 * lifecycle's rules alone, so a changed `vault.keep` counts for what is in the bucket already. What carries no tag never
 * goes: whoever fails to put one has kept something longer, never shorter.
 */
import { CALENDAR, CALENDAR_UNITS, type CalendarUnit } from './calendar.ts';

/** Whatever ends a week, a month or a year ends a day as well, and a year a month; weeks have ends of their own. */
const UNITS_OF = {
  recent: [],
  day: ['daily'],
  week: ['daily', 'weekly'],
  month: ['daily', 'monthly'],
  'month-week': ['daily', 'weekly', 'monthly'],
  year: ['daily', 'monthly', 'yearly'],
  'year-week': ['daily', 'weekly', 'monthly', 'yearly'],
} as const satisfies Readonly<Record<string, readonly CalendarUnit[]>>;

export type KeepClass = keyof typeof UNITS_OF;

export const KEEP_CLASSES = Object.keys(UNITS_OF) as readonly KeepClass[];

/** For what is not known any better. */
export const LONGEST_CLASS: KeepClass = 'year-week';

/** The tag's name. */
export const KEEP_TAG = 'oic-keep';

/** In the place of a class, on what had one and is needed again; no rule goes by it. */
export const NEEDED = 'needed';

/** Of the newest so many days, weeks, months and years one snapshot each. */
export type Keep = Readonly<Partial<Record<CalendarUnit, number | undefined>>>;

export interface KeepSettings {
  /** So long everything is kept, whatever its class. */
  readonly retentionDays: number;
  readonly keep?: Keep | undefined;
}

/** No unit has more: an age in days below which a snapshot may be the last one of the newest so many. */
const MOST_DAYS: Readonly<Record<CalendarUnit, number>> = { daily: 1, weekly: 7, monthly: 31, yearly: 366 };

/** For how many days from its beginning a snapshot of this class is there. A class that nobody knows adds nothing. */
export const snapshotDays = (keepClass: string | undefined, { retentionDays, keep = {} }: KeepSettings): number => {
  const units = KEEP_CLASSES.filter((name) => name === keepClass).flatMap((name) => UNITS_OF[name]);
  return Math.max(retentionDays, ...units.map((unit) => (keep[unit] ?? 0) * MOST_DAYS[unit]));
};

/** A class may be given so long after the last snapshot that names an archive was begun; when it is later, see `isLate`. */
export const GRACE_DAYS = 14;

/**
 * For how many days after something took its place an archive version of this class is there. That is after the last
 * snapshot that names it was begun. For `retentionDays` more that snapshot can be brought back, and is to be whole then.
 * Two days, since ends are rounded up to midnight and what ends at one midnight goes in any order.
 */
export const archiveDays = (keepClass: KeepClass, settings: KeepSettings): number =>
  snapshotDays(keepClass, settings) + settings.retentionDays + GRACE_DAYS + 2;

/** Of all units that end between the two, in whichever order they are: what the snapshot at `from` is the last one of. */
export const unitsBetween = (from: Date, to: Date): CalendarUnit[] =>
  CALENDAR_UNITS.filter((unit) => CALENDAR[unit](from) !== CALENDAR[unit](to));

export const classOfUnits = (units: readonly CalendarUnit[]): KeepClass =>
  KEEP_CLASSES.find(
    (name) => UNITS_OF[name].length === units.length && UNITS_OF[name].every((u) => units.includes(u)),
  ) ?? LONGEST_CLASS;
