/** One try of a request: sent, its answer judged and read; whatever goes wrong is one OicError. */
import { stripHtml } from '../../core/plain-text.ts';
import { redact, redactError } from '../../core/redaction.ts';
import { errorMessage, kindOfStatus, OicError, type OicErrorKind } from './errors.ts';
import { describeFailure } from './exchange.ts';
import { isOracles, oracleWords, parseJson, statusOfErrorBody } from './oracle-words.ts';
import { isReading } from './outcome.ts';
import type { Answer, OicRequest } from './request.ts';
import { parseRetryAfterMs } from './retry.ts';

interface Attempt<T> {
  readonly what: string;
  readonly method: OicRequest<T>['method'];
  readonly isRead?: boolean;
  readonly path: string;
  /** Asking for a token changes nothing and does not reach the instance: whoever waits for it may always try again. */
  readonly isToken?: boolean;
  readonly read: (answer: Answer) => T | Promise<T>;
}

/** Sends once and gives the read answer; whatever went wrong comes out as an OicError with secrets taken out. */
export const attempt = async <T>(request: Attempt<T>, send: () => Promise<Answer>): Promise<T> => {
  const fail = (kind: OicErrorKind, happened: string, more: Partial<OicError['details']> = {}): OicError => {
    const oracle = more.oracle === undefined ? undefined : redact(more.oracle);
    const { method, path } = request;
    return new OicError(kind, redact(errorMessage(kind, request.what, happened, oracle)), {
      method,
      path,
      ...more,
      oracle,
      ...(more.cause !== undefined && { cause: redactError(more.cause) }),
    });
  };
  let answer: Answer;
  try {
    answer = await send();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof OicError || error.name === 'CredentialsError') throw error;
    const { kind, happened, reached } = describeFailure(error);
    throw fail(kind, happened, { reached: reached && !request.isToken, cause: error });
  }
  const requestId = answer.headers['opc-request-id'] ?? answer.headers['x-oracle-dms-ecid'];
  const { status } = answer;
  if (status >= 200 && status < 300) {
    const text = isReading(request) || request.isToken ? '' : answer.body.toString('utf8');
    const told = statusOfErrorBody(text);
    if (told !== undefined) {
      const happened = `the instance answered ${status} with an error`;
      const kind = told < 500 ? kindOfStatus(told, true, true) : 'rejected';
      throw fail(kind, happened, { status, requestId, oracle: oracleWords(redact(text)) });
    }
    try {
      return await request.read(answer);
    } catch (error) {
      const happened = `the answer cannot be used: ${error instanceof Error ? error.message : String(error)}`;
      throw fail('unexpected-answer', happened, { status, requestId, reached: !request.isToken, cause: error });
    }
  }
  if (status >= 300 && status < 400) {
    const host = URL.parse(answer.headers.location ?? '')?.host ?? 'nowhere';
    const happened = `the instance redirects to ${stripHtml(host)}, which is not this region's design host, so nothing was sent there; check the url in the settings`;
    throw fail('rejected', happened, { status, requestId });
  }
  const text = answer.body.toString('utf8');
  // Before it is cut, or the beginning of a secret would be left.
  const oracle = oracleWords(redact(text));
  const isWrite = !isReading(request);
  const kind = answer.isOfThisAlone
    ? 'forbidden'
    : request.isToken && status < 429
      ? 'unauthorized'
      : kindOfStatus(status, isWrite, parseJson(text) !== undefined);
  // A gateway says so of what may go on behind it; the instance's own words say that it has not begun.
  const isPutOff = (status === 502 || status === 503) && isOracles(text);
  const retryAfterMs = parseRetryAfterMs(answer.headers['retry-after'], Date.now());
  throw fail(kind, `${request.isToken ? 'the identity domain' : 'the instance'} answered ${status}`, {
    status,
    requestId,
    oracle,
    retryAfterMs,
    reached: !request.isToken,
    isPutOff,
  });
};
