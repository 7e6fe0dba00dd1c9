/** How often a scheduled integration runs, in words: from the schedule in its archive. */
import { readTree, type XmlNode } from '../formats/xml.ts';

/** Empty when the file does not say. */
export const scheduleFacts = (file: Buffer): string => {
  const { root } = readTree(file);
  const expression = textAnywhere(root, 'ical-expression');
  if (expression) return ruleInWords(expression);
  const [frequency, interval] = [textAnywhere(root, 'frequency'), textAnywhere(root, 'interval')];
  return frequency && ruleInWords(`FREQ=${frequency.toUpperCase()};INTERVAL=${interval || 1}`);
};

const textAnywhere = (node: XmlNode | undefined, name: string): string => {
  if (!node) return '';
  if (node.name === name) return node.text;
  for (const child of node.children) {
    const found = textAnywhere(child, name);
    if (found) return found;
  }
  return '';
};

const UNITS: Readonly<Record<string, string>> = {
  SECONDLY: 'second',
  MINUTELY: 'minute',
  HOURLY: 'hour',
  DAILY: 'day',
  WEEKLY: 'week',
  MONTHLY: 'month',
  YEARLY: 'year',
};
const DAYS: Readonly<Record<string, string>> = {
  MO: 'Mon',
  TU: 'Tue',
  WE: 'Wed',
  TH: 'Thu',
  FR: 'Fri',
  SA: 'Sat',
  SU: 'Sun',
};

/** `FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30` is `every week on Mon, Thu at 02:30`; what is no such rule is left as it is. */
const ruleInWords = (rule: string): string => {
  const parts = new Map([...rule.matchAll(/([A-Z]+)=([^;\s]+)/g)].map(([, key = '', value = '']) => [key, value]));
  const listOf = (key: string): string[] => parts.get(key)?.split(',') ?? [];
  const unit = UNITS[parts.get('FREQ') ?? ''];
  if (unit === undefined) return rule.replace(/\s+/g, ' ').slice(0, 80);
  const interval = Number(parts.get('INTERVAL') ?? 1);
  const days = [
    ...listOf('BYDAY').map((day) => DAYS[day] ?? day),
    ...listOf('BYMONTHDAY').map((day) => (day === '-1' ? 'the last day' : `day ${day}`)),
  ];
  return [
    interval > 1 ? `every ${interval} ${unit}s` : `every ${unit}`,
    days.length > 0 ? `on ${days.join(', ')}` : '',
    timesOf(listOf('BYHOUR'), listOf('BYMINUTE')),
  ]
    .filter(Boolean)
    .join(' ');
};

const twoDigits = (text: string): string => text.padStart(2, '0');

const timesOf = (hours: readonly string[], minutes: readonly string[]): string => {
  if (hours.length === 0) return minutes.length > 0 ? `at minute ${minutes.join(', ')}` : '';
  const times = hours.flatMap((hour) =>
    (minutes.length > 0 ? minutes : ['0']).map((minute) => `${twoDigits(hour)}:${twoDigits(minute)}`),
  );
  return `at ${times.slice(0, 4).join(', ')}${times.length > 4 ? ` (+${times.length - 4})` : ''}`;
};
