import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { type Manifest, parseManifest } from '../../../functions/core/snapshot/manifest.ts';
import { NEVER_COVERED } from '../../../functions/core/snapshot/not-covered.ts';
import type { RestoreReport } from '../../../functions/jobs/restore/restore-options.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { includedKinds } from '../../../functions/kinds/included-kinds.ts';
import { failureOf } from '../../oic/simulated.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { RequestKind } from '../../simulator/http/traffic.ts';
import { changesIn } from '../requests.ts';
import { useWorkshop } from '../workshop.ts';
import { AS_CAPTURED, differences, fill, KINDS, running, WITHOUT_PASSWORDS } from './one-of-each.ts';
import { restoringFrom } from './restore-bench.ts';

const workshop = useWorkshop(WITHOUT_PASSWORDS);
const { start } = workshop;
const restoreInto = restoringFrom(workshop, { concurrency: 4 });

/** Of an instance with one of each. */
const takeSnapshot = async (): Promise<Manifest> => {
  const { simulator, oic } = await start();
  fill(simulator);
  return workshop.snapshotOf(oic, { kinds: KINDS });
};

const IN_PROJECTS = NEVER_COVERED.filter(({ isInContainers }) => isInContainers);

/** The two lookups go side by side. */
const steady = (changes: readonly string[]): string[] => [...changes.slice(0, 2).sort(), ...changes.slice(2)];

describe('a snapshot of all kinds restored into an empty instance', () => {
  test('gives what was there, in the order that works, and a comparison finds nothing', async () => {
    const manifest = await takeSnapshot();
    const target = await start();

    const planned = await restoreInto(target.oic, manifest, { dryRun: true });
    expect(changesIn(target.simulator)).toEqual([]);
    const report = await restoreInto(target.oic, manifest);

    expect(report.plan).toEqual(planned.plan);
    expect(report).toMatchObject({
      activated: 2,
      scheduled: 1,
      failures: [],
      kinds: {
        lookups: { created: 2, replaced: 0, skipped: 0 },
        libraries: { created: 1, replaced: 0, skipped: 0 },
        projects: { created: 1, replaced: 0, skipped: 0 },
      },
    });
    expect(steady(changesIn(target.simulator))).toEqual([
      'lookup-import CODES',
      'lookup-import My lookup',
      'library-import TOOLS_01.00.0000',
      'project-import SHOP',
      'activate NIGHTLY|01.00.0000 in SHOP',
      'schedule-start NIGHTLY|01.00.0000 in SHOP',
      'activate ORDER|01.00.0000 in SHOP',
    ]);
    expect(running(target.simulator)).toEqual(AS_CAPTURED);
    expect(await differences(workshop.vault, manifest, target.oic)).toEqual([]);
  });

  test('run again does nothing, whatever is to become of what exists', async () => {
    const manifest = await takeSnapshot();
    const target = await start();
    await restoreInto(target.oic, manifest);
    const before = changesIn(target.simulator).length;

    for (const existing of ['skip', 'replace'] as const) {
      const report = await restoreInto(target.oic, manifest, { existing });
      expect(report).toMatchObject({ activated: 0, failures: [], kinds: { lookups: { created: 0, skipped: 2 } } });
      expect(report.plan.map((step) => step.do)).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
    }
    expect(changesIn(target.simulator)).toHaveLength(before);
  });

  test('leaves contents inactive with --activation never', async () => {
    const manifest = await takeSnapshot();
    const target = await start();

    expect(await restoreInto(target.oic, manifest, { activation: 'never' })).toMatchObject({ activated: 0 });

    expect(running(target.simulator)).toEqual({ marker: 'captured', active: [], started: [] });
  });

  test('is brought about in Gen 2 without projects', async () => {
    const source = await start({ generation: 'gen2' });
    fill(source.simulator);
    const manifest = await workshop.snapshotOf(source.oic, { kinds: includedKinds(KINDS, undefined) });
    const target = await start({ generation: 'gen2' });

    expect(await restoreInto(target.oic, manifest)).toMatchObject({ failures: [] });

    expect(steady(changesIn(target.simulator))).toEqual([
      'lookup-import CODES',
      'lookup-import My lookup',
      'library-import TOOLS_01.00.0000',
    ]);
  });
});

