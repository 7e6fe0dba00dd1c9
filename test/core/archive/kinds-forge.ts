/** Exports of other kinds with the layout of real ones: a project (.car), a package (.par), a library, a lookup. */

import { buildSampleArchive, type SampleArchive } from '../../simulator/archives/sample-archive.ts';
import { writeZip, type ZipEntry } from '../../simulator/archives/zip.ts';
import { createRandom } from '../../simulator/random.ts';

/** One export: when, and in which order the entries and lists came. */
interface Occasion {
  readonly exportedAt?: Date;
  readonly entrySeed?: number;
}

interface SampleCall {
  readonly code: string;
  readonly version?: string;
  /** Null for none, as outside of projects. @default INTRA_PROJECT */
  readonly context?: string | null;
}

interface SampleIntegration {
  readonly code: string;
  readonly version: string;
  readonly name?: string;
  readonly state?: string;
  /** Its own schedule, as iCalendar has it. */
  readonly schedule?: string;
  /** Of the same project, unless another context says so; a call may leave the version to Oracle. */
  readonly calls?: readonly SampleCall[];
}

export interface SampleProject extends Occasion {
  readonly code: string;
  readonly name?: string;
  readonly integrations?: readonly SampleIntegration[];
  readonly lookups?: readonly string[];
  /** Of its deployments, each of all integrations. @default one, DEPLOY001 */
  readonly deployments?: readonly string[];
  /** Lands in a mapping of each integration: another marker is another meaning. */
  readonly marker?: string;
  /** Of its connection. @default none is told */
  readonly connectionUrl?: string;
  /** In front of `project/`, as nobody has seen it. */
  readonly folder?: string;
  /**
   * `nested`: what an integration is stands below `properties` in its info.json, and the assets by their kind, as in every
   * real export that was looked into. `flat`: both at the top, as in the answers recorded of `/projects/{id}/archive`.
   */
  readonly layout?: 'nested' | 'flat';
}

const EXPORTED_AT = new Date('2026-01-05T04:15:00Z');

const file = (name: string, text: string): ZipEntry => ({ name, data: Buffer.from(text) });

const packed = (entries: readonly ZipEntry[], { exportedAt = EXPORTED_AT, entrySeed = 1 }: Occasion): Buffer =>
  writeZip(createRandom(entrySeed).shuffle([...entries]), { modified: exportedAt });

