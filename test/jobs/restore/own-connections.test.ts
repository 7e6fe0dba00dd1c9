/** Where a restore sends secrets: to the address of the target's own connection, and never to the one an archive brings along. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFileJournal } from '../../../functions/jobs/journal/file-journal.ts';
import { onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import { buildProject } from '../../core/archive/kinds-forge.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { useWorkshop } from '../workshop.ts';
import { restoringFrom } from './restore-bench.ts';

const OWN = 'https://erp.example.com';
const ELSEWHERE = 'https://attacker.example.net';
const PASSWORD = 'p-of-the-erp';
const SETTINGS = {
  securityPolicy: 'BASIC_AUTH',
  securityProperties: [
    { propertyName: 'username', propertyValue: 'u' },
    { propertyName: 'password', propertyValue: PASSWORD },
  ],
};

// Imports set connections back: the switch where a secret could go elsewhere.
const workshop = useWorkshop({ behaviour: { importKeepsConnections: false, projectPut: 405 } });
const { start, snapshotOf } = workshop;
const restoreReplacing = restoringFrom(workshop, { existing: 'replace' });

const flow = (description: string, connectionUrl: string) =>
  buildSampleArchive({
    code: 'PAY',
    version: '01.00.0000',
    lookups: { [description]: [['a']] },
    connections: [{ id: 'ERP', values: { connectionUrl } }],
  });

/** A snapshot that brings a connection with this address, and a target whose own has `OWN`. */
const outside = async (brought: string) => {
  const source = await start();
  source.simulator.instance.add(flow('CAPTURED', brought), { status: 'ACTIVATED' });
  const manifest = await snapshotOf(source.oic);
  const { simulator, oic } = await start();
  simulator.instance.add(flow('OTHER', OWN), { status: 'ACTIVATED' });
  const connections = { ERP: SETTINGS };
  return { simulator, oic, manifest, connections, now: () => simulator.instance.connections.get('ERP') };
};

const inProject = async (brought: string) => {
  const project = { code: 'SHOP', integrations: [{ code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED' }] };
  const source = await start();
  source.simulator.instance.addProject(buildProject({ ...project, marker: 'captured', connectionUrl: brought }));
  const manifest = await snapshotOf(source.oic, { kinds: onlyKinds(() => true) });
  const { simulator, oic } = await start();
  simulator.instance.addProject(buildProject({ ...project, marker: 'other', connectionUrl: OWN }));
  const connections = { SHOP_REST: SETTINGS };
  const now = () => simulator.instance.connectionsIn('SHOP').get('SHOP_REST');
  return { simulator, oic, manifest, connections, now };
};

describe.each([
  ['outside projects', outside],
  ['in a project', inProject],
])('the secrets of a connection %s', (_, prepare) => {
  test("go to it with the address that the target's own had, which the settings need not name", async () => {
    const { oic, manifest, connections, now } = await prepare(OWN);

    const report = await restoreReplacing(oic, manifest, {}, { connections });

    expect(report).toMatchObject({ activated: 1, failures: [], connections: [] });
    expect(now()?.status).toBe('CONFIGURED');
    expect(now()?.credentials.get('password')).toBe(PASSWORD);
  });

  test('are not sent where the snapshot alone says', async () => {
    const { simulator, oic, manifest, connections, now } = await prepare(ELSEWHERE);

    const report = await restoreReplacing(oic, manifest, {}, { connections });

    expect(report.connections).toMatchObject([
      { problem: expect.stringMatching(/secrets were not sent.*connectionUrl/) },
    ]);
    expect(now()?.properties.get('connectionUrl')).toBe(ELSEWHERE);
    expect([...(now()?.credentials.keys() ?? [])]).toEqual([]);
    expect(simulator.requests.filter(({ kind }) => /connection-(update|test|attach)/.test(kind))).toEqual([]);
  });

  test('go to its own after a run that was cut off had set it back', async () => {
    const { oic, manifest, connections, now } = await prepare(OWN);
    const run = async (phase: (name: string) => void) => {
      const journal = await openFileJournal(join(workshop.directory, 'restore.ndjson'), {}, Date.now);
      const progress = { phase, tick: () => undefined };
      return restoreReplacing(oic, manifest, {}, { connections, journal, progress }).finally(() => journal.close());
    };
    await run((name) => {
      if (/^connections|activating in/.test(name)) throw new Error('cut off');
    }).catch(() => undefined);
    expect(now()?.status).toBe('DRAFT');

    const report = await run(() => undefined);

    expect(report).toMatchObject({ failures: [], connections: [] });
    expect(now()?.credentials.get('password')).toBe(PASSWORD);
  });
});
