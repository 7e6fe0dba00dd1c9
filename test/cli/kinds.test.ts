import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildPackage, buildProject } from '../core/kinds-forge.ts';
import { buildSampleArchive } from '../simulator/sample-archive.ts';
import { type Desk, openDesk } from './typed.ts';

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
