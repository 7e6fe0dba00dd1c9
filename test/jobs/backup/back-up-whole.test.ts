/** Backups of whole instances over HTTP, by the simulator's rules. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OtherKind } from '../../../functions/core/kinds.ts';
import type { BackUpOptions } from '../../../functions/jobs/backup/back-up-options.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import { ALL_KINDS, kindOf } from '../../../functions/kinds/all-kinds.ts';
import { includedKinds, onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { buildLibrary, buildProject, type SampleProject } from '../../core/archive/kinds-forge.ts';
import { connectTo } from '../../oic/simulated.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Behaviour, Generation, Kind } from '../../simulator/behaviour.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';

const open: { close(): Promise<void> }[] = [];
let workshop: Workshop;
beforeEach(async () => {
  workshop = await openWorkshop();
  open.push(workshop);
});
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
});

const SAVED = { lastUpdated: new Date('2026-09-14T08:00:00.000Z') };
const ORDER = 'ORDER|01.00.0000';
const shop = (more: Partial<SampleProject> = {}): Buffer =>
  buildProject({
    code: 'SHOP',
    integrations: [
      { code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED', schedule: 'FREQ=DAILY' },
      { code: 'RETURN', version: '01.00.0000', state: 'CONFIGURED' },
    ],
    ...more,
  });

/** An instance with something of each kind; nothing was saved since September. */
const start = async (generation: Generation, behaviour: Partial<Behaviour> = {}) => {
  const simulator = await startSimulator({ generation, behaviour });
  const { instance } = simulator;
  const erp = { id: 'ERP', type: 'erp', securityPolicy: 'BASIC_AUTH', properties: ['host'] };
  instance.add(
    buildSampleArchive({ code: 'PLAIN', version: '01.00.0000', generation, packageName: 'acme', connections: [erp] }),
    SAVED,
  );
  instance.saveLookup('CODES', ['ISO', 'Name'], [['DE', 'Germany']], SAVED);
  instance.saveLibrary('TOOLS', '01.00.0000', buildLibrary({ code: 'TOOLS', version: '01.00.0000' }), SAVED);
  instance.agentGroups.set('ON_PREM', 'On premises');
  if (generation === 'oic3') {
    instance.addProject(shop(), SAVED);
    instance.setProjectSchedule('SHOP', ORDER, 'started');
  }
  const oic = connectTo(simulator, { isReadOnly: true });
  open.push(simulator, oic);
  return { simulator, oic };
};

const ALL = onlyKinds(() => true);
const backUp = (oic: OicClient, { integrationInstance }: Simulator, options: Partial<BackUpOptions> = {}) =>
  workshop.backUp(oic, { kinds: includedKinds(ALL, integrationInstance), ...options });
const latest = async () => {
  const [name = ''] = await workshop.vault.listSnapshots('dev');
  return workshop.vault.getSnapshot('dev', name);
};
/** Every version of every archive in the vault. */
const archives = async (): Promise<string[]> => (await workshop.files()).filter((file) => !file.includes('snapshots/'));
const kindsAsked = ({ requests }: Simulator, from: number): string[] =>
  requests
    .slice(from)
    .map(({ kind, path }) => (path.includes('/projects/') ? `${kind} in a project` : kind))
    .sort();

const LISTINGS = ['agent-group-list', 'connection-list', 'library-list', 'list', 'lookup-list', 'package-list'];
/** The listing of projects tells their deployments, so nobody asks for them again. */
const PROJECT_LISTINGS = ['list in a project', 'project-list', 'schedule-get in a project'];
const OWN_LISTINGS = {
  // Asked for its certificates it answers that there is no such item.
  gen2: [...LISTINGS, 'unknown'],
  oic3: [...LISTINGS, ...PROJECT_LISTINGS, 'certificate-list'],
} as const;

