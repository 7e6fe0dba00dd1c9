import { describe, expect, test } from 'vitest';
import { diffPackages, diffProjects } from '../../../functions/core/diff/diff-projects.ts';
import { diffSnapshots, stateOfManifest } from '../../../functions/core/diff/diff-snapshots.ts';
import type { OtherKinds } from '../../../functions/core/kinds.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { buildPackage, buildProject } from '../archive/kinds-forge.ts';

const digest = (character: string): string => character.repeat(64);
const archive = (character: string) => ({
  key: 'k',
  versionId: 'v',
  bytes: 1,
  sha256: digest('0'),
  contentSha256: digest(character),
});
const TRACING = { tracing: false, payload: false, recording: false };

const manifest = (sections: OtherKinds): Manifest => ({
  formatVersion: 1,
  instance: 'dev',
  snapshot: '2026-01-01T00-00-00Z',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  complete: true,
  integrations: [],
  failures: [],
  warnings: [],
  ...sections,
});

const others = (a: OtherKinds, b: OtherKinds) =>
  diffSnapshots(stateOfManifest(manifest(a), ALL_KINDS), stateOfManifest(manifest(b), ALL_KINDS)).others;

const project = (character: string, status: string): OtherKinds => ({
  projects: [
    {
      id: 'SHOP',
      code: 'SHOP',
      name: 'Shop',
      lastUpdated: `2026-01-0${character === 'a' ? 1 : 2}T00:00:00.000Z`,
      lastUpdatedBy: 'anna',
      archive: archive(character),
      integrations: [
        {
          id: 'A|01.00.0000',
          code: 'A',
          version: '01.00.0000',
          name: 'A',
          status,
          schedule: 'started',
          tracing: TRACING,
        },
      ],
    },
  ],
});

describe('two snapshots', () => {
  test('that never looked beyond integrations say nothing of other kinds', () => {
    expect(others({}, {})).toBeUndefined();
  });

  test('tell what was added and removed, by kind', () => {
    const before: OtherKinds = { lookups: [{ id: 'OLD', name: 'OLD', archive: archive('a') }], packages: [] };
    const after: OtherKinds = {
      lookups: [{ id: 'NEW', name: 'NEW', lastUpdatedBy: 'bob', archive: archive('a') }],
      packages: [{ id: 'acme', name: 'acme', integrations: [] }],
    };
    expect(others(before, after)).toMatchObject({
      kinds: {
        lookups: { added: [{ id: 'NEW', lastUpdatedBy: 'bob' }], removed: [{ id: 'OLD' }], changed: [], unchanged: 0 },
        packages: { added: [{ id: 'acme' }], removed: [] },
      },
      notCompared: [],
    });
  });

  test('tell content and states that changed, and who did it', () => {
    expect(others(project('a', 'ACTIVATED'), project('b', 'CONFIGURED'))?.kinds.projects).toEqual({
      added: [],
      removed: [],
      changed: [
        {
          id: 'SHOP',
          name: 'Shop',
          lastUpdated: '2026-01-02T00:00:00.000Z',
          lastUpdatedBy: 'anna',
          content: { from: digest('a'), to: digest('b') },
          facts: [{ fact: 'A|01.00.0000', from: 'ACTIVATED, schedule started', to: 'CONFIGURED, schedule started' }],
          otherValues: [],
        },
      ],
      contentUnknown: [],
      unchanged: 0,
    });
    expect(others(project('a', 'ACTIVATED'), project('a', 'ACTIVATED'))?.kinds.projects).toMatchObject({
      unchanged: 1,
    });
  });

  test('tell of a connection what changed, and of its properties only their names', () => {
    const connection = (status: string, url: string): OtherKinds => ({
      connections: [
        {
          id: 'C',
          name: 'C',
          status,
          securityPolicy: 'BASIC_AUTH',
          properties: [{ name: 'connectionUrl', value: url }],
        },
      ],
    });
    const found = others(connection('CONFIGURED', 'https://a.example'), connection('DRAFT', 'https://b.example'));
    expect(found?.kinds.connections?.changed).toEqual([
      {
        id: 'C',
        name: 'C',
        facts: [{ fact: 'status', from: 'CONFIGURED', to: 'DRAFT' }],
        otherValues: ['connectionUrl'],
      },
    ]);
    expect(JSON.stringify(found)).not.toMatch(/example/);
  });

  test('tell who is in a package now and who is no more', () => {
    const pack = (...integrations: `${string}|${string}`[]): OtherKinds => ({
      packages: [{ id: 'acme', name: 'acme', integrations }],
    });
    expect(others(pack('A|1', 'B|1'), pack('B|1', 'C|1'))?.kinds.packages?.changed[0]?.facts).toEqual([
      { fact: 'A|1', from: 'in it', to: '' },
      { fact: 'C|1', from: '', to: 'in it' },
    ]);
  });

  test('do not take a kind that one of them did not look at for added or removed', () => {
    const looked: OtherKinds = {
      libraries: [{ id: 'L|1', code: 'L', version: '1', name: 'L', archive: archive('a') }],
    };
    expect(others({}, looked)).toEqual({ kinds: {}, notCompared: ['libraries'] });
    expect(others(looked, {})).toEqual({ kinds: {}, notCompared: ['libraries'] });
  });

  test('say why a content is not known', () => {
    const lookup = (ref: ReturnType<typeof archive> | null): OtherKinds => ({
      lookups: [{ id: 'L', name: 'L', archive: ref }],
    });
    expect(others(lookup(null), lookup(archive('a')))?.kinds.lookups).toMatchObject({
      changed: [],
      contentUnknown: [{ id: 'L', reason: expect.stringMatching(/no archive/) }],
      unchanged: 0,
    });
  });
});

