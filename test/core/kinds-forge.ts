/** Exports of other kinds with the layout of real ones: a project (.car), a package (.par), a library, a lookup. */
import { createRandom } from '../simulator/random.ts';
import { buildSampleArchive, type SampleArchive } from '../simulator/sample-archive.ts';
import { writeZip, type ZipEntry } from '../simulator/zip.ts';

/** One export: when, and in which order the entries and lists came. */
interface Occasion {
  readonly exportedAt?: Date;
  readonly entrySeed?: number;
}

interface SampleIntegration {
  readonly code: string;
  readonly version: string;
  readonly state?: string;
  /** Its own schedule, as iCalendar has it. */
  readonly schedule?: string;
}

export interface SampleProject extends Occasion {
  readonly code: string;
  readonly name?: string;
  readonly integrations?: readonly SampleIntegration[];
  readonly lookups?: readonly string[];
  /** Lands in a mapping of each integration: another marker is another meaning. */
  readonly marker?: string;
  /** In front of `project/`, as an export of a deployment may have it. */
  readonly folder?: string;
}

const EXPORTED_AT = new Date('2026-01-05T04:15:00Z');

const file = (name: string, text: string): ZipEntry => ({ name, data: Buffer.from(text) });

const packed = (entries: readonly ZipEntry[], { exportedAt = EXPORTED_AT, entrySeed = 1 }: Occasion): Buffer =>
  writeZip(createRandom(entrySeed).shuffle([...entries]), { modified: exportedAt });

const connection = (id: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<ns2:ApplicationInstance xmlns:ns2="http://xmlns.oracle.com/adapters/cloud"><instanceCode>${id}</instanceCode>
<displayName>${id}</displayName><applicationTypeRef>rest</applicationTypeRef><securityPolicy>BASIC_AUTH</securityPolicy>
</ns2:ApplicationInstance>`;

const lookup = (name: string): string =>
  `<dvm name="${name}" xmlns="http://xmlns.oracle.com/dvm"><columns><column name="a"/></columns><rows/></dvm>`;

export const buildProject = (sample: SampleProject): Buffer => {
  const { code, integrations = [], lookups = [], marker = '', exportedAt = EXPORTED_AT, entrySeed = 1 } = sample;
  const shuffle = <T>(items: readonly T[]): T[] => createRandom(entrySeed).shuffle([...items]);
  const now = exportedAt.toISOString();
  const definition = [
    '---',
    `id: "${code}"`,
    `revision: ${exportedAt.getTime() % 1000}`,
    ...(sample.name === undefined ? [] : [`name: "${sample.name}"`]),
    'status: "DRAFT"',
    'assets:',
    ...shuffle(integrations).flatMap((it) => [
      `- id: "${it.code}|${it.version}"`,
      '  type: "INTEGRATION"',
      `  updatedDate: "${now}"`,
      '  updatedBy: "anna@example.com"',
    ]),
  ];
  const entries = [
    file('project/project.yaml', `${definition.join('\n')}\n`),
    file('project/oic_project.properties', `#${now}\nmod=${Buffer.from(now).toString('base64')}\n`),
    file(
      'project/labels/DEPLOY001.json',
      JSON.stringify({
        name: 'Deploy',
        integrations: shuffle(integrations).map(({ code: of, version }) => ({ code: of, version })),
      }),
    ),
    { name: 'project/rpa.zip', data: packed([file('robots.json', '[]'), file('more.json', '{}')], sample) },
    file('project/connections/SHOP_REST.xml', connection('SHOP_REST')),
    ...lookups.map((name) => file(`project/lookups/${name}.dvm`, lookup(name))),
    ...integrations.flatMap(({ code: of, version, schedule }) => {
      const path = `project/schedules/Schedule_${of}_${version.replaceAll('.', '_').slice(0, 7)}.xml`;
      return schedule === undefined
        ? []
        : [file(path, `<schedule><ical-expression>${schedule}</ical-expression></schedule>`)];
    }),
    ...integrations.flatMap((it) => {
      const folder = `project/integrations/${it.code}_${it.version}`;
      return [
        file(
          `${folder}/info.json`,
          JSON.stringify({
            code: it.code,
            version: it.version,
            dependencies: { connections: shuffle(['SHOP_REST', 'ERP_CLOUD']) },
            mod: Buffer.from(now).toString('base64'),
            persistedState: it.state ?? 'ACTIVATED',
            validity: exportedAt.getTime(),
          }),
        ),
        file(`${folder}/PROJECT-INF/project.xml`, `<icsproject><projectCode>${it.code}</projectCode></icsproject>`),
        file(`${folder}/resources/processor_1/resourcegroup_2/req_0.xsl`, `<xsl:text>${marker}</xsl:text>`),
        file(`${folder}/resources/processor_1/resourcegroup_3/expr.properties`, `#${now}\nTextExpression : 1\n`),
      ];
    }),
  ].map((entry) => ({ ...entry, name: `${sample.folder ?? ''}${entry.name}` }));
  return packed(entries, sample);
};

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
