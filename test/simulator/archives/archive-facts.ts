/**
 * What an archive says about itself: identity, state, connections, lookups, schedule, and the integrations it calls. It
 * reads what Oracle wrote and trusts it; only the identity is checked, in the three places where it stands.
 */
import type { ZipEntry } from './zip.ts';

export interface ConnectionFacts {
  readonly id: string;
  readonly name: string;
  /** `rest`, `soap`, `ftp`, ...; `collocatedics` for a call to an integration of the same instance. */
  readonly adapter: string;
  readonly role: string;
  readonly securityPolicy: string;
  /** Without `integration_role`, the credential store's keys and passwords. */
  readonly properties: readonly { readonly name: string; readonly value: string | undefined }[];
}

export interface ArchiveFacts {
  readonly id: string;
  readonly code: string;
  readonly version: string;
  readonly name: string;
  readonly description: string;
  readonly keywords: string;
  readonly packageName: string;
  /** `project_persisted_state`: what the integration was when it was exported. */
  readonly persistedState: string;
  /** By the date comment of the attributes file, in ms; 0 when it has none that can be read. */
  readonly exportedAt: number;
  readonly mepType: string;
  readonly isTemplate: boolean;
  readonly percentComplete: number;
  readonly isScheduled: boolean;
  readonly hasSchedule: boolean;
  /** With the values of its design. */
  readonly scheduleParameters: readonly { readonly name: string; readonly value: string }[];
  readonly connections: readonly ConnectionFacts[];
  readonly lookups: readonly { readonly name: string; readonly data: Uint8Array }[];
  readonly libraries: readonly string[];
  /** Ids of the integrations it calls locally. */
  readonly calls: readonly string[];
}

/** The archive cannot be imported. `code` is Oracle's. */
export class BadArchive extends Error {
  override readonly name = 'BadArchive';
  readonly code: 'ICS-20099' | 'ICS-10995';

  constructor(code: 'ICS-20099' | 'ICS-10995', message: string) {
    super(message);
    this.code = code;
  }
}

export const ATTRIBUTES_FILE = 'ics_project_attributes.properties';

const PROJECT_FOLDER = /^icspackage\/project\/([^/]+)\//;
const HIDDEN_PROPERTY = /^(integration_role|csf.*|password)$/i;