describe.each(['gen2', 'oic3'] as const)('on %s', (generation) => {
  test('a snapshot holds every kind there is, and every archive of it is whole', async () => {
    const { simulator, oic } = await start(generation);

    const report = await backUp(oic, simulator, { scan: true });

    expect(report).toMatchObject({ complete: true, failures: [], warnings: [], integrations: 1 });
    const manifest = await latest();
    const saved = { lastUpdated: SAVED.lastUpdated.toISOString() };
    expect(manifest).toMatchObject({
      lookups: [{ id: 'CODES', ...saved, archive: { key: 'lookups/dev/CODES.csv' }, findings: [] }],
      libraries: [{ id: 'TOOLS|01.00.0000', ...saved, archive: { key: 'libraries/dev/TOOLS/01.00.0000.jar' } }],
      packages: [{ id: 'acme', name: 'acme', integrations: ['PLAIN|01.00.0000'] }],
      agentGroups: [{ id: 'ON_PREM', name: 'On premises' }],
    });
    const project = { code: 'SHOP', archive: { key: 'projects/dev/SHOP.car' } };
    const integrations = [
      { id: ORDER, status: 'ACTIVATED', schedule: 'started' },
      { id: 'RETURN|01.00.0000', status: 'CONFIGURED', schedule: null },
    ];
    if (generation === 'oic3') expect(manifest.projects).toMatchObject([{ ...project, integrations }]);
    else expect(manifest).not.toHaveProperty('projects');
    const verified = await verify(workshop.vault, manifest, () => undefined);
    expect(verified).toMatchObject({ checked: generation === 'oic3' ? 4 : 3, damaged: [] });
  });

  test('a connection is kept with all but its secrets', async () => {
    const { simulator, oic } = await start(generation, { passwords: 'masked' });

    await backUp(oic, simulator);

    const erp = (await latest()).connections?.find(({ id }) => id === 'ERP');
    expect(erp).toMatchObject({
      name: 'ERP',
      adapterType: 'erp',
      role: 'SOURCE_AND_TARGET',
      status: 'CONFIGURED',
      securityPolicy: 'BASIC_AUTH',
      properties: [{ name: 'host', value: 'https://erp.example.com' }],
    });
    const secrets = [
      ...(simulator.instance.connections.get('ERP')?.credentials.values() ?? []),
      ...simulator.secrets(),
    ];
    const everything = await workshop.everything();
    expect(secrets.length).toBeGreaterThan(3);
    for (const secret of secrets) expect(everything).not.toContain(secret);
  });

  test('a night on which nothing changed costs one page of each kind, and stores nothing', async () => {
    const { simulator, oic } = await start(generation);
    await backUp(oic, simulator);
    const files = await archives();
    const asked = simulator.requests.length;

    const report = await backUp(oic, simulator);

    expect(report).toMatchObject({ complete: true, exported: 0, others: { exported: 0 } });
    expect(kindsAsked(simulator, asked)).toEqual(OWN_LISTINGS[generation].toSorted());
    expect(await archives()).toEqual(files);
  });

  test('a full backup exports everything again, and stores none of it twice', async () => {
    const { simulator, oic } = await start(generation);
    await backUp(oic, simulator);
    const files = await archives();

    const report = await backUp(oic, simulator, { full: true });

    expect(report).toMatchObject({ complete: true, exported: 0, others: { exported: 0 } });
    expect(simulator.stats().byKind).toMatchObject({ export: 2, 'lookup-export': 2, 'library-export': 2 });
    expect(await archives()).toEqual(files);
  });

  test('what was saved is exported again, and nothing else', async () => {
    const { simulator, oic } = await start(generation);
    await backUp(oic, simulator);
    const asked = simulator.requests.length;
    simulator.instance.saveLookup('CODES', ['ISO', 'Name'], [['CH', 'Switzerland']]);
    if (generation === 'oic3') simulator.instance.editProject('SHOP', shop({ marker: 'new' }));

    const report = await backUp(oic, simulator);

    const changed = generation === 'oic3' ? ['lookup-export', 'project-export in a project'] : ['lookup-export'];
    expect(report.others.exported).toBe(changed.length);
    expect(kindsAsked(simulator, asked).filter((kind) => kind.includes('export'))).toEqual(changed);
  });

  const newer: readonly OtherKind[] = ['deployments', 'certificates'];
  const kinds = ALL_KINDS.map(({ name }) => name).filter(
    (kind) => generation === 'oic3' || ![...newer, 'projects'].includes(kind),
  );
  const refusals = kinds.flatMap((kind) => [[kind, 403] as const, [kind, 404] as const]);
  test.each(refusals.filter(([kind, status]) => status === 403 || !newer.includes(kind)))(
    '%s refused with %i are a warning and stay out of a complete snapshot',
    async (kind, status) => {
      const { simulator, oic } = await start(generation, { refusedKinds: { [wireKind(kind)]: status } });

      const report = await backUp(oic, simulator);

      expect(report).toMatchObject({ complete: true, failures: [] });
      // Without projects nobody can tell their deployments.
      const refused = kind === 'projects' ? ['deployments', kind] : [kind];
      const warned = kind === 'projects' && status === 404 ? [kind] : refused;
      expect(report.warnings).toEqual(
        warned.map((each) => ({
          id: kindOf(each as OtherKind).nouns[1],
          message: expect.stringMatching(new RegExp(`${status}.*include\\.${each}: false`)),
        })),
      );
      const manifest = await latest();
      for (const each of kinds) expect([each, each in manifest]).toEqual([each, !refused.includes(each)]);
    },
  );
});

