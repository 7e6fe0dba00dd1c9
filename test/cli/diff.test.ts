import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { edited, replaceIn } from '../core/archive/archive-forge.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Simulator } from '../simulator/server.ts';
import { useDesk } from './use-desk.ts';

const desk = useDesk();
let dev: Simulator;
let prod: Simulator;
beforeEach(async () => {
  [dev, prod] = await Promise.all([
    desk.startInstance({ latencyMs: { export: 20 } }),
    desk.startInstance({ integrationInstance: 'sim-prod', generation: 'gen2' }),
  ]);
  await desk.configure({ dev, prod }, { concurrency: 3 });
});
const lastUpdated = new Date('2026-09-17T19:23:49.887Z');
const archive = (code: string, marker = 'a', schedule?: string) =>
  buildSampleArchive({ code, version: '01.00.0000', name: `Flow ${code}`, marker, schedule });
const fill = (simulator: Simulator, ...codes: string[]): void => {
  for (const code of codes) simulator.instance.add(archive(code), { lastUpdated, lastUpdatedBy: 'anna' });
};
const idOf = (code: string): string => `${code}|01.00.0000`;

const json = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await desk.oic('diff', ...args, '--json');
  return { exitCode, stderr, document: JSON.parse(stdout) };
};
const backUp = async (name = 'dev'): Promise<string> =>
  JSON.parse((await desk.oic('backup', name, '--json')).stdout).snapshot;
const exportsOf = (simulator: Simulator): string[] =>
  simulator.requests.flatMap(({ kind, id }) => (kind === 'export' ? [id ?? ''] : [])).sort();

describe('two snapshots', () => {
  test('differ in what was added, removed and changed between them, by whom and when', async () => {
    fill(dev, 'SAME', 'EDITED', 'STOPPED', 'GONE');
    dev.instance.add(archive('NIGHTLY', 'a', 'FREQ=DAILY'), { scheduleState: 'started', lastUpdated });
    const first = await backUp();
    dev.instance.edit(idOf('EDITED'), archive('EDITED', 'b'), 'bob');
    dev.instance.setStatus(idOf('STOPPED'), 'CONFIGURED');
    dev.instance.setSchedule(idOf('NIGHTLY'), 'stopped');
    dev.instance.remove(idOf('GONE'));
    fill(dev, 'NEW');
    const second = await backUp();

    const { exitCode, document } = await json(`dev@${first}`, 'dev@latest');

    expect(exitCode).toBe(0);
    expect(document).toMatchObject({
      a: `dev@${first}`,
      b: `dev@${second}`,
      added: [{ id: idOf('NEW'), status: 'ACTIVATED' }],
      removed: [{ id: idOf('GONE') }],
      changed: [
        { id: idOf('EDITED'), content: {}, lastUpdatedBy: 'bob' },
        { id: idOf('NIGHTLY'), schedule: { from: 'started', to: 'stopped' } },
        { id: idOf('STOPPED'), status: { from: 'ACTIVATED', to: 'CONFIGURED' }, lastUpdatedBy: 'anna' },
      ],
      contentUnknown: [],
      unchanged: 1,
    });
    const { stdout } = await desk.oic('diff', `dev@${first}`, `dev@${second}`);
    expect(stdout).toMatch(
      /^changed {2}EDITED\|01\.00\.0000 Flow EDITED: content; updated \d{4}-\S+ \d\d:\d\d by bob$/m,
    );
    expect(stdout).toMatch(/1 added, 1 removed, 3 changed, 0 of unknown content, 1 the same\n$/);

    expect((await json('dev@latest', 'dev@latest')).document).toMatchObject({ added: [], removed: [], changed: [] });
  });
});

describe('an instance', () => {
  test('is compared with its snapshot by as few exports as will do', async () => {
    fill(dev, 'A', 'B', 'SAVED', 'EDITED');
    await backUp();
    const before = exportsOf(dev).length;
    expect((await json('dev@latest', 'dev')).document).toMatchObject({ changed: [], unchanged: 4 });
    expect(exportsOf(dev)).toHaveLength(before);

    dev.instance.touch(idOf('SAVED'));
    dev.instance.edit(idOf('EDITED'), archive('EDITED', 'b'), 'bob');
    fill(dev, 'NEW');
    const { document } = await json('dev@latest', 'dev');

    expect(document).toMatchObject({ added: [{ id: idOf('NEW') }], changed: [{ id: idOf('EDITED') }], unchanged: 3 });
    expect(exportsOf(dev)).toHaveLength(before + 2);
  });

  test('is compared with another one by the contents of what both have, within its concurrency', async () => {
    const codes = Array.from({ length: 12 }, (_, n) => `FLOW_${n}`);
    fill(dev, ...codes, 'ONLY_DEV');
    fill(prod, ...codes, 'ONLY_PROD');
    prod.instance.edit(idOf('FLOW_3'), archive('FLOW_3', 'b'), 'bob');

    const { document } = await json('dev', 'prod');

    expect(document).toMatchObject({
      added: [{ id: idOf('ONLY_PROD') }],
      removed: [{ id: idOf('ONLY_DEV') }],
      changed: [{ id: idOf('FLOW_3'), lastUpdatedBy: 'bob' }],
      unchanged: 11,
    });
    expect(exportsOf(dev)).toEqual(codes.map(idOf).sort());
    expect(exportsOf(prod)).toEqual(codes.map(idOf).sort());
    expect(dev.stats().maxInFlight).toBeLessThanOrEqual(3);
  });

  test('hides no content behind a lock: what cannot be compared is said', async () => {
    fill(dev, 'HELD', 'LATE');
    dev.instance.lock(idOf('LATE'), 'anna');
    await backUp();
    dev.instance.touch(idOf('HELD'));
    dev.instance.lock(idOf('HELD'), 'anna');

    const { document } = await json('dev@latest', 'dev');

    expect(document).toMatchObject({ changed: [], unchanged: 0 });
    expect(document.contentUnknown).toEqual([
      { id: idOf('HELD'), reason: 'locked on dev and cannot be exported' },
      { id: idOf('LATE'), reason: expect.stringContaining('holds no archive of it') },
    ]);
  });
});

