import { describe, expect, test } from 'vitest';
import { toCertificate, toProject } from '../../functions/oic/kind-answers.ts';
import { buildLibrary } from '../core/archive/kinds-forge.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { useClients } from './clients.ts';
import { failureOf } from './simulated.ts';

const start = useClients();
const ORDER = 'ORDER|01.00.0000';
const MONDAY = new Date('2026-09-14T08:00:00.000Z');
const SAVED = { lastUpdated: MONDAY, lastUpdatedBy: 'ada' };
const TOLD = { lastUpdated: MONDAY.toISOString(), lastUpdatedBy: 'ada' };

describe('lookups', () => {
  test.each([
    ['dvm', 204],
    ['dvm', 200],
    ['name-first', 204],
    ['untitled', 204],
  ] as const)('travel out and in, of the shape %s, replaced with %i', async (lookupShape, lookupReplaced) => {
    const { simulator, oic } = await start({ behaviour: { lookupShape, lookupReplaced } });
    const description = lookupShape === 'untitled' ? '' : 'By ISO, in two columns';
    simulator.instance.saveLookup('COUNTRY CODES', ['ISO', 'Name'], [['DE', 'a,"b"']], { ...SAVED, description });
    expect((await oic.listLookups()).items).toMatchObject([{ id: 'COUNTRY CODES', name: 'COUNTRY CODES', ...TOLD }]);

    const { bytes, archive } = await oic.exportLookup('COUNTRY CODES');
    expect(archive).toMatchObject({ description, columns: ['ISO', 'Name'], rows: [['DE', 'a,"b"']] });

    simulator.instance.lookups.clear();
    expect(await failureOf(oic.replaceLookup('COUNTRY CODES', bytes))).toMatchObject({ kind: 'not-found' });
    await oic.importLookup('COUNTRY CODES', bytes);
    expect(await failureOf(oic.importLookup('COUNTRY CODES', bytes))).toMatchObject({ kind: 'conflict' });
    await oic.replaceLookup('COUNTRY CODES', bytes);
    expect(simulator.instance.lookups.get('COUNTRY CODES')).toMatchObject({ description, rows: [['DE', 'a,"b"']] });
  });

  test('that are locked, gone or answered by a web page fail in words', async () => {
    const { simulator, oic } = await start();
    simulator.instance.saveLookup('CODES', ['A'], []);
    Object.assign(simulator.instance.lookups.get('CODES') ?? {}, { lockedBy: 'ada' });

    expect((await oic.listLookups()).items).toMatchObject([{ id: 'CODES', lockedBy: 'ada' }]);
    expect(await failureOf(oic.exportLookup('CODES'))).toMatchObject({
      kind: 'locked',
      message: expect.stringMatching(/exporting lookup CODES on dev failed: .*423.*locked by ada/),
    });
    expect(await failureOf(oic.exportLookup('NONE'))).toMatchObject({ kind: 'not-found' });
    simulator.faults.add({ match: { kind: 'lookup-export' }, answer: 'html-200' });
    expect(await failureOf(oic.exportLookup('CODES'))).toMatchObject({ kind: 'unexpected-answer' });
  });

  test.each(['dvm', 'name-first'] as const)('that are others than asked for are refused: %s', async (lookupShape) => {
    const { simulator, oic } = await start({ behaviour: { lookupShape } });
    const { saveLookup, lookups } = simulator.instance;
    saveLookup('OTHER', ['A', 'B', 'C'], []);
    const other = lookups.get('OTHER');
    if (other) lookups.set('CODES', other);

    expect((await failureOf(oic.exportLookup('CODES'))).message).toMatch(
      /exporting lookup CODES on dev failed: .*it is the lookup OTHER/,
    );
  });

  test('are listed whole where pages are smaller than asked for', async () => {
    const { simulator, oic } = await start({ pageCap: 7 });
    for (let number = 0; number < 30; number++) simulator.instance.saveLookup(`L${number}`, ['A'], []);

    expect((await oic.listLookups()).items).toHaveLength(30);
  });
});