describe('two exported projects', () => {
  const SHOP = {
    code: 'SHOP',
    integrations: [
      { code: 'A', version: '01.00.0000' },
      { code: 'B', version: '01.00.0000' },
    ],
    lookups: ['CODES', 'OLD'],
  };

  test('of one state have no differences', async () => {
    const again = buildProject({ ...SHOP, exportedAt: new Date('2026-02-02T02:02:02Z'), entrySeed: 2 });
    const nothing = { added: [], removed: [], changed: [] };
    expect(await diffProjects(buildProject(SHOP), again)).toEqual({
      from: 'SHOP',
      to: 'SHOP',
      integrations: nothing,
      connections: nothing,
      lookups: nothing,
      others: nothing,
    });
  });

  test('tell the integrations and lookups that came, went and changed', async () => {
    const to = buildProject({
      ...SHOP,
      name: 'Shop 2',
      marker: 'edited',
      integrations: [
        { code: 'B', version: '01.00.0000' },
        { code: 'A', version: '01.00.0001' },
      ],
      lookups: ['CODES', 'NEW'],
    });
    expect(await diffProjects(buildProject(SHOP), to)).toMatchObject({
      integrations: { added: ['A|01.00.0001'], removed: ['A|01.00.0000'], changed: ['B|01.00.0000'] },
      connections: { changed: [] },
      lookups: { added: [{ name: 'NEW' }], removed: [{ name: 'OLD' }], changed: [] },
      others: { changed: ['project/labels/DEPLOY001.json', 'project/project.yaml'] },
    });
  });
});

test('two exported packages tell the integrations that came, went and changed', async () => {
  const [a, b, c] = ['A', 'B', 'C'].map((code) => ({ code, version: '01.00.0000' }));
  const pack = (...integrations: ({ code: string; version: string; marker?: string } | undefined)[]) =>
    buildPackage({ name: 'acme', integrations: integrations.filter((it) => it !== undefined) });
  expect(await diffPackages(pack(a, b), pack(b && { ...b, marker: 'edited' }, c))).toEqual({
    from: 'acme',
    to: 'acme',
    integrations: { added: ['C|01.00.0000'], removed: ['A|01.00.0000'], changed: ['B|01.00.0000'] },
  });
});
