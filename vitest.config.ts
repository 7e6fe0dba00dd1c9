import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const { node } = process.versions;
if (Number.parseInt(node, 10) < 24) {
  process.stderr.write(
    `The tests need Node 24, which \`npm ci\` brings along: this is Node ${node}; type \`npm test\`.\n`,
  );
  process.exit(1);
}

// For the tests and the processes that they start: each would compile the same files again.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled');

/** What changes something of its process, such as the environment, or puts another module in the place of one. */
const ALONE = [
  'test/lambda/**/*.test.ts',
  'test/store/**/*.test.ts',
  'test/infra/{bundles,synth}.test.ts',
  'test/jobs/deploy/drops-and-clocks.test.ts',
];
/** To load the CDK takes seconds, so one process does it for all that look at the stacks, after the others. */
const STACKS = ['test/infra/{alarms,layering,lifecycle-stack,policies,settings,vault-stack}.test.ts'];
const ONE_AT_LAST = { isolate: false, maxWorkers: 1, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 3,
    // Node loads the modules, as it does where the program runs.
    experimental: { viteModuleRunner: false },
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      { extends: true, test: { name: 'stacks', include: STACKS, ...ONE_AT_LAST } },
      // These need not load the same modules each for themselves.
      {
        extends: true,
        test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: [...ALONE, ...STACKS], isolate: false },
      },
    ],
  },
});
