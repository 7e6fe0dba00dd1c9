/**
 * An exported project is a .car file: a zip with the project's definition and everything in it as plain files below
 * `project/`, at the top or in one folder. Reading one proves it whole and says whose it is and what it holds; the file name
 * says nothing.
 */

import { ArchiveError, quoted } from '../formats/archive-error.ts';
import { sha256 } from '../formats/hashing.ts';
import { readYamlFacts } from '../formats/yaml-facts.ts';
import { readZip } from '../formats/zip.ts';
import { type IntegrationRef, integrationRef, isCode, isVersion } from '../integration.ts';
import { readProjectCalls } from './calls-inside.ts';
import { contentDigest } from './content-digest.ts';
import type { ArchiveConnection } from './integration-archive.ts';
import { readConnection } from './integration-archive.ts';
import { projectDesign } from './project-design.ts';
import { projectMeaning } from './project-digest.ts';

interface ProjectIntegration extends IntegrationRef {
  readonly name: string;
  /** The state at the moment of the export: ACTIVATED, CONFIGURED, ... */
  readonly persistedState: string | undefined;
  /** Those of the same project that it calls. */
  readonly calls: readonly IntegrationRef[];
}

export interface ProjectArchive {
  readonly code: string;
  readonly name: string;
  readonly integrations: readonly ProjectIntegration[];
  readonly connections: readonly ArchiveConnection[];
  readonly lookups: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
  /** Digest of the meaning: equal for two exports of one unchanged project. */
  readonly contentSha256: string;
  /** Digest of the design: equal also for two exports from different instances. */
  readonly designSha256: string;
  /** Not as Oracle wrote it: unpacked and zipped again by somebody. Oracle may refuse it. */
  readonly rezipped: boolean;
}

const DEFINITION = 'project/project.yaml';

/** The members by their names from `project/` on, and where that lies in the zip. */
export const openProject = async (
  bytes: Uint8Array,
): Promise<{ readonly members: ReadonlyMap<string, Buffer>; readonly rezipped: boolean }> => {
  const { members, rezipped } = await readZip(bytes);
  const definitions = [...members.keys()].filter((name) => name === DEFINITION || name.endsWith(`/${DEFINITION}`));
  const [definition, ...others] = definitions;
  if (definition === undefined) throw notAProject([...members.keys()]);
  if (others.length > 0) {
    throw new ArchiveError('ambiguous', `The file holds ${definitions.length} projects instead of one.`);
  }
  const root = definition.slice(0, -DEFINITION.length);
  const named = [...members].map(([name, data]): [string, Buffer] => [
    name.startsWith(root) ? name.slice(root.length) : `../${name}`,
    data,
  ]);
  return { members: new Map(named), rezipped };
};

const notAProject = (names: readonly string[]): ArchiveError => {
  let what = `it has no ${DEFINITION}`;
  if (names.some((name) => name.startsWith('icspackage/'))) what = 'it is the archive of one integration (.iar)';
  else if (names.some((name) => name.endsWith('.iar'))) what = 'it is a package (.par)';
  return new ArchiveError('another-kind', `The file is a zip but not an exported project (.car): ${what}.`);
};

/** Proves the file whole and settles whose it is. Throws an `ArchiveError` that says why not. */
export const readProjectArchive = async (bytes: Uint8Array): Promise<ProjectArchive> => {
  const { members, rezipped } = await openProject(bytes);
  const facts = readYamlFacts(members.get(DEFINITION) ?? Buffer.alloc(0));
  const code = facts.get('code') ?? facts.get('id') ?? '';
  if (!isCode(code)) {
    const said = code === '' ? 'nothing' : quoted(code);
    throw new ArchiveError('identity', `The exported project has no usable code: ${said} in its project.yaml.`);
  }
  return {
    code,
    name: facts.get('name') || code,
    integrations: readIntegrations(members),
    connections: filesIn(members, 'project/connections/', '.xml').map(([file, xml]) => readConnection(file, xml)),
    lookups: filesIn(members, 'project/lookups/', '.dvm').map(([lookup]) => lookup),
    bytes: bytes.length,
    sha256: await sha256(bytes),
    contentSha256: await contentDigest(members, projectMeaning),
    designSha256: (await projectDesign(members)).sha256,
    rezipped,
  };
};

/** Files directly in a folder, by name without the ending. */
const filesIn = (members: ReadonlyMap<string, Buffer>, folder: string, ending: string): [string, Buffer][] =>
  [...members]
    .filter(([name]) => name.startsWith(folder) && name.endsWith(ending) && !name.slice(folder.length).includes('/'))
    .map(([name, data]): [string, Buffer] => [name.slice(folder.length, -ending.length), data])
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** Each lies in a folder of its own, `<CODE>_<VERSION>`. */
const readIntegrations = (members: ReadonlyMap<string, Buffer>): ProjectIntegration[] => {
  const folders = new Set<string>();
  for (const name of members.keys()) {
    const folder = /^project\/integrations\/([^/]+)\//.exec(name)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  const integrations = [...folders]
    .map((folder) => readIntegration(folder, members.get(`project/integrations/${folder}/info.json`)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const calls = readProjectCalls(members, integrations);
  return integrations.map((one) => ({ ...one, calls: calls.get(one.id) ?? [] }));
};

const readIntegration = (folder: string, info: Buffer | undefined): Omit<ProjectIntegration, 'calls'> => {
  const cut = folder.lastIndexOf('_');
  const [code, version] = [folder.slice(0, Math.max(cut, 0)), folder.slice(cut + 1)];
  if (!isCode(code) || !isVersion(version)) {
    throw new ArchiveError(
      'identity',
      `The exported project holds an integration without a usable code and version: ${quoted(folder)}.`,
    );
  }
  if (!info) {
    throw new ArchiveError(
      'another-kind',
      `The exported project lacks a part every integration in one has: ${quoted(`${folder}/info.json`)}.`,
    );
  }
  const facts = infoFacts(info);
  if (!facts) throw new ArchiveError('damaged', `The info.json of ${quoted(folder)} in the project is not JSON.`);
  const said = { code: facts.get('code') ?? code, version: facts.get('version') ?? version };
  if (said.code !== code || said.version !== version) {
    const other = quoted(`${said.code}|${said.version}`);
    throw new ArchiveError(
      'identity',
      `The exported project disagrees with itself: the folder ${quoted(folder)} holds ${other} by its info.json.`,
    );
  }
  return {
    ...integrationRef(code, version),
    name: facts.get('name') || code,
    persistedState: facts.get('persistedState') || undefined,
  };
};

/**
 * What an info.json says of its integration: below `properties`, beside `dependencies`, in every export of a real project
 * that was looked into; at the top in others. What it leaves out, the folder tells.
 */
const infoFacts = (data: Buffer): ReadonlyMap<string, string> | undefined => {
  const info = jsonObject(data);
  if (!info) return undefined;
  const { properties } = info;
  const facts = { ...info, ...(typeof properties === 'object' ? properties : undefined) };
  return new Map(
    Object.entries(facts).flatMap(([key, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
    ),
  );
};

const jsonObject = (data: Buffer): Readonly<Record<string, unknown>> | undefined => {
  try {
    const json: unknown = JSON.parse(data.toString('utf8'));
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
    return isObject ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};