const connection = (id: string, url?: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<ns2:ApplicationInstance xmlns:ns2="http://xmlns.oracle.com/adapters/cloud"><instanceCode>${id}</instanceCode>
<displayName>${id}</displayName><applicationTypeRef>rest</applicationTypeRef><securityPolicy>BASIC_AUTH</securityPolicy>${url ? `<connectionProperties><connectionProperty><name>connectionUrl</name><value>${url}</value></connectionProperty></connectionProperties>` : ''}
</ns2:ApplicationInstance>`;

const lookup = (name: string): string =>
  `<dvm name="${name}" xmlns="http://xmlns.oracle.com/dvm"><columns><column name="a"/></columns><rows/></dvm>`;

/** What each part of a project is written with: the sample, and one export of it. */
interface Writing {
  readonly sample: SampleProject;
  readonly exportedAt: Date;
  readonly mod: string;
  /** Oracle writes sets in any order. */
  readonly shuffle: <T>(items: readonly T[]) => T[];
}

const writingOf = (sample: SampleProject): Writing => {
  const { exportedAt = EXPORTED_AT, entrySeed = 1 } = sample;
  return {
    sample,
    exportedAt,
    mod: Buffer.from(exportedAt.toISOString()).toString('base64'),
    shuffle: (items) => createRandom(entrySeed).shuffle([...items]),
  };
};

const SAVED = '2025-11-30T10:20:30.400+0000';

const definitionLines = ({ sample, exportedAt, shuffle }: Writing): string[] => {
  const { code, name, integrations = [], lookups = [], deployments = ['DEPLOY001'], layout } = sample;
  const saved = [`updatedBy: anna@example.com`, `updatedDate: ${exportedAt.toISOString()}`];
  const head = [`revision: ${exportedAt.getTime() % 1000}`, ...(name === undefined ? [] : [`name: "${name}"`])];
  if (layout === 'flat') {
    const assets = shuffle(integrations).flatMap((it) => [
      `- id: "${it.code}|${it.version}"`,
      '  type: "INTEGRATION"',
      ...saved.map((line) => `  ${line}`),
    ]);
    return ['---', `id: "${code}"`, ...head, 'status: "DRAFT"', 'assets:', ...assets];
  }
  const assetsOf = (kind: string, assets: readonly { readonly id: string; readonly name: string }[]): string[] =>
    assets.length === 0
      ? []
      : [
          `  ${kind}:`,
          ...shuffle(assets).flatMap((asset) => [
            `  - id: ${asset.id}`,
            `    name: ${asset.name}`,
            '    revision: 4',
            ...saved.map((line) => `    ${line}`),
          ]),
        ];
  const scheduled = integrations.filter(({ schedule }) => schedule !== undefined);
  return [
    '---',
    `id: ${code}`,
    `code: ${code}`,
    ...head,
    'type: DEVELOPED',
    'smartTags:',
    ...shuffle(['style:scheduled orchestration', 'app:rest']).map((tag) => `- ${tag}`),
    'projectRevision: 8308',
    'status: DRAFT',
    'createdBy: anna@example.com',
    `createdDate: ${SAVED}`,
    ...saved,
    'latestBy: anna@example.com',
    `latestDate: ${SAVED}`,
    'CAV: 1',
    'assets:',
    ...assetsOf(
      'integrations',
      integrations.map((it) => ({ id: idOf(it), name: it.name ?? it.code })),
    ),
    ...assetsOf(
      'schedules',
      scheduled.map((it) => ({ id: idOf(it), name: `Schedule_${it.code}` })),
    ),
    ...assetsOf('connections', [{ id: 'SHOP_REST', name: 'SHOP_REST' }]),
    ...assetsOf(
      'lookups',
      lookups.map((id) => ({ id, name: id })),
    ),
    ...assetsOf(
      'labels',
      deployments.map((id) => ({ id, name: 'Deploy' })),
    ),
    'origin:',
    '  serviceInstanceOCID: ocid1.integrationinstance.oc1.fra.example',
  ];
};

const idOf = ({ code, version }: { readonly code: string; readonly version: string }): string => `${code}|${version}`;

const definitionFiles = (writing: Writing): ZipEntry[] => {
  const { sample, exportedAt, mod, shuffle } = writing;
  const { integrations = [], deployments = ['DEPLOY001'] } = sample;
  const members = integrations.map(({ code, version }) => ({ code, version }));
  return [
    file('project/project.yaml', `${definitionLines(writing).join('\n')}\n`),
    file('project/oic_project.properties', `#${exportedAt.toISOString()}\nmod=${mod}\n`),
    ...deployments.map((code) =>
      file(
        `project/labels/${code}.json`,
        JSON.stringify({ name: 'Deploy', code, revision: 1, integrations: shuffle(members) }),
      ),
    ),
  ];
};

/** A robot's facts are JSON in a string; the state of a project's robots tells of its last change, not of the export. */
const robots = ({ sample }: Writing): ZipEntry => {
  const details = JSON.stringify({ id: 'ROBOT|01.00.0000', name: 'Robot', updatedDate: 1_718_782_983_966 });
  const metadata = JSON.stringify({ rpaFlows: [{ id: 'ROBOT|01.00.0000', details }] });
  return {
    name: 'project/rpa.zip',
    data: packed([file('rpa_metadata.json', metadata), file('more.json', '{}')], sample),
  };
};

const infoOf = (it: SampleIntegration, { sample, exportedAt, mod, shuffle }: Writing): object => {
  const { code, version, name = code, state: persistedState = 'ACTIVATED' } = it;
  const connections = shuffle(['SHOP_REST', 'ERP_CLOUD']);
  const validity = exportedAt.getTime();
  if (sample.layout === 'flat') return { code, version, dependencies: { connections }, mod, persistedState, validity };
  return {
    dependencies: { connections, ...(it.schedule !== undefined && { schedules: [idOf(it)] }) },
    properties: {
      trackingInstanceName: 'start Time',
      mepType: it.schedule === undefined ? 'MEP00' : 'MEP07',
      code,
      mod,
      persistedState,
      originalICSVersion: '24.08-EC',
      type: 'DEVELOPED',
      version,
      lastUpdatedICSVersion: '24.08-EC',
      smartTags: 'app:rest,style:app driven orchestration',
      scope: 'Private',
      name,
      CAV: '4',
      validity: String(validity),
      transientState: '',
    },
  };
};

