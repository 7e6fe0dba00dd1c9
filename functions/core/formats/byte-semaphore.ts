/** Work that takes room while it lasts: as much at once as fits, in the order it came. What fits nowhere is done alone. */
export const createByteSemaphore = (size: number): (<T>(takes: number, work: () => Promise<T>) => Promise<T>) => {
  const waiting: { readonly takes: number; readonly begin: () => void }[] = [];
  let taken = 0;
  const admit = (): void => {
    for (let next = waiting[0]; next && (taken === 0 || taken + next.takes <= size); next = waiting[0]) {
      waiting.shift();
      taken += next.takes;
      next.begin();
    }
  };
  return async (takes, work) => {
    await new Promise<void>((resolve) => {
      waiting.push({ takes, begin: resolve });
      admit();
    });
    try {
      return await work();
    } finally {
      taken -= takes;
      admit();
    }
  };
};
