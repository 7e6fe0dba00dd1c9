/**
 * The clock of a server, as the `Date` header of its answers tells it (RFC 9110, 6.6.1): in whole seconds. Nothing is asked
 * for it but by who asks for nothing else.
 */
import { Agent } from 'undici';
import { createConnector } from '../../network/connector.ts';

/** Of an answer that took longer it is not known when in that time its header was written. */
const MOST_MS = 30_000;
const PATIENCE_MS = 5_000;

export interface ServerClock {
  /** An answer to a request of that moment (of `performance.now`) has come. */
  told(headers: Readonly<Record<string, string>>, sentAtMs: number): void;
  /** What it says now; undefined as long as no answer has told. */
  now(): Date | undefined;
}

export const createServerClock = (monotonicMs: () => number = () => performance.now()): ServerClock => {
  let aheadOfMonotonicMs: number | undefined;
  return {
    told: ({ date = '' }, sentAtMs) => {
      const told = Date.parse(date);
      const at = monotonicMs();
      if (!Number.isNaN(told) && at - sentAtMs <= MOST_MS) aheadOfMonotonicMs = told - at;
    },
    now: () => (aheadOfMonotonicMs === undefined ? undefined : new Date(aheadOfMonotonicMs + monotonicMs())),
  };
};

/** One request without a token, whatever comes of it. undefined when the server cannot be reached or does not tell. */
export const askServerTime = async (url: string): Promise<Date | undefined> => {
  const clock = createServerClock();
  const agent = new Agent({ connect: createConnector(PATIENCE_MS) });
  try {
    const sentAtMs = performance.now();
    const { headers, body } = await agent.request({
      origin: new URL(url).origin,
      path: '/',
      method: 'HEAD',
      headersTimeout: PATIENCE_MS,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await body.dump();
    clock.told({ date: String(headers.date ?? '') }, sentAtMs);
  } catch {
    return undefined;
  } finally {
    void agent.destroy();
  }
  return clock.now();
};
