/**
 * What the status of an integration says. Activation and deactivation both go on in the background on OIC 3 (recorded:
 * `ACTIVATION_INPROGRESS`, `DEACTIVATION_INPROGRESS`), and reading one integration tells `activationStatus` beside `status`:
 * words of its own (recorded: `ACTIVATION_SUCCEEDED`), which may say that something is under way while `status` still says
 * what was before. A draft is `INPROGRESS`, and nothing is under way.
 */

export interface StatusTold {
  readonly status: string;
  /** Told by reading one integration, not by a listing, and not by every instance. */
  readonly activationStatus?: string | undefined;
}

export const isActive = ({ status }: StatusTold): boolean => status === 'ACTIVATED';

export const isDraft = ({ status }: StatusTold): boolean => status === 'INPROGRESS';

/** What goes on with it, if anything. `activationStatus` counts as long as `status` has not arrived where that leads. */
export const underWay = ({ status, activationStatus }: StatusTold): 'activation' | 'deactivation' | undefined => {
  const own = changeIn(status);
  if (own) return own;
  const told = changeIn(activationStatus ?? '');
  return (told === 'activation') === (status === 'ACTIVATED') ? undefined : told;
};

const changeIn = (word: string): 'activation' | 'deactivation' | undefined => {
  if (!word.endsWith('_INPROGRESS')) return undefined;
  return word.startsWith('DEACTIVATION') ? 'deactivation' : 'activation';
};

export const isUnderWay = (told: StatusTold): boolean => underWay(told) !== undefined;

/** It must be deactivated, or its deactivation waited for, before it is changed or deleted. */
export const isInService = (told: StatusTold): boolean => isActive(told) || isUnderWay(told);

/** Where it ends up if nothing fails: `ACTIVATED` and `CONFIGURED` for what is under way, else what it is. */
export const settledStatus = (told: StatusTold): string => {
  const change = underWay(told);
  if (!change) return told.status;
  return change === 'activation' ? 'ACTIVATED' : 'CONFIGURED';
};

/** Counts as active in a snapshot: that it was just being activated is no reason to leave it off. */
export const isMeantActive = (told: StatusTold): boolean => settledStatus(told) === 'ACTIVATED';

/** Nothing beside the status confirms it, so it may be that of before the last change. */
export const mayLag = ({ status, activationStatus }: StatusTold): boolean => {
  if (activationStatus === undefined) return true;
  const isToldActive = /^ACTIVAT(ED|ION_SUCCEEDED)$/.test(activationStatus);
  return isToldActive !== (status === 'ACTIVATED');
};

/** Oracle says that the last change of this kind did not succeed. */
export const saysFailed = (
  change: 'activation' | 'deactivation',
  { status, activationStatus = '' }: StatusTold,
): boolean => {
  const isOfDeactivation = activationStatus.includes('DEACTIVATION');
  const isToldFailed = activationStatus.includes('FAILED') && isOfDeactivation === (change === 'deactivation');
  return isToldFailed || (change === 'activation' && status === 'FAILEDACTIVATION');
};

/** For people: `ACTIVATED`, or with what else is told, `CONFIGURED (ACTIVATION_INPROGRESS)`. */
export const statusWords = (told: StatusTold): string =>
  isUnderWay(told) && !isUnderWay({ status: told.status }) ? `${told.status} (${told.activationStatus})` : told.status;
