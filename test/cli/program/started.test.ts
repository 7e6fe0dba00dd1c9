import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

test.each(['bin/oic.mjs', 'functions/cli.ts'])(
  '%s does what is typed, and nothing is done in silence',
  async (file) => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, file), '--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  },
);
