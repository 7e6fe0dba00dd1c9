/** What single values of the settings must be; each check gives what is wrong, to be read after the path. */
import { NO_INSTANCE } from '../core/keys.ts';
import { parseShare } from '../core/share.ts';
import { readSchedule } from './schedule-expression.ts';

/** What Secrets Manager allows, but for the end: it takes a dash and six characters for its own suffix of an ARN. */
const SECRET_NAME = /^(?!.*-.{6}$)[\w/+=.@-]{1,512}$/;

export const timeZoneProblem = (name: string): string | undefined => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return undefined;
  } catch {
    return `"${name}" is not a time zone such as Europe/Berlin`;
  }
};

export const shareProblem = (text: string): string | undefined =>
  parseShare(text) === undefined ? `"${text}" is not a share: write 1/30, or a number up to 1` : undefined;

export const secretProblem = (name: string): string | undefined => {
  if (SECRET_NAME.test(name)) return undefined;
  return name === ''
    ? 'must be at least 1 character long'
    : 'must be the name of a secret: letters, digits and /_+=.@- (not its ARN), not ending in a dash and six characters';
};

/** An alarm looks back a week at most, so a backup that comes less often could fail and nobody would be told. */
const MAX_GAP_HOURS = 6 * 24;

export const scheduleProblem = (expression: string): string | undefined => {
  const reading = readSchedule(expression);
  if (reading.problem !== undefined) return `"${expression}" ${reading.problem}`;
  return reading.maxGapHours <= MAX_GAP_HOURS
    ? undefined
    : `"${expression}" leaves more than six days without a backup, too long for an alarm to notice that one is missing`;
};

/** Names go into keys, environment variables and resource names. */
const INSTANCE_NAME = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

export const nameProblem = (name: string): string[] => {
  if (name === NO_INSTANCE)
    return [`instances.${name}: is what drops for no instance are filed under; take another name`];
  return INSTANCE_NAME.test(name)
    ? []
    : [`instances.${name}: a name has lower-case letters, digits and dashes, 32 at most`];
};
