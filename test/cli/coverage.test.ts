/** What is listed and compared but restored by hand alone, and what no snapshot holds, typed as a person does. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NEVER_COVERED } from '../../functions/core/snapshot/not-covered.ts';
import { buildProject } from '../core/archive/kinds-forge.ts';
import type { Simulator, SimulatorOptions } from '../simulator/server.ts';
import { storedFile } from '../store/stored-file.ts';
import { useDesk } from './use-desk.ts';

const desk = useDesk();
const SHOP = buildProject({ code: 'SHOP', integrations: [{ code: 'ORDER', version: '01.00.0000' }] });

const startProd = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const prod = await desk.startInstance(options);
  prod.instance.addProject(SHOP);
  prod.instance.saveCertificate('PARTNER', { category: 'IDENTITY' });
  return prod;
};

/** May be missing where a project was put. */
const IN_PROJECTS = NEVER_COVERED.filter(({ isInContainers }) => isInContainers);

const json = async (...command: string[]) => JSON.parse((await desk.oic(...command, '--json')).stdout);

const pageOf = async (instance: string): Promise<string> =>
  (await readFile(join(desk.directory, `vault/reports/${instance}/latest.html`), 'utf8'))
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&amp;', '&');

describe('certificates and deployments', () => {
  test('are listed, by the singular too', async () => {
    await desk.configure({ prod: await startProd() });

    expect((await desk.oic('list', 'prod', '--kind', 'certificates')).stdout).toMatch(
      /TYPE +CATEGORY +STATUS +EXPIRES\nUSER\|X509\|IDENTITY\|PARTNER +PARTNER +X509 +IDENTITY +CONFIGURED +2030-01-01 00:00\n\n1 certificate on prod/,
    );
    expect(await json('list', 'prod', '--kind', 'deployment')).toMatchObject({
      deployments: [{ id: 'SHOP|DEPLOY001', project: 'SHOP', integrations: ['ORDER|01.00.0000'] }],
    });
  });

  test('that came, went or changed are told by a diff', async () => {
    const prod = await startProd();
    await desk.configure({ prod });
    await desk.oic('backup', 'prod');
    prod.instance.saveCertificate('NEXT YEAR');
    prod.instance.saveCertificate('PARTNER', { category: 'IDENTITY', expires: new Date('2031-01-01T00:00:00Z') });
    prod.instance.saveDeployment('SHOP', 'HOTFIX', ['ORDER|01.00.0000']);
    prod.instance.saveDeployment('SHOP', 'DEPLOY001', []);

    const { stdout } = await desk.oic('diff', 'prod@latest', 'prod');

    expect(stdout).toMatch(/added +certificate USER\|X509\|TRUST\|NEXT YEAR/);
    expect(stdout).toMatch(/changed +certificate \S+ PARTNER: expires 2030-01-01\S+ -> 2031-01-01/);
    expect(stdout).toMatch(/added +deployment SHOP\|HOTFIX/);
    expect(stdout).toMatch(/changed +deployment SHOP\|DEPLOY001 Deploy: ORDER\|01\.00\.0000 in it -> none/);
    expect(stdout).toMatch(/certificates: 1 added, 0 removed, 1 changed, 0 the same/);
  });

  test('of a snapshot from before there were such sections are not compared, and said to be so', async () => {
    await desk.configure({ prod: await startProd() });
    await desk.oic('backup', 'prod');
    await desk.oic('backup', 'prod');
    const folder = join(desk.directory, 'vault/snapshots/prod');
    const [first = '', second = ''] = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    await forget(first, ['certificates', 'deployments']);
    const [older, newer] = [first, second].map((name) => `prod@${name.replace('.json', '')}`) as [string, string];

    for (const [a, b] of [
      [older, newer],
      [older, 'prod'],
    ] as const) {
      const { stdout, exitCode } = await desk.oic('diff', a, b);

      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^certificates not compared: only one side looked at them$/m);
      expect(stdout).toMatch(/^deployments not compared/m);
      expect(stdout).not.toMatch(/certificate USER|deployment SHOP/);
    }
    expect(await desk.oic('restore', 'prod', '--to', 'prod', '--snapshot', first.replace('.json', ''))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/by hand +deployments, certificates: they were not asked for/),
    });
  });

  test('that the target of a restore lacks are left for a person, by name and with what there is to copy', async () => {
    const dr = await desk.startInstance({ behaviour: { importedDeployments: 'left-behind' } });
    dr.instance.saveCertificate('Oracle CA', { installedType: 'SYSTEM' });
    await desk.configure({ prod: await startProd(), dr });
    await desk.oic('backup', 'prod');

    const planned = await json('restore', 'prod', '--to', 'dr', '--dry-run');
    const { byHand } = await json('restore', 'prod', '--to', 'dr');

    expect(byHand).toEqual(planned.byHand);
    expect(byHand.slice(0, 2)).toEqual([
      {
        kind: 'certificates',
        id: 'USER|X509|IDENTITY|PARTNER',
        name: 'PARTNER',
        todo: expect.stringMatching(/^upload this certificate under this name/),
        values: { type: 'X509', category: 'IDENTITY', status: 'CONFIGURED', expires: '2030-01-01T00:00:00.000Z' },
      },
      {
        kind: 'deployments',
        id: 'SHOP|DEPLOY001',
        name: 'Deploy',
        todo: expect.stringMatching(/^create this deployment in its project/),
        values: { project: 'SHOP', code: 'DEPLOY001', integrations: 'ORDER|01.00.0000' },
      },
    ]);
    expect(byHand.slice(2).map(({ name }: { name: string }) => name)).toEqual(IN_PROJECTS.map(({ what }) => what));
    expect((await desk.oic('restore', 'prod', '--to', 'dr', '--kind', 'certificates')).stdout).toMatch(
      /by hand +certificate USER\|X509\|IDENTITY\|PARTNER \(PARTNER\): upload/,
    );
  });

  test('that the target has are no work for anybody', async () => {
    const dr = await desk.startInstance();
    dr.instance.saveCertificate('PARTNER', { category: 'IDENTITY' });
    await desk.configure({ prod: await startProd(), dr });
    await desk.oic('backup', 'prod');

    const { byHand } = await json('restore', 'prod', '--to', 'dr');

    expect(byHand.map(({ kind }: { kind: string }) => kind)).toEqual(IN_PROJECTS.map(() => 'notCovered'));
  });
});

