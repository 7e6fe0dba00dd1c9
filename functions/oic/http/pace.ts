/**
 * How many requests may be in flight to one instance: between 1 and `concurrency`, all kinds together. It begins with
 * half, grows while answers are healthy up to what the instance is known to bear (`ceiling`), and asks for more than that
 * with one request at a time. It is cut when the instance refuses (429), is in trouble (503, no answer in time) or takes
 * ever longer for the same kind of request. A Retry-After stops everybody; afterwards it begins with one again.
 *
 *   await pace.run('GET /integrations', () => send(request), judge)      // waits for a place; judge reads the outcome
 */
import { createLatencyWatch } from './latency.ts';

/** What the outcome of one request says about the instance; `unknown`: nothing, such as a connection that broke. */
export type Verdict =
  | 'healthy'
  | 'unknown'
  /** Refused for load (`too-many`), or in trouble (`strained`); nobody starts for `pauseMs`. */
  | { readonly sign: 'too-many' | 'strained'; readonly pauseMs: number };

export interface Pace {
  /** `kind`: requests that should take equally long; undefined when their times say nothing. */
  run<T>(
    kind: string | undefined,
    work: () => Promise<T>,
    judge: (outcome: PromiseSettledResult<T>) => Verdict,
  ): Promise<T>;
  /** How many may be in flight now. */
  limit(): number;
}

export interface PaceClock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** After a refused try at one more, how long until the next; doubled by each that is refused. */
const FIRST_PROBE_MS = 2_000;
const LAST_PROBE_MS = 60_000;
/** What is left of the limit when the instance shows strain. */
const STRAINED_SHARE = 0.75;

interface Started {
  readonly at: number;
  /** How many were in flight with it. */
  readonly beside: number;
  readonly isProbe: boolean;
}

export const createPace = (concurrency: number, clock: PaceClock): Pace => {
  const queue: Array<(started: Started) => void> = [];
  const level = createLevel(concurrency, clock.now);
  const latency = createLatencyWatch();
  let inFlight = 0;
  let pausedUntil = 0;
  let isWaking = false;

  const wakeAfter = (ms: number): void => {
    if (isWaking) return;
    isWaking = true;
    void clock.sleep(ms).then(() => {
      isWaking = false;
      admit();
    });
  };

  const admit = (): void => {
    while (queue.length > 0) {
      const at = clock.now();
      if (pausedUntil > at) {
        wakeAfter(pausedUntil - at);
        return;
      }
      const isProbe = inFlight >= level.limit();
      if (isProbe && !(inFlight === level.limit() && level.takeProbe())) return;
      inFlight++;
      queue.shift()?.({ at, beside: inFlight, isProbe });
    }
  };

  const heed = (verdict: Verdict, started: Started, kind: string | undefined): void => {
    const now = clock.now();
    if (verdict === 'healthy') {
      level.borne(started);
      if (kind !== undefined && latency.isRising(kind, now - started.at, level.limit())) level.strained(started);
    } else if (verdict === 'unknown') {
      level.unknown(started);
    } else {
      level[verdict.sign === 'too-many' ? 'refused' : 'strained'](started);
      if (verdict.pauseMs === 0) return;
      if (pausedUntil <= now) level.beginAgain();
      pausedUntil = Math.max(pausedUntil, now + verdict.pauseMs);
    }
  };

  return {
    run: async (kind, work, judge) => {
      const started = await new Promise<Started>((resolve) => {
        queue.push(resolve);
        admit();
      });
      const [outcome] = (await Promise.allSettled([work()])) as [
        PromiseSettledResult<Awaited<ReturnType<typeof work>>>,
      ];
      inFlight--;
      // Before the next one starts: it must know of the pause.
      heed(judge(outcome), started, kind);
      admit();
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    },
    limit: level.limit,
  };
};

/** The limit itself: what moves it up and down. */
const createLevel = (concurrency: number, now: () => number) => {
  let limit = Math.ceil(concurrency / 2);
  let ceiling = concurrency;
  // Below it the limit doubles with each round of answers, above it grows by one.
  let known = concurrency;
  let borneSince = 0;
  let cutAt = Number.NEGATIVE_INFINITY;
  let isProbing = false;
  let probeAt = 0;
  let probeEveryMs = FIRST_PROBE_MS;

  const cutTo = (most: number, trusted: number): void => {
    limit = Math.max(1, Math.min(limit, most));
    known = Math.max(1, trusted);
    borneSince = 0;
    cutAt = now();
  };
  /** Those that were in flight together are refused together: that is one message, not many. */
  const isNews = ({ at }: Started): boolean => at >= cutAt;
  const endProbe = ({ isProbe }: Started): void => {
    if (isProbe) isProbing = false;
  };

  return {
    limit: () => limit,
    /** True when now is the time to try whether the instance bears one more; that one has been taken then. */
    takeProbe: (): boolean => {
      if (isProbing || limit < ceiling || ceiling >= concurrency || now() < probeAt) return false;
      isProbing = true;
      return true;
    },
    borne: (started: Started): void => {
      endProbe(started);
      if (started.isProbe && isNews(started)) {
        ceiling = Math.min(concurrency, Math.max(ceiling, started.beside));
        probeEveryMs = FIRST_PROBE_MS;
        probeAt = now();
      }
      // Nothing older than a cut speaks for more.
      if (!isNews(started) || limit >= ceiling) return;
      if (limit >= known && ++borneSince < limit) return;
      borneSince = 0;
      limit++;
    },
    refused: (started: Started): void => {
      endProbe(started);
      if (!isNews(started)) return;
      if (started.isProbe) {
        probeEveryMs = Math.min(LAST_PROBE_MS, probeEveryMs * 2);
        probeAt = now() + probeEveryMs;
      } else {
        ceiling = Math.max(1, started.beside - 1);
        cutTo(ceiling, ceiling);
        probeAt = cutAt + probeEveryMs;
      }
    },
    strained: (started: Started): void => {
      endProbe(started);
      const rest = Math.floor(limit * STRAINED_SHARE);
      if (isNews(started)) cutTo(rest, rest);
    },
    unknown: endProbe,
    /** Those still on their way were let in before the pause, so their answers do not speak for more. */
    beginAgain: (): void => cutTo(1, Math.ceil(limit / 2)),
  };
};