describe('what the target refuses', () => {
  test.each<[RequestKind, string | undefined, number, string, RegExp, number]>([
    [
      'project-list',
      undefined,
      404,
      'projects',
      /1 project of the snapshot cannot be restored.*Gen 2 has no projects/,
      1,
    ],
    [
      'lookup-list',
      undefined,
      403,
      'lookups',
      /2 lookups of the snapshot cannot be restored, for dev does not hand out/,
      2,
    ],
    ['library-list', undefined, 401, 'libraries', /1 library of the snapshot cannot be restored/, 1],
    ['lookup-import', 'CODES', 403, 'lookup CODES', /importing lookup CODES on dev failed/, 1],
    ['library-import', undefined, 400, 'library TOOLS|01.00.0000', /registering library TOOLS/, 1],
    ['project-import', undefined, 400, 'project SHOP', /importing project SHOP on dev failed/, 1],
    ['activate', 'ORDER|01.00.0000', 400, 'ORDER|01.00.0000 in project SHOP', /ORDER/, 1],
  ])(
    '%s (%s, %i) is one failure in a sentence, and the rest is restored',
    async (kind, item, status, id, sentence, lacking) => {
      const manifest = await takeSnapshot();
      const { simulator, oic } = await start();
      const heal = simulator.faults.add({
        match: { kind, ...(item !== undefined && { id: item }) },
        answer: { status },
      });

      const { failures } = await restoreInto(oic, manifest);

      expect(failures.map((failure) => failure.id)).toEqual([id]);
      expect(failures[0]?.message).toMatch(sentence);
      heal();
      expect(await differences(workshop.vault, manifest, oic)).toHaveLength(lacking);
      expect(await restoreInto(oic, manifest)).toMatchObject({ failures: [] });
      expect(await differences(workshop.vault, manifest, oic)).toEqual([]);
    },
  );
});

describe('a part of a snapshot', () => {
  const arrange = async () => {
    const source = await start();
    fill(source.simulator);
    source.simulator.instance.add(buildSampleArchive({ code: 'CODES', version: '01.00.0000' }));
    return workshop.snapshotOf(source.oic, { kinds: KINDS });
  };

  test('by --kind is restored and nothing else', async () => {
    const manifest = await arrange();
    const target = await start();

    const report = await restoreInto(target.oic, manifest, { kinds: ['libraries'] });

    expect(changesIn(target.simulator)).toEqual(['library-import TOOLS_01.00.0000']);
    expect(report).toMatchObject({ created: 0, kinds: { libraries: { created: 1 } }, byHand: [] });
    expect(Object.keys(report.kinds)).toEqual(['libraries']);
  });

  test('by --only is of integrations outside projects, unless --kind says otherwise', async () => {
    const manifest = await arrange();
    const target = await start();

    expect(await restoreInto(target.oic, manifest, { only: ['CODES'] })).toMatchObject({ created: 1, kinds: {} });
    const first = changesIn(target.simulator);
    expect(first).toEqual(['import CODES|01.00.0000', 'activate CODES|01.00.0000']);
    await restoreInto(target.oic, manifest, { only: ['CO*', 'TOOLS'], kinds: ['lookups', 'libraries'] });
    expect(changesIn(target.simulator).slice(first.length)).toEqual([
      'lookup-import CODES',
      'library-import TOOLS_01.00.0000',
    ]);
  });

  test('is refused when it names what the snapshot does not hold', async () => {
    const { projects: _, ...manifest } = await arrange();
    const { oic } = await start();

    expect((await failureOf(restoreInto(oic, manifest, { kinds: ['projects'] }))).message).toMatch(
      /was taken without looking at projects/,
    );
    expect((await failureOf(restoreInto(oic, manifest, { only: ['NONE'], kinds: ['lookups'] }))).message).toMatch(
      /holds nothing that matches/,
    );
    expect((await failureOf(restoreInto(oic, manifest, { mirror: true, kinds: ['lookups'] }))).message).toMatch(
      /--mirror and --kind do not go together/,
    );
  });
});