/** @throws BadArchive without an attributes file, or when folder, attributes and project.xml name different integrations. */
export const readFacts = (entries: readonly ZipEntry[]): ArchiveFacts => {
  const folders = new Set(entries.flatMap(({ name }) => PROJECT_FOLDER.exec(name)?.[1] ?? []));
  const [folder = ''] = folders;
  if (folders.size > 1) throw new BadArchive('ICS-20099', 'Unable to retrieve integration from the archive');
  const text = (name: string): string | undefined => {
    const entry = entries.find((candidate) => candidate.name === `icspackage/project/${folder}/${name}`);
    return entry && Buffer.from(entry.data).toString('utf8');
  };
  const attributesText = text(ATTRIBUTES_FILE);
  if (attributesText === undefined) throw new BadArchive('ICS-10995', 'The integration attributes file is missing');
  const attributes = parseProperties(attributesText);
  const project = text('PROJECT-INF/project.xml') ?? '';
  const code = attributes.get('project_code') ?? '';
  const version = attributes.get('project_version') ?? '';
  const isOneIdentity =
    folder === `${code}_${version}` &&
    element(project, 'projectCode') === code &&
    element(project, 'projectVersion') === version;
  if (!isOneIdentity) throw new BadArchive('ICS-20099', 'Unable to retrieve integration from the archive');
  const hasSchedule = entries.some(({ name }) => /^icspackage\/schedule\/.+\.xml$/.test(name));
  const mepType = attributes.get('mep_type') ?? '';
  return {
    id: `${code}|${version}`,
    code,
    version,
    name: attributes.get('project_name') || code,
    description: element(project, 'projectDescription') ?? '',
    keywords: attributes.get('keywords') ?? '',
    packageName: attributes.get('package_name') ?? '',
    persistedState: attributes.get('project_persisted_state') ?? 'CONFIGURED',
    exportedAt: readExportTime(attributesText),
    mepType,
    isTemplate: attributes.get('modelType') === 'TEMPLATE',
    percentComplete: Number(element(project, 'percentComplete') ?? 100),
    isScheduled: hasSchedule || mepType === 'MEP07',
    hasSchedule,
    scheduleParameters: readScheduleParameters(text('resources/scheduledOrc/schedule.xsd') ?? ''),
    connections: filesBelow(entries, 'icspackage/appinstances/', '.xml').map(({ data }) => readConnection(data)),
    lookups: filesBelow(entries, 'icspackage/dvms/', '.dvm'),
    libraries: [...new Set(entries.flatMap(({ name }) => /^icspackage\/apilibrary\/([^/]+)\//.exec(name)?.[1] ?? []))],
    calls: readCalls(entries),
  };
};

/** Where an archive keeps them is not known: this is the simulator's own guess, for its own samples. */
const readScheduleParameters = (xsd: string): ArchiveFacts['scheduleParameters'] =>
  [...xsd.matchAll(/<element name="([^"]+)" default="([^"]*)"\/>/g)].map(([, name = '', value = '']) => ({
    name,
    value,
  }));

/** `#Tue Aug 12 13:51:24 UTC 2025`; other zones than UTC and GMT occur in old archives (`PST`). */
export const readExportTime = (attributes: string): number => {
  const [, monthAndDay, time, zone, year] = /^#\w{3} (\w{3} \d+) ([\d:]+) (\w+) (\d{4})/.exec(attributes) ?? [];
  return Date.parse(`${monthAndDay} ${year} ${time} ${zone}`) || 0;
};

const filesBelow = (
  entries: readonly ZipEntry[],
  folder: string,
  ending: string,
): { readonly name: string; readonly data: Uint8Array }[] =>
  entries
    .filter(({ name }) => name.startsWith(folder) && name.endsWith(ending))
    .map(({ name, data }) => ({ name: name.slice(folder.length, -ending.length), data }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

export const readConnection = (data: Uint8Array): ConnectionFacts => {
  const xml = Buffer.from(data).toString('utf8');
  const properties = [
    ...xml.matchAll(/<(?:[\w.-]+:)?connectionProperty>([\s\S]*?)<\/(?:[\w.-]+:)?connectionProperty>/g),
  ];
  return {
    id: element(xml, 'instanceCode') ?? '',
    name: element(xml, 'displayName') ?? element(xml, 'instanceCode') ?? '',
    adapter: element(xml, 'applicationTypeRef') ?? '',
    role: element(xml, 'integrationRole') ?? 'SOURCE_AND_TARGET',
    securityPolicy: element(xml, 'securityPolicy') ?? 'NONE',
    properties: properties
      .map(([, property = '']) => ({ name: element(property, 'name') ?? '', value: element(property, 'value') }))
      .filter(({ name }) => !HIDDEN_PROPERTY.test(name)),
  };
};

/**
 * A local call is a .jca file of the `collocatedics` adapter, with code and version of the called one as properties. Within
 * a project (`INTRA_PROJECT`) the version may be absent.
 * @param versionOf which one is meant then
 */
export const readCalls = (
  entries: readonly ZipEntry[],
  versionOf: (code: string) => string | undefined = () => undefined,
): string[] => {
  const calls = new Set<string>();
  for (const { name, data } of entries) {
    if (!name.endsWith('.jca')) continue;
    const xml = Buffer.from(data).toString('utf8');
    if (!/\badapter="collocatedics"/i.test(xml)) continue;
    const property = (key: string): string | undefined =>
      new RegExp(`<property\\s+name="${key}"\\s+value="([^"]+)"`).exec(xml)?.[1];
    const code = property('integration_code');
    const version = property('integration_version') ?? (code && versionOf(code));
    if (code && version) calls.add(`${code}|${version}`);
  }
  return [...calls].toSorted();
};

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The text of the first element of that local name: prefixes differ from archive to archive. */
const element = (xml: string, name: string): string | undefined =>
  new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^>]*)?>([^<]*)<`)
    .exec(xml)?.[1]
    ?.replace(/&(lt|gt|amp|quot|apos);/g, (_, entity: string) => ENTITIES[entity] ?? '')
    .trim();

/** Java properties: comments dropped, `\:`, `\=` and `\uXXXX` undone. */
const parseProperties = (text: string): Map<string, string> =>
  new Map(
    text
      .split(/\r?\n/)
      .filter((line) => /^[^#!]/.test(line))
      .map((line) => {
        const cut = /(?<!\\)[=:]/.exec(line)?.index ?? line.length;
        return [withoutEscapes(line.slice(0, cut).trim()), withoutEscapes(line.slice(cut + 1).trim())] as const;
      }),
  );

const withoutEscapes = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, character: string | undefined) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (character ?? ''),
  );
