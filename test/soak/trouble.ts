/** What goes wrong of a night: an instance and a network that fail, and a process that dies at a random write. */
import type { ObjectStore } from '../../functions/store/object-store.ts';
import type { Random } from '../simulator/random.ts';
import type { Simulator } from '../simulator/server.ts';

/** The process has died here. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

const KINDS = ['list', 'export', 'schedule-get', 'get', 'token'] as const;

type Fault = Parameters<Simulator['faults']['add']>[0];

export const addFaults = (random: Random, { faults }: Simulator): void => {
  const answers: readonly [Fault['answer'], ...Fault['answer'][]] = [
    { status: 503 },
    { status: 503, body: 'html' },
    { status: 429 },
    { status: 429, retryAfter: '0.02' },
    { status: 500 },
    { status: 401 },
    { delayMs: 15 },
    { answerDelayMs: 15 },
    'reset-before',
    'reset-after',
    'cut',
    'cut-clean',
    'html-200',
  ];
  for (let n = random.below(4); n > 0; n--) {
    // Mostly seldom, now and then nearly always.
    const probability = random.next() ** 3;
    faults.add({ match: { kind: random.pick(KINDS), probability }, answer: random.pick(answers) });
  }
};

export interface Mortal {
  readonly store: ObjectStore;
  /** True once it has died; nothing is written after that. */
  isDead(): boolean;
}

/** A store whose process dies before or after its `writes`-th write; undefined: it lives. */
export const createMortal = (store: ObjectStore, random: Random, writes: number | undefined): Mortal => {
  let left = writes ?? Number.POSITIVE_INFINITY;
  const diesAfterwards = random.next() < 0.5;
  return {
    isDead: () => left <= 0,
    store: {
      ...store,
      put: async (...args) => {
        left--;
        if (left < 0 || (left === 0 && !diesAfterwards)) throw new Killed();
        const stored = await store.put(...args);
        if (left <= 0) throw new Killed();
        return stored;
      },
    },
  };
};
