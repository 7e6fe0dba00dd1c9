import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openArchive, readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { buildSampleArchive, type SampleArchive } from '../../simulator/archives/sample-archive.ts';
import { readZip } from '../../simulator/archives/zip.ts';
import { edited, replaceIn } from './archive-forge.ts';

const SAMPLE = {
  code: 'ORDER_SYNC',
  version: '01.02.0003',
  name: 'Order Sync für Köln & Co',
  connections: [
    { id: 'SHOP_REST', name: 'Shop <REST>' },
    { id: 'ERP_CLOUD', type: 'erp', securityPolicy: 'USERNAME_PASSWORD_TOKEN', properties: ['connectionUrl', 'host'] },
  ],
  lookups: {
    COUNTRIES: [
      ['iso', 'name'],
      ['DE', 'Germany'],
    ],
    ACCOUNTS: [['from', 'to']],
  },
  libraries: ['TEXT_TOOLS'],
  calls: [
    { code: 'NOTIFY', version: '01.00.0000' },
    { code: 'AUDIT', version: '02.00.0001' },
    { code: 'NOTIFY', version: '01.00.0000' },
    { code: 'ORDER_SYNC', version: '01.02.0003' },
    { code: 'BROKEN', version: 'latest' },
  ],
  schedule: 'FREQ=DAILY;BYHOUR=4',
} satisfies SampleArchive;

const digestOf = async (bytes: Uint8Array): Promise<string> => (await readArchive(bytes)).contentSha256;

describe.each(['gen2', 'oic3'] as const)('reading an archive of %s', (generation) => {
  const archive = readArchive(buildSampleArchive({ ...SAMPLE, generation, state: 'CONFIGURED' }));

  it('finds the identity, the name and the state at the export', async () => {
    expect(await archive).toMatchObject({
      id: 'ORDER_SYNC|01.02.0003',
      code: 'ORDER_SYNC',
      version: '01.02.0003',
      name: 'Order Sync für Köln & Co',
      persistedState: 'CONFIGURED',
      rezipped: false,
    });
  });

  it('finds the connections with their adapters, the one for local calls among them', async () => {
    expect((await archive).connections).toEqual([
      { id: 'ERP_CLOUD', name: 'ERP_CLOUD', type: 'erp', securityPolicy: 'USERNAME_PASSWORD_TOKEN' },
      {
        id: 'PRESEEDED_COLLOCATED_CONN_1741',
        name: 'PRESEEDED_COLLOCATED_CONN_1741',
        type: 'collocatedics',
        securityPolicy: 'NONE',
      },
      { id: 'SHOP_REST', name: 'Shop <REST>', type: 'rest', securityPolicy: 'BASIC_AUTH' },
    ]);
  });

  it('finds lookups, libraries and the schedule', async () => {
    expect(await archive).toMatchObject({
      lookups: ['ACCOUNTS', 'COUNTRIES'],
      libraries: ['TEXT_TOOLS|01.00.0000'],
      schedule: true,
    });
  });

  it('finds the integrations it calls, each once, without itself and without those that name no version', async () => {
    expect((await archive).calls.map(({ id }) => id)).toEqual(['AUDIT|02.00.0001', 'NOTIFY|01.00.0000']);
  });
});

