import { describe, expect, it } from 'vitest';
import { readProjectArchive } from '../../../functions/core/archive/project-archive.ts';
import { ArchiveError } from '../../../functions/core/formats/archive-error.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { readZip } from '../../simulator/archives/zip.ts';
import { edited, forgeZip, replaceIn } from './archive-forge.ts';
import { buildEmptyDeployment, buildProject, type SampleProject } from './kinds-forge.ts';

const SAMPLE = {
  code: 'SHOP-EU',
  name: 'Shop: Europe',
  integrations: [
    { code: 'ORDER_SYNC', version: '01.00.0002', name: 'Order sync', state: 'ACTIVATED' },
    { code: 'A_01.00.0000_B', version: '01.00.0000', state: 'CONFIGURED' },
  ],
  lookups: ['COUNTRIES'],
} satisfies SampleProject;

const RECORDED = {
  code: 'SHOP',
  name: 'Shop',
  layout: 'flat',
  integrations: [{ code: 'NIGHTLY_LOAD', version: '01.00.0000', schedule: 'FREQ=DAILY' }],
} satisfies SampleProject;

const digestOf = async (bytes: Uint8Array): Promise<string> => (await readProjectArchive(bytes)).contentSha256;

const refusal = async (bytes: Uint8Array): Promise<ArchiveError> => {
  const result = await readProjectArchive(bytes).catch((error: unknown) => error);
  if (!(result instanceof ArchiveError)) throw new Error('not refused, or for no reason given', { cause: result });
  return result;
};

describe('an exported project', () => {
  it('tells its code and name, and what it holds', async () => {
    expect(await readProjectArchive(buildProject(SAMPLE))).toMatchObject({
      code: 'SHOP-EU',
      name: 'Shop: Europe',
      integrations: [
        { id: 'A_01.00.0000_B|01.00.0000', name: 'A_01.00.0000_B', persistedState: 'CONFIGURED' },
        { id: 'ORDER_SYNC|01.00.0002', name: 'Order sync', persistedState: 'ACTIVATED' },
      ],
      connections: [{ id: 'SHOP_REST', type: 'rest', securityPolicy: 'BASIC_AUTH' }],
      lookups: ['COUNTRIES'],
      rezipped: false,
    });
  });

  it('is read with its facts at the top of info.json too, as it was recorded', async () => {
    expect(await readProjectArchive(buildProject(RECORDED))).toMatchObject({
      code: 'SHOP',
      name: 'Shop',
      integrations: [{ id: 'NIGHTLY_LOAD|01.00.0000', name: 'NIGHTLY_LOAD', persistedState: 'ACTIVATED' }],
    });
  });

  it('may be one deployment without integrations: three members', async () => {
    const bytes = buildEmptyDeployment({ code: 'SHOP', name: 'Shop' }, '100000001');
    expect(
      readZip(bytes)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['project/labels/100000001.json', 'project/oic_project.properties', 'project/project.yaml']);
    expect(await readProjectArchive(bytes)).toMatchObject({ code: 'SHOP', integrations: [], connections: [] });
  });

  it('may hold several versions of one integration, files nobody knows, and facts that leave much out', async () => {
    const versions = ['01.00.0000', '01.01.0000', '02.00.0000'].map((version) => ({ code: 'ORDER', version }));
    const bytes = edited(buildProject({ ...SAMPLE, integrations: versions }), (entries) => [
      ...replaceIn(
        'ORDER_01.01.0000/info.json',
        /^.*$/,
        '{}',
      )(
        replaceIn('ORDER_02.00.0000/info.json', /^.*$/, '{"properties":{"code":"ORDER"},"dependencies":null}')(entries),
      ),
      { name: 'project/eventtypes/ORDERED_1.json', data: Buffer.from('{}') },
      { name: 'project/rpa.bin', data: Buffer.from([0, 255, 1]) },
    ]);
    expect((await readProjectArchive(bytes)).integrations).toMatchObject([
      { id: 'ORDER|01.00.0000', persistedState: 'ACTIVATED' },
      { id: 'ORDER|01.01.0000', name: 'ORDER', persistedState: undefined },
      { id: 'ORDER|02.00.0000', name: 'ORDER', persistedState: undefined },
    ]);
  });

  it('is the same in a folder of its own', async () => {
    const inFolder = buildProject({ ...SAMPLE, folder: 'SHOP-EU-DEPLOY001/' });
    expect(await readProjectArchive(inFolder)).toMatchObject({ code: 'SHOP-EU', lookups: ['COUNTRIES'] });
    expect(await digestOf(inFolder)).toBe(await digestOf(buildProject(SAMPLE)));
  });

  it('may be empty, and is called by its code when it has no name', async () => {
    const empty = await readProjectArchive(buildProject({ code: 'EMPTY' }));
    expect(empty).toMatchObject({ code: 'EMPTY', name: 'EMPTY', integrations: [], lookups: [] });
  });

  it.each([
    ['a definition that wraps all in one key', /^---\nid: SHOP-EU[\s\S]*/, 'project:\n  code: SHOP-EU\n  name: Shop\n'],
    ['a definition with quotes', /: SHOP-EU/g, ': "SHOP-EU"'],
    ['single quotes', /: SHOP-EU/g, ": 'SHOP-EU'"],
    ['line ends of Windows', /\n/g, '\r\n'],
  ])('is read from %s', async (_, from, to) => {
    const bytes = edited(buildProject(SAMPLE), replaceIn('project.yaml', from, to));
    expect((await readProjectArchive(bytes)).code).toBe('SHOP-EU');
  });
});

