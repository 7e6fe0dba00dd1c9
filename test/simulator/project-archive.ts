/**
 * An exported project (.car) as the simulator keeps it: plain files below `project/`, at the top of the zip or in one
 * folder. What it says of itself is read as Oracle wrote it; the normalisation and the stamps are the simulator's own.
 */
import { createHash } from 'node:crypto';
import {
  type ArchiveFacts,
  BadArchive,
  type ConnectionFacts,
  readConnection,
  readExportTime,
} from './archive-facts.ts';
import { stampProperties } from './exporter.ts';
import { createRandom } from './random.ts';
import { readZip, writeZip, type ZipEntry } from './zip.ts';

export interface ProjectFile {
  readonly code: string;
  readonly name: string;
  /** By the date comment of its properties file, in ms; 0 when it has none that can be read. */
  readonly exportedAt: number;
  readonly connections: readonly ConnectionFacts[];
  readonly integrations: readonly ArchiveFacts[];
  /** Of its deployments. */
  readonly labels: readonly string[];
  /** Names from `project/` on. */
  readonly members: readonly ZipEntry[];
}

const refused = (): BadArchive => new BadArchive('ICS-20099', 'Unable to retrieve project from the archive');

/** @throws BadArchive */
export const readProject = (bytes: Buffer): ProjectFile => {
  const members = readMembers(bytes);
  const text = textOf(members);
  const definition = text('project/project.yaml') ?? '';
  const code = scalar(definition, 'code') ?? scalar(definition, 'id');
  if (!code) throw refused();
  const connections = below(members, /^project\/connections\/[^/]+\.xml$/).map(({ data }) => readConnection(data));
  const folders = members.flatMap(({ name }) => /^project\/integrations\/([^/]+)\//.exec(name)?.[1] ?? []);
  return {
    code,
    name: scalar(definition, 'name') ?? code,
    exportedAt: readExportTime(text('project/oic_project.properties') ?? ''),
    connections,
    integrations: [...new Set(folders)].map((folder) => readIntegration(folder, members, connections)),
    labels: members.flatMap(({ name }) => /^project\/labels\/([^/]+)\.json$/.exec(name)?.[1] ?? []),
    members,
  };
};

interface Occasion {
  readonly exportedAt: Date;
  readonly entrySeed: number;
  /** The state of each integration in it. */
  readonly states: ReadonlyMap<string, string>;
  /** In front of `project/`. */
  readonly folder: string;
}

/** One export: other dates, checksums, revision, states and order; the same meaning. */
export const writeProject = (members: readonly ZipEntry[], occasion: Occasion): Buffer => {
  const { exportedAt, entrySeed, folder } = occasion;
  const entries = members.map(({ name, data }) => ({ name: `${folder}${name}`, data: stamped(name, data, occasion) }));
  return writeZip(createRandom(entrySeed).shuffle(entries), { modified: exportedAt });
};

/** Equal for two exports of one unchanged project. */
export const projectDigest = (members: readonly ZipEntry[]): string => {
  const states = new Map<string, string>();
  const occasion = { exportedAt: new Date(0), entrySeed: 0, states, folder: '' };
  const whole = createHash('sha256');
  for (const { name, data } of members.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    whole.update(
      `${name}\0${createHash('sha256')
        .update(stamped(name, data, occasion))
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
  if (!/^project\/integrations\/[^/]+\/info\.json$/.test(name)) return data;
  const info = JSON.parse(Buffer.from(data).toString('utf8')) as Record<string, unknown>;
  const persistedState = states.get(`${info.code}|${info.version}`) ?? 'CONFIGURED';
  return Buffer.from(JSON.stringify({ ...info, mod, validity: exportedAt.getTime(), persistedState }));
};

const readMembers = (bytes: Buffer): ZipEntry[] => {
  let entries: ZipEntry[];
  try {
    entries = readZip(bytes);
  } catch {
    throw refused();
  }
  const definition = entries.find(({ name }) => /(^|^[^/]+\/)project\/project\.yaml$/.test(name))?.name;
  if (definition === undefined) throw refused();
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
  new RegExp(`^${key}:\\s*"?([^"\\n]*?)"?\\s*$`, 'm').exec(yaml)?.[1] || undefined;

interface Info {
  readonly code?: string;
  readonly version?: string;
  readonly name?: string;
  readonly persistedState?: string;
  readonly dependencies?: { readonly connections?: readonly string[]; readonly integrations?: readonly string[] };
}

const readIntegration = (
  folder: string,
  members: readonly ZipEntry[],
  connections: readonly ConnectionFacts[],
): ArchiveFacts => {
  const text = textOf(members)(`project/integrations/${folder}/info.json`);
  const { code = '', version = '', name, persistedState, dependencies } = text ? (JSON.parse(text) as Info) : {};
  if (`${code}_${version}` !== folder) throw refused();
  const schedule = `project/schedules/Schedule_${code}_${version.replaceAll('.', '_').slice(0, 7)}`;
  const hasSchedule = members.some((member) => member.name.startsWith(schedule));
  return {
    id: `${code}|${version}`,
    code,
    version,
    name: name ?? code,
    description: '',
    keywords: '',
    packageName: '',
    persistedState: persistedState ?? 'CONFIGURED',
    exportedAt: 0,
    mepType: hasSchedule ? 'MEP07' : 'MEP04',
    isTemplate: false,
    percentComplete: 100,
    isScheduled: hasSchedule,
    hasSchedule,
    connections: connections.filter(({ id }) => dependencies?.connections?.includes(id)),
    lookups: [],
    libraries: [],
    calls: dependencies?.integrations ?? [],
  };
};
