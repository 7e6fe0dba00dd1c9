/**
 * What instances stamp on an archive, one place at a time, and facts of the design, one at a time: a digest is blind to any
 * of the first and sees each of the second.
 */

import { buildSampleArchive, type SampleArchive } from '../../simulator/archives/sample-archive.ts';
import { readZip, type ZipEntry } from '../../simulator/archives/zip.ts';
import { createRandom } from '../../simulator/random.ts';
import { promoted } from '../diff/promoted.ts';
import { edited } from './archive-forge.ts';

type Change = (text: string, seed: number) => string;

const inFiles =
  (pattern: RegExp, change: Change) =>
  (entries: readonly ZipEntry[], seed: number): ZipEntry[] =>
    entries.map(({ name, data }) => {
      if (!pattern.test(name)) return { name, data };
      return { name, data: Buffer.from(change(Buffer.from(data).toString('latin1'), seed), 'latin1') };
    });

const CONNECTION = /^icspackage\/appinstances\//;
const ATTRIBUTES = /ics_project_attributes\.properties$/;
const DEFINITION = /PROJECT-INF\/project\.xml$/;

/** Elements right below the root, there or not before. */
const element =
  (local: string): Change =>
  (text, seed) =>
    text
      .replace(new RegExp(`<${local}>[^<]*</${local}>`), '')
      .replace('<revision>', `<${local}>${local}-${seed}</${local}><revision>`);

const audit =
  (outer: string, local: string): Change =>
  (text, seed) =>
    text.replace(
      '<revision>',
      `<securedAuditInfo><${outer}><${local}>${seed}</${local}></${outer}></securedAuditInfo><revision>`,
    );

const line =
  (key: string): Change =>
  (text, seed) =>
    `${text.replace(new RegExp(`^${key}=.*\n`, 'm'), '')}${key}=${seed}\n`;

const shuffledLines: Change = (text, seed) => {
  const [date = '', ...lines] = text.trimEnd().split('\n');
  return [date, ...createRandom(seed).shuffle(lines), ''].join('\n');
};

const reorderedAttributes: Change = (text) =>
  text.replace(/(<[\w:]+) ([\w:]+="[^"<>]*") ([\w:]+="[^"<>]*")(?=[ />])/g, '$1 $3 $2');

const otherPrefixes: Change = (text, seed) =>
  text.replace(/\bns(\d+)(?=[:=])/g, (_, n: string) => `ns${Number(n) + 1 + (seed % 50)}`);