describe('the content digest of a project', () => {
  it('is one for two exports, though their bytes differ', async () => {
    const first = buildProject({ ...SAMPLE, exportedAt: new Date('2026-01-05T04:15:00Z'), entrySeed: 1 });
    const second = buildProject({ ...SAMPLE, exportedAt: new Date('2026-03-09T22:01:58Z'), entrySeed: 2 });
    expect(first.equals(second)).toBe(false);
    expect(await digestOf(second)).toBe(await digestOf(first));
  });

  const original = buildProject(SAMPLE);

  it.each([
    ['the state of an integration', replaceIn('SYNC_01.00.0002/info.json', 'ACTIVATED', 'CONFIGURED')],
    ['who saved it', replaceIn('project.yaml', /updatedBy: anna@example.com/g, 'updatedBy: bob@example.com')],
    ['the revision', replaceIn('project.yaml', /revision: .*/, 'revision: 77')],
  ])('does not depend on %s', async (_, change) => {
    const changed = edited(original, change);
    expect(changed.equals(edited(original, (entries) => entries))).toBe(false);
    expect(await digestOf(changed)).toBe(await digestOf(original));
  });

  it.each([
    ['a mapping', replaceIn('SYNC_01.00.0002/resources/processor_1/resourcegroup_2/req_0.xsl', '</', ' </')],
    ['a connection', replaceIn('SHOP_REST.xml', 'BASIC_AUTH', 'NONE')],
    ['a lookup', replaceIn('COUNTRIES.dvm', '"a"', '"b"')],
    ['the name', replaceIn('project.yaml', 'Shop: Europe', 'Shop: World')],
    ['what an integration depends on', replaceIn('SYNC_01.00.0002/info.json', 'ERP_CLOUD', 'OTHER')],
    ['what a deployment holds', replaceIn('DEPLOY001.json', '01.00.0002', '01.00.0003')],
    [
      'a file less',
      (entries: { name: string; data: Uint8Array }[]) => entries.filter(({ name }) => !name.endsWith('.dvm')),
    ],
  ])('changes with %s', async (_, change) => {
    expect(await digestOf(edited(original, change))).not.toBe(await digestOf(original));
  });
});

describe('what is no exported project is refused with a reason', () => {
  it.each([
    ['an integration', buildSampleArchive({ code: 'PING', version: '01.00.0000' }), 'another-kind', /\.iar/],
    ['a package', forgeZip([{ name: 'x.iar', data: Buffer.from('x') }]), 'another-kind', /\.par/],
    ['another zip', forgeZip([{ name: 'x.txt', data: Buffer.from('x') }]), 'another-kind', /project\.yaml/],
    ['a cut one', buildProject(SAMPLE).subarray(0, 2000), 'cut', /cut/],
    [
      'two in one',
      forgeZip(['a/', 'b/'].map((at) => ({ name: `${at}project/project.yaml`, data: Buffer.from('id: A') }))),
      'ambiguous',
      /2 projects/,
    ],
    [
      'one without a code',
      edited(buildProject(SAMPLE), replaceIn('project.yaml', /(id|code): SHOP-EU/g, '$1entity: 1')),
      'identity',
      /nothing in its project\.yaml/,
    ],
    [
      'one whose code leads out',
      edited(buildProject(SAMPLE), replaceIn('project.yaml', /: SHOP-EU/g, ': ../SHOP')),
      'identity',
      /"\.\.\/SHOP"/,
    ],
    [
      'an integration that says it is another',
      edited(buildProject(SAMPLE), replaceIn('SYNC_01.00.0002/info.json', '01.00.0002', '01.00.0003')),
      'identity',
      /01\.00\.0003/,
    ],
    [
      'an integration that says it is another, where its facts are at the top',
      edited(buildProject(RECORDED), replaceIn('LOAD_01.00.0000/info.json', 'NIGHTLY_LOAD', 'DAILY_LOAD')),
      'identity',
      /DAILY_LOAD/,
    ],
    [
      'an integration without a version',
      edited(buildProject(SAMPLE), (entries) =>
        entries.map((entry) => ({ ...entry, name: entry.name.replace('ORDER_SYNC_01.00.0002', 'ORDER') })),
      ),
      'identity',
      /"ORDER"/,
    ],
    [
      'an integration without its facts',
      edited(buildProject(SAMPLE), (entries) =>
        entries.filter(({ name }) => !name.endsWith('SYNC_01.00.0002/info.json')),
      ),
      'another-kind',
      /info\.json/,
    ],
    [
      'facts that are not JSON',
      edited(buildProject(SAMPLE), replaceIn('SYNC_01.00.0002/info.json', '{', '')),
      'damaged',
      /not JSON/,
    ],
  ])('%s', async (_, bytes, reason, words) => {
    const error = await refusal(bytes);
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(words);
  });
});
