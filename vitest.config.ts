import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

/** Held in memory, on Linux; in a container it may be small. */
const MEMORY = '/dev/shm';
const LEAST_BYTES = 2 ** 31;
const hasRoom = (directory: string): boolean => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize > LEAST_BYTES;
};
/** What the tests write goes with them, so it need not reach a disk; in many rounds it does, as where the program runs. */
const isInMemory = process.env.OIC_TEST_ROUNDS !== 'many' && existsSync(MEMORY) && hasRoom(MEMORY);
const written = mkdtempSync(join(isInMemory ? MEMORY : tmpdir(), 'oic-tests-'));
process.env.TMPDIR = written;
process.once('exit', () => rmSync(written, { recursive: true, force: true }));

/** What changes something of its process, such as the environment, or puts another module in the place of one. */
const ALONE = [
  'test/lambda/**/*.test.ts',
  'test/store/directory-store-case.test.ts',
  'test/store/directory/directory-store-without-links.test.ts',
  'test/infra/{bundles,synth}.test.ts',
  'test/jobs/deploy/drops-and-clocks.test.ts',
];
/** What a stand-in for AWS is started for, once. */
const AWS = [
  'test/store/{lying-store,s3-store,secrets}.test.ts',
  'test/jobs/backup/{keep-versions,names}.test.ts',
  'test/infra/vault/losses.test.ts',
];
/** To load the CDK takes seconds, so one process does it for all that look at the stacks, after the others. */
const STACKS = [
  'test/infra/{alarms,costs,layering,lifecycle-stack,limits,policies,settings}.test.ts',
  'test/infra/{keep,update}/*.test.ts',
  'test/infra/vault/{customer-keys,replica,vault-stack}.test.ts',
];
/** What CloudFormation itself finds in a template takes a second each: that is for synth.test.ts, once. */
const UNVALIDATED = { CDK_VALIDATION: 'false' };
const ONE_AT_LAST = { isolate: false, maxWorkers: 1, sequence: { groupOrder: 1 }, env: UNVALIDATED };

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 3,
    // What is young is collected less often: a tenth of what the tests cost.
    execArgv: ['--max-semi-space-size=64'],
    // Node loads the modules, as it does where the program runs.
    experimental: { viteModuleRunner: false },
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      { extends: true, test: { name: 'aws', include: AWS, isolate: false, globalSetup: 'test/store/moto-setup.ts' } },
      { extends: true, test: { name: 'stacks', include: STACKS, ...ONE_AT_LAST } },
      // These need not load the same modules each for themselves.
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...ALONE, ...AWS, ...STACKS],
          isolate: false,
        },
      },
    ],
  },
});
