/**
 * How much memory V8 gives to what has just been made. It doubles that as a run goes on, to 128 MB, and no run of ours is
 * faster for it; so that ten times as many integrations do not take more memory, it stays where a short run leaves it.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const ENOUGH_BYTES = 32 * 2 ** 20;

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;

/** The limit itself can only be given when a process is started; the factor it grows by is read each time. */
export const holdYoungGeneration = (): void => {
  const observer = new PerformanceObserver(() => {
    if (youngBytes() < ENOUGH_BYTES) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
};
