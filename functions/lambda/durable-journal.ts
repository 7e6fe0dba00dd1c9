/**
 * The journal in AWS: a Lambda durable execution. A step that ended is remembered by the service through crashes and the
 * function's time limit; results too large for it lie in the vault. A step that failed for a reason that passes is tried
 * again minutes later, which costs nothing while it waits.
 *
 * Limits that shape it (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): 3,000 operations an
 * execution, 256 KB a result, 15 minutes an invocation.
 */
import { type DurableContext, NestingType, type RetryDecision, type Serdes } from '@aws/durable-execution-sdk-js';
import { redactDocument, redactError } from '../core/redaction.ts';
import type { Journal } from '../jobs/journal/journal.ts';
import { isOicError } from '../oic/http/errors.ts';
import type { KeptText, RunStore } from '../store/run-store.ts';
import { StoreError } from '../store/store-error.ts';

/** What the journal calls this run: unique, and good as a part of a key. */
export const runName = ({ executionContext }: DurableContext): string =>
  executionContext.durableExecutionArn
    .split('/')
    .slice(-2)
    .join('-')
    .replaceAll(/[^\w-]/g, '-');

export const createDurableJournal = (context: DurableContext, runs: RunStore): Journal => {
  const run = runName(context);
  const runStep = <T>(inner: DurableContext, name: string, work: () => Promise<T>, stop?: Stop): Promise<T> =>
    inner.step(
      name,
      async () => {
        if (stop?.reason) throw stop.reason;
        leaveTime(inner);
        return work().catch((error: unknown) => {
          throw redactError(error);
        });
      },
      {
        serdes: createSerdes<T>(runs, run),
        retryStrategy: (error, attempt) => {
          const decision = decideRetry(error, attempt);
          if (stop && !decision.shouldRetry) stop.reason ??= error;
          return decision;
        },
      },
    );

  return {
    step: (name, work) => runStep(context, name, work),
    sleep: async (name, seconds) => {
      await context.wait(name, { seconds: Math.max(1, Math.ceil(seconds)) });
    },
    // The service gives each step back itself, within minutes; another execution is another run.
    leftovers: () => [],
    note: () => Promise.resolve(),
    all: async <T, R>(
      name: string,
      items: readonly T[],
      concurrency: number,
      work: (item: T, index: number) => Promise<R>,
    ): Promise<R[]> => {
      const stop: Stop = { reason: undefined };
      const results = await context.map(
        name,
        [...items],
        (inner, item, index) => runStep(inner, `${name} ${index + 1}`, () => work(item, index), stop),
        {
          maxConcurrency: concurrency,
          nesting: NestingType.FLAT,
          // Left to itself a map abandons what is under way at the first failure. Here what is under way ends, and the
          // rest fails at once by `stop`, without having begun.
          completionConfig: { toleratedFailurePercentage: 100 },
        },
      );
      results.throwIfError();
      return results.all.map(({ result }) => result as R);
    },
  };
};

interface Stop {
  reason: Error | undefined;
}

/** A step may take so long; with less time left it is put off to the next invocation. */
const STEP_MS = 4 * 60_000;

class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
  readonly leftMs: number;

  constructor(leftMs: number) {
    super('too little is left of this invocation');
    this.leftMs = leftMs;
  }
}

const leaveTime = ({ lambdaContext }: DurableContext): void => {
  const leftMs = lambdaContext.getRemainingTimeInMillis();
  if (leftMs < STEP_MS) throw new OutOfTime(leftMs);
};

const RETRY_MINUTES = [1, 2, 5, 10, 20, 30];

const decideRetry = (error: Error, attempt: number): RetryDecision => {
  // Longer than what is left, or the SDK would wait for it in this same invocation.
  if (error instanceof OutOfTime) return { shouldRetry: true, delay: { seconds: Math.ceil(error.leftMs / 1000) + 1 } };
  const minutes = RETRY_MINUTES[attempt - 1];
  return isPassing(error) && minutes !== undefined ? { shouldRetry: true, delay: { minutes } } : { shouldRetry: false };
};

const isPassing = (error: Error): boolean =>
  isOicError(error, 'unavailable', 'timeout', 'network', 'rate-limited') ||
  (error instanceof StoreError && error.kind === 'unreachable');

/** Well below the service's 256 KB: what it counts is not only the text. */
const MAX_RESULT_BYTES = 200_000;
/** No JSON begins with it. */
const KEPT = '@';

const createSerdes = <T>(runs: RunStore, run: string): Serdes<T> => ({
  serialize: async (value, { entityId }) => {
    if (value === undefined) return undefined;
    const text = JSON.stringify(redactDocument(value));
    if (Buffer.byteLength(text) <= MAX_RESULT_BYTES) return text;
    return `${KEPT}${JSON.stringify(await runs.keep(run, entityId, text))}`;
  },
  deserialize: async (data) => {
    if (data === undefined) return undefined;
    const isKept = data.startsWith(KEPT);
    const text = isKept ? await runs.read(JSON.parse(data.slice(KEPT.length)) as KeptText) : data;
    return JSON.parse(text) as T;
  },
});