describe('what is left for a person', () => {
  test('is told with the values of the snapshot, before and after the restore', async () => {
    const manifest: Manifest = {
      ...(await takeSnapshot()),
      agentGroups: [
        { id: 'ON_PREM', name: 'On premises' },
        { id: 'PLANT', name: 'Plant 7' },
      ],
      packages: [{ id: 'acme', name: 'acme', integrations: [] }],
      connections: [
        {
          id: 'ERP',
          name: 'ERP Cloud',
          adapterType: 'erp',
          role: 'TARGET',
          status: 'CONFIGURED',
          securityPolicy: 'USERNAME_PASSWORD_TOKEN',
          properties: [{ name: 'hostName', value: 'erp.example.com' }, { name: 'password' }],
        },
      ],
    };
    const target = await start();
    target.simulator.instance.agentGroups.set('ON_PREM', 'On premises');

    const planned = await restoreInto(target.oic, manifest, { dryRun: true });
    const { byHand } = await restoreInto(target.oic, manifest);

    expect(planned.byHand).toEqual(byHand);
    expect(byHand.filter(({ kind }) => kind !== 'notCovered')).toEqual([
      { kind: 'agentGroups', id: 'PLANT', name: 'Plant 7', todo: expect.stringMatching(/create this/), values: {} },
      {
        kind: 'connections',
        id: 'ERP',
        name: 'ERP Cloud',
        todo: expect.stringMatching(/create this connection, with its secrets/),
        values: {
          adapterType: 'erp',
          role: 'TARGET',
          securityPolicy: 'USERNAME_PASSWORD_TOKEN',
          'property hostName': 'erp.example.com',
          'property password': '',
        },
      },
      { kind: 'packages', id: 'acme', name: 'acme', todo: expect.stringMatching(/it holds nothing/), values: {} },
    ]);
  });

  test('is, after a restore of a whole snapshot, what that does not hold: once, and not after one of a part', async () => {
    const { packages: _, ...manifest } = await takeSnapshot();
    const target = await start();
    const notCovered = ({ byHand }: RestoreReport): string[] =>
      byHand.filter(({ kind }) => kind === 'notCovered').map(({ name, todo }) => `${name}: ${todo}`);

    const planned = notCovered(await restoreInto(target.oic, manifest, { dryRun: true }));
    const done = notCovered(await restoreInto(target.oic, manifest));

    expect(done).toEqual(planned);
    expect(done[0]).toMatch(/^packages: they were not asked for/);
    expect(done.slice(1)).toEqual(IN_PROJECTS.map(({ what, why, todo }) => `${what}: ${why}; ${todo}`));
    expect(notCovered(await restoreInto(target.oic, manifest))).toEqual(done.slice(0, 1));
    expect(notCovered(await restoreInto(target.oic, manifest, { kinds: ['lookups'] }))).toEqual([]);
    expect(notCovered(await restoreInto(target.oic, manifest, { only: ['CODES'], kinds: ['lookups'] }))).toEqual([]);
  });

  test('are, for a mirror, the items of other kinds that the snapshot does not hold: they are not deleted', async () => {
    const manifest = await takeSnapshot();
    const target = await start();
    target.simulator.instance.saveLookup('EXTRA', ['a'], [['1']]);

    const { byHand } = await restoreInto(target.oic, manifest, { mirror: true });

    expect(byHand).toContainEqual(expect.objectContaining({ kind: 'lookups', id: 'EXTRA' }));
    expect(target.simulator.instance.lookups.has('EXTRA')).toBe(true);
  });
});

const OF_KINDS = /^(project|deployment|lookup|library|package|agent-group|certificate)-/;

test('a snapshot from before there were other kinds asks the target for none and says nothing of them', async () => {
  const golden = join(import.meta.dirname, '..', '..', 'core', 'snapshot', 'golden', 'manifest-1.json');
  const manifest = parseManifest(await readFile(golden, 'utf8'), golden, ALL_KINDS);
  const bytes = buildSampleArchive({ code: 'NIGHTLY', version: '02.01.0003', schedule: 'FREQ=DAILY' });
  const { sha256, contentSha256 } = await readArchive(bytes);
  const [entry] = manifest.integrations;
  if (!entry) throw new Error('the golden manifest holds one integration');
  const stored = await workshop.vault.putArchive('dev', entry, bytes);
  const archive = { ...stored, bytes: bytes.length, sha256, contentSha256 };
  const target = await start();
  target.simulator.onRequest(() => {
    for (const connection of target.simulator.instance.connections.values()) connection.status = 'CONFIGURED';
  });

  const report = await restoreInto(target.oic, { ...manifest, integrations: [{ ...entry, archive }] });

  expect(report).toMatchObject({ created: 1, activated: 1, scheduled: 1, failures: [], kinds: {} });
  expect(report.byHand.filter(({ kind }) => kind !== 'notCovered')).toEqual([]);
  expect(report.plan.map((step) => `${step.do} ${step.id}`)).toEqual(
    ['import', 'connect', 'activate', 'start-schedule'].map((what) => `${what} NIGHTLY|02.01.0003`),
  );
  expect(target.simulator.requests.filter(({ kind }) => OF_KINDS.test(kind))).toEqual([]);
});
