/** Who did what, as people are told it; a caller by client credentials is its client id to Oracle (recorded in 2024). */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildProject } from '../core/archive/kinds-forge.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { type Desk, openDesk } from './typed.ts';

const CLIENT = '2c1a7a5d0123456789abcdef01234567';
const FLOW = 'FLOW|01.00.0000';
const LOCKED = 'LOCKED|01.00.0000';
const archive = (code: string, marker = 'a') => buildSampleArchive({ code, version: '01.00.0000', marker });

let desk: Desk;
let dev: Simulator;
beforeEach(async () => {
  [desk, dev] = await Promise.all([openDesk(), startSimulator()]);
  dev.instance.add(archive('FLOW'), { lastUpdatedBy: CLIENT });
  dev.instance.add(archive('LOCKED'), { lastUpdatedBy: 'ann@example.com', lockedBy: CLIENT });
  dev.instance.saveLookup('CODES', ['A', 'B'], [], { lastUpdatedBy: CLIENT });
  dev.instance.addProject(buildProject({ code: 'SHOP' }), { lastUpdatedBy: CLIENT });
  await desk.configure({ dev });
});
afterEach(async () => {
  await dev.close();
  await desk.close();
});

const call = async (people: object): Promise<void> => {
  const file = JSON.parse(await readFile(join(desk.directory, 'cdk.json'), 'utf8'));
  await desk.write('cdk.json', { context: { oic: { ...file.context.oic, people } } });
};

describe.each([
  ['by the beginning of its id', {}, 'client 2c1a…', 'ann@example.com'],
  ['by the name the settings give it', { [CLIENT]: 'CI', 'ann@example.com': 'Ann' }, 'CI', 'Ann'],
])('a client is told %s', (_, people, client, ann) => {
  beforeEach(() => call(people));

  test('in lists, and where one integration is shown', async () => {
    const { stdout: listed } = await desk.oic('list', 'dev');
    const { stdout: shown } = await desk.oic('show', 'dev', LOCKED);

    expect(listed).toMatch(new RegExp(`FLOW\\|.* ${client} *\n`));
    expect(listed).toMatch(new RegExp(`LOCKED\\|.*\\(locked by ${client}\\).* ${ann} *\n`));
    expect(shown).toMatch(new RegExp(`lockedBy +${client}\n`));
    expect(shown).toMatch(new RegExp(`lastUpdatedBy +${ann}\n`));
    for (const kind of ['lookups', 'projects']) {
      expect((await desk.oic('list', 'dev', '--kind', kind)).stdout).toMatch(new RegExp(` ${client} *\n`));
    }
    expect(desk.said()).not.toContain(CLIENT);
  });

  test('in what changed, in warnings and on the page', async () => {
    const backedUp = await desk.oic('backup', 'dev');
    dev.instance.edit(FLOW, archive('FLOW', 'b'), CLIENT);
    dev.instance.saveLookup('CODES', ['A', 'B'], [['1', '2']], { lastUpdatedBy: CLIENT });
    const { stdout: changes } = await desk.oic('diff', 'dev@latest', 'dev');
    await desk.oic('backup', 'dev');
    const page = await readFile(join(desk.directory, 'vault', 'reports', 'dev', 'latest.html'), 'utf8');

    expect(backedUp.stdout).toMatch(new RegExp(`FAILED +LOCKED\\|01.00.0000 on dev is locked by ${client} and cannot`));
    expect(changes).toMatch(new RegExp(`^changed +FLOW\\|.* by ${client}$`, 'm'));
    expect(changes).toMatch(new RegExp(`^changed +lookup CODES: .* by ${client}$`, 'm'));
    expect(page).toContain(`by ${client}`);
    expect(page).toContain(`locked by ${client}`);
    await desk.oic('report', 'dev');
    const anew = await readFile(join(desk.directory, 'vault', 'reports', 'dev', 'latest.html'), 'utf8');
    for (const text of [desk.said(), page, anew]) expect(text).not.toContain(CLIENT);
  });

  test('in why something is not replaced', async () => {
    const file = join(desk.directory, 'LOCKED.iar');
    await writeFile(file, archive('LOCKED', 'b'));
    Object.assign(dev.instance.lookups.get('CODES') ?? {}, { lockedBy: CLIENT });
    const csv = await desk.write('CODES.csv', 'DVM,CODES,\nA,B\n3,4\n');

    const refused = [
      await desk.oic('import', 'dev', file),
      await desk.oic('deploy', 'dev', file),
      await desk.oic('import', 'dev', csv, '--kind', 'lookup'),
    ];

    for (const { exitCode, stderr, stdout } of refused) {
      expect([exitCode, stderr + stdout]).toEqual([1, expect.stringContaining(`${client} has it open`)]);
    }
    expect(desk.said()).not.toContain(CLIENT);
  });
});

test('programs get the id as it is', async () => {
  await call({ [CLIENT]: 'CI' });
  const json = async (...args: string[]) => JSON.parse((await desk.oic(...args, '--json')).stdout);

  expect(await json('list', 'dev')).toMatchObject({
    integrations: [{ lastUpdatedBy: CLIENT }, { lastUpdatedBy: 'ann@example.com', lockedBy: CLIENT }],
  });
  expect(await json('show', 'dev', LOCKED)).toMatchObject({ lockedBy: CLIENT, lastUpdatedBy: 'ann@example.com' });
  expect(await json('list', 'dev', '--kind', 'lookups')).toMatchObject({ lookups: [{ lastUpdatedBy: CLIENT }] });
  await desk.oic('backup', 'dev');
  dev.instance.edit(FLOW, archive('FLOW', 'b'), CLIENT);
  expect(await json('diff', 'dev@latest', 'dev')).toMatchObject({ changed: [{ id: FLOW, lastUpdatedBy: CLIENT }] });
});
