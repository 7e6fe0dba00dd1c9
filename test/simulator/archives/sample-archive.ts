/**
 * Synthetic .iar archives with the layout of real ones, Gen 2 and Oracle Integration 3. Two builds of one sample with
 * another `exportedAt` or `entrySeed` differ in bytes and mean the same; another `marker` means something else.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { createExporter } from './exporter.ts';
import { escapeXml, type FlowEndpoint, flowFiles } from './sample-flow.ts';
import { type CompressedEntry, compressEntry, type ZipEntry } from './zip.ts';

interface SampleConnection {
  readonly id: string;
  readonly name?: string;
  /** Oracle's adapter name; `rest` when left out. */
  readonly type?: string;
  readonly securityPolicy?: string;
  /** Names of connection properties; the archive holds a placeholder for each value. */
  readonly properties?: readonly string[];
  /** Connection properties whose values the archive tells. */
  readonly values?: Readonly<Record<string, string>>;
}

export interface SampleArchive {
  readonly code: string;
  readonly version: string;
  readonly name?: string;
  readonly state?: 'ACTIVATED' | 'CONFIGURED' | 'INPROGRESS';
  readonly generation?: 'gen2' | 'oic3';
  /** The first is the trigger unless the integration is scheduled; the others are invoked. One REST trigger if left out. */
  readonly connections?: readonly SampleConnection[];
  /** Rows by lookup name; the first row holds the column names. */
  readonly lookups?: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** Codes of libraries, all version 01.00.0000. */
  readonly libraries?: readonly string[];
  /** The package it is kept in. */
  readonly packageName?: string;
  /** Integrations called on the same instance. */
  readonly calls?: readonly { readonly code: string; readonly version: string }[];
  /** An iCal expression, for a scheduled integration. */
  readonly schedule?: string | undefined;
  /** Names and values of the design, for a scheduled integration. */
  readonly scheduleParameters?: Readonly<Record<string, string>>;
  /** Lands in a mapping: another marker is another meaning. */
  readonly marker?: string;
  readonly exportedAt?: Date;
  readonly entrySeed?: number;
  /** Adds a member of this many bytes that do not compress. */
  readonly paddingBytes?: number;
}

const EXPORTED_AT = new Date('2026-01-05T04:15:00Z');
/** The built-in connection through which every call to an integration of the same instance goes. */
const LOCAL_CALLS = 'PRESEEDED_COLLOCATED_CONN_1741';
const BUILD = { gen2: '21.2.1.0.0-EC', oic3: '25.04.1.4-EC' };

