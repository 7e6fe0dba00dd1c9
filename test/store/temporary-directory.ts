/** A directory of its own for a test, removed when the test has ended. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const makeTemporaryDirectory = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'oic-store-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
};