describe('libraries', () => {
  const jar = (script: string): Buffer => buildLibrary({ code: 'TOOLS', version: '01.00.0000', script });

  test('are registered, listed, exported and updated', async () => {
    const { oic } = await start();
    const tools = { code: 'TOOLS', version: '01.00.0000', name: 'My tools' };
    await oic.registerLibrary(tools, jar('1'));
    expect(await failureOf(oic.registerLibrary(tools, jar('1')))).toMatchObject({ kind: 'conflict' });
    expect((await oic.listLibraries()).items).toMatchObject([{ id: 'TOOLS|01.00.0000', ...tools }]);

    const before = await oic.exportLibrary('TOOLS|01.00.0000');
    await oic.updateLibrary('TOOLS|01.00.0000', jar('2'));
    const after = await oic.exportLibrary('TOOLS|01.00.0000');

    expect(before.archive).toMatchObject({ code: 'TOOLS', version: '01.00.0000' });
    expect(before.archive.contentSha256).not.toBe(after.archive.contentSha256);
    expect(await failureOf(oic.updateLibrary('NONE|01.00.0000', jar('1')))).toMatchObject({ kind: 'not-found' });
  });

  test('are refused when the archive says it is another one', async () => {
    const { simulator, oic } = await start();
    simulator.instance.saveLibrary('TOOLS', '02.00.0000', jar('1'));

    const failure = await failureOf(oic.exportLibrary('TOOLS|02.00.0000'));

    expect(failure.message).toMatch(/it is the library TOOLS\|01\.00\.0000/);
  });
});

describe('packages', () => {
  const packed = (code: string) => buildSampleArchive({ code, version: '01.00.0000', packageName: 'acme.pay' });

  test('are listed with what they hold where the instance tells, and exported', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(packed('A'));
    simulator.instance.add(packed('B'));

    expect((await oic.listPackages()).items).toEqual([
      { id: 'acme.pay', name: 'acme.pay', integrations: ['A|01.00.0000', 'B|01.00.0000'] },
    ]);
    const { archive } = await oic.exportPackage('acme.pay');
    expect(archive).toMatchObject({ name: 'acme.pay', integrations: [{ code: 'A' }, { code: 'B' }] });

    const unlisted = await start({ behaviour: { packageMembers: 'unlisted' } });
    unlisted.simulator.instance.add(packed('A'));
    expect((await unlisted.oic.listPackages()).items).toEqual([{ id: 'acme.pay', name: 'acme.pay' }]);
  });

  test.each([500, 404] as const)('that are missing are not found, though Oracle says %i', async (status) => {
    const { oic } = await start({ behaviour: { missingPackageStatus: status } });

    expect(await failureOf(oic.exportPackage('acme.pay'))).toMatchObject({ kind: 'not-found' });
  });

  test('that are there and cannot be exported fail as they did', async () => {
    const { simulator, oic } = await start();
    simulator.instance.add(packed('A'));
    simulator.faults.add({ match: { kind: 'package-export' }, answer: { status: 500 } });

    expect(await failureOf(oic.exportPackage('acme.pay'))).toMatchObject({ kind: 'unavailable' });
  });
});

test.each(['given', 'not-given'] as const)('agent groups have a name, and an id that is %s', async (agentGroupIds) => {
  const { simulator, oic } = await start({ behaviour: { agentGroupIds } });
  simulator.instance.agentGroups.set('ON_PREM', 'On premises');

  const id = agentGroupIds === 'given' ? 'ON_PREM' : 'On premises';
  expect((await oic.listAgentGroups()).items).toEqual([{ id, name: 'On premises' }]);
});

