import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { readProjectArchive } from '../../../functions/core/archive/project-archive.ts';
import { includedKinds, onlyKinds } from '../../../functions/core/kinds.ts';
import { type Manifest, parseManifest } from '../../../functions/core/snapshot/manifest.ts';
import { NEVER_COVERED } from '../../../functions/core/snapshot/not-covered.ts';
import { compare } from '../../../functions/jobs/compare/compare.ts';
import { createForgetfulJournal } from '../../../functions/jobs/journal/journal.ts';
import { restore } from '../../../functions/jobs/restore/restore.ts';
import type { RestoreOptions, RestoreReport } from '../../../functions/jobs/restore/restore-options.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { buildProject, type SampleProject } from '../../core/archive/kinds-forge.ts';
import { connectTo, failureOf } from '../../oic/simulated.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { WAITING } from '../deploy/install-bench.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';
import { createWritableFake, type WritableFake } from '../writable-fake.ts';

let workshop: Workshop;
let open: Array<{ close(): Promise<void> }>;
beforeEach(async () => {
  workshop = await openWorkshop();
  open = [workshop];
});
afterEach(async () => {
  for (const it of open.reverse()) await it.close();
});

const SHOP: SampleProject = {
  code: 'SHOP',
  marker: 'captured',
  integrations: [
    { code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED' },
    { code: 'NIGHTLY', version: '01.00.0000', state: 'ACTIVATED' },
    { code: 'IDLE', version: '01.00.0000', state: 'CONFIGURED' },
  ],
};
const EDITED: SampleProject = { ...SHOP, marker: 'edited since' };
const NIGHT = '2026-03-01T00:00:00.000Z';
const KINDS = onlyKinds(() => true);
const SETTINGS = { SHOP_REST: { securityPolicy: 'BASIC_AUTH' } };

const start = async (): Promise<WritableFake & { simulator: Simulator }> => {
  const simulator = await startSimulator();
  const oic = connectTo(simulator);
  open.push(simulator, oic);
  const fake = createWritableFake(oic);
  await fake.know(SHOP, EDITED);
  return { ...fake, simulator };
};

/** One of each kind. */
const fill = ({ projects, lookups, libraries, packages }: WritableFake): void => {
  projects.set('SHOP', { lastUpdated: NIGHT, sample: SHOP, started: new Set(['NIGHTLY|01.00.0000']) });
  lookups.set('CODES', { lastUpdated: NIGHT, text: 'a,b\n1,captured\n' });
  lookups.set('My lookup', { lastUpdated: NIGHT, text: 'a,b\n2,x\n' });
  libraries.set('TOOLS|1.0', { lastUpdated: NIGHT, code: 'TOOLS', version: '1.0', script: 'captured' });
  packages.set('acme', []);
};

const snapshotOf = async (oic: OicClient): Promise<Manifest> =>
  workshop.vault.getSnapshot('dev', (await workshop.backUp(oic, { kinds: KINDS })).snapshot);

const OPTIONS: RestoreOptions = {
  only: [],
  existing: 'skip',
  mirror: false,
  activation: 'as-captured',
  allowIncomplete: false,
  dryRun: false,
  concurrency: 4,
};

const restoreInto = (
  oic: OicClient,
  manifest: Manifest,
  options: Partial<RestoreOptions> = {},
  connections = {},
): Promise<RestoreReport> =>
  restore(
    {
      oic,
      vault: workshop.vault,
      journal: createForgetfulJournal(() => Promise.resolve()),
      connections,
      waiting: WAITING,
      progress: { phase: () => undefined, tick: () => undefined },
    },
    manifest,
    { ...OPTIONS, ...options },
  );

/** What differs in what can be restored, as `oic diff` finds it. */
const differences = async (manifest: Manifest, oic: OicClient): Promise<unknown[]> => {
  const kinds = onlyKinds((kind) => kind === 'projects' || kind === 'lookups' || kind === 'libraries');
  const { diff } = await compare(
    { manifest },
    { oic, concurrency: 4, kinds },
    { integrations: true, kinds },
    workshop.vault,
    { exporting: () => undefined, exported: () => undefined },
  );
  return [
    ...diff.added,
    ...diff.removed,
    ...diff.changed,
    ...Object.values(diff.others?.kinds ?? {}).flatMap((kind) => [
      ...kind.added,
      ...kind.removed,
      ...kind.changed,
      ...kind.contentUnknown,
    ]),
  ];
};

const running = ({ projects }: WritableFake) => {
  const shop = projects.get('SHOP');
  return {
    marker: shop?.sample.marker,
    active: shop?.sample.integrations?.filter(({ state }) => state === 'ACTIVATED').map(({ code }) => code),
    started: [...(shop?.started ?? [])],
  };
};
/** The two lookups go side by side. */
const steady = (writes: readonly string[]): string[] => [...writes.slice(0, 2).sort(), ...writes.slice(2)];

const AS_CAPTURED = { marker: 'captured', active: ['ORDER', 'NIGHTLY'], started: ['NIGHTLY|01.00.0000'] };

describe('a snapshot of all kinds restored into an empty instance', () => {
  test('gives what was there, in the order that works, and a comparison finds nothing', async () => {
    const source = await start();
    fill(source);
    const manifest = await snapshotOf(source.client);
    const target = await start();

    const planned = await restoreInto(target.client, manifest, { dryRun: true });
    expect(target.writes).toEqual([]);
    const report = await restoreInto(target.client, manifest);

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
    expect(steady(target.writes)).toEqual([
      'import lookup CODES',
      'import lookup My lookup',
      'register library TOOLS|1.0',
      'import project SHOP',
      'activate ORDER|01.00.0000 in SHOP',
      'activate NIGHTLY|01.00.0000 in SHOP',
      'start NIGHTLY|01.00.0000 in SHOP',
    ]);
    expect(running(target)).toEqual(AS_CAPTURED);
    expect(await differences(manifest, target.client)).toEqual([]);
  });

  test('run again does nothing, whatever is to become of what exists', async () => {
    const source = await start();
    fill(source);
    const manifest = await snapshotOf(source.client);
    const target = await start();
    await restoreInto(target.client, manifest);
    const before = target.writes.length;

    for (const existing of ['skip', 'replace'] as const) {
      const report = await restoreInto(target.client, manifest, { existing });
      expect(report).toMatchObject({ activated: 0, failures: [], kinds: { lookups: { created: 0, skipped: 2 } } });
      expect(report.plan.map((step) => step.do)).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
    }
    expect(target.writes).toHaveLength(before);
  });

  test('leaves contents inactive with --activation never', async () => {
    const source = await start();
    fill(source);
    const manifest = await snapshotOf(source.client);
    const target = await start();

    expect(await restoreInto(target.client, manifest, { activation: 'never' })).toMatchObject({ activated: 0 });

    expect(running(target)).toEqual({ marker: 'captured', active: [], started: [] });
  });

  test('is brought about in Gen 2 without projects', async () => {
    const source = await start();
    fill(source);
    const { snapshot } = await workshop.backUp(source.client, { kinds: includedKinds(KINDS, undefined) });
    const manifest = await workshop.vault.getSnapshot('dev', snapshot);
    const target = await start();
    target.refusals.set('list projects', 'not-found');

    expect(await restoreInto(target.client, manifest)).toMatchObject({ failures: [] });

    expect(steady(target.writes)).toEqual([
      'import lookup CODES',
      'import lookup My lookup',
      'register library TOOLS|1.0',
    ]);
  });
});

describe('what the target has with other content', () => {
  const arrange = async () => {
    const source = await start();
    fill(source);
    const manifest = await snapshotOf(source.client);
    const target = await start();
    fill(target);
    target.lookups.set('CODES', { lastUpdated: NIGHT, text: 'a,b\n1,edited\n' });
    target.libraries.set('TOOLS|1.0', { lastUpdated: NIGHT, code: 'TOOLS', version: '1.0', script: 'edited' });
    target.projects.set('SHOP', { lastUpdated: NIGHT, sample: EDITED, started: new Set(['ORDER|01.00.0000']) });
    return { manifest, target };
  };

  test('is left by default, and said', async () => {
    const { manifest, target } = await arrange();

    const { plan, kinds, failures } = await restoreInto(target.client, manifest);

    expect(target.writes).toEqual([]);
    expect(failures).toEqual([]);
    expect(kinds).toMatchObject({ lookups: { skipped: 2 }, projects: { skipped: 1 } });
    expect(plan.filter((step) => step.do === 'skip').map(({ id }) => id)).toEqual([
      'lookup CODES',
      'library TOOLS|1.0',
      'project SHOP',
    ]);
  });

  test('is replaced when that is asked for, a copy of each kept first', async () => {
    const { manifest, target } = await arrange();

    const report = await restoreInto(target.client, manifest, { existing: 'replace' }, SETTINGS);

    expect(report).toMatchObject({
      failures: [],
      kinds: { lookups: { replaced: 1, skipped: 1 }, libraries: { replaced: 1 }, projects: { replaced: 1 } },
    });
    expect(target.writes).toEqual([
      'replace lookup CODES',
      'update library TOOLS|1.0',
      'stop ORDER|01.00.0000 in SHOP',
      'deactivate ORDER|01.00.0000 in SHOP',
      'deactivate NIGHTLY|01.00.0000 in SHOP',
      'replace project SHOP',
      'activate ORDER|01.00.0000 in SHOP',
      'activate NIGHTLY|01.00.0000 in SHOP',
      'start NIGHTLY|01.00.0000 in SHOP',
    ]);
    expect(running(target)).toEqual(AS_CAPTURED);
    expect(await differences(manifest, target.client)).toEqual([]);
    expect(await workshop.files()).toEqual(
      expect.arrayContaining([
        'safety/dev/libraries/TOOLS/1.0.jar',
        'safety/dev/lookups/CODES.csv',
        'safety/dev/projects/SHOP.car',
      ]),
    );
  });

  test('is a project whose connections would lose their passwords: it is not replaced, and the sentence says what would help', async () => {
    const { manifest, target } = await arrange();
    target.refusals.set('replace project', 'not-offered');

    const { failures } = await restoreInto(target.client, manifest, { existing: 'replace' });

    expect(failures).toMatchObject([{ id: 'project SHOP', step: 'replace' }]);
    expect(failures[0]?.message).toMatch(/without losing passwords.*no settings for SHOP_REST/);
    expect(running(target)).toMatchObject({ marker: 'edited since' });
  });

  test('is put back as it was when the other project cannot be imported: archive, active, schedule', async () => {
    const { manifest, target } = await arrange();
    target.refusals.set('replace project', 'not-offered');
    const before = running(target);
    let refusals = 0;
    const { importProject } = target.client;
    const client: OicClient = {
      ...target.client,
      importProject: async (code, bytes) => {
        if (refusals++ === 0) target.refusals.set('import project', 'rejected');
        else target.refusals.delete('import project');
        return importProject(code, bytes);
      },
    };

    const { failures } = await restoreInto(client, manifest, { existing: 'replace' }, SETTINGS);

    expect(failures).toMatchObject([
      { id: 'project SHOP', step: 'replace', message: expect.stringMatching(/its own project SHOP as before/) },
    ]);
    expect(running(target)).toEqual(before);
  });

  test('is locked: it is refused with who has it open', async () => {
    const { manifest, target } = await arrange();
    target.lookups.set('CODES', { lastUpdated: NIGHT, text: 'a\n1\n', lockedBy: 'bob@example.com' });

    const { failures } = await restoreInto(target.client, manifest, { existing: 'replace' }, SETTINGS);

    expect(failures).toMatchObject([
      { id: 'lookup CODES', step: 'refuse', message: expect.stringContaining('bob@example.com') },
    ]);
  });

  test.each([
    ['in place', 'before'],
    ['in place', 'after'],
    ['by deletion and import', 'before'],
    ['by deletion and import', 'after'],
  ] as const)(
    'is replaced %s to the end after a kill %s any of its requests',
    async (how, when) => {
      const source = await start();
      fill(source);
      const manifest = await snapshotOf(source.client);
      const edited = await readProjectArchive(buildProject(EDITED));
      for (let dieAt = 1; ; dieAt++) {
        const target = await start();
        fill(target);
        if (how !== 'in place') target.refusals.set('replace project', 'not-offered');
        target.lookups.set('CODES', { lastUpdated: NIGHT, text: 'a,b\n1,edited\n' });
        target.projects.set('SHOP', { lastUpdated: NIGHT, sample: EDITED, started: new Set(['ORDER|01.00.0000']) });

        const dying = mortal(target.client, dieAt, when);
        const death = await failureOf(restoreInto(dying.client, manifest, { existing: 'replace' }, SETTINGS)).catch(
          () => undefined,
        );
        const report = await restoreInto(target.client, manifest, { existing: 'replace' }, SETTINGS);

        expect({ dieAt, failures: report.failures }).toEqual({ dieAt, failures: [] });
        expect({ dieAt, ...running(target) }).toEqual({ dieAt, ...AS_CAPTURED });
        expect(await differences(manifest, target.client)).toEqual([]);
        const copy = await workshop.store.get('safety/dev/projects/SHOP.car');
        const { contentSha256 } = await readProjectArchive(copy?.body ?? Buffer.alloc(0));
        expect({ dieAt, contentSha256 }).toEqual({ dieAt, contentSha256: edited.contentSha256 });
        await target.simulator.close();
        if (!death) break;
        expect(dieAt).toBeLessThan(200);
      }
    },
    60_000,
  );

  test('is put back by the next run, when the one that deleted it was cut off and the other cannot be imported', async () => {
    const { manifest, target } = await arrange();
    target.refusals.set('replace project', 'not-offered');
    const before = running(target);
    const dying: OicClient = {
      ...target.client,
      importProject: () => Promise.reject(new Error('killed')),
    };
    await failureOf(restoreInto(dying, manifest, { existing: 'replace' }, SETTINGS));
    expect(target.projects.has('SHOP')).toBe(false);

    let tries = 0;
    const { importProject } = target.client;
    const refusing: OicClient = {
      ...target.client,
      importProject: async (code, bytes) => {
        target.refusals.delete('import project');
        if (tries++ === 0) target.refusals.set('import project', 'rejected');
        return importProject(code, bytes);
      },
    };
    const { failures } = await restoreInto(refusing, manifest, { existing: 'replace' }, SETTINGS);

    expect(failures).toMatchObject([{ id: 'project SHOP', message: expect.stringMatching(/as before/) }]);
    expect(running(target)).toEqual(before);
  });
});

/** Dies at its nth request: before it reaches the instance, or after it was done there. */
const mortal = (oic: OicClient, dieAt: number, when: 'before' | 'after'): { client: OicClient } => {
  let asked = 0;
  const watch = <T extends object>(verbs: T): T =>
    new Proxy(verbs, {
      get: (target, name, receiver) => {
        const verb: unknown = Reflect.get(target, name, receiver);
        if (typeof verb !== 'function' || name === 'requests') return verb;
        if (name === 'inProject') return (id: string) => watch({ ...oic.inProject(id) });
        return async (...args: unknown[]) => {
          asked += 1;
          if (asked === dieAt && when === 'before') throw new Error('killed');
          const answer: unknown = await verb.apply(target, args);
          if (asked === dieAt) throw new Error('killed');
          return answer;
        };
      },
    });
  return { client: watch({ ...oic }) };
};

describe('what the target refuses', () => {
  test.each([
    ['list projects', 'not-found', 'projects', /1 project of the snapshot cannot be restored.*Gen 2 has no projects/],
    ['list lookups', 'forbidden', 'lookups', /2 lookups of the snapshot cannot be restored, for dev does not hand out/],
    ['list libraries', 'unauthorized', 'libraries', /1 library of the snapshot cannot be restored/],
    ['import lookup CODES', 'forbidden', 'lookup CODES', /import lookup CODES failed/],
    ['register library', 'rejected', 'library TOOLS|1.0', /register library/],
    ['import project', 'rejected', 'project SHOP', /import project SHOP failed/],
    ['activate ORDER', 'rejected', 'ORDER|01.00.0000 in project SHOP', /ORDER/],
  ] as const)('%s (%s) is one failure in a sentence, and the rest is restored', async (what, kind, id, sentence) => {
    const source = await start();
    fill(source);
    const manifest = await snapshotOf(source.client);
    const target = await start();
    target.refusals.set(what, kind);

    const { failures } = await restoreInto(target.client, manifest);

    expect(failures.map((failure) => failure.id)).toEqual([id]);
    expect(failures[0]?.message).toMatch(sentence);
    target.refusals.delete(what);
    expect(await differences(manifest, target.client)).toHaveLength(kind === 'forbidden' && id === 'lookups' ? 2 : 1);
    expect(await restoreInto(target.client, manifest)).toMatchObject({ failures: [] });
    expect(await differences(manifest, target.client)).toEqual([]);
  });
});

describe('a part of a snapshot', () => {
  const arrange = async () => {
    const source = await start();
    fill(source);
    source.simulator.instance.add(buildSampleArchive({ code: 'CODES', version: '01.00.0000' }));
    return snapshotOf(source.client);
  };

  test('by --kind is restored and nothing else', async () => {
    const manifest = await arrange();
    const target = await start();

    const report = await restoreInto(target.client, manifest, { kinds: ['libraries'] });

    expect(target.writes).toEqual(['register library TOOLS|1.0']);
    expect(report).toMatchObject({ created: 0, kinds: { libraries: { created: 1 } }, byHand: [] });
    expect(Object.keys(report.kinds)).toEqual(['libraries']);
  });

  test('by --only is of integrations outside projects, unless --kind says otherwise', async () => {
    const manifest = await arrange();
    const target = await start();

    expect(await restoreInto(target.client, manifest, { only: ['CODES'] })).toMatchObject({ created: 1, kinds: {} });
    expect(target.writes).toEqual([]);
    await restoreInto(target.client, manifest, { only: ['CO*', 'TOOLS'], kinds: ['lookups', 'libraries'] });
    expect(target.writes).toEqual(['import lookup CODES', 'register library TOOLS|1.0']);
  });

  test('is refused when it names what the snapshot does not hold', async () => {
    const { projects: _, ...manifest } = await arrange();
    const { client } = await start();

    expect((await failureOf(restoreInto(client, manifest, { kinds: ['projects'] }))).message).toMatch(
      /was taken without looking at projects/,
    );
    expect((await failureOf(restoreInto(client, manifest, { only: ['NONE'], kinds: ['lookups'] }))).message).toMatch(
      /holds nothing that matches/,
    );
    expect((await failureOf(restoreInto(client, manifest, { mirror: true, kinds: ['lookups'] }))).message).toMatch(
      /--mirror and --kind do not go together/,
    );
  });
});

describe('what is left for a person', () => {
  test('is told with the values of the snapshot, before and after the restore', async () => {
    const source = await start();
    fill(source);
    const manifest: Manifest = {
      ...(await snapshotOf(source.client)),
      agentGroups: [
        { id: 'ON_PREM', name: 'On premises' },
        { id: 'PLANT', name: 'Plant 7' },
      ],
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
    target.packages.clear();

    const planned = await restoreInto(target.client, manifest, { dryRun: true });
    const { byHand } = await restoreInto(target.client, manifest);

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
    const source = await start();
    fill(source);
    const { packages: _, ...manifest } = await snapshotOf(source.client);
    const target = await start();
    const notCovered = ({ byHand }: RestoreReport): string[] =>
      byHand.filter(({ kind }) => kind === 'notCovered').map(({ name, todo }) => `${name}: ${todo}`);

    const planned = notCovered(await restoreInto(target.client, manifest, { dryRun: true }));
    const done = notCovered(await restoreInto(target.client, manifest));

    expect(done).toEqual(planned);
    expect(done[0]).toMatch(/^packages: they were not asked for/);
    expect(done.slice(1)).toEqual(NEVER_COVERED.map(({ what, why, todo }) => `${what}: ${why}; ${todo}`));
    expect(notCovered(await restoreInto(target.client, manifest, { kinds: ['lookups'] }))).toEqual([]);
    expect(notCovered(await restoreInto(target.client, manifest, { only: ['CODES'], kinds: ['lookups'] }))).toEqual([]);
  });

  test('are, for a mirror, the items of other kinds that the snapshot does not hold: they are not deleted', async () => {
    const source = await start();
    fill(source);
    const manifest = await snapshotOf(source.client);
    const target = await start();
    target.lookups.set('EXTRA', { lastUpdated: NIGHT, text: 'a\n1\n' });

    const { byHand } = await restoreInto(target.client, manifest, { mirror: true });

    expect(byHand).toContainEqual(expect.objectContaining({ kind: 'lookups', id: 'EXTRA' }));
    expect(target.lookups.has('EXTRA')).toBe(true);
  });
});

test('a snapshot from before there were other kinds asks the target for none and says nothing of them', async () => {
  const golden = join(import.meta.dirname, '..', '..', 'core', 'snapshot', 'golden', 'manifest-1.json');
  const manifest = parseManifest(await readFile(golden, 'utf8'), golden);
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

  const report = await restoreInto(target.client, { ...manifest, integrations: [{ ...entry, archive }] });

  expect(report).toMatchObject({ created: 1, activated: 1, scheduled: 1, failures: [], kinds: {} });
  expect(report.byHand.filter(({ kind }) => kind !== 'notCovered')).toEqual([]);
  expect(report.plan.map((step) => `${step.do} ${step.id}`)).toEqual(
    ['import', 'connect', 'activate', 'start-schedule'].map((what) => `${what} NIGHTLY|02.01.0003`),
  );
  expect([...target.asked, ...target.writes]).toEqual([]);
});
