import { expect, test } from 'vitest';
import {
  isActive,
  isInService,
  isMeantActive,
  saysFailed,
  settledStatus,
  statusWords,
  underWay,
} from '../../functions/core/status.ts';

/** `status` and `activationStatus`: those recorded, and how they may stand beside each other. */
test.each([
  ['ACTIVATED', 'ACTIVATION_SUCCEEDED', undefined, 'ACTIVATED'],
  ['ACTIVATED', undefined, undefined, 'ACTIVATED'],
  ['CONFIGURED', undefined, undefined, 'CONFIGURED'],
  ['CONFIGURED', 'ACTIVATION_SUCCEEDED', undefined, 'CONFIGURED'],
  ['CONFIGURED', 'ACTIVATION_FAILED', undefined, 'CONFIGURED'],
  ['FAILEDACTIVATION', 'ACTIVATION_FAILED', undefined, 'FAILEDACTIVATION'],
  ['ACTIVATION_INPROGRESS', undefined, 'activation', 'ACTIVATED'],
  ['DEACTIVATION_INPROGRESS', undefined, 'deactivation', 'CONFIGURED'],
  ['DEACTIVATION_INPROGRESS', 'ACTIVATION_SUCCEEDED', 'deactivation', 'CONFIGURED'],
  // The status lags behind, after the answer; and before the other word has moved on.
  ['CONFIGURED', 'ACTIVATION_INPROGRESS', 'activation', 'ACTIVATED'],
  ['FAILEDACTIVATION', 'ACTIVATION_INPROGRESS', 'activation', 'ACTIVATED'],
  ['ACTIVATED', 'ACTIVATION_INPROGRESS', undefined, 'ACTIVATED'],
  ['ACTIVATED', 'DEACTIVATION_INPROGRESS', 'deactivation', 'CONFIGURED'],
  ['CONFIGURED', 'DEACTIVATION_INPROGRESS', undefined, 'CONFIGURED'],
  // A draft, and words nobody has seen.
  ['INPROGRESS', undefined, undefined, 'INPROGRESS'],
  ['MIGRATION_INPROGRESS', undefined, 'activation', 'ACTIVATED'],
  ['SOMETHING', 'ELSE', undefined, 'SOMETHING'],
])('%s with %s: %s is under way, and it ends as %s', (status, activationStatus, change, end) => {
  const told = { status, activationStatus };

  expect(underWay(told)).toBe(change);
  expect(settledStatus(told)).toBe(end);
  expect(isMeantActive(told)).toBe(end === 'ACTIVATED');
  expect(isActive(told)).toBe(status === 'ACTIVATED');
  expect(isInService(told)).toBe(status === 'ACTIVATED' || change !== undefined);
});

test.each([
  ['FAILEDACTIVATION', undefined, true, false],
  ['CONFIGURED', 'ACTIVATION_FAILED', true, false],
  ['CONFIGURED', 'FAILEDACTIVATION', true, false],
  ['ACTIVATED', 'DEACTIVATION_FAILED', false, true],
  ['CONFIGURED', 'ACTIVATION_SUCCEEDED', false, false],
  ['CONFIGURED', undefined, false, false],
])(
  '%s with %s says of an activation that it failed: %s, of a deactivation: %s',
  (status, activationStatus, on, off) => {
    expect(saysFailed('activation', { status, activationStatus })).toBe(on);
    expect(saysFailed('deactivation', { status, activationStatus })).toBe(off);
  },
);

test('a status that lags behind is told with what is under way', () => {
  expect(statusWords({ status: 'CONFIGURED', activationStatus: 'ACTIVATION_INPROGRESS' })).toBe(
    'CONFIGURED (ACTIVATION_INPROGRESS)',
  );
  expect(statusWords({ status: 'ACTIVATED', activationStatus: 'ACTIVATION_SUCCEEDED' })).toBe('ACTIVATED');
  expect(statusWords({ status: 'ACTIVATION_INPROGRESS', activationStatus: 'ACTIVATION_INPROGRESS' })).toBe(
    'ACTIVATION_INPROGRESS',
  );
});