/** By the place that is stamped. */
export const STAMPS: Readonly<Record<string, (entries: readonly ZipEntry[], seed: number) => ZipEntry[]>> = {
  ...Object.fromEntries(
    [
      'id',
      'groupId',
      'status',
      'percentageComplete',
      'platformVersion',
      'privateEndpoint',
      'publicScope',
      'hasOverride',
      'updatePluginVersion',
      'sdkVersion',
    ].map((local) => [`<${local}> of connections`, inFiles(CONNECTION, element(local))]),
  ),
  ...Object.fromEntries(
    (
      [
        ['auditInfo', 'createdBy'],
        ['auditInfo', 'createdDate'],
        ['auditInfo', 'lastUpdatedBy'],
        ['auditInfo', 'lastUpdatedDate'],
        ['lockInfo', 'lockedBy'],
        ['lockInfo', 'lockedDate'],
      ] as const
    ).map(([outer, local]) => [`<${local}> of connections`, inFiles(CONNECTION, audit(outer, local))]),
  ),
  'attachments of connections': inFiles(CONNECTION, (text, seed) =>
    text.replace(
      '<attachments/>',
      `<attachments><attachment><name>wallet</name><content>${seed}</content><signature>${seed}</signature></attachment></attachments>`,
    ),
  ),
  ...Object.fromEntries(
    [
      'version',
      'package_name',
      'validity',
      'mod',
      'project_persisted_state',
      'project_transient_state',
      'modelType',
    ].map((key) => [`${key} in the attributes`, inFiles(ATTRIBUTES, line(key))]),
  ),
  'the order of smartTags': inFiles(ATTRIBUTES, (text) => text.replace(/^smartTags=(.*),(.*)$/m, 'smartTags=$2,$1')),
  'the order of attributes': inFiles(ATTRIBUTES, shuffledLines),
  'the date of the export': inFiles(/\.properties$/, (text, seed) =>
    text.replace(/^#.*$/m, `#${new Date(seed * 1e6).toUTCString()}`),
  ),
  'namespace prefixes': inFiles(/\.(?:xml|xsl|properties)$/, otherPrefixes),
  'a last newline in project.xml': inFiles(DEFINITION, (text) => `${text}\n`),
  'the layout of XML': inFiles(/\.(?:xml|jca|wsdl)$/, (text) => text.replace(/>\s*<(?=[\w/])/g, '>\n\t<')),
  'the order of attributes in XML': inFiles(/\.(?:xml|xsl|jca|wsdl)$/, reorderedAttributes),
  'comments in XML': inFiles(/\.xsl$/, (text, seed) => text.replace(/(<\/[\w:]+>)\s*$/, `<!-- ${seed} -->$1`)),
  'where the server keeps what it maps': inFiles(/_stateinfo\.xml$/, (text, seed) =>
    text.replace(/file:[^<]*\/itg_[^/<]+/, `file:/u0${seed % 9}/data/itg_${seed}`),
  ),
  'the order of keys in JSON': inFiles(/\.json$/, (text) => text.replace(/"a":1,"b":2/, '"b":2,"a":1')),
  'the order of entries': (entries, seed) => createRandom(seed).shuffle([...entries]),
};

const replaced =
  (pattern: RegExp, from: RegExp, to: string) =>
  (entries: readonly ZipEntry[]): ZipEntry[] =>
    inFiles(pattern, (text) => text.replace(from, to))(entries, 0);

/** By what is changed. */
export const FACTS: Readonly<Record<string, (entries: readonly ZipEntry[]) => ZipEntry[]>> = {
  'an expression': replaced(/expr\.properties$/, /XpathExpression : .*/, 'XpathExpression : /ns1:order/ns1:gone'),
  'what a prefix in an expression stands for': replaced(/expr\.properties$/, /example\/order/, 'example/shop'),
  'the name of the integration': replaced(DEFINITION, /(projectName>)/, '$1Other '),
  'which step is called': replaced(DEFINITION, /<((?:\w+:)?)receive /, '<$1scheduleReceive '),
  'the order of steps': replaced(
    DEFINITION,
    /(<(?:\w+:)?transformer id="m0"[^>]*>)\s*(<(?:\w+:)?invoke id="i0"[^>]*>)/,
    '$2$1',
  ),
  'where a step goes to': replaced(DEFINITION, /(transformer id="m0" refUri="processor_)\d+/, '$1900'),
  'what an adapter is told': replaced(/Step1_REQUEST\.jca$/, /"\/step\/1"/, '"/elsewhere"'),
  'the namespace of a message': replaced(/Step1_REQUEST\.wsdl$/, /adapter\/REST/g, 'adapter/SOAP'),
  'a mapping': replaced(/\.xsl$/, /select="[^"]*"/, 'select="/ns1:order/ns1:gone"'),
  'blanks in a text of a mapping': replaced(/\.xsl$/, /<xsl:text>/, '<xsl:text> '),
  'a value of a connection': replaced(/appinstances\/ERP\.xml$/, /%%ERP_host/, 'https://erp.example'),
  'the policy of a connection': replaced(/appinstances\/ERP\.xml$/, /BASIC_AUTH/, 'NONE'),
  'an id that is not the own one of a connection': replaced(
    /appinstances\/ERP\.xml$/,
    /<connectionProperties>/,
    '<more><id>1</id></more><connectionProperties>',
  ),
  'a cell of a lookup': replaced(/\.dvm$/, /Germany/, 'France'),
  'a tag': replaced(ATTRIBUTES, /^(smartTags=.*)$/m, '$1,more'),
  'a key of the attributes': replaced(ATTRIBUTES, /^CAV=4$/m, 'CAV=5'),
  'a script of a library': replaced(/LIB\.jar$/, /return 1/, 'return 2'),
  'the schedule': replaced(/\/schedule\//, /FREQ=DAILY/, 'FREQ=HOURLY'),
  'the order of a list in JSON': replaced(/layout3\.json$/, /\[1,2\]/, '[2,1]'),
  'the words of a notification': replaced(/notification_body\.data$/, /Dear/, 'Hello'),
  'a file more': (entries) => [
    ...entries,
    { name: `${FOLDER}resources/processor_900/resourcegroup_901/more.data`, data: Buffer.from('x') },
  ],
  'a file less': (entries) => entries.filter(({ name }) => !name.endsWith('notification_body.data')),
};

const FOLDER = 'icspackage/project/FULL_01.00.0000/';

/** An integration that has everything there is to stamp or to change. */
export const fullArchive = (): Buffer => {
  const sample: SampleArchive = {
    code: 'FULL',
    version: '01.00.0000',
    name: 'Full',
    connections: [{ id: 'TRIGGER' }, { id: 'ERP', properties: ['host', 'port'] }, { id: 'FTP' }],
    lookups: { COUNTRIES: [['ERP'], ['Germany']] },
    libraries: ['LIB'],
    calls: [{ code: 'OTHER', version: '01.00.0000' }],
    marker: 'x',
  };
  const scheduled = readZip(buildSampleArchive({ ...sample, schedule: 'FREQ=DAILY' }));
  const put = (name: string, text: string): ZipEntry => ({
    name: `${FOLDER}resources/${name}`,
    data: Buffer.from(text),
  });
  const mapping = `<?xml version="1.0"?><xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ns1="http://example/order">
<xsl:import href="../../application_21/inbound_22/resourcegroup_23/more.xsl"/>
<xsl:template match="/"><ns1:order><xsl:value-of select="/ns1:order/ns1:id"/><xsl:text>a</xsl:text></ns1:order></xsl:template></xsl:stylesheet>`;
  const req = 'req_0123456789abcdef0123456789abcdef';
  return edited(buildSampleArchive(sample), (entries) => [
    ...entries.filter(({ name }) => !name.endsWith('layout3.json')),
    ...scheduled.filter(({ name }) => name.startsWith('icspackage/schedule/')),
    { name: `${FOLDER}PROJECT-INF/layout3.json`, data: Buffer.from('{"children":[1,2],"more":{"a":1,"b":2}}') },
    put(`processor_910/resourcegroup_911/${req}.xsl`, mapping),
    put(
      `processor_910/resourcegroup_911/${req}_stateinfo.xml`,
      '<s><uri>file:/u01/itg_5f-e4/resources/application_21/inbound_22/resourcegroup_23/Step1_REQUEST.wsdl</uri></s>',
    ),
    put(
      'processor_920/output_921/resourcegroup_922/expr.properties',
      'TextExpression : id\nXpathExpression : /ns1:order/ns1:id\nNamespaceList : ns1=http://example/order\n',
    ),
    put('processor_930/resourcegroup_931/notification_body.data', 'Dear\n'),
  ]);
};

/** @param numbersAnew parts of the flow as well */
export const stamped = (archive: Uint8Array, places: readonly string[], seed: number, numbersAnew = false): Buffer => {
  const changed = edited(archive, (entries) =>
    places.reduce((before, place) => STAMPS[place]?.(before, seed) ?? before, entries),
  );
  return numbersAnew ? promoted(changed, seed) : changed;
};
