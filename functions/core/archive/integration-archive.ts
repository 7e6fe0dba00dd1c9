/**
 * An archive is the .iar file Oracle Integration exports: a zip with one integration, what it needs of connections, lookups
 * and libraries, and its identity in three places. Reading one proves it whole, proves that the three agree, and says what
 * it holds. The file name says nothing (people rename downloads), and the bytes are never altered.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ArchiveError, quoted } from '../formats/archive-error.ts';
import { createByteSemaphore } from '../formats/byte-semaphore.ts';
import { sha256 } from '../formats/hashing.ts';
import { parseProperties } from '../formats/properties.ts';
import { readRootChildren } from '../formats/xml.ts';
import { readZip } from '../formats/zip.ts';
import { type IntegrationId, type IntegrationRef, integrationRef, isCode, isVersion } from '../integration.ts';
import { contentDigest } from './content-digest.ts';
import { designDigest, plainMembers } from './design-digest.ts';
import { readCall } from './local-call.ts';

export interface ArchiveConnection {
  readonly id: string;
  readonly name?: string | undefined;
  /** Oracle's adapter name, e.g. `rest`; `collocatedics` stands for calls to integrations of the same instance. */
  readonly type: string;
  readonly securityPolicy?: string | undefined;
}

export interface Archive extends IntegrationRef {
  readonly name: string;
  /** The state at the moment of the export: ACTIVATED, CONFIGURED, ... */
  readonly persistedState: string | undefined;
  /** The package it belongs to; Gen 2 does not tell. */
  readonly packageName: string | undefined;
  readonly connections: readonly ArchiveConnection[];
  readonly lookups: readonly string[];
  /** Ids (`CODE|VERSION`) of libraries. */
  readonly libraries: readonly string[];
  /** It carries a schedule; whether that was started is not in the archive. */
  readonly schedule: boolean;
  /** The integrations it calls on the same instance. */
  readonly calls: readonly IntegrationRef[];
  readonly bytes: number;
  readonly sha256: string;
  /** Digest of the meaning: equal for two exports of one unchanged integration. */
  readonly contentSha256: string;
  /** Digest of the design: equal also for two exports from different instances. */
  readonly designSha256: string;
  /** Not as Oracle wrote it: unpacked and zipped again by somebody. Oracle may refuse it. */
  readonly rezipped: boolean;
}

/** The inside of an archive that was proved whole and whose identity is settled. */
export interface OpenArchive {
  readonly ref: IntegrationRef;
  readonly name: string;
  readonly persistedState: string | undefined;
  readonly packageName: string | undefined;
  /** `icspackage/project/<CODE>_<VERSION>/`. */
  readonly projectFolder: string;
  /** Every file by its name in the zip. */
  readonly members: ReadonlyMap<string, Buffer>;
  readonly rezipped: boolean;
}

const PROJECTS = 'icspackage/project/';

/** A zip without a project folder is most often one of Oracle's other kinds of export. */
const notAnIntegration = (names: readonly string[]): ArchiveError => {
  const nested = names.filter((name) => name.endsWith('.iar')).length;
  let what = 'it has no folder icspackage/project/';
  if (nested > 0) what = `it is a package (.par) of ${nested} integration archives; use the .iar files inside it`;
  else if (names.some((name) => /(^|\/)project\/project\.yaml$/.test(name))) what = 'it is an exported project (.car)';
  else if (names.some((name) => name.includes(`/${PROJECTS}`))) what = 'its folder icspackage is not at the top';
  return new ArchiveError('not-an-integration', `The file is a zip but not the archive of an integration: ${what}.`);
};

const findProjectFolder = (names: readonly string[]): string => {
  const inProjects = names.filter((name) => name.startsWith(PROJECTS)).map((name) => name.slice(PROJECTS.length));
  const folders = [
    ...new Set(inProjects.filter((name) => name.includes('/')).map((name) => name.split('/', 1)[0] ?? '')),
  ];
  const [folder, second] = folders;
  if (folder === undefined) throw notAnIntegration(names);
  if (second !== undefined) {
    const some = folders.slice(0, 3).map(quoted).join(', ');
    throw new ArchiveError(
      'ambiguous',
      `The archive holds ${folders.length} integrations instead of one, among them ${some}.`,
    );
  }
  return folder;
};

const partOf = (members: ReadonlyMap<string, Buffer>, name: string): Buffer => {
  const data = members.get(name);
  if (data === undefined) {
    throw new ArchiveError('not-an-integration', `The archive lacks a part every integration has: ${quoted(name)}.`);
  }
  return data;
};

/** Real ones have at most a few thousand bytes; millions of keys would only fill the memory. */
const MAX_PROPERTIES_BYTES = 2 ** 20;

/** The keys and values of a properties file that may be hostile. */
export const readProperties = (name: string, data: Buffer): ReadonlyMap<string, string> => {
  if (data.length <= MAX_PROPERTIES_BYTES) return parseProperties(data);
  throw new ArchiveError('hostile', `The archive holds a properties file of ${data.length} bytes: ${quoted(name)}.`);
};

/** Code and version stand in the attributes, in project.xml and in the folder's name, and have to be the same in all three. */
const agreedRef = (
  places: readonly { readonly in: string; readonly code: string; readonly version: string }[],
): IntegrationRef => {
  const [first, ...others] = places;
  const agree = others.every(({ code, version }) => code === first?.code && version === first.version);
  if (first && agree && isCode(first.code) && isVersion(first.version))
    return integrationRef(first.code, first.version);
  const said = places.map(
    (place) => `${place.code ? quoted(`${place.code}|${place.version}`) : 'nothing'} in ${place.in}`,
  );
  const what = agree ? 'has no usable code and version' : 'disagrees with itself about what it is';
  throw new ArchiveError('identity', `The archive ${what}: ${said.join(', ')}.`);
};