/** Takes sections out of a manifest, as an older version would have written it. */
const forget = async (file: string, sections: readonly string[]): Promise<void> => {
  const path = await storedFile(join(desk.directory, 'vault'), `snapshots/prod/${file}`);
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  // One from before there were such sections has no digest of itself either.
  for (const field of [...sections, 'selfSha256']) delete manifest[field];
  await writeFile(path, JSON.stringify(manifest));
};

describe('what is not in a snapshot', () => {
  test('is said on the page and after a restore, each once, where an instance knows nothing of certificates', async () => {
    const prod = await startProd({ behaviour: { refusedKinds: { certificates: 404 } } });
    await desk.configure({ prod });

    const backup = await json('backup', 'prod');
    const page = await pageOf('prod');
    const { stdout } = await desk.oic('restore', 'prod', '--to', 'prod');

    expect(backup).toMatchObject({ complete: true, failures: [], warnings: [] });
    expect(page).toContain('The snapshot is complete');
    expect(page.match(/Certificates: this instance does not know of them/g)).toHaveLength(1);
    expect(stdout.match(/^by hand +certificates: this instance does not know of them/gm)).toHaveLength(1);
    for (const { why } of NEVER_COVERED) expect(page).toContain(why);
    // Nothing was put there, so nothing of what no snapshot holds is missing.
    for (const { what } of NEVER_COVERED) expect(stdout).not.toContain(`by hand  ${what}: `);
  });

  test('is a warning with its subject where the role is not enough', async () => {
    const prod = await startProd({ behaviour: { refusedKinds: { certificates: 403 } } });
    await desk.configure({ prod });

    const { stdout } = await desk.oic('backup', 'prod');
    const page = await pageOf('prod');

    expect(stdout).toMatch(
      /^warning +certificates are not in the snapshot, for the instance does not hand them out: /m,
    );
    expect(page).toMatch(/Warning certificates are not in the snapshot, for/);
    expect(page).toContain('Certificates: the instance does not hand them out to this client');
  });
});
