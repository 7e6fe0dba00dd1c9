import { describe, expect, test } from 'vitest';
import { type ArchiveDiff, diffArchives } from '../../../functions/core/diff/diff-archives.ts';
import { Refused } from '../../../functions/core/errors.ts';
import { failureOf } from '../../oic/simulated.ts';
import { buildSampleArchive, type SampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { ZipEntry } from '../../simulator/archives/zip.ts';
import { edited, replaceIn } from '../archive/archive-forge.ts';

const ERP = { id: 'ERP', type: 'erp', securityPolicy: 'USERNAME_PASSWORD_TOKEN', properties: ['host'] };
const BASE: SampleArchive = {
  code: 'HELLO',
  version: '01.00.0000',
  name: 'Hello',
  connections: [{ id: 'TRIGGER' }, ERP],
  lookups: {
    COUNTRIES: [
      ['ERP', 'ISO'],
      ['Germany', 'DE'],
      ['Austria', 'AT'],
    ],
  },
  libraries: ['LIB'],
  calls: [{ code: 'OTHER', version: '01.00.0000' }],
};

const sample = (more: Partial<SampleArchive> = {}): Buffer => buildSampleArchive({ ...BASE, ...more });
const diff = (more: Partial<SampleArchive>): Promise<ArchiveDiff> => diffArchives(sample(), sample(more));
const diffEdited = (change: (entries: ZipEntry[]) => ZipEntry[]): Promise<ArchiveDiff> =>
  diffArchives(sample(), edited(sample(), change));

const put =
  (name: string, text: string | Buffer) =>
  (entries: ZipEntry[]): ZipEntry[] => [
    ...entries.filter((entry) => entry.name !== name),
    { name, data: Buffer.from(text) },
  ];

const PROJECT = 'icspackage/project/HELLO_01.00.0000/';
const FLAT_TERMS = ['identity', 'connections', 'schedule', 'endpoints', 'mappings', 'expressions'];
const NOTHING = { added: [], removed: [] };
const NO_DIFFERENCE = {
  ...NOTHING,
  changed: [],
  terms: {
    ...Object.fromEntries(FLAT_TERMS.map((term) => [term, []])),
    calls: NOTHING,
    libraries: NOTHING,
    lookups: { ...NOTHING, changed: [] },
  },
};

describe('archives that mean the same', () => {
  test('differ in nothing when exported twice', async () => {
    const again = sample({ exportedAt: new Date('2026-06-01T00:00:00Z'), entrySeed: 7, state: 'CONFIGURED' });

    expect(await diffArchives(sample(), again)).toEqual({
      from: 'HELLO|01.00.0000',
      to: 'HELLO|01.00.0000',
      ...NO_DIFFERENCE,
    });
  });

  test.each<[string, (entries: ZipEntry[]) => ZipEntry[]]>([
    ['prefixes of namespaces', replaceIn('project.xml', /\bns2(?=[:=])/g, 'flow')],
    ['white space between elements', replaceIn('.jca', />\s+</g, '><')],
    ['comments', replaceIn('.xsl', '<xsl:template', '<!-- by mapper 12.2 --><xsl:template')],
    ['the order of attributes', replaceIn('.jca', /(name="[^"]*") (value="[^"]*")/g, '$2 $1')],
    ['the id of a connection', replaceIn('ERP.xml', /<id>[^<]*<\/id>/, '<id>another</id><groupId>one</groupId>')],
    ['who holds a connection', replaceIn('ERP.xml', '<revision>', '<lockedBy>anna</lockedBy><revision>')],
    [
      'attachments of a connection',
      replaceIn('ERP.xml', '<attachments/>', '<attachments><attachment>x</attachment></attachments>'),
    ],
    ['the keys of an export', replaceIn('attributes.properties', /^(validity|mod)=.*$/gm, '$1=1')],
    ['the order of properties', replaceIn('LIB_properties.properties', /(code=LIB)\n(.*)\n/, '$2\n$1\n')],
    ['the order of keys in JSON', replaceIn('layout3.json', '{"children":[]}', '{ "children": [] }')],
  ])('differ in nothing but %s', async (_, change) => {
    const other = edited(sample(), change);

    expect(other.equals(edited(sample(), (entries) => entries))).toBe(false);
    expect(await diffArchives(sample(), other)).toMatchObject(NO_DIFFERENCE);
  });

  test('differ in nothing but the path on the server that drew the mapping', async () => {
    const name = `${PROJECT}resources/processor_30/resourcegroup_33/req_0123456789abcdef0123456789abcdef_stateinfo.xml`;
    const withPath = (path: string) =>
      edited(
        sample(),
        put(name, `<s><uriAbsoluteLocation>file:${path}/resources/application_21/x.wsdl</uriAbsoluteLocation></s>`),
      );

    expect(await diffArchives(withPath('/u01/data/itg_123'), withPath('/u02/itg_5f-e4'))).toMatchObject(NO_DIFFERENCE);
    expect((await diffArchives(withPath('/u01/itg_1'), withPath('/u01/itg_1/more'))).changed).toHaveLength(1);
  });
});

describe('archives of different integrations', () => {
  test('are not compared', async () => {
    const error = await failureOf(diff({ code: 'WORLD' }));

    expect(error).toBeInstanceOf(Refused);
    expect(error.message).toContain('HELLO and WORLD');
  });

  test('are compared when only the version differs', async () => {
    const { from, to, added, removed, terms } = await diff({ version: '01.02.0000', schedule: undefined });

    expect([from, to]).toEqual(['HELLO|01.00.0000', 'HELLO|01.02.0000']);
    expect([added, removed]).toEqual([[], []]);
    expect(terms.identity).toEqual([{ field: 'version', from: '01.00.0000', to: '01.02.0000' }]);
  });
});

describe('members that differ', () => {
  test('are told with a unified diff, one element a line', async () => {
    const { changed } = await diff({ marker: 'new value' });

    const mapping = changed.find(({ member }) => member.endsWith('.xsl'));
    expect(mapping?.member).toMatch(/^project\/resources\/processor_30\/resourcegroup_33\/req_/);
    expect(mapping?.diff?.split('\n').slice(2, -1)).toEqual([
      '@@ -2,7 +2,7 @@',
      '   <xsl:template match="/">',
      '     <execute>',
      '       <value>',
      '-        <xsl:text/>',
      '+        <xsl:text>new value</xsl:text>',
      '       </value>',
      '     </execute>',
      '   </xsl:template>',
    ]);
  });

  test('are told by size and hash when they are no text', async () => {
    const jar = 'icspackage/apilibrary/LIB01.00.0000/LIB.jar';
    const binary = (byte: number) => edited(sample(), put(jar, Buffer.from([0, byte, 255])));

    expect((await diffArchives(binary(1), binary(2))).changed).toEqual([
      {
        member: jar,
        from: { bytes: 3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        to: { bytes: 3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ]);
  });

  test('are named when only one side has them', async () => {
    const name = `${PROJECT}resources/processor_7/resourcegroup_8/notification_body.data`;

    expect((await diffEdited(put(name, 'Dear'))).added).toEqual([
      { member: 'project/resources/processor_7/resourcegroup_8/notification_body.data', bytes: 4 },
    ]);
    expect((await diffArchives(edited(sample(), put(name, 'Dear')), sample())).removed).toHaveLength(1);
  });

  test('are compared as XML below a document type, which expands nothing', async () => {
    const name = `${PROJECT}resources/processor_7/resourcegroup_8/notification_body.data`;
    const body = (text: string) => edited(sample(), put(name, text));
    const plain = body('<!DOCTYPE html>\n<p><b>Dear</b> Anna</p>');

    expect(await diffArchives(plain, body('<!DOCTYPE html><p>\n<b >Dear</b> Anna</p>'))).toMatchObject(NO_DIFFERENCE);
    const [change] = (await diffArchives(plain, body('<!DOCTYPE html><p><b>Dear</b> Bob</p>'))).changed;
    expect(change?.diff).toContain('-  Anna\n+  Bob');
    const bomb = '<!DOCTYPE p [<!ENTITY e "Anna">]><p><b>Dear</b> &e;</p>';
    expect((await diffArchives(plain, body(bomb))).changed[0]?.diff).toContain('&e;');
  });

  test('are told without a diff when they have nothing in common', async () => {
    const name = `${PROJECT}resources/processor_7/resourcegroup_8/notification_body.data`;
    const lines = (word: string) => Array.from({ length: 5_000 }, (_, n) => `${word} ${n}`).join('\n');
    const [a, b] = ['one', 'two'].map((word) => edited(sample(), put(name, lines(word)))) as [Buffer, Buffer];

    expect((await diffArchives(a, b)).changed).toEqual([
      { member: 'project/resources/processor_7/resourcegroup_8/notification_body.data' },
    ]);
  });

  test('are compared as they are when they are no XML after all', async () => {
    const name = `${PROJECT}resources/processor_7/resourcegroup_8/notification_body.data`;
    const body = (end: string) => edited(sample(), put(name, `<!DOCTYPE x><p>Dear\n<br>${end}`));

    const [change] = (await diffArchives(body('Anna'), body('Bob'))).changed;
    expect(change?.diff).toContain('-<br>Anna\n+<br>Bob');
  });

  test('count blanks in a text of a stylesheet, and none between its elements', async () => {
    const text = (inside: string) =>
      edited(sample({ marker: 'X' }), replaceIn('.xsl', '<xsl:text>X', `<xsl:text>${inside}`));

    expect((await diffArchives(text(' '), text('\n'))).changed[0]?.diff).toContain(
      '+        <xsl:text>&#10;</xsl:text>',
    );
  });
});

describe('in terms of the integration', () => {
  test('name and description', async () => {
    const { terms } = await diffEdited(
      replaceIn(
        'project.xml',
        '<projectName>Hello</projectName>',
        '<projectName>Hi</projectName><projectDescription>Says hi</projectDescription>',
      ),
    );

    expect(terms.identity).toEqual([
      { field: 'name', from: 'Hello', to: 'Hi' },
      { field: 'description', from: '', to: 'Says hi' },
    ]);
  });

  test('connections: added, removed, another policy, another value of a property', async () => {
    const rest = { id: 'REST', type: 'rest', securityPolicy: 'NONE' };
    expect((await diff({ connections: [{ id: 'TRIGGER' }, rest] })).terms.connections).toEqual([
      {
        id: 'ERP',
        change: 'removed',
        fields: [
          { field: 'name', from: 'ERP', to: null },
          { field: 'type', from: 'erp', to: null },
          { field: 'securityPolicy', from: 'USERNAME_PASSWORD_TOKEN', to: null },
        ],
        properties: [],
      },
      expect.objectContaining({ id: 'REST', change: 'added' }),
    ]);

    const { terms } = await diffEdited((entries) =>
      replaceIn(
        'ERP.xml',
        '%%ERP_host',
        'https://erp.example',
      )(replaceIn('ERP.xml', 'USERNAME_PASSWORD_TOKEN', 'NONE')(entries)),
    );
    expect(terms.connections).toEqual([
      {
        id: 'ERP',
        change: 'changed',
        fields: [{ field: 'securityPolicy', from: 'USERNAME_PASSWORD_TOKEN', to: 'NONE' }],
        properties: ['host'],
      },
    ]);
  });

  test('values of connections are told to differ and never shown', async () => {
    const withValue = (value: string) => edited(sample(), replaceIn('ERP.xml', '%%ERP_host', value));

    const result = await diffArchives(withValue('tiger-1'), withValue('tiger-2'));

    expect(result.changed[0]?.diff).toMatch(/-\s+<value>\(hidden\)<\/value>\n\+\s+<value>\(hidden, another value\)/);
    expect(JSON.stringify(result)).not.toContain('tiger');
  });

  test('lookups: names, columns and numbers of rows, never values', async () => {
    const COUNTRIES = [
      ['ERP', 'ISO', 'BANK'],
      ['Germany', 'DE', 'tiger'],
      ['Austria', 'AT', 'tiger'],
      ['France', 'FR', 'tiger'],
    ];

    const result = await diff({ lookups: { COUNTRIES, TOKENS: [['KEY'], ['lion']] } });

    expect(result.terms.lookups).toEqual({
      added: [{ name: 'TOKENS', columns: ['KEY'], rows: 1 }],
      removed: [],
      changed: [
        {
          name: 'COUNTRIES',
          columns: { from: ['ERP', 'ISO'], to: ['ERP', 'ISO', 'BANK'] },
          rows: { from: 2, to: 3 },
          rowsAdded: 3,
          rowsRemoved: 2,
        },
      ],
    });
    expect(result.changed).toEqual([{ member: 'icspackage/dvms/COUNTRIES.dvm' }]);
    expect(JSON.stringify(result)).not.toMatch(/tiger|lion|Germany/);
  });

  test('a lookup that cannot be read is told to differ, no more', async () => {
    const broken = (text: string) =>
      edited(sample(), put('icspackage/dvms/COUNTRIES.dvm', Buffer.from(text, 'latin1')));

    const result = await diffArchives(broken('<dvm>tiger\xff'), broken('<dvm>lion\xff'));

    expect(result.changed).toEqual([{ member: 'icspackage/dvms/COUNTRIES.dvm' }]);
    expect(result.terms.lookups.changed).toMatchObject([{ name: 'COUNTRIES', rowsAdded: 1, rowsRemoved: 1 }]);
    expect(JSON.stringify(result)).not.toMatch(/tiger|lion/);
  });

  test('calls and libraries', async () => {
    const { terms } = await diff({ calls: [{ code: 'OTHER', version: '02.00.0000' }], libraries: [] });

    expect(terms.calls).toEqual({ added: ['OTHER|02.00.0000'], removed: ['OTHER|01.00.0000'] });
    expect(terms.libraries).toEqual({ added: [], removed: ['LIB|01.00.0000'] });
  });

  test('the schedule', async () => {
    const [a, b] = ['FREQ=DAILY', 'FREQ=HOURLY'].map((schedule) => sample({ schedule })) as [Buffer, Buffer];

    expect((await diffArchives(a, b)).terms.schedule).toEqual([
      { field: 'ical-expression', from: 'FREQ=DAILY', to: 'FREQ=HOURLY' },
    ]);
    expect((await diff({ schedule: 'FREQ=DAILY' })).terms.schedule).toContainEqual({
      field: 'ical-expression',
      from: null,
      to: 'FREQ=DAILY',
    });
  });

  test('what an endpoint is told', async () => {
    const { terms } = await diffEdited(replaceIn('Step1_REQUEST.jca', '/step/1', '/elsewhere'));

    expect(terms.endpoints).toEqual([
      {
        member: 'project/resources/application_21/inbound_22/resourcegroup_23/Step1_REQUEST.jca',
        name: 'Step1',
        properties: [{ field: 'ResourceURI', from: '/step/1', to: '/elsewhere' }],
      },
    ]);
  });
});

describe('expressions', () => {
  const name = `${PROJECT}resources/processor_7/resourcegroup_8/expr.properties`;
  const expression = (lines: string[]) => edited(sample(), put(name, `${lines.join('\n')}\n`));
  const ROUTE = ['TextExpression : action = "ship"', 'ExpressionName : Ship', 'VariableName : '];

  test('are told as they run', async () => {
    const [a, b] = ['ship', 'return'].map((word) =>
      expression([
        ...ROUTE,
        `XpathExpression : /ns1:order/ns1:action = "${word}"`,
        'NamespaceList : ns1=http://example/order',
      ]),
    ) as [Buffer, Buffer];

    expect((await diffArchives(a, b)).terms.expressions).toEqual([
      {
        member: 'project/resources/processor_7/resourcegroup_8/expr.properties',
        name: 'Ship',
        from: '/ns1:order/ns1:action = "ship"',
        to: '/ns1:order/ns1:action = "return"',
      },
    ]);
  });

  test('are the same under other prefixes, and differ under the same prefix for another namespace', async () => {
    const written = (prefix: string, uri: string) =>
      expression([...ROUTE, `XpathExpression : /${prefix}:order`, `NamespaceList : ${prefix}=http://example/${uri}`]);

    expect(await diffArchives(written('ns1', 'order'), written('ns9', 'order'))).toMatchObject(NO_DIFFERENCE);
    expect((await diffArchives(written('ns1', 'order'), written('ns1', 'shop'))).terms.expressions).toHaveLength(1);
  });
});

describe('mappings', () => {
  const xsl = (body: string, head = '') =>
    `<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:m="http://example/mapper" xmlns:o="http://example/order">
<m:schema><m:mapTargets><m:target><m:schema location="../../application_21/inbound_22/resourcegroup_23/Ship_REQUEST.wsdl"/>
<m:rootElement name="execute" namespace="x"/></m:target></m:mapTargets></m:schema>${head}
<xsl:template match="/" xml:id="id_3"><o:execute xml:id="id_4">${body}</o:execute></xsl:template></xsl:stylesheet>`;
  const mapping = (body: string, head = '') =>
    edited(sample(), put(`${PROJECT}resources/processor_7/resourcegroup_8/m.xsl`, xsl(body, head)));
  const diffBodies = async (a: string, b: string) => (await diffArchives(mapping(a), mapping(b))).terms.mappings[0];

  test('are told by the elements of the target and what fills them', async () => {
    const result = await diffBodies(
      '<o:id><xsl:value-of select="/o:a"/></o:id><o:gone>1</o:gone><o:same a="1"/>',
      '<o:id><xsl:value-of select="/o:b"/></o:id><o:same a="1"/><o:new><xsl:attribute name="n">x</xsl:attribute></o:new>',
    );

    expect(result).toEqual({
      member: 'project/resources/processor_7/resourcegroup_8/m.xsl',
      target: 'Ship (execute)',
      elements: [
        { element: '/execute/id', from: 'value-of /o:a', to: 'value-of /o:b' },
        { element: '/execute/gone', from: '"1"', to: null },
        { element: '/execute/new/@n', from: null, to: '"x"' },
      ],
    });
  });

  test('are told by their conditions and loops too', async () => {
    const result = await diffBodies(
      '<xsl:for-each select="/o:l"><o:id><xsl:if test="o:a"><xsl:text>1</xsl:text></xsl:if></o:id></xsl:for-each>',
      '<xsl:for-each select="/o:k"><o:id><xsl:if test="o:b"><xsl:text>1</xsl:text></xsl:if></o:id></xsl:for-each>',
    );

    expect(result?.elements).toEqual([
      { element: '/execute', from: 'for-each /o:l', to: 'for-each /o:k' },
      { element: '/execute/id', from: 'if o:a; "1"', to: 'if o:b; "1"' },
    ]);
  });

  test('are the same when the mapper has only numbered its elements anew', async () => {
    const a = edited(mapping('<o:id xml:id="id_5"/>'), (entries) => entries);
    const b = mapping('<o:id xml:id="id_77"/>');

    expect(await diffArchives(a, b)).toMatchObject(NO_DIFFERENCE);
  });

  test('differ when a prefix stands for another namespace, and not when another prefix stands for the same', async () => {
    const declared = (declarations: string, prefix: string) =>
      edited(mapping('<o:id a="o:b">o:c</o:id>'), (entries) =>
        replaceIn(
          'm.xsl',
          'xmlns:o="http://example/order"',
          declarations,
        )(replaceIn('m.xsl', /\bo:/g, prefix)(entries)),
      );
    const order = declared('xmlns:o="http://example/order"', 'o:');

    expect(await diffArchives(order, declared('xmlns:n="http://example/order"', 'n:'))).toMatchObject(NO_DIFFERENCE);
    expect(
      await diffArchives(order, declared('xmlns:o="http://example/shop" xmlns:n="http://example/order"', 'n:')),
    ).toMatchObject(NO_DIFFERENCE);
    const [change] = (await diffArchives(order, declared('xmlns:o="http://example/shop"', 'o:'))).changed;
    expect(change?.diff).toContain('-      <o:id a="o:b">o:c</o:id>\n');
    expect(change?.diff).toContain('+      <o_2:id a="o_2:b">o_2:c</o_2:id>\n');
  });

  test('are told whole when they are new', async () => {
    const { terms } = await diffArchives(sample(), mapping('<o:id/>'));

    expect(terms.mappings).toMatchObject([
      { target: 'Ship (execute)', elements: [{ element: '/execute/id', from: null, to: 'empty' }] },
    ]);
  });
});