const callFile = ({ code, version, context = 'INTRA_PROJECT' }: SampleCall, position: number): ZipEntry => {
  const facts = [
    ...(context === null ? [] : [['integrationContext', context]]),
    ['integration_code', code],
    ...(version === undefined ? [] : [['integration_version', version]]),
  ];
  const properties = facts.map(([name, value]) => `<property name="${name}" value="${value}"/>`);
  const folder = `application_${position}/inbound_${position + 1}/resourcegroup_${position + 2}`;
  return file(
    `resources/${folder}/Call${position}_REQUEST.jca`,
    `<adapter-config name="Call${position}_REQUEST" adapter="collocatedics"><endpoint-interaction portType="Call"><interaction-spec className="x">${properties.join('')}</interaction-spec></endpoint-interaction></adapter-config>`,
  );
};

const integrationFiles = (it: SampleIntegration, writing: Writing): ZipEntry[] => {
  const { sample, exportedAt } = writing;
  const project = `<icsproject><projectCode>${it.code}</projectCode><projectVersion>${it.version}</projectVersion></icsproject>`;
  return [
    file('info.json', JSON.stringify(infoOf(it, writing))),
    file('PROJECT-INF/project.xml', project),
    file('resources/processor_1/resourcegroup_2/req_0.xsl', `<xsl:text>${sample.marker ?? ''}</xsl:text>`),
    file('resources/processor_1/resourcegroup_3/expr.properties', `#${exportedAt.toISOString()}\nTextExpression : 1\n`),
    ...(it.calls ?? []).map((callee, index) => callFile(callee, 10 + 3 * index)),
  ].map((entry) => ({ ...entry, name: `project/integrations/${it.code}_${it.version}/${entry.name}` }));
};

/** The name has the whole version; where it was recorded, what is left of one when it is cut. */
const scheduleFiles = ({ sample }: Writing): ZipEntry[] =>
  (sample.integrations ?? []).flatMap(({ code, version, schedule }) => {
    if (schedule === undefined) return [];
    const written = sample.layout === 'flat' ? version.replaceAll('.', '_').slice(0, 7) : version;
    const text = `<schedule><ical-expression>${schedule}</ical-expression></schedule>`;
    return [file(`project/schedules/Schedule_${code}_${written}.xml`, text)];
  });

export const buildProject = (sample: SampleProject): Buffer => {
  const writing = writingOf(sample);
  const entries = [
    ...definitionFiles(writing),
    robots(writing),
    file('project/connections/SHOP_REST.xml', connection('SHOP_REST', sample.connectionUrl)),
    ...(sample.lookups ?? []).map((name) => file(`project/lookups/${name}.dvm`, lookup(name))),
    ...scheduleFiles(writing),
    ...(sample.integrations ?? []).flatMap((it) => integrationFiles(it, writing)),
  ];
  return packed(
    entries.map((entry) => ({ ...entry, name: `${sample.folder ?? ''}${entry.name}` })),
    sample,
  );
};

/** One deployment of a project, exported by its label, that holds no integration: three members (recorded). */
export const buildEmptyDeployment = (sample: Pick<SampleProject, 'code' | 'name'>, label: string): Buffer =>
  packed(definitionFiles(writingOf({ ...sample, deployments: [label] })), {});

interface SamplePackage extends Occasion {
  readonly name: string;
  readonly integrations: readonly SampleArchive[];
}

export const buildPackage = ({ name, integrations, ...occasion }: SamplePackage): Buffer => {
  const { exportedAt = EXPORTED_AT, entrySeed = 1 } = occasion;
  return packed(
    [
      file('ics_package_attributes.properties', `#${exportedAt.toISOString()}\npackage_name=${name}\n`),
      ...integrations.map((sample, index) => ({
        name: `icspackage_${name}_${sample.version}_${entrySeed}-${index}.iar`,
        data: buildSampleArchive({ ...sample, exportedAt, entrySeed }),
      })),
    ],
    occasion,
  );
};

interface SampleLibrary extends Occasion {
  readonly code: string;
  readonly version: string;
  readonly script?: string;
}

export const buildLibrary = ({ code, version, script = '1', ...occasion }: SampleLibrary): Buffer =>
  packed(
    [
      file(`${code}.js`, `function ${code}() { return ${script}; }`),
      file(
        `${code}_properties.properties`,
        `#${(occasion.exportedAt ?? EXPORTED_AT).toISOString()}\ncode=${code}\nversion=${version}\n`,
      ),
    ],
    occasion,
  );
