/**
 * Everything that can go wrong between us and an instance, as one error with a literal `kind`. Messages are sentences for
 * the person who has to act: what was tried on which instance, what happened in Oracle's words, what to do next.
 */

export type OicErrorKind =
  /** 401: no, wrong or expired credentials; also a wrong `integrationInstance` on OIC 3. */
  | 'unauthorized'
  /** 403: the credentials are good, the role is not enough. */
  | 'forbidden'
  | 'not-found'
  /** 409 or 412: it exists already, or is not in a state that allows this. */
  | 'conflict'
  /** 423: locked in the designer, PREBUILT, or (on delete) active. */
  | 'locked'
  /** 405 or 501: the instance has no such call. */
  | 'not-offered'
  /** Any other refusal of the request itself, and every write to an instance without `deploy`. */
  | 'rejected'
  | 'rate-limited'
  | 'unavailable'
  | 'timeout'
  | 'network'
  /** A 2xx that is not what was asked for: an HTML page, a cut archive, a shape we do not know. */
  | 'unexpected-answer'
  /** It was not read to its end, and would be no smaller the next time. */
  | 'too-large';

export interface OicErrorDetails {
  readonly method: string;
  readonly path: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** Oracle's own words, stripped of HTML and cut. */
  readonly oracle?: string | undefined;
  /** False when the request cannot have reached the instance, so that even a write may be sent again. */
  readonly reached?: boolean;
  /** Oracle says itself that it cannot do it now (502, 503): it has not begun, unlike what a gateway gives up on. */
  readonly isPutOff?: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

export class OicError extends Error {
  override readonly name = 'OicError';
  readonly kind: OicErrorKind;
  readonly details: OicErrorDetails;

  constructor(kind: OicErrorKind, message: string, details: OicErrorDetails) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.details = details;
  }
}

export const isOicError = (error: unknown, ...kinds: OicErrorKind[]): error is OicError =>
  error instanceof OicError && (kinds.length === 0 || kinds.includes(error.kind));

/** True when a write may or may not have been done, or yet be done: its answer was lost. Settled by reading, with patience. */
export const isAnswerLost = (error: unknown): error is OicError =>
  isOicError(error, 'timeout', 'network', 'unavailable', 'unexpected-answer', 'too-large') &&
  error.details.reached !== false &&
  error.details.isPutOff !== true;

/** True when every other request would fail alike: it has been tried again already, so going on only hurts. */
export const stopsTheRun = (error: OicError): boolean =>
  error.kind === 'unauthorized' ||
  error.kind === 'rate-limited' ||
  (error.kind === 'network' && error.details.reached === false);

/** True when the instance has nothing at that address: an older release, another generation, or it is gone. */
export const isNothingThere = ({ kind }: OicError): boolean => kind === 'not-found' || kind === 'not-offered';

const ADVICE: Partial<Record<OicErrorKind, string>> = {
  unauthorized:
    'check clientId, clientSecret, scope (it ends in :443/ic/api/) and integrationInstance, and that the OAuth client has its role on this instance',
  forbidden: 'the credentials are accepted but lack the role: give the client ServiceDeveloper on this instance',
  'rate-limited': 'the instance takes fewer requests now: try later or lower `concurrency`',
  unavailable: 'the instance is not answering properly: try again in a few minutes',
  timeout: 'the instance did not answer in time: try again later',
  network: 'check the url in the settings and the network between here and there',
};

/** The one place where a status becomes a kind. `isWrite` matters for 500, by which Oracle refuses imports and activations. */
export const kindOfStatus = (status: number, isWrite: boolean, hasOracleWords: boolean): OicErrorKind => {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 405:
    case 501:
      return 'not-offered';
    case 409:
    case 412:
      return 'conflict';
    case 423:
      return 'locked';
    case 429:
      return 'rate-limited';
    case 408:
      return 'timeout';
    case 500:
      return isWrite && hasOracleWords ? 'rejected' : 'unavailable';
    default:
      if (status >= 500) return 'unavailable';
      return status >= 400 ? 'rejected' : 'unexpected-answer';
  }
};

/** `what` reads like "exporting HELLO|01.00.0000 from dev"; `happened` like "the instance answered 503". */
export const errorMessage = (kind: OicErrorKind, what: string, happened: string, oracle?: string): string => {
  const words = oracle ? ` ("${oracle}")` : '';
  const advice = ADVICE[kind] ? `; ${ADVICE[kind]}` : '';
  return `${what} failed: ${happened}${words}${advice}`;
};