test.each(['masked', 'masked-longer', 'absent'] as const)(
  'connections come with everything but secrets, which are %s',
  async (passwords) => {
    const { simulator, oic } = await start({ behaviour: { passwords } });
    const erp = { id: 'ERP', type: 'erp', securityPolicy: 'BASIC_AUTH', properties: ['host'] };
    simulator.instance.add(buildSampleArchive({ code: 'A', version: '01.00.0000', connections: [erp] }));

    const { items: listed } = await oic.listConnections();

    expect(listed.find(({ id }) => id === 'ERP')).toMatchObject({
      adapterType: 'erp',
      role: 'SOURCE_AND_TARGET',
      status: 'CONFIGURED',
      securityPolicy: 'BASIC_AUTH',
      connectionProperties: [{ propertyName: 'host', propertyValue: 'https://erp.example.com', isSet: true }],
      securityProperties: [
        { propertyName: 'username', propertyValue: expect.stringMatching(/^username-/), isSet: true },
        { propertyName: 'password', isSet: passwords !== 'absent' },
      ],
    });
    const password = simulator.instance.connections.get('ERP')?.credentials.get('password') ?? '';
    expect(password).not.toBe('');
    for (const secret of [password, '****']) expect(JSON.stringify(listed)).not.toContain(secret);
  },
);

test('an instance that is only read takes none of the writes, and is not asked', async () => {
  const { simulator, oic } = await start({}, { isReadOnly: true });
  const bytes = Buffer.from('x');
  const writes = [
    oic.importProject('SHOP', bytes),
    oic.deleteProject('SHOP'),
    oic.inProject('SHOP').activate(ORDER),
    oic.inProject('SHOP').changeSchedule(ORDER, 'start'),
    oic.importLookup('L', bytes),
    oic.replaceLookup('L', bytes),
    oic.registerLibrary({ code: 'T', version: '01.00.0000', name: 'T' }, bytes),
    oic.updateLibrary('T|01.00.0000', bytes),
  ];

  for (const write of writes) expect((await failureOf(write)).message).toMatch(/so it is only read/);
  expect(simulator.requests).toEqual([]);
});

describe('a certificate, of which no answer was ever recorded,', () => {
  test.each<[string, object, object]>([
    ['with no more than an alias', { alias: 'PARTNER' }, { id: 'PARTNER', name: 'PARTNER', isOracles: false }],
    ['with no more than an id', { id: 'USER|PGP|PUBLIC|P' }, { id: 'USER|PGP|PUBLIC|P', name: 'USER|PGP|PUBLIC|P' }],
    [
      'with fields of another form than expected',
      { name: 'P', type: { name: 'X509' }, expires: 'never', status: null, lastUpdated: 1_700_000_000_000 },
      { name: 'P', type: undefined, expires: undefined, status: undefined, lastUpdated: '2023-11-14T22:13:20.000Z' },
    ],
    ['that came with the instance', { id: 'SYSTEM|X509|TRUST|CA', name: 'CA' }, { isOracles: true }],
    [
      'whose parts make its id',
      { installedType: 'USER', type: 'X509', category: 'TRUST', name: 'P' },
      { id: 'USER|X509|TRUST|P' },
    ],
    ['with its content where a name belongs', { name: 'P', type: 'A'.repeat(2000) }, { name: 'P', type: undefined }],
  ])('%s is read', (_, told, certificate) => {
    expect(toCertificate(told)).toMatchObject(certificate);
  });

  test.each([{}, { name: '' }, 'PARTNER', null])('that tells no name (%j) is odd', (told) => {
    expect(() => toCertificate(told)).toThrow(/has not the shape/);
  });
});

describe('the deployments a project tells', () => {
  const project = (assets: unknown) => toProject({ code: 'SHOP', state: { assets } }).deployments;

  test.each([
    [
      'are read with their integrations, where they are told',
      [{ code: '1', integrations: [{ code: 'A', version: '01.00.0000' }] }],
    ],
    [
      'are read without, as recorded',
      [{ code: '01.00.0002', lastUpdated: '2024-03-13T14:53:35.057+0000', name: '1.0.2' }],
    ],
    ['are none when the list is empty', []],
  ])('%s', (_, items) => {
    const told = project({ labelsRs: { items } });

    expect(told).toHaveLength(items.length);
    expect(told?.map(({ code }) => code)).toEqual(items.map(({ code }) => code));
  });

  test.each([undefined, null, {}, { labelsRs: {} }, { labelsRs: { items: [{ name: 'no code' }] } }, 'x'])(
    'count as untold in any other form (%j)',
    (assets) => {
      expect(project(assets)).toBeUndefined();
    },
  );
});
