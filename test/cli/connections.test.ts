/** `oic connections`, and the settings it asks for, in processes of their own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { buildProject } from '../core/archive/kinds-forge.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Simulator } from '../simulator/server.ts';
import { useDesk } from './use-desk.ts';

const desk = useDesk();
let simulator: Simulator;

const ARCHIVE = buildSampleArchive({
  code: 'USES',
  version: '01.00.0000',
  connections: [
    { id: 'DB', type: 'atpdatabase', securityPolicy: 'JDBC_OVER_SSL', properties: ['host'] },
    { id: 'EBS', type: 'ebs', securityPolicy: 'NONE' },
  ],
});
const WALLET = Buffer.from([0x50, 0x4b, 3, 4, 0, 255, 13, 10, 128]);

beforeEach(async () => {
  simulator = await desk.startInstance();
  await desk.configure({ dev: simulator });
});
test('what is required and unset is lacking, who has one open is told, and the filled template makes them work', async () => {
  simulator.instance.add(ARCHIVE, { status: 'CONFIGURED', connections: 'DRAFT' });
  const ebs = simulator.instance.connections.get('EBS');
  if (ebs) ebs.lockedBy = 'ann@example.com';

  const listed = await desk.oic('connections', 'dev', '--json');
  const table = await desk.oic('connections', 'dev');
  const { stdout } = await desk.oic('connections', 'dev', '--template');

  expect(JSON.parse(listed.stdout).connections).toMatchObject([
    { id: 'DB', status: 'DRAFT', missing: ['host', 'username', 'password', 'wallet'] },
    { id: 'EBS', missing: ['agentGroupId'], lockedBy: 'ann@example.com' },
  ]);
  expect(table.stdout).toMatch(/EBS .*DRAFT, locked by ann@example\.com +agentGroupId/);

  if (ebs) ebs.lockedBy = undefined;
  const filled = stdout
    .replaceAll('"propertyValue": ""', '"propertyValue": "a-value-of-its-own"')
    .replace('"file": ""', '"file": "files/wallet.zip"')
    .replace('"agentGroupId": ""', '"agentGroupId": "ON_PREM"');
  const { connections } = JSON.parse(filled);
  // The path is that of the file beside the credentials, wherever the command is typed.
  await mkdir(join(desk.directory, 'secrets', 'files'), { recursive: true });
  await writeFile(join(desk.directory, 'secrets', 'files', 'wallet.zip'), WALLET);
  const file = await desk.write('secrets/credentials.json', { dev: { ...simulator.credentials(), connections } });
  await writeFile(join(desk.directory, 'uses.iar'), ARCHIVE);

  const deployed = await desk.oic('deploy', 'dev', 'uses.iar', '--credentials', file, '--drop-box', 'drop-box');

  expect(deployed.stderr).not.toMatch(/FAILED/);
  expect(deployed.exitCode).toBe(0);
  const db = simulator.instance.connections.get('DB');
  expect([db?.status, ebs?.status, ebs?.agentGroupId]).toEqual(['CONFIGURED', 'CONFIGURED', 'ON_PREM']);
  expect(db?.attachments.get('wallet')?.equals(WALLET)).toBe(true);
});

test('a file that is not there is a mistake in the settings, told before anything is sent', async () => {
  const wallet = { propertyName: 'wallet', propertyType: 'FILE', propertyValue: { file: 'gone.zip' } };
  const connections = { DB: { securityProperties: [wallet] } };
  const file = await desk.write('credentials.json', { dev: { ...simulator.credentials(), connections } });
  await writeFile(join(desk.directory, 'uses.iar'), ARCHIVE);

  const { exitCode, stderr } = await desk.oic('deploy', 'dev', 'uses.iar', '--credentials', file);

  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /credentials of dev .*connections\.DB: its property wallet is the file .*gone\.zip, which does not exist/,
  );
  expect(simulator.requests).toEqual([]);
});

test("those of projects are told with their project, and Oracle's own are not", async () => {
  simulator.instance.add(
    buildSampleArchive({ code: 'CALLS', version: '01.00.0000', calls: [{ code: 'USES', version: '01.00.0000' }] }),
    { status: 'CONFIGURED' },
  );
  simulator.instance.addProject(buildProject({ code: 'SHOP' }));

  const { stdout } = await desk.oic('connections', 'dev', '--json');
  const template = JSON.parse((await desk.oic('connections', 'dev', '--template')).stdout);

  expect(simulator.instance.connections.has('PRESEEDED_COLLOCATED_CONN_1741')).toBe(true);
  const { connections } = JSON.parse(stdout) as { connections: { id: string; project?: string }[] };
  expect(connections.map(({ id, project }) => [id, project])).toEqual([
    ['LOCAL_REST', undefined],
    ['SHOP_REST', 'SHOP'],
  ]);
  expect(Object.keys(template.connections)).toEqual(['LOCAL_REST', 'SHOP_REST']);
  expect((await desk.oic('connections', 'dev')).stdout).toMatch(/^SHOP_REST in project SHOP /m);
});