/** Proves the archive whole and settles whose it is. Throws an `ArchiveError` that says why not. */
export const openArchive = async (bytes: Uint8Array): Promise<OpenArchive> => {
  const { members, rezipped } = await readZip(bytes);
  const folder = findProjectFolder([...members.keys()]);
  const projectFolder = `${PROJECTS}${folder}/`;
  const attributesFile = `${projectFolder}ics_project_attributes.properties`;
  const attributes = readProperties(attributesFile, partOf(members, attributesFile));
  const definition = readRootChildren(partOf(members, `${projectFolder}PROJECT-INF/project.xml`), [
    'projectCode',
    'projectVersion',
    'projectName',
  ]);
  const cut = folder.lastIndexOf('_');
  const ref = agreedRef([
    {
      in: 'its attributes',
      code: attributes.get('project_code') ?? '',
      version: attributes.get('project_version') ?? '',
    },
    { in: 'project.xml', code: definition.get('projectCode') ?? '', version: definition.get('projectVersion') ?? '' },
    { in: 'the name of its folder', code: folder.slice(0, Math.max(cut, 0)), version: folder.slice(cut + 1) },
  ]);
  return {
    ref,
    name: definition.get('projectName') || attributes.get('project_name') || ref.code,
    persistedState: attributes.get('project_persisted_state') || undefined,
    packageName: attributes.get('package_name') || undefined,
    projectFolder,
    members,
    rezipped,
  };
};

/** Members directly in a folder, by name without the ending. */
const inFolder = (
  members: ReadonlyMap<string, Buffer>,
  folder: string,
  ending: string,
): [name: string, data: Buffer][] =>
  [...members]
    .filter(([name]) => name.startsWith(folder) && name.endsWith(ending) && !name.slice(folder.length).includes('/'))
    .map(([name, data]): [string, Buffer] => [name.slice(folder.length, -ending.length), data])
    .sort(([a], [b]) => (a < b ? -1 : 1));

export const readConnection = (fileName: string, xml: Buffer): ArchiveConnection => {
  const facts = readRootChildren(xml, ['instanceCode', 'displayName', 'applicationTypeRef', 'securityPolicy']);
  return {
    id: facts.get('instanceCode') || fileName,
    name: facts.get('displayName') || undefined,
    type: facts.get('applicationTypeRef') || 'unknown',
    securityPolicy: facts.get('securityPolicy') || undefined,
  };
};

export const readConnections = ({ members }: OpenArchive): ArchiveConnection[] =>
  inFolder(members, 'icspackage/appinstances/', '.xml').map(([file, xml]) => readConnection(file, xml));

/** A library lies in a folder of its own, with its code and version in a properties file. */
const readLibraries = (members: ReadonlyMap<string, Buffer>): string[] => {
  const ids = new Map<string, string>();
  for (const [name, data] of members) {
    const [, folder, file] = /^icspackage\/apilibrary\/([^/]+)\/([^/]+)$/.exec(name) ?? [];
    if (folder === undefined || file === undefined) continue;
    const facts = file.endsWith('_properties.properties') ? readProperties(name, data) : undefined;
    const id = facts?.get('code') && facts.get('version') ? `${facts.get('code')}|${facts.get('version')}` : undefined;
    if (id !== undefined || !ids.has(folder)) ids.set(folder, id ?? folder);
  }
  return [...ids.values()].sort();
};

export const readCalls = ({ members, projectFolder, ref }: OpenArchive): IntegrationRef[] => {
  const calls = new Map<IntegrationId, IntegrationRef>();
  for (const [name, data] of members) {
    const call = name.startsWith(projectFolder) && name.endsWith('.jca') ? readCall(data) : undefined;
    if (call && call.id !== ref.id) calls.set(call.id, call);
  }
  return [...calls.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
};

const read = async (bytes: Uint8Array): Promise<Archive> => {
  const open = await openArchive(bytes);
  const { members, ref, name, persistedState, packageName, rezipped } = open;
  return {
    ...ref,
    name,
    persistedState,
    packageName,
    connections: readConnections(open),
    lookups: inFolder(members, 'icspackage/dvms/', '.dvm').map(([lookup]) => lookup),
    libraries: readLibraries(members),
    schedule: inFolder(members, 'icspackage/schedule/', '.xml').length > 0,
    calls: readCalls(open),
    bytes: bytes.length,
    sha256: await sha256(bytes),
    contentSha256: await contentDigest(members),
    designSha256: await designDigest(plainMembers(open)),
    rezipped,
  };
};

/** As many archives are inflated at once as these are together; one that is larger, alone. */
const ROOM_BYTES = 4 * 2 ** 20;
const inRoom = createByteSemaphore(ROOM_BYTES);

/**
 * Reads and checks an archive. Throws an `ArchiveError` that says why the bytes are none. Any number of callers are served
 * in their order, few at once, each in a turn of its own: answers that came meanwhile are taken and the next requests sent
 * before the next archive is inflated, and memory does not grow with the number of callers.
 */
export const readArchive = (bytes: Uint8Array): Promise<Archive> =>
  inRoom(bytes.length, async () => {
    await nextTurn();
    return read(bytes);
  });
