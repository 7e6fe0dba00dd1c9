import { expect, test } from 'vitest';
import { formatStatus } from '../../../functions/core/report/words.ts';

test.each([
  ['ACTIVATED', 'Activated'],
  ['ACTIVATION_INPROGRESS', 'Activating'],
  ['DEACTIVATION_INPROGRESS', 'Deactivating'],
  ['INPROGRESS', 'In progress'],
  ['FAILEDACTIVATION', 'Failed activation'],
  ['SOMETHING_NEW', 'Something new'],
  ['', 'unknown'],
])('the status %s is written %s', (status, words) => {
  expect(formatStatus(status)).toBe(words);
});
