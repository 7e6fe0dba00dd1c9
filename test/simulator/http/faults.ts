/**
 * Faults to order: what goes wrong with which requests. A fault is asked in the order of `add`; delays add up, and the
 * first that is more than a delay decides. Chance comes from the simulator's seed.
 */
import type { Random } from '../random.ts';
import type { RecordedRequest, RequestKind } from './traffic.ts';

type FaultAnswer =
  /**
   * This is the answer; a body that is an object is JSON. `retryAfter` goes into the header as it is. Nothing is done, or
   * so many ms later, by the simulator's clock.
   */
  | {
      readonly status: number;
      readonly retryAfter?: number | string;
      readonly body?: 'oracle' | 'html' | 'empty' | object;
      readonly landsAfterMs?: number;
    }
  /** The connection is reset and nothing was done. */
  | 'reset-before'
  /** The work is done, and the connection reset before the answer. */
  | 'reset-after'
  /** The work is done; the answer has its Content-Length and ends midway. */
  | 'cut'
  /** The work is done; the answer has no Content-Length and ends midway, which HTTP takes for its end. */
  | 'cut-clean'
  /** Nothing is done; 200 with a login page. */
  | 'html-200'
  /** Nothing is done; 307 to that origin, with the path and query of the request. */
  | { readonly redirect: string }
  /** Everything happens, but later; nothing, when the client has gone by then. */
  | { readonly delayMs: number }
  /** The work is done at once; the answer comes later. */
  | { readonly answerDelayMs: number };

/** All that is given must hold. */
interface FaultMatch {
  readonly kind?: RequestKind | readonly RequestKind[];
  /** Of the integration or connection; of an import, as its archive says. */
  readonly id?: string;
  readonly method?: string;
  /** Of those that match: 3 hits the third, the sixth, ... */
  readonly everyNth?: number;
  /** 0 to 1. */
  readonly probability?: number;
  /** After so many hits it is over. */
  readonly times?: number;
}

interface Fault {
  readonly match: FaultMatch;
  readonly answer: FaultAnswer;
}

export interface Faults {
  /** The function it gives removes the fault again. */
  readonly add: (fault: Fault) => () => void;
  readonly clear: () => void;
  /** The next activations of that integration fail with this message, which may hold HTML; `times` defaults to for ever. */
  readonly failActivation: (id: string, message: string, times?: number) => void;
}

export type DecidedAnswer = Exclude<FaultAnswer, { readonly delayMs: number } | { readonly answerDelayMs: number }>;

export interface FaultBook {
  readonly faults: Faults;
  readonly decide: (request: RecordedRequest) => {
    readonly delayMs: number;
    readonly answerDelayMs: number;
    readonly answer: DecidedAnswer | undefined;
  };
}

interface Entry {
  readonly fault: Fault;
  matched: number;
  hits: number;
}

export const createFaultBook = (
  random: Random,
  orderedFailures: Map<string, { readonly message: string; timesLeft: number }>,
): FaultBook => {
  const book = new Set<Entry>();
  const faults: Faults = {
    add: (fault) => {
      const entry = { fault, matched: 0, hits: 0 };
      book.add(entry);
      return () => {
        book.delete(entry);
      };
    },
    clear: () => {
      book.clear();
      orderedFailures.clear();
    },
    failActivation: (id, message, times = Number.POSITIVE_INFINITY) => {
      orderedFailures.set(id, { message, timesLeft: times });
    },
  };
  return {
    faults,
    decide: (request) => {
      let [delayMs, answerDelayMs] = [0, 0];
      for (const entry of book) {
        if (!isHit(entry, request, random)) continue;
        const { answer } = entry.fault;
        if (typeof answer === 'object' && 'delayMs' in answer) delayMs += answer.delayMs;
        else if (typeof answer === 'object' && 'answerDelayMs' in answer) answerDelayMs += answer.answerDelayMs;
        else return { delayMs, answerDelayMs, answer };
      }
      return { delayMs, answerDelayMs, answer: undefined };
    },
  };
};

const isHit = (entry: Entry, request: RecordedRequest, random: Random): boolean => {
  const { kind, id, method, everyNth, probability, times } = entry.fault.match;
  if (kind !== undefined && ![kind].flat().includes(request.kind)) return false;
  if (id !== undefined && id !== request.id) return false;
  if (method !== undefined && method !== request.method) return false;
  if (times !== undefined && entry.hits >= times) return false;
  entry.matched += 1;
  if (everyNth !== undefined && entry.matched % everyNth !== 0) return false;
  if (probability !== undefined && random.next() >= probability) return false;
  entry.hits += 1;
  return true;
};
