import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildLibrary, buildPackage, buildProject } from '../../core/archive/kinds-forge.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type Desk, openDesk } from '../typed.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const file = async (name: string, bytes: Buffer): Promise<string> => {
  const path = join(desk.directory, name);
  await writeFile(path, bytes);
  return path;
};

describe('an instance with all kinds', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ behaviour: { refusedKinds: { 'agent-groups': 403 } } });
    const { instance } = simulator;
    instance.addProject(buildProject({ code: 'SHOP', integrations: [{ code: 'ORDER', version: '01.00.0000' }] }));
    instance.saveLookup('CODES', ['ISO', 'Name'], [['DE', 'Germany']]);
    instance.saveLookup('OTHER', ['A'], []);
    instance.saveLibrary('TOOLS', '01.00.0000', buildLibrary({ code: 'TOOLS', version: '01.00.0000' }));
    instance.add(buildSampleArchive({ code: 'A', version: '01.00.0000', packageName: 'acme' }));
    await desk.configure({ dev: simulator });
  });
  afterEach(() => simulator.close());

  test('is listed kind by kind', async () => {
    const listed = async (kind: string, ...more: string[]) =>
      JSON.parse((await desk.oic('list', 'dev', '--kind', kind, '--json', ...more)).stdout);

    expect(await listed('projects')).toMatchObject({
      projects: [{ id: 'SHOP', integrations: [{ status: 'ACTIVATED' }] }],
    });
    expect(await listed('lookups', '--name', 'code')).toMatchObject({ lookups: [{ id: 'CODES' }] });
    expect(await listed('libraries')).toMatchObject({ libraries: [{ id: 'TOOLS|01.00.0000' }] });
    expect(await listed('packages')).toMatchObject({ packages: [{ id: 'acme', integrations: ['A|01.00.0000'] }] });
    expect(await desk.oic('list', 'dev', '--kind', 'agent-groups')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/dev does not hand out its agent groups/),
    });
  });

  test('is backed up whole, verified, and compared with what became of it', async () => {
    const { stdout } = await desk.oic('backup', 'dev', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      complete: true,
      others: { counts: { projects: 1, lookups: 2, libraries: 1, packages: 1 }, exported: 4 },
      warnings: [{ id: 'agent groups' }],
    });
    simulator.instance.saveLookup('CODES', ['ISO', 'Name'], []);

    const verified = JSON.parse((await desk.oic('verify', 'dev', '--json')).stdout);
    const diff = await desk.oic('diff', 'dev@latest', 'dev');

    expect(verified).toMatchObject({ checked: 5, damaged: [] });
    expect(diff.stdout).toMatch(/CODES/);
    expect(diff.stdout).not.toMatch(/Germany|OTHER|SHOP/);
  });
});

describe('comparing two files', () => {
  test('of projects tells what differs in words, and as JSON', async () => {
    const integration = { code: 'ORDER', version: '01.00.0000' };
    const a = await file('a.car', buildProject({ code: 'SHOP', integrations: [integration] }));
    const b = await file(
      'b.car',
      buildProject({ code: 'SHOP', integrations: [integration], marker: 'new', lookups: ['L'] }),
    );

    const text = await desk.oic('diff', a, b);
    const json = await desk.oic('diff', a, b, '--json');

    expect(text.exitCode).toBe(0);
    expect(text.stdout).toMatch(
      /project SHOP .* -> project SHOP[\s\S]*changed +integration ORDER\|01\.00\.0000\nlookup L: added/,
    );
    expect(JSON.parse(json.stdout)).toMatchObject({ a, b, integrations: { changed: ['ORDER|01.00.0000'] } });
    expect((await desk.oic('diff', a, a)).stdout).toMatch(/no difference in what they mean/);
  });

  test('of packages tells the integrations that came and went', async () => {
    const a = await file('a.par', buildPackage({ name: 'acme', integrations: [{ code: 'A', version: '01.00.0000' }] }));
    const b = await file('b.par', buildPackage({ name: 'acme', integrations: [{ code: 'B', version: '01.00.0000' }] }));

    expect((await desk.oic('diff', a, b)).stdout).toMatch(
      /added +integration B\|01\.00\.0000\nremoved +integration A\|/,
    );
  });

  test('of two kinds, or of one that is not what its name says, is refused', async () => {
    const iar = await file('a.iar', buildSampleArchive({ code: 'A', version: '01.00.0000' }));
    const car = await file('a.car', buildProject({ code: 'A' }));
    const wrong = await file('b.car', buildSampleArchive({ code: 'A', version: '01.00.0000' }));

    expect(await desk.oic('diff', iar, car)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/\.iar.*\.car/),
    });
    expect(await desk.oic('diff', car, wrong)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/b\.car cannot be compared: .*not an exported project/),
    });
  });
});

test.each([
  [['verify', 'dev', '--kind', 'packages'], /"packages" is not a kind.*integrations, projects, lookups, libraries/],
  [['list', 'dev', '--kind', 'lookups,libraries'], /one kind at a time/],
  [['list', 'dev', '--kind', 'lookup', '--status', 'ACTIVATED'], /--status is for integrations/],
  [['diff', 'dev', 'dev@latest', '--kind', 'secrets'], /"secrets" is not a kind/],
  [['diff', 'dev', 'dev@latest', '--kind', 'lookups', '--id', 'A/01.00.0000'], /leave out --kind/],
])('oic %j is wrong usage, and says what is right', async (words, message) => {
  const { exitCode, stderr } = await desk.oic(...words);

  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});
