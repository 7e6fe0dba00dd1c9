/**
 * What the files of an exported project count as in its content digest. Dates, revisions, who saved it, the state at the
 * export and Oracle's own checksum tell of the export; order means nothing in the definitions, which Oracle writes from
 * hash tables. Everything else counts.
 */
import { ArchiveError } from '../formats/archive-error.ts';
import { yamlMeaning } from '../formats/yaml-facts.ts';
import { readZip } from '../formats/zip.ts';
import { attributesMeaning, contentDigest, propertiesMeaning } from './content-digest.ts';
import { isExportKeyOfProject } from './stamps.ts';

export const projectMeaning = (name: string, data: Buffer): Buffer | string | Promise<Buffer | string> => {
  if (name === 'project/project.yaml') return yamlMeaning(data, isExportKeyOfProject);
  if (name === 'project/oic_project.properties') return attributesMeaning(data);
  if (/^project\/(?:integrations\/[^/]+\/info|labels\/[^/]+)\.json$/.test(name)) return jsonMeaning(data);
  if (name === 'project/rpa.zip') return zipMeaning(data);
  return name.endsWith('.properties') ? propertiesMeaning(data) : data;
};

const jsonMeaning = (data: Buffer): Buffer | string => {
  try {
    return JSON.stringify(JSON.parse(data.toString('utf8'), settled));
  } catch {
    return data;
  }
};

/** The lists in these files (what it depends on, what a deployment holds) are sets. */
const settled = (_: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const written = value.map((item: unknown) => ({ item, text: JSON.stringify(item) }));
    return written.sort((a, b) => (a.text < b.text ? -1 : 1)).map(({ item }) => item);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !isExportKeyOfProject(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};

/** The zip of robots is packed anew at every export. */
const zipMeaning = async (data: Buffer): Promise<Buffer | string> => {
  try {
    return await contentDigest((await readZip(data)).members);
  } catch (error) {
    if (error instanceof ArchiveError && error.reason !== 'hostile') return data;
    throw error;
  }
};
