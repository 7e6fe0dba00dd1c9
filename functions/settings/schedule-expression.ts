/**
 * EventBridge Scheduler's rate and cron expressions, checked before AWS sees them: neither the CDK nor CloudFormation
 * refuses a cron that is wrong or that never comes.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */

export type ScheduleReading = { readonly problem: string } | { readonly problem?: never; readonly maxGapHours: number };

/** What is wrong with it, or the longest time that it leaves between two runs. */
export const readSchedule = (expression: string): ScheduleReading => {
  const [, kind, body = ''] = /^(cron|rate)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return readRate(body);
  if (kind === 'cron') return readCron(body);
  return { problem: 'must be cron(minute hour day-of-month month day-of-week year), or rate(1 day)' };
};

const HOURS = { minute: 1 / 60, hour: 1, day: 24 } as const;

const readRate = (body: string): ScheduleReading => {
  const [, digits, unit, plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(body) ?? [];
  const value = Number(digits);
  if (unit === undefined || value === 0) return { problem: 'must be like rate(1 day) or rate(12 hours)' };
  if ((value === 1) === (plural === 's')) return { problem: `must say ${value} ${unit}${value === 1 ? '' : 's'}` };
  return { maxGapHours: value * HOURS[unit as keyof typeof HOURS] };
};

interface FieldRule {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Words for numbers, the first for `min`. */
  readonly words?: readonly string[];
}

const MINUTE: FieldRule = { name: 'minute', min: 0, max: 59 };
const HOUR: FieldRule = { name: 'hour', min: 0, max: 23 };
const DAY: FieldRule = { name: 'day-of-month', min: 1, max: 31 };
const MONTH: FieldRule = {
  name: 'month',
  min: 1,
  max: 12,
  words: words('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'),
};
const WEEKDAY: FieldRule = { name: 'day-of-week', min: 1, max: 7, words: words('SUN MON TUE WED THU FRI SAT') };

function words(text: string): string[] {
  return text.split(' ');
}

class FieldProblem extends Error {}

const readCron = (body: string): ScheduleReading => {
  const fields = body.trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6) return { problem: `must have six fields in cron(...), it has ${fields.length}` };
  if ((day === '?') === (weekday === '?')) {
    return { problem: 'must have ? in exactly one of day-of-month and day-of-week' };
  }
  if (year !== '*') return { problem: 'must have * for the year, or it would end' };
  try {
    const isDay = day === '?' ? readWeekday(weekday) : readDayOfMonth(day);
    const months = readField(month, MONTH);
    const times = timesOfDay(readField(minute, MINUTE), readField(hour, HOUR));
    const maxGapHours = longestGapHours((date) => months.has(date.getUTCMonth() + 1) && isDay(date), times);
    return maxGapHours === undefined ? { problem: 'never comes' } : { maxGapHours };
  } catch (error) {
    if (error instanceof FieldProblem) return { problem: error.message };
    throw error;
  }
};

const readField = (text: string, rule: FieldRule): ReadonlySet<number> =>
  new Set(text.split(',').flatMap((part) => readPart(part, rule)));

const readPart = (part: string, rule: FieldRule): number[] => {
  const [range = '', step, ...rest] = part.split('/');
  const [from = '', to, ...more] = range.split('-');
  const isAll = range === '*';
  const first = isAll ? rule.min : readNumber(from, rule);
  const isOpen = isAll || step !== undefined;
  const last = to === undefined ? (isOpen ? rule.max : first) : readNumber(to, rule);
  const by = step === undefined ? 1 : Number(step);
  if (rest.length > 0 || more.length > 0 || !(Number.isInteger(by) && by > 0) || last < first) refuse(part, rule);
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, n) => first + n * by);
};

const readNumber = (text: string, rule: FieldRule): number => {
  const word = rule.words?.indexOf(text.toUpperCase()) ?? -1;
  const value = word >= 0 ? word + rule.min : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= rule.min && value <= rule.max)) refuse(text, rule);
  return value;
};

const refuse = (text: string, { name, min, max }: FieldRule): never => {
  throw new FieldProblem(`cannot have ${JSON.stringify(text)} as ${name} (${min} to ${max})`);
};

type DayTest = (date: Date) => boolean;

const DAY_MS = 86_400_000;
const lastOfMonth = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

const readDayOfMonth = (text: string): DayTest => {
  if (text === 'L') return (date) => date.getUTCDate() === lastOfMonth(date);
  const [, near] = /^(\d+)W$/.exec(text) ?? [];
  if (near === undefined) {
    const days = readField(text, DAY);
    return (date) => days.has(date.getUTCDate());
  }
  const wanted = readNumber(near, DAY);
  return (date) => date.getUTCDate() === nearestWorkday(date, wanted);
};

/** The Monday to Friday nearest to a day of the date's month, never in another month. */
const nearestWorkday = (date: Date, wanted: number): number => {
  const last = lastOfMonth(date);
  const day = Math.min(wanted, last);
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === last ? day - 2 : day + 1;
  return day;
};

const readWeekday = (text: string): DayTest => {
  const weekdayOf = (date: Date): number => date.getUTCDay() + 1;
  const [, last, nth, ordinal] = /^(?:([^,#]+)L|([^,#]+)#([1-5]))$/.exec(text) ?? [];
  if (last !== undefined) {
    const wanted = readNumber(last, WEEKDAY);
    return (date) => weekdayOf(date) === wanted && date.getUTCDate() > lastOfMonth(date) - 7;
  }
  if (nth !== undefined) {
    const wanted = readNumber(nth, WEEKDAY);
    return (date) => weekdayOf(date) === wanted && Math.ceil(date.getUTCDate() / 7) === Number(ordinal);
  }
  const days = readField(text, WEEKDAY);
  return (date) => days.has(weekdayOf(date));
};

const timesOfDay = (minutes: ReadonlySet<number>, hours: ReadonlySet<number>): readonly number[] =>
  [...hours].flatMap((hour) => [...minutes].map((minute) => hour + minute / 60)).sort((a, b) => a - b);

/** Two whole years from any Friday on hold every arrangement of weeks and months that matters, but for leap days. */
const FIRST_DAY = Date.UTC(2027, 0, 1);
const DAYS_LOOKED_AT = 731;

const longestGapHours = (isDay: DayTest, times: readonly number[]): number | undefined => {
  let last: number | undefined;
  let longest: number | undefined;
  for (let n = 0; n < DAYS_LOOKED_AT; n++) {
    if (!isDay(new Date(FIRST_DAY + n * DAY_MS))) continue;
    for (const time of times) {
      const at = n * 24 + time;
      if (last !== undefined) longest = Math.max(longest ?? 0, at - last);
      last = at;
    }
  }
  return longest;
};