describe('reading an archive', () => {
  it('says how many bytes it has and their digest', async () => {
    const bytes = Buffer.from(buildSampleArchive(SAMPLE));
    expect(await readArchive(bytes)).toMatchObject({
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it('reads bytes that lie in the middle of a larger buffer', async () => {
    const bytes = buildSampleArchive(SAMPLE);
    const larger = Buffer.concat([Buffer.alloc(77, 'x'), bytes, Buffer.alloc(33, 'y')]);
    expect(await readArchive(larger.subarray(77, 77 + bytes.length))).toEqual(await readArchive(bytes));
  });

  it('takes for a local call only what is one by its adapter', async () => {
    const other = replaceIn('Call0_REQUEST.jca', 'adapter="collocatedics"', 'adapter="rest" was="collocatedics"');
    const twoCalls = { ...SAMPLE, calls: SAMPLE.calls.slice(0, 2) };
    const { calls } = await readArchive(edited(buildSampleArchive(twoCalls), other));
    expect(calls.map(({ id }) => id)).toEqual(['AUDIT|02.00.0001']);
  });

  it('has nothing to say of what a small integration does not have', async () => {
    expect(await readArchive(buildSampleArchive({ code: 'PING', version: '01.00.0000' }))).toMatchObject({
      name: 'PING',
      lookups: [],
      libraries: [],
      schedule: false,
      calls: [],
    });
  });

  it('splits the folder at the last underscore, as codes hold underscores themselves', async () => {
    const bytes = buildSampleArchive({ code: 'A_01.00.0000_B', version: '01.00.0000' });
    expect((await readArchive(bytes)).id).toBe('A_01.00.0000_B|01.00.0000');
  });

  it('takes the name of a connection file for its id when the file breaks off', async () => {
    const bytes = edited(
      buildSampleArchive(SAMPLE),
      replaceIn('appinstances/SHOP_REST.xml', /<instanceCode>[\s\S]*/, '<'),
    );
    expect((await readArchive(bytes)).connections.at(-1)).toEqual({ id: 'SHOP_REST', type: 'unknown' });
  });

  it('opens to its files for those who want more than the summary', async () => {
    const bytes = buildSampleArchive(SAMPLE);
    const { members, projectFolder, ref } = await openArchive(bytes);
    expect(ref.id).toBe('ORDER_SYNC|01.02.0003');
    expect(projectFolder).toBe('icspackage/project/ORDER_SYNC_01.02.0003/');
    expect([...members].map(([name, data]) => [name, data.toString('hex')]).sort()).toEqual(
      readZip(bytes)
        .map(({ name, data }) => [name, Buffer.from(data).toString('hex')])
        .sort(),
    );
  });
});

describe('the content digest', () => {
  it.each(['gen2', 'oic3'] as const)('is one for two exports of %s, though their bytes differ', async (generation) => {
    const first = buildSampleArchive({
      ...SAMPLE,
      generation,
      exportedAt: new Date('2026-01-05T04:15:00Z'),
      entrySeed: 1,
    });
    const second = buildSampleArchive({
      ...SAMPLE,
      generation,
      exportedAt: new Date('2026-03-09T22:01:58Z'),
      entrySeed: 2,
    });
    expect(first.equals(second)).toBe(false);
    expect(await digestOf(second)).toBe(await digestOf(first));
  });

  const original = buildSampleArchive(SAMPLE);
  const attributes = 'ics_project_attributes.properties';

  it.each([
    ['the date comment of the attributes', replaceIn(attributes, /^#.*/, '#Fri Feb 06 01:02:03 PST 2026')],
    [
      'the date comment of a library',
      replaceIn('TEXT_TOOLS_properties.properties', /^#.*/, '#Fri Feb 06 01:02:03 UTC 2026'),
    ],
    ['validity', replaceIn(attributes, /^validity=.*/m, 'validity=1')],
    ['mod', replaceIn(attributes, /^mod=.*/m, 'mod=AAAA')],
    ['the transient state', replaceIn(attributes, /^project_transient_state=.*/m, 'project_transient_state=NEW')],
    ['the persisted state', replaceIn(attributes, 'ACTIVATED', 'CONFIGURED')],
    ['the model type', replaceIn(attributes, 'FREEFORM', 'TEMPLATE')],
    ['the order of keys', replaceIn(attributes, /^(CAV=.*\n)([\s\S]*)/m, '$2$1')],
    ['the line ends of properties', replaceIn('.properties', /\n/g, '\r\n')],
    ['the order of entries', (entries: { name: string; data: Uint8Array }[]) => entries.toReversed()],
  ])('does not depend on %s', async (_, change) => {
    const changed = edited(original, change);
    expect(changed.equals(edited(original, (entries) => entries))).toBe(false);
    expect(await digestOf(changed)).toBe(await digestOf(original));
  });

  it.each([
    ['a mapping', replaceIn('.xsl', '</xsl:text>', ' </xsl:text>')],
    ['a lookup value', replaceIn('COUNTRIES.dvm', 'Germany', 'France')],
    ['a connection', replaceIn('SHOP_REST.xml', 'BASIC_AUTH', 'NONE')],
    ['the schedule', replaceIn('.xml', 'BYHOUR=4', 'BYHOUR=5')],
    ['another attribute', replaceIn(attributes, 'keywords=sample', 'keywords=other')],
    [
      'a value that looks like a comment, further down',
      replaceIn('expr.properties', 'TextExpression : ', 'TextExpression :\n# 1'),
    ],
    [
      'the name of a file',
      (entries: { name: string; data: Uint8Array }[]) =>
        entries.map((entry) => ({ ...entry, name: entry.name.replace('COUNTRIES', 'LANDS') })),
    ],
    [
      'a file more',
      (entries: { name: string; data: Uint8Array }[]) => [
        ...entries,
        { name: 'icspackage/more', data: Buffer.alloc(0) },
      ],
    ],
    [
      'a file less',
      (entries: { name: string; data: Uint8Array }[]) => entries.filter(({ name }) => !name.endsWith('.dvm')),
    ],
  ])('changes with %s', async (_, change) => {
    expect(await digestOf(edited(original, change))).not.toBe(await digestOf(original));
  });

  it('changes with an edit, whatever the export', async () => {
    expect(await digestOf(buildSampleArchive({ ...SAMPLE, marker: 'edited' }))).not.toBe(await digestOf(original));
  });
});
