/**
 * An exported project (.car) as the simulator keeps it: plain files below `project/`, at the top of the zip or in one
 * folder. What it says of itself is read as Oracle wrote it, and what it does not say is no reason to refuse it; the
 * normalisation and the stamps are the simulator's own.
 */
import { createHash } from 'node:crypto';
import { createRandom } from '../random.ts';
import {
  type ArchiveFacts,
  BadArchive,
  type ConnectionFacts,
  readCalls,
  readConnection,
  readExportTime,
} from './archive-facts.ts';
import { stampProperties } from './exporter.ts';
import { type Stamps, stampMember, withoutStamps } from './stamping.ts';
import { readZip, writeZip, type ZipEntry } from './zip.ts';

export interface ProjectFile {
  readonly code: string;
  readonly name: string;
  /** By the date comment of its properties file, in ms; 0 when it has none that can be read. */
  readonly exportedAt: number;
  readonly connections: readonly ConnectionFacts[];
  readonly integrations: readonly ArchiveFacts[];
  readonly deployments: readonly DeploymentFacts[];
  /** Names from `project/` on. */
  readonly members: readonly ZipEntry[];
}

interface DeploymentFacts {
  /** As its file is called, and as an export asks for it. */
  readonly code: string;
  readonly name: string;
  readonly integrations: readonly { readonly code: string; readonly version: string }[];
  /** In ms; undefined: that of the project's first day. */
  readonly lastUpdated?: number;
}

const refused = (why: string): BadArchive =>
  new BadArchive('ICS-20099', `Unable to retrieve project from the archive: ${why}`);