const wireKind = (kind: OtherKind): Kind => (kind === 'agentGroups' ? 'agent-groups' : kind);

test('packages whose listing tells nothing of what they hold are filled by the integrations', async () => {
  const { simulator, oic } = await start('oic3', { packageMembers: 'unlisted' });

  await backUp(oic, simulator, { filter: { exclude: ['PLAIN'] } });

  expect((await latest()).packages).toEqual([{ id: 'acme', name: 'acme', integrations: ['PLAIN|01.00.0000'] }]);
});

test('a project whose time stands still is exported again when an integration in it was saved', async () => {
  const { simulator, oic } = await start('oic3', { savedIntegration: 'leaves-project' });
  await backUp(oic, simulator);
  const writer = connectTo(simulator);
  open.push(writer);
  await writer.inProject('SHOP').changeSchedule(ORDER, 'stop');
  await writer.inProject('SHOP').deactivate(ORDER);

  await backUp(oic, simulator);

  expect(simulator.stats().byKind['project-export']).toBe(2);
  expect((await latest()).projects).toMatchObject([{ integrations: [{ id: ORDER, status: 'CONFIGURED' }, {}] }]);
});

test('a lookup that is locked is a warning, and what the vault has of it is kept', async () => {
  const { simulator, oic } = await start('oic3');
  await backUp(oic, simulator);
  simulator.instance.saveLookup('CODES', ['ISO', 'Name'], []);
  Object.assign(simulator.instance.lookups.get('CODES') ?? {}, { lockedBy: 'ada' });

  const report = await backUp(oic, simulator);

  expect(report).toMatchObject({ complete: true, warnings: [{ id: 'lookup CODES' }] });
  expect(report.warnings[0]?.message).toMatch(/locked by ada/);
  expect((await latest()).lookups).toMatchObject([{ id: 'CODES', archive: { key: 'lookups/dev/CODES.csv' } }]);
});

