import { describe, expect, test } from 'vitest';
import { readSchedule } from '../../functions/settings/schedule-expression.ts';

describe('the longest time between two runs', () => {
  test.each([
    ['cron(15 4 * * ? *)', 24],
    ['cron(15 4 ? * * *)', 24],
    ['cron(0/30 * * * ? *)', 0.5],
    ['cron(0 4,16 * * ? *)', 12],
    ['cron(0 6-22/8 * * ? *)', 8],
    ['cron(15 4 ? * MON-FRI *)', 72],
    ['cron(15 4 ? * 2-6 *)', 72],
    ['cron(15 4 ? * sun,wed *)', 96],
    ['cron(15 4 ? * SUN *)', 168],
    ['cron(15 4 L * ? *)', 31 * 24],
    ['cron(15 4 1,16 * ? *)', 16 * 24],
    ['cron(15 4 ? * 6L *)', 35 * 24],
    ['cron(15 4 ? * MON#1 *)', 35 * 24],
    ['cron(0 0 1 JAN,JUL ? *)', 184 * 24],
    ['rate(1 day)', 24],
    ['rate(12 hours)', 12],
    ['rate(90 minutes)', 1.5],
  ])('%s', (expression, hours) => {
    expect(readSchedule(expression)).toEqual({ maxGapHours: hours });
  });

  test('a workday near the fifteenth is between the fourteenth and the sixteenth', () => {
    // From Thursday the 14th of one month to Monday the 16th of the one after a month of 31 days.
    expect(readSchedule('cron(0 4 15W * ? *)')).toMatchObject({ maxGapHours: expect.closeTo(32 * 24, 0) });
  });
});

describe('what is refused', () => {
  test.each([
    ['15 4 * * ? *', /must be cron\(/],
    ['cron(0 2 * *)', /must have six fields in cron\(\.\.\.\), it has 4/],
    ['cron(15 4 * * * *)', /must have \? in exactly one of day-of-month and day-of-week/],
    ['cron(15 4 ? * ? *)', /must have \? in exactly one/],
    ['cron(60 4 * * ? *)', /cannot have "60" as minute \(0 to 59\)/],
    ['cron(15 24 * * ? *)', /cannot have "24" as hour \(0 to 23\)/],
    ['cron(15 4 0 * ? *)', /cannot have "0" as day-of-month/],
    ['cron(15 4 32W * ? *)', /cannot have "32" as day-of-month/],
    ['cron(15 4 * 13 ? *)', /cannot have "13" as month/],
    ['cron(15 4 * FOO ? *)', /cannot have "FOO" as month/],
    ['cron(15 4 ? * 8 *)', /cannot have "8" as day-of-week/],
    ['cron(15 4 ? * MON#6 *)', /as day-of-week/],
    ['cron(15 4 ? * FRI-MON *)', /cannot have "FRI-MON" as day-of-week/],
    ['cron(0/0 4 * * ? *)', /cannot have "0\/0" as minute/],
    ['cron(1-2-3 4 * * ? *)', /cannot have "1-2-3" as minute/],
    ['cron(, 4 * * ? *)', /as minute/],
    ['cron(15 4 * * ? 2027)', /must have \* for the year/],
    ['cron(15 4 31 FEB ? *)', /never comes/],
    ['rate(0 days)', /must be like rate/],
    ['rate(1 days)', /must say 1 day$/],
    ['rate(2 day)', /must say 2 days$/],
    ['rate(1 week)', /must be like rate/],
    ['at(2027-01-01T00:00:00)', /must be cron\(/],
  ])('%s', (expression, problem) => {
    expect(readSchedule(expression)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
