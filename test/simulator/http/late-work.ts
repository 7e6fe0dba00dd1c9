/** Work whose answer was given long ago: done when its time has come by the simulator's clock, before anything else is. */

export interface LateWork {
  readonly add: (afterMs: number, work: () => Promise<unknown>) => void;
  readonly doDue: () => Promise<void>;
}

export const createLateWork = (now: () => number): LateWork => {
  let waiting: { readonly at: number; readonly work: () => Promise<unknown> }[] = [];
  return {
    add: (afterMs, work) => {
      waiting.push({ at: now() + afterMs, work });
    },
    doDue: async () => {
      const due = waiting.filter(({ at }) => at <= now()).sort((a, b) => a.at - b.at);
      waiting = waiting.filter((one) => !due.includes(one));
      for (const { work } of due) await work();
    },
  };
};