test.each(['cut-clean', 'html-200'] as const)('an export that is %s never reaches the vault', async (answer) => {
  const { simulator, oic } = await start('oic3');
  simulator.faults.add({ match: { kind: ['project-export', 'library-export'] }, answer });

  const report = await backUp(oic, simulator);

  expect(report.complete).toBe(false);
  expect(report.failures.map(({ id, kind }) => `${id}: ${kind}`).sort()).toEqual([
    'library TOOLS|01.00.0000: unexpected-answer',
    'project SHOP: unexpected-answer',
  ]);
  expect((await workshop.files()).filter((file) => /^(projects|libraries)\//.test(file))).toEqual([]);
});

describe('deployments of projects', () => {
  const BOTH = ['ORDER|01.00.0000', 'RETURN|01.00.0000'] as const;
  const deployments = async () => (await latest()).deployments;
  /** Envelopes without counters are read on to their end, so the first page counts. */
  const asked = ({ requests }: Simulator): number =>
    requests.filter(({ kind, query }) => kind === 'deployment-list' && !('offset' in query)).length;

  test.each([
    ['without-integrations', 1, 1],
    ['whole', 0, 0],
    ['untold', 1, 2],
  ] as const)('are in it where the listing of projects tells them %s', async (listedDeployments, first, both) => {
    const { simulator, oic } = await start('oic3', { listedDeployments });
    simulator.instance.saveDeployment('SHOP', '01.00.0002', ['RETURN|01.00.0000']);

    await backUp(oic, simulator);
    const after = asked(simulator);
    const told = await deployments();
    await backUp(oic, simulator);

    expect(told).toEqual([
      {
        id: 'SHOP|DEPLOY001',
        project: 'SHOP',
        code: 'DEPLOY001',
        name: 'Deploy',
        lastUpdated: expect.any(String),
        integrations: BOTH,
      },
      {
        id: 'SHOP|01.00.0002',
        project: 'SHOP',
        code: '01.00.0002',
        name: 'Deployment 01.00.0002',
        lastUpdated: expect.any(String),
        integrations: ['RETURN|01.00.0000'],
      },
    ]);
    expect([after, asked(simulator)]).toEqual([first, both]);
    expect(await deployments()).toEqual(told);
    expect((await latest()).projects).not.toMatchObject([{ deployments: expect.anything() }]);
  });

  test('are asked for again when one was saved, in its project alone, and when all is to be read', async () => {
    const { simulator, oic } = await start('oic3');
    simulator.instance.addProject(buildProject({ code: 'OTHER' }), SAVED);
    await backUp(oic, simulator);
    simulator.instance.saveDeployment('SHOP', 'DEPLOY001', ['ORDER|01.00.0000']);

    await backUp(oic, simulator);

    expect(asked(simulator)).toBe(3);
    const now = await deployments();
    expect(now?.find(({ id }) => id === 'SHOP|DEPLOY001')?.integrations).toEqual(['ORDER|01.00.0000']);
    await backUp(oic, simulator, { full: true });
    expect(asked(simulator)).toBe(5);
    expect(await deployments()).toEqual(now);
  });

  test('of a project whose listing fails are kept as they were, and the snapshot says that it is incomplete', async () => {
    const { simulator, oic } = await start('oic3', { listedDeployments: 'untold' });
    await backUp(oic, simulator);
    const before = await deployments();
    simulator.faults.add({ match: { kind: 'deployment-list' }, answer: { status: 400 } });

    const report = await backUp(oic, simulator);

    expect(report).toMatchObject({ complete: false, failures: [{ id: 'project SHOP' }] });
    expect(await deployments()).toEqual(before);
  });

  test('are told by the listing of projects alone where there is no other, without their integrations', async () => {
    const { simulator, oic } = await start('oic3', { refusedKinds: { deployments: 405 } });

    const report = await backUp(oic, simulator);

    expect(report).toMatchObject({ complete: true, warnings: [] });
    expect(await deployments()).toEqual([
      { id: 'SHOP|DEPLOY001', project: 'SHOP', code: 'DEPLOY001', name: 'Deploy', lastUpdated: expect.any(String) },
    ]);
  });
});

describe('certificates', () => {
  test.each(['counted', 'bare', 'none'] as const)(
    'are named in it, whatever the envelope (%s), and nothing of their content is',
    async (certificateEnvelope) => {
      for (const certificateIds of ['given', 'not-given'] as const) {
        const { simulator, oic } = await start('oic3', { certificateEnvelope, certificateIds });
        simulator.instance.saveCertificate('PARTNER', { ...SAVED, lastUpdated: SAVED.lastUpdated.getTime() });
        simulator.instance.saveCertificate('Oracle CA', { installedType: 'SYSTEM' });

        await backUp(oic, simulator, { newOrigin: true });

        expect((await latest()).certificates).toEqual([
          {
            id: 'USER|X509|TRUST|PARTNER',
            name: 'PARTNER',
            type: 'X509',
            category: 'TRUST',
            status: 'CONFIGURED',
            expires: '2030-01-01T00:00:00.000Z',
            lastUpdated: SAVED.lastUpdated.toISOString(),
            lastUpdatedBy: 'designer@example.com',
          },
        ]);
        expect(await workshop.everything()).not.toContain('BEGIN CERTIFICATE');
      }
    },
  );

  test.each([404, 405, 501] as const)(
    'of an instance that answers %i to the question are no news every night: the snapshot says it, and that is all',
    async (status) => {
      const { simulator, oic } = await start('oic3', {
        refusedKinds: { certificates: status, deployments: status },
        listedDeployments: 'untold',
      });

      const report = await backUp(oic, simulator);

      expect(report).toMatchObject({ complete: true, failures: [], warnings: [] });
      const manifest = await latest();
      expect(manifest.notOnInstance?.toSorted()).toEqual(['certificates', 'deployments']);
      expect(manifest).not.toHaveProperty('certificates');
      expect(manifest).not.toHaveProperty('deployments');
      expect(simulator.requests.filter(({ kind }) => kind === 'certificate-list')).toHaveLength(1);
    },
  );
});
