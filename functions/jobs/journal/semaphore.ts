/** Lets at most `count` pieces of work run at once, in the order they came. */
export const createSemaphore = (count: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  const waiting: Array<() => void> = [];
  let free = count;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
};