describe('one integration', () => {
  test('is compared in full between a snapshot and an instance', async () => {
    fill(dev, 'FLOW');
    fill(prod, 'FLOW');
    await backUp();
    prod.instance.edit(idOf('FLOW'), archive('FLOW', 'another'), 'bob');

    const { exitCode, document } = await json('dev@latest', 'prod', '--id', 'FLOW/01.00.0000');

    expect(exitCode).toBe(0);
    expect(document.terms.mappings).toEqual([]);
    expect(document.terms.expressions).toMatchObject([{ from: 'a', to: 'another' }]);
  });

  test.each([
    [['dev@latest', 'prod', '--id', 'NONE/01.00.0000'], 1, /dev@\S+ has no integration NONE\|01\.00\.0000/],
    [['prod', 'dev@latest', '--id', 'HELD/01.00.0000'], 1, /prod has no integration HELD\|01\.00\.0000/],
    [['dev@latest', 'prod', '--id', 'HELD/01.00.0000'], 1, /holds no archive of HELD/],
    [['dev@latest', 'prod', '--id', 'HELD'], 2, /not an integration id/],
    [['dev', 'dev'], 2, /dev is what it is/],
    [['dev@latest', 'elsewhere'], 2, /elsewhere/],
    [['dev@yesterday', 'dev'], 2, /names no snapshot/],
    [['dev@2020-01-01T00-00-00Z', 'dev'], 1, /holds no snapshot 2020-01-01T00-00-00Z/],
    [['prod@latest', 'prod'], 1, /holds no snapshot of prod yet/],
    [['dev', 'a.iar'], 2, /give two \.iar files/],
    [['a.iar', 'b.iar', '--id', 'FLOW/01.00.0000'], 2, /give two \.iar files/],
    [['missing.iar', 'missing.iar'], 2, /missing\.iar cannot be read/],
  ])('diff %j is refused', async (args, exitCode, message) => {
    fill(dev, 'HELD');
    dev.instance.lock(idOf('HELD'), 'anna');
    await backUp();

    const result = await desk.oic('diff', ...args);

    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toMatch(message);
  });
});

describe('two files', () => {
  const write = (file: string, bytes: Uint8Array): Promise<void> => writeFile(join(desk.directory, file), bytes);

  test('are compared without settings', async () => {
    await mkdir(join(desk.directory, 'elsewhere'));
    await write('a.iar', archive('FLOW'));
    await write('elsewhere/b.IAR', archive('FLOW', 'b'));
    await write(
      'c.iar',
      buildSampleArchive({ code: 'FLOW', version: '01.00.0000', name: 'Flow FLOW', marker: 'a', entrySeed: 9 }),
    );

    const { exitCode, stdout } = await desk.oic('diff', 'a.iar', 'elsewhere/b.IAR', '--config', 'none.json');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('FLOW|01.00.0000 (a.iar) -> FLOW|01.00.0000 (elsewhere/b.IAR)\n\nexpression');
    expect(stdout).toContain('\n-TextExpression : a\n+TextExpression : b\n');
    expect((await desk.oic('diff', 'a.iar', 'c.iar')).stdout).toMatch(/: no difference in what they mean\n$/);
    const { document } = await json('a.iar', 'c.iar');
    expect(document).toMatchObject({ a: 'a.iar', b: 'c.iar', added: [], removed: [], changed: [] });
  });

  test('cannot steer the terminal, nor make a line read as another', async () => {
    const evil = 'x\u001b[2J\u0007\u202eevil';
    await write('a.iar', archive('FLOW'));
    await write(
      'b.iar',
      edited(archive('FLOW'), replaceIn('expr.properties', ': a', Buffer.from(`: ${evil}`).toString('latin1'))),
    );

    const { stdout } = await desk.oic('diff', 'a.iar', 'b.iar');

    expect(stdout).toContain('+TextExpression : x \\u202eevil');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  test('of different integrations, or that are no archives, are refused by name', async () => {
    await write('a.iar', archive('FLOW'));
    await write('b.iar', archive('OTHER'));
    await write('page.iar', Buffer.from('<html>log in</html>'));

    expect((await desk.oic('diff', 'a.iar', 'b.iar')).stderr).toContain('different integrations, FLOW and OTHER');
    expect(await desk.oic('diff', 'a.iar', 'page.iar')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('page.iar cannot be compared'),
    });
  });
});
