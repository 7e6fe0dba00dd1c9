/** Places that cannot be a vault: a sentence and an exit code instead of a wait without end. */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Simulator } from '../../simulator/server.ts';
import { useDesk } from '../use-desk.ts';

const desk = useDesk();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await desk.startInstance();
  await desk.configure({ dev: simulator });
});
const vaultCheck = async (vault: string) => {
  const { exitCode, stdout } = await desk.oic('doctor', 'dev', '--vault', vault, '--json');
  const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; advice: string }[] };
  return { exitCode, ...checks.find(({ name }) => name === 'vault') };
};

test.runIf(process.platform === 'linux').each(['/proc/oic/vault', '/proc/1/vault', '/dev/null/vault'])(
  'a backup into %s ends with a sentence, and doctor says why',
  async (vault) => {
    const { exitCode, stderr } = await desk.oic('backup', 'dev', '--vault', vault);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^oic: nothing was begun: the journal of this job cannot be kept in .*choose another vault$/m,
    );

    expect(await vaultCheck(vault)).toMatchObject({
      exitCode: 1,
      ok: false,
      advice: expect.stringMatching(`^the directory ${vault} cannot be used: .*choose another`),
    });
  },
);

test('a backup into a file says that one lies in the way, and not that rights are missing', async () => {
  const vault = await desk.write('file', 'x');
  for (const place of [vault, join(vault, 'below')]) {
    const { exitCode, stderr } = await desk.oic('backup', 'dev', '--vault', place);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('move the file that lies in its way'),
    });
    expect(await vaultCheck(place)).toMatchObject({ ok: false, advice: expect.stringContaining('a file lies where') });
  }
});

test('a name that no bucket can have is said to be none', async () => {
  expect(await vaultCheck('s3://vv')).toMatchObject({
    ok: false,
    advice: expect.stringMatching(/not a bucket: .*3 to 63/),
  });
});

test('doctor really writes: a directory is good when something could be stored, read and cleared there', async () => {
  const vault = join(desk.directory, 'new', 'vault');
  expect(await vaultCheck(vault)).toMatchObject({
    exitCode: 0,
    ok: true,
    advice: expect.stringContaining('was written, read and cleared again; it holds 0 snapshots of dev'),
  });
  const left = await readdir(vault, { recursive: true, withFileTypes: true });
  expect(
    left
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['.deleted', '.removed']);
  expect(JSON.parse((await desk.oic('snapshots', 'dev', '--vault', vault, '--json')).stdout)).toMatchObject({
    snapshots: [],
  });
});

test.skipIf(process.geteuid?.() === 0)('doctor tells a directory in which nothing may be written', async () => {
  const vault = join(desk.directory, 'locked');
  await mkdir(vault);
  await chmod(vault, 0o500);

  expect(await vaultCheck(vault)).toMatchObject({ exitCode: 1, ok: false, advice: expect.stringContaining('may not') });
});
