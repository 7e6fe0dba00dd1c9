/** Two instances stamp what is their own on everything they export: what is there is recognised all the same. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { buildProject } from '../core/archive/kinds-forge.ts';
import { fullArchive } from '../core/archive/stamped.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Simulator } from '../simulator/server.ts';
import { useDesk } from './use-desk.ts';

const desk = useDesk();
let prod: Simulator;
let dr: Simulator;

beforeEach(async () => {
  const behaviour = { importedConnection: 'CONFIGURED', inactiveCalleeActivation: 'succeeds' } as const;
  [prod, dr] = await Promise.all([desk.startInstance({ behaviour }), desk.startInstance({ behaviour })]);
  await desk.configure({ prod, dr });
});
const SHOP = buildProject({ code: 'SHOP', integrations: [{ code: 'A', version: '01.00.0000' }], lookups: ['CODES'] });

const fill = async (): Promise<void> => {
  prod.instance.add(fullArchive(), { status: 'ACTIVATED' });
  for (const code of ['FLOW_1', 'FLOW_2']) prod.instance.add(buildSampleArchive({ code, version: '01.00.0000' }));
  await writeFile(join(desk.directory, 'SHOP.car'), SHOP);
  expect(await desk.oic('import', 'prod', '--kind', 'projects', 'SHOP.car')).toMatchObject({ exitCode: 0 });
};

const writesTo = ({ requests }: Simulator): string[] =>
  requests.flatMap(({ method, path, kind }) =>
    method === 'GET' || kind === 'token' || kind === 'project-export' ? [] : [`${method} ${path}`],
  );
const forget = ({ requests }: Simulator): void => {
  (requests as unknown[]).splice(0);
};

describe('an instance that has stamped what it was given', () => {
  beforeEach(() => writeFile(join(desk.directory, 'full.iar'), fullArchive()));

  test('is not written to by a second deploy of one file', async () => {
    expect((await desk.oic('deploy', 'dr', 'full.iar', '--json')).stdout).toContain('"deployed"');
    forget(dr);

    const { exitCode, stdout } = await desk.oic('deploy', 'dr', 'full.iar', '--json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).results).toMatchObject([{ state: 'unchanged' }]);
    expect(writesTo(dr)).toEqual([]);
  });

  test('is not written to by a second import of one file, of any kind', async () => {
    await fill();
    const kinds = [
      ['integrations', 'full.iar'],
      ['projects', 'SHOP.car'],
    ] as const;
    for (const [kind, file] of kinds) await desk.oic('import', 'dr', '--kind', kind, file);
    forget(dr);

    for (const [kind, file] of kinds) {
      const { stdout } = await desk.oic('import', 'dr', '--kind', kind, file, '--json');
      expect(JSON.parse(stdout).results).toMatchObject([{ action: 'unchanged' }]);
    }
    expect(writesTo(dr)).toEqual([]);
  });

  test('is read when the answer to an import is lost, and not sent it again', async () => {
    dr.faults.add({ match: { kind: 'import', times: 1 }, answer: 'reset-after' });

    const { exitCode, stdout } = await desk.oic('import', 'dr', 'full.iar', '--json');

    expect({ exitCode, action: JSON.parse(stdout).results[0].action }).toEqual({ exitCode: 0, action: 'imported' });
    expect(dr.requests.filter(({ kind }) => kind === 'import')).toHaveLength(1);
  });
});

describe('two instances of one design', () => {
  test('are the same after a restore, and the next one writes nothing, even when it is to replace', async () => {
    await fill();
    await desk.oic('backup', 'prod');
    expect(await desk.oic('restore', 'prod', '--to', 'dr', '--json')).toMatchObject({ exitCode: 0 });
    forget(dr);

    const { exitCode, stdout } = await desk.oic('restore', 'prod', '--to', 'dr', '--existing', 'replace', '--json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ created: 0, replaced: 0, failures: [] });
    expect(writesTo(dr)).toEqual([]);
  });

  test('differ in nothing but what differs, in each kind', async () => {
    await fill();
    await desk.oic('backup', 'prod');
    await desk.oic('restore', 'prod', '--to', 'dr');

    const same = JSON.parse((await desk.oic('diff', 'prod', 'dr', '--json')).stdout);
    expect(same).toMatchObject({ added: [], removed: [], changed: [] });
    expect(JSON.stringify(same)).not.toMatch(/"changed":\[\{/);

    prod.instance.edit('FLOW_1|01.00.0000', { marker: 'edited' });
    const { changed } = JSON.parse((await desk.oic('diff', 'prod', 'dr', '--json')).stdout);
    expect(changed.map(({ id }: { id: string }) => id)).toEqual(['FLOW_1|01.00.0000']);
  });
});
