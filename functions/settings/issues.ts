/** What is wrong with a setting, each problem behind its path, in words for the person who wrote it. */
import type * as z from 'zod/mini';

export const describeIssue = (issue: z.core.$ZodIssue): string[] => {
  const path = issue.path.join('.') || 'oic';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${issue.path.concat(key).join('.')}: is not a setting`);
    case 'invalid_type':
      return [`${path}: ${issue.input === undefined ? 'is missing' : `must be ${kindName(issue.expected)}`}`];
    case 'invalid_value':
      return [`${path}: must be one of ${issue.values.map(String).join(', ')}`];
    case 'too_small':
      return [`${path}: must be at least ${issue.minimum}${issue.origin === 'string' ? ' character long' : ''}`];
    case 'too_big':
      return [`${path}: must be at most ${issue.maximum}`];
    case 'custom':
      return [`${path}: ${issue.message}`];
    default:
      return [`${path}: is not valid`];
  }
};

const kindName = (expected: string): string =>
  ({ int: 'a whole number', record: 'an object', object: 'an object', array: 'a list' })[expected] ?? `a ${expected}`;
