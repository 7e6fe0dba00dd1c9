/** A clock whose time passes only when nobody has anything left to do: hours of waiting in a moment, the same each time. */
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface VirtualTime {
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Lets time pass until `work` has ended. @throws Error when it waits for something that never comes */
  runUntil<T>(work: Promise<T>): Promise<T>;
}

export const createVirtualTime = (): VirtualTime => {
  let time = 0;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    now: () => time,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: time + ms, wake })),
    runUntil: async (work) => {
      let isDone = false;
      const done = work.finally(() => {
        isDone = true;
      });
      done.catch(() => undefined);
      for (;;) {
        await nextTurn();
        if (isDone) return done;
        sleepers.sort((a, b) => a.at - b.at);
        const next = sleepers.shift();
        if (!next) throw new Error('everybody waits, and nothing is under way');
        time = Math.max(time, next.at);
        next.wake();
      }
    },
  };
};

/** Also for what answers over a socket: time passes as soon as it is waited for, and several who wait add up. */
export const createLonelyTime = (): Pick<VirtualTime, 'now' | 'sleep'> => {
  let time = Date.now();
  return {
    now: () => time,
    sleep: async (ms) => {
      time += ms;
      await nextTurn();
    },
  };
};
