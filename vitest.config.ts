import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What changes nothing of its process: its files need not load the same modules each for themselves. */
const PURE = [
  'test/core/**/*.test.ts',
  'test/simulator/**/*.test.ts',
  'test/oic/**/*.test.ts',
  'test/jobs/**/*.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 3,
    // For the processes that tests start: they compile the same files over and over.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'compiled') },
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      { extends: true, test: { name: 'real', include: ['test/**/*.test.ts'], exclude: PURE } },
    ],
  },
});
