/**
 * The design of an exported project, part by part, and the digest of it all. Parts are what a difference names: integrations,
 * connections, lookups and other files; they count as they do in an archive of an integration.
 */
import { ArchiveError } from '../formats/archive-error.ts';
import { parseExactly } from '../formats/exact-json.ts';
import { sha256 } from '../formats/hashing.ts';
import { yamlMeaning } from '../formats/yaml-facts.ts';
import { readZip } from '../formats/zip.ts';
import { designDigest } from './design-digest.ts';
import { memberMeaning } from './member-meaning.ts';
import { isStampOfProject, isStampOfRobot, sortedTags } from './stamps.ts';

export interface ProjectDesign {
  /** Digests, by folder of the integration, id of the connection, name of the lookup, name of any other file. */
  readonly integrations: ReadonlyMap<string, string>;
  readonly connections: ReadonlyMap<string, string>;
  readonly lookups: ReadonlyMap<string, string>;
  readonly others: ReadonlyMap<string, string>;
  readonly sha256: string;
}

/** @param members by their names from `project/` on */
export const projectDesign = async (members: ReadonlyMap<string, Buffer>): Promise<ProjectDesign> => {
  const integrations = new Map<string, Map<string, Buffer>>();
  const parts = { connections: new Map<string, string>(), lookups: new Map<string, string>(), others: new Map() };
  for (const [name, data] of members) {
    const [, folder, file] = /^project\/integrations\/([^/]+)\/(.+)$/s.exec(name) ?? [];
    if (folder === undefined || file === undefined) {
      const [, kind, id = name] = /^project\/(connections|lookups)\/([^/]+)\.(?:xml|dvm)$/.exec(name) ?? [];
      const digest = await sha256(await meaningInProject(name, data));
      parts[kind === 'connections' || kind === 'lookups' ? kind : 'others'].set(id, digest);
      continue;
    }
    const inFolder = integrations.get(folder) ?? new Map<string, Buffer>();
    integrations.set(folder, inFolder.set(`project/${file}`, data));
  }
  const designs = new Map<string, string>();
  for (const [folder, inFolder] of integrations)
    designs.set(folder, await designDigest(inFolder, meaningInIntegration));
  const lines = Object.entries({ integrations: designs, ...parts }).flatMap(([kind, digests]) =>
    [...digests].map(([id, digest]) => `${kind} ${id}\0${digest}\n`),
  );
  return { integrations: designs, ...parts, sha256: await sha256(lines.sort().join('')) };
};

const meaningInIntegration: typeof memberMeaning = (name, data, rename) =>
  name === 'project/info.json' ? jsonMeaning(data, isStampOfProject, true) : memberMeaning(name, data, rename);

const meaningInProject = (name: string, data: Buffer): Buffer | string | Promise<Buffer | string> => {
  if (name === 'project/project.yaml') return yamlMeaning(data, isStampOfProject);
  if (/^project\/labels\/[^/]+\.json$/.test(name)) return jsonMeaning(data, isStampOfProject, true);
  if (name === 'project/rpa.zip') return robotsMeaning(data);
  return memberMeaning(name, data, (part) => part);
};

/** Keys in any order, and without stamps, also in JSON that stands in a string. @param areSets the lists are in any order, too */
const jsonMeaning = (data: Buffer, isStamp: (key: string) => boolean, areSets: boolean): Buffer | string => {
  const settled = (key: string, value: unknown): unknown => {
    if (typeof value === 'string') return key === 'smartTags' ? sortedTags(value) : insideOf(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      const written = value.map((item: unknown) => ({ item, text: JSON.stringify(item) }));
      return areSets ? written.sort((a, b) => (a.text < b.text ? -1 : 1)).map(({ item }) => item) : value;
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([each]) => !isStamp(each))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  };
  const insideOf = (text: string): string => {
    if (!/^\s*[{[]/.test(text)) return text;
    try {
      return JSON.stringify(parseExactly(text, settled));
    } catch {
      return text;
    }
  };
  try {
    return JSON.stringify(parseExactly(data.toString('utf8'), settled));
  } catch {
    return data;
  }
};

/** The zip of robots is packed anew at every export; what they are stands in JSON. */
const robotsMeaning = async (data: Buffer): Promise<Buffer | string> => {
  try {
    const { members } = await readZip(data);
    return await designDigest(members, (name, member, rename) =>
      name.endsWith('.json') ? jsonMeaning(member, isStampOfRobot, false) : memberMeaning(name, member, rename),
    );
  } catch (error) {
    if (error instanceof ArchiveError && error.reason !== 'hostile') return data;
    throw error;
  }
};
