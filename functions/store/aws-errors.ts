/** What AWS and the way to it can answer anywhere, as a sentence that names what was tried and what to do. */
import { ProxyError } from '../network/tunnel.ts';
import { StoreError, type StoreErrorKind } from './store-error.ts';

const EXPIRED = 'the AWS credentials have expired: log in again (aws sso login, or fresh keys)';
const WRONG = 'AWS does not accept the credentials: check AWS_PROFILE, or the access key and its secret';
const DENIED = 'AWS denies it: give this user or role the right to it, on the KMS key as well if there is one';
const BUSY = 'AWS asks for fewer requests or is not well: try again in a few minutes';
const NO_NETWORK = 'AWS cannot be reached: check the network between here and there, and the region';

const REASONS: Readonly<Record<string, readonly [StoreErrorKind, string]>> = {
  CredentialsProviderError: [
    'credentials',
    'no AWS credentials were found, or they cannot be used: set AWS_PROFILE, log in (aws sso login), or give access keys',
  ],
  ExpiredToken: ['credentials', EXPIRED],
  ExpiredTokenException: ['credentials', EXPIRED],
  TokenRefreshRequired: ['credentials', EXPIRED],
  InvalidAccessKeyId: ['credentials', WRONG],
  InvalidToken: ['credentials', WRONG],
  InvalidClientTokenId: ['credentials', WRONG],
  UnrecognizedClientException: ['credentials', WRONG],
  SignatureDoesNotMatch: ['credentials', WRONG],
  InvalidSignatureException: ['credentials', WRONG],
  RequestTimeTooSkewed: ['credentials', 'the clock of this machine is wrong: set it'],
  PermanentRedirect: ['credentials', 'it is in another region: set AWS_REGION to that one'],
  AuthorizationHeaderMalformed: ['credentials', 'it is in another region: set AWS_REGION to that one'],
  AccessDenied: ['denied', DENIED],
  AccessDeniedException: ['denied', DENIED],
  Forbidden: ['denied', DENIED],
  TimeoutError: ['unreachable', NO_NETWORK],
  ECONNREFUSED: ['unreachable', NO_NETWORK],
  ECONNRESET: ['unreachable', NO_NETWORK],
  ENOTFOUND: ['unreachable', NO_NETWORK],
  EAI_AGAIN: ['unreachable', NO_NETWORK],
  EHOSTUNREACH: ['unreachable', NO_NETWORK],
  ENETUNREACH: ['unreachable', NO_NETWORK],
  EPIPE: ['unreachable', NO_NETWORK],
  ETIMEDOUT: ['unreachable', NO_NETWORK],
};

/**
 * What passes by itself: the service, or the key service behind it, is busy or not well, or the same object is being
 * changed by another request. As in https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and
 * https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html; compatible stores have such words of their own.
 */
const PASSING = new Set([
  'RequestTimeout',
  'RequestTimeoutException',
  'OperationAborted',
  'Busy',
  'BandwidthLimitExceeded',
  'RequestLimitExceeded',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'InternalError',
  'InternalFailure',
  'InternalServiceError',
  'InternalServerError',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ServiceFailure',
  'KMSInternalException',
  'KMS.InternalException',
  'DependencyTimeoutException',
]);
/** SlowDown, ThrottlingException, KMS.ThrottlingException, RequestThrottled, TooManyRequests, SlowDownWrite ... */
const BUSY_NAME = /throttl|^toomanyrequests|^slowdown/i;
const PASSING_STATUSES: ReadonlySet<unknown> = new Set([429, 500, 502, 503, 504]);

const statusOf = (error: object): unknown =>
  '$metadata' in error && typeof error.$metadata === 'object' && error.$metadata !== null
    ? (error.$metadata as { readonly httpStatusCode?: unknown }).httpStatusCode
    : undefined;

/** Whether the service has answered so that the same request may do better in a while. */
export const isPassingAnswer = (error: unknown): boolean => {
  const name = awsErrorName(error);
  return PASSING.has(name) || BUSY_NAME.test(name) || (error instanceof Error && PASSING_STATUSES.has(statusOf(error)));
};

/** The SDK has no class for it. */
const NO_REGION = 'Region is missing';

/** AWS's own word for an error, or the network's. */
export const awsErrorName = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

/** A service may call its error `constructor`. */
const ownOf = <T>(reasons: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(reasons, name) ? reasons[name] : undefined;

/** `what` reads like "s3:PutObject on s3://bucket"; `own` holds the answers that only one service gives. */
export const explainAwsError = (
  error: unknown,
  what: string,
  own: Readonly<Record<string, readonly [StoreErrorKind, string]>>,
): StoreError => {
  if (error instanceof StoreError) return error;
  if (error instanceof ProxyError) return new StoreError('unreachable', `${what} failed: ${error.message}`, error);
  const name = awsErrorName(error);
  const isRegionMissing = error instanceof Error && error.message === NO_REGION;
  const [kind, reason] = isRegionMissing
    ? (['credentials', 'no AWS region is set: set AWS_REGION'] as const)
    : (ownOf(own, name) ??
      ownOf(REASONS, name) ??
      (isPassingAnswer(error)
        ? (['unreachable', BUSY] as const)
        : (['failed', `the answer was ${name || 'not an error we know'}`] as const)));
  return new StoreError(kind, `${what} failed: ${reason}`, error);
};
