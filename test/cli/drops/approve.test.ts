/** `oic approve` on a drop box in a directory, beside a watch of an instance with `deploy.approval`. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type Desk, openDesk } from '../typed.ts';

let desk: Desk;
let prod: Simulator;
beforeEach(async () => {
  [desk, prod] = await Promise.all([openDesk(), startSimulator({ activationMs: 5 })]);
  prod.onRequest(() => {
    for (const connection of prod.instance.connections.values()) connection.status = 'CONFIGURED';
  });
  await desk.configure({ prod }, { deploy: { approval: true } });
  await mkdir(join(desk.directory, 'box/deploy/prod'), { recursive: true });
});
afterEach(async () => {
  await Promise.all([prod.close(), desk.close()]);
});

const put = (name: string): Promise<void> =>
  writeFile(
    join(desk.directory, 'box/deploy/prod', name),
    buildSampleArchive({ code: name.toUpperCase().replace('.IAR', ''), version: '01.00.0000' }),
  );
const receipts = async (): Promise<Array<{ key: string; state: string; message: string; approval?: object }>> => {
  const root = join(desk.directory, 'box/receipts');
  const names = await readdir(root, { recursive: true }).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json') && !name.includes('.versions'));
  return Promise.all(files.map(async (name) => JSON.parse(await readFile(join(root, name), 'utf8'))));
};
const statesAre = (states: Record<string, string>) =>
  vi.waitFor(
    async () => expect(Object.fromEntries((await receipts()).map(({ key, state }) => [key, state]))).toEqual(states),
    { timeout: 15_000, interval: 50 },
  );
const approve = (drop: string, ...more: string[]) =>
  desk.oic('approve', 'prod', drop, '--drop-box', 'box', '--by', 'Grace Hopper', ...more);

test('drops wait beside a watch until each is approved or refused, by the command their receipts name', async () => {
  await Promise.all([put('yes.iar'), put('no.iar')]);
  const watching = desk.start('watch', 'prod', '--drop-box', 'box');
  await statesAre({ 'deploy/prod/yes.iar': 'waiting', 'deploy/prod/no.iar': 'waiting' });
  const [, command = ''] =
    /`oic approve prod (\S+) --by NAME --drop-box box`/.exec(
      (await receipts()).find(({ key }) => key.endsWith('yes.iar'))?.message ?? '',
    ) ?? [];

  expect(await approve(command)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('approved by Grace') });
  expect((await approve('no.iar', '--refuse', 'not today')).exitCode).toBe(0);

  await statesAre({ 'deploy/prod/yes.iar': 'deployed', 'deploy/prod/no.iar': 'rejected' });
  watching.process.kill('SIGINT');
  const said = (await watching.ended).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).state);
  expect(said.toSorted()).toEqual(['deployed', 'rejected', 'waiting', 'waiting']);
  expect(prod.instance.list().map(({ id }) => id)).toEqual(['YES|01.00.0000']);

  const again = await approve('yes.iar');
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toMatch(/too late: Grace Hopper has approved it already.*is deployed/);
}, 40_000);

test('what nobody has looked at, or is not there, cannot be approved', async () => {
  await put('new.iar');

  expect(await approve('new.iar')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no receipt yet') });
  expect(await approve('other.iar')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('there is no') });
  expect(await approve('new.iar', '--by', ' ')).toMatchObject({ exitCode: 2 });
});