/** As Java's `Properties.store` writes them, below the date comment an export puts there. */
const propertiesFile = (properties: readonly (readonly [string, string])[]): string => {
  const escaped = (text: string): string =>
    text
      .replace(/[\\:=#!]/g, '\\$&')
      .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
  return ['#', ...properties.map(([key, value]) => `${key}=${escaped(value)}`), ''].join('\n');
};

const attributesFile = (sample: SampleArchive): string => {
  const generation = sample.generation ?? 'oic3';
  const common = [
    ['project_persisted_state', sample.state ?? 'ACTIVATED'],
    ['originalICSVersion', BUILD[generation]],
    ['project_version', sample.version],
    ['modelType', 'FREEFORM'],
    ['project_type', 'DEVELOPED'],
    ['project_transient_state', ''],
    ['project_name', sample.name ?? sample.code],
    ['tracking_instance_name', 'startTime'],
    ['project_code', sample.code],
    ['lastUpdatedICSVersion', BUILD[generation]],
    ['mep_type', sample.schedule === undefined ? 'MEP04' : 'MEP07'],
    ...(sample.packageName === undefined ? [] : [['package_name', sample.packageName] as const]),
  ] as const;
  if (generation === 'gen2') return propertiesFile(common);
  const added = [
    ['CAV', '4'],
    ['keywords', 'sample'],
    ['mod', ''],
    [
      'smartTags',
      `app:integration,style:${sample.schedule === undefined ? 'orchestration' : 'scheduled orchestration'}`,
    ],
    ['validity', '0'],
    ['version', '25.06.0.2'],
  ] as const;
  return propertiesFile([...common, ...added].sort(([a], [b]) => (a < b ? -1 : 1)));
};

const uuidOf = (text: string): string =>
  createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const connectionFile = (connection: SampleConnection): string => {
  const values = [
    ...(connection.properties ?? []).map((name) => [name, `%%${connection.id}_${name}`]),
    ...Object.entries(connection.values ?? {}),
  ].map(([name, value]) => `<connectionProperty><name>${name}</name><value>${value}</value></connectionProperty>`);
  return `<?xml version = '1.0' encoding = 'UTF-8'?>
<ns2:ApplicationInstance xmlns:ns2="http://xmlns.oracle.com/adapters/cloud">
  <id>${uuidOf(connection.id)}</id><instanceCode>${connection.id}</instanceCode>
  <displayName>${escapeXml(connection.name ?? connection.id)}</displayName>
  <applicationTypeRef>${connection.type ?? 'rest'}</applicationTypeRef>
  <connectionProperties>
    <connectionProperty><name>integration_role</name><value>SOURCE_AND_TARGET</value></connectionProperty>
    ${values.join('\n    ')}
  </connectionProperties>
  <securityPolicy>${connection.securityPolicy ?? 'BASIC_AUTH'}</securityPolicy>
  <revision>01.00.0000</revision><status>CONFIGURED</status><percentageComplete>100</percentageComplete>
  <attachments/><pluginVersion>21.2.1</pluginVersion><integrationRole>SOURCE_AND_TARGET</integrationRole>
</ns2:ApplicationInstance>`;
};

const lookupFile = (name: string, [columns = [], ...rows]: readonly (readonly string[])[]): string => {
  const heads = columns.map((column) => `<column name="${escapeXml(column)}"/>`).join('');
  const body = rows.map((row) => `<row>${row.map((cell) => `<cell>${escapeXml(cell)}</cell>`).join('')}</row>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<dvm name="${name}" xmlns="http://xmlns.oracle.com/dvm"><description/>
<columns>${heads}</columns><rows>${body.join('\n')}</rows></dvm>`;
};

const parametersFile = ({ scheduleParameters = {} }: SampleArchive): string => {
  const elements = Object.entries(scheduleParameters).map(
    ([name, value]) => `<element name="${name}" default="${value}"/>`,
  );
  return elements.length === 0 ? '<schema/>' : `<schema>${elements.join('')}</schema>`;
};

const scheduleFile = (sample: SampleArchive, ical: string): [string, string] => [
  `icspackage/schedule/Schedule_${sample.code}_${sample.version.replaceAll('.', '_').slice(0, 7)}.xml`,
  `<?xml version="1.0" encoding="UTF-8"?>
<schedule><name>Schedule_${sample.code}</name><ical-expression>${escapeXml(ical)}</ical-expression>
<start>2026-01-01T00:00:00Z</start><timezone>UTC</timezone></schedule>`,
];

const libraryFiles = (code: string): [string, string][] => {
  const folder = `icspackage/apilibrary/${code}01.00.0000/${code}`;
  const identity = [
    ['code', code],
    ['librarytype', 'API'],
    ['name', code],
    ['version', '01.00.0000'],
  ] as const;
  return [
    [
      `${folder}.xml`,
      `<?xml version="1.0"?><api-library><code>${code}</code><version>01.00.0000</version></api-library>`,
    ],
    [`${folder}.jar`, `function ${code}() { return 1; }`],
    [`${folder}_properties.properties`, propertiesFile(identity)],
  ];
};

const endpointOf = (connection: SampleConnection, position: number): FlowEndpoint => ({
  connection: connection.id,
  adapter: connection.type ?? 'rest',
  name: `Step${position}`,
  properties: [['ResourceURI', `/step/${position}`]],
});

const localCall = ({ code, version }: { code: string; version: string }, position: number): FlowEndpoint => ({
  connection: LOCAL_CALLS,
  adapter: 'collocatedics',
  name: `Call${position}`,
  properties: [
    ['integration_code', code],
    ['integration_version', version],
    ['integration_name', code],
  ],
});

/** A jar or a picture does not compress either; AES over zeros is such data and repeatable. Compressed once for all samples. */
const paddings = new Map<number, CompressedEntry>();
const padding = (bytes: number, name: string): CompressedEntry => {
  const made =
    paddings.get(bytes) ??
    compressEntry({
      name,
      data: createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16)).update(Buffer.alloc(bytes)),
    });
  paddings.set(bytes, made);
  return { ...made, name };
};

const projectFiles = (sample: SampleArchive, connections: readonly SampleConnection[]): [string, string][] => {
  const generation = sample.generation ?? 'oic3';
  const scheduled = sample.schedule !== undefined;
  const endpoints = connections.map(endpointOf);
  const [trigger, ...others] = endpoints;
  const files = flowFiles({
    code: sample.code,
    version: sample.version,
    name: sample.name ?? sample.code,
    generation,
    trigger: scheduled ? undefined : trigger,
    invokes: [...(scheduled ? endpoints : others), ...(sample.calls ?? []).map(localCall)],
    marker: sample.marker ?? '',
  });
  files.push(['ics_project_attributes.properties', attributesFile(sample)]);
  files.push([
    'resources/processor_900/resourcegroup_901/expr.properties',
    `TextExpression : ${sample.marker ?? ''}\n`,
  ]);
  if (generation === 'gen2') files.push(['PROJECT-INF/layout.json', '{"children":[]}']);
  else files.push(['PROJECT-INF/layout3.json', '{"children":[]}'], ['PROJECT-INF/project_messages.json', '[]']);
  if (generation === 'oic3' && scheduled) files.push(['resources/scheduledOrc/schedule.xsd', parametersFile(sample)]);
  const folder = `icspackage/project/${sample.code}_${sample.version}`;
  return files.map(([name, text]) => [`${folder}/${name}`, text]);
};

/** The members of a sample as an instance keeps them, before an export stamps and orders them. */
const sampleEntries = (sample: SampleArchive): CompressedEntry[] => {
  const connections = sample.connections ?? [{ id: 'LOCAL_REST' }];
  const local = sample.calls?.length ? [{ id: LOCAL_CALLS, type: 'collocatedics', securityPolicy: 'NONE' }] : [];
  const texts: [string, string][] = [
    ...projectFiles(sample, connections),
    ...[...connections, ...local].map((c): [string, string] => [
      `icspackage/appinstances/${c.id}.xml`,
      connectionFile(c),
    ]),
    ...Object.entries(sample.lookups ?? {}).map(([name, rows]): [string, string] => [
      `icspackage/dvms/${name}.dvm`,
      lookupFile(name, rows),
    ]),
    ...(sample.libraries ?? []).flatMap(libraryFiles),
    ...(sample.schedule === undefined ? [] : [scheduleFile(sample, sample.schedule)]),
  ];
  if (sample.generation !== 'gen2') texts.push(['icspackage/keywords/ICS_DVM_keywords.properties', propertiesFile([])]);
  const entries: ZipEntry[] = texts.map(([name, text]) => ({
    name,
    data: Buffer.from(text, name.endsWith('.properties') ? 'latin1' : 'utf8'),
  }));
  const compressed = entries.map(compressEntry);
  if (!sample.paddingBytes) return compressed;
  const folder = `icspackage/project/${sample.code}_${sample.version}/resources/processor_990/resourcegroup_991`;
  return [...compressed, padding(sample.paddingBytes, `${folder}/notification_body.data`)];
};

export const buildSampleArchive = (sample: SampleArchive): Buffer =>
  createExporter(sampleEntries(sample))({
    exportedAt: sample.exportedAt ?? EXPORTED_AT,
    entrySeed: sample.entrySeed ?? 1,
  });