/** @throws BadArchive */
export const readProject = (bytes: Buffer): ProjectFile => {
  const members = readMembers(bytes);
  const text = textOf(members);
  const definition = text('project/project.yaml') ?? '';
  const code = scalar(definition, 'code') ?? scalar(definition, 'id');
  if (!code) throw refused('its project.yaml tells no code');
  const connections = below(members, /^project\/connections\/[^/]+\.xml$/).map(({ data }) => readConnection(data));
  const folders = [
    ...new Set(members.flatMap(({ name }) => /^project\/integrations\/([^/]+)\//.exec(name)?.[1] ?? [])),
  ];
  return {
    code,
    name: scalar(definition, 'name') ?? code,
    exportedAt: readExportTime(text('project/oic_project.properties') ?? ''),
    connections,
    integrations: folders.map((folder) => readIntegration(folder, folders, members, connections)),
    deployments: members.flatMap(({ name, data }) => {
      const file = /^project\/labels\/([^/]+)\.json$/.exec(name)?.[1];
      return file === undefined ? [] : [readDeployment(file, data)];
    }),
    members,
  };
};

interface Occasion {
  readonly exportedAt: Date;
  readonly entrySeed: number;
  /** The state of each integration in it. */
  readonly states: ReadonlyMap<string, string>;
  /** Of the instance. */
  readonly stamps: Stamps | undefined;
}

/** One export: other dates, checksums, revision, states and order; the same meaning. */
export const writeProject = (members: readonly ZipEntry[], occasion: Occasion): Buffer => {
  const { exportedAt, entrySeed } = occasion;
  const entries = members.map(({ name, data }) => {
    const dated = stamped(name, data, occasion);
    return { name, data: occasion.stamps ? stampMember({ name, data: dated }, occasion.stamps) : dated };
  });
  return writeZip(createRandom(entrySeed).shuffle(entries), { modified: exportedAt });
};

/** Equal for two exports of one unchanged project. */
export const projectDigest = (members: readonly ZipEntry[]): string => {
  const states = new Map<string, string>();
  const occasion = { exportedAt: new Date(0), entrySeed: 0, states, stamps: undefined };
  const whole = createHash('sha256');
  for (const { name, data } of members.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    whole.update(
      `${name}\0${createHash('sha256')
        .update(withoutStamps({ name, data: stamped(name, data, occasion) }))
        .digest('hex')}\n`,
    );
  }
  return whole.digest('hex');
};

const stamped = (name: string, data: Uint8Array, { exportedAt, states }: Occasion): Uint8Array => {
  const text = Buffer.from(data).toString('latin1');
  const mod = createHash('md5').update(exportedAt.toISOString()).digest('base64');
  if (name.endsWith('.properties')) return Buffer.from(stampProperties(text, exportedAt, mod), 'latin1');
  if (name === 'project/project.yaml') {
    return Buffer.from(text.replace(/^revision: .*$/m, `revision: ${exportedAt.getTime() % 100_000}`), 'latin1');
  }
  const folder = /^project\/integrations\/([^/]+)\/info\.json$/.exec(name)?.[1];
  if (folder === undefined) return data;
  const info = readInfo(folder, data);
  const { id } = factsOf(folder, info);
  const persistedState = states.get(id) ?? 'CONFIGURED';
  const validity = exportedAt.getTime();
  const now = info.properties
    ? { ...info, properties: { ...info.properties, mod, persistedState, validity: String(validity) } }
    : { ...info, mod, persistedState, validity };
  return Buffer.from(JSON.stringify(now));
};

const readMembers = (bytes: Buffer): ZipEntry[] => {
  let entries: ZipEntry[];
  try {
    entries = readZip(bytes);
  } catch {
    throw refused('it is no zip');
  }
  const definition = entries.find(({ name }) => /(^|^[^/]+\/)project\/project\.yaml$/.test(name))?.name;
  if (definition === undefined) throw refused('it has no project/project.yaml');
  const root = definition.slice(0, -'project/project.yaml'.length);
  return entries.flatMap(({ name, data }) =>
    name.startsWith(`${root}project/`) ? [{ name: name.slice(root.length), data }] : [],
  );
};

const textOf =
  (members: readonly ZipEntry[]) =>
  (name: string): string | undefined => {
    const found = members.find((member) => member.name === name);
    return found && Buffer.from(found.data).toString('utf8');
  };

const below = (members: readonly ZipEntry[], pattern: RegExp): ZipEntry[] =>
  members.filter(({ name }) => pattern.test(name));

/** A top-level value of the definition, with or without quotes. */
const scalar = (yaml: string, key: string): string | undefined =>
  new RegExp(`^${key}:[ \\t]*(["']?)(.*?)\\1\\s*$`, 'm').exec(yaml)?.[2] || undefined;

/** What an info.json may hold; in the older form the facts stand beside the dependencies. */
interface Info extends InfoFacts {
  readonly properties?: InfoFacts;
  readonly dependencies?: {
    readonly connections?: readonly string[];
    readonly schedules?: readonly string[];
  };
}

interface InfoFacts {
  readonly code?: string;
  readonly version?: string;
  readonly name?: string;
  readonly persistedState?: string;
  readonly mepType?: string;
}

const readInfo = (folder: string, data: Uint8Array): Info => readJson(`the info.json of ${folder}`, data);

/** @throws BadArchive when it holds no object */
const readJson = <T>(what: string, data: Uint8Array): T => {
  try {
    const value: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as T;
  } catch {
    // Refused like JSON that is no object.
  }
  throw refused(`${what} is not JSON`);
};

/** @throws BadArchive when folder and info.json name different integrations */
const factsOf = (folder: string, info: Info): InfoFacts & { readonly id: string; code: string; version: string } => {
  const facts = { ...info, ...info.properties };
  const cut = folder.lastIndexOf('_');
  const { code = folder.slice(0, cut), version = folder.slice(cut + 1) } = facts;
  if (`${code}_${version}` !== folder) throw refused(`${folder} holds ${code}|${version}`);
  return { ...facts, code, version, id: `${code}|${version}` };
};

const readIntegration = (
  folder: string,
  folders: readonly string[],
  members: readonly ZipEntry[],
  connections: readonly ConnectionFacts[],
): ArchiveFacts => {
  const infoFile = members.find(({ name }) => name === `project/integrations/${folder}/info.json`);
  if (!infoFile) throw refused(`${folder} has no info.json`);
  const info = readInfo(folder, infoFile.data);
  const { id, code, version, name, persistedState = 'CONFIGURED', mepType } = factsOf(folder, info);
  const { dependencies = {} } = info;
  const cutName = `${code}_${version.replaceAll('.', '_').slice(0, 7)}`;
  const hasSchedule =
    dependencies.schedules?.includes(id) === true ||
    members.some(({ name: member }) =>
      [`${code}_${version}`, cutName].some((it) => member === `project/schedules/Schedule_${it}.xml`),
    );
  return {
    id,
    code,
    version,
    name: name ?? code,
    description: '',
    keywords: '',
    packageName: '',
    persistedState,
    exportedAt: 0,
    mepType: mepType ?? (hasSchedule ? 'MEP07' : 'MEP04'),
    isTemplate: false,
    percentComplete: 100,
    isScheduled: hasSchedule || mepType === 'MEP07',
    hasSchedule,
    scheduleParameters: [],
    connections: connections.filter((connection) => dependencies.connections?.includes(connection.id)),
    lookups: [],
    libraries: [],
    calls: readCalls(
      members.filter((member) => member.name.startsWith(`project/integrations/${folder}/`)),
      (called) => newestOf(called, folders),
    ),
  };
};

const newestOf = (code: string, folders: readonly string[]): string | undefined => {
  const versions = folders.flatMap((it) => (it.startsWith(`${code}_`) ? [it.slice(code.length + 1)] : []));
  return versions
    .filter((version) => /^[\d.]+$/.test(version))
    .toSorted()
    .at(-1);
};

/** @throws BadArchive */
const readDeployment = (file: string, data: Uint8Array): DeploymentFacts => {
  const { name = file, integrations = [] } = readJson<Partial<DeploymentFacts>>(`the deployment ${file}`, data);
  return { code: file, name, integrations };
};

/** What an export by label holds: the definition, that label, and what its integrations need (recorded: of none, three files). */
export const deploymentMembers = ({ members, deployments }: ProjectFile, label: string): ZipEntry[] => {
  const { integrations = [] } = deployments.find(({ code }) => code === label) ?? {};
  const folders = integrations.map(({ code, version }) => `${code}_${version}`);
  return members.filter(({ name }) => {
    const [, folder, of = ''] = /^project\/(\w+)\/([^/]+)/.exec(name) ?? [];
    if (folder === undefined) return name !== 'project/rpa.zip';
    if (folder === 'labels') return of === `${label}.json`;
    if (folder === 'integrations') return folders.includes(of);
    return folders.length > 0;
  });
};
