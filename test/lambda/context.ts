/** What AWS tells a function of one invocation, as far as ours ask. */
import type { Context } from 'aws-lambda';

let invocations = 0;

export const contextOf = (leftMs: number): Context => {
  const endsAt = performance.now() + leftMs;
  invocations += 1;
  const awsRequestId = `${process.pid}-${invocations}`;
  return { awsRequestId, getRemainingTimeInMillis: () => endsAt - performance.now() } as Context;
};
