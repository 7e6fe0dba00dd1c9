/** Fills a simulated instance with the archives of a directory, as if they had just been exported from it. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { BadArchive, readExportTime } from './archives/archive-facts.ts';
import { readProject } from './archives/project-archive.ts';
import { readArchive } from './archives/stored-archive.ts';
import { readZip } from './archives/zip.ts';
import { readLookup } from './holds/lookup.ts';
import type { Simulator } from './server.ts';

export interface SeedResult {
  /** Ids of integrations, in order; those in projects are not among them. */
  readonly loaded: readonly string[];
  /** What else was loaded, by the folder of its kind and its id: `projects/SHOP`. */
  readonly others: readonly string[];
  /** Files that are nothing an instance would take, with the reason. */
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
}

/** What is to be put there, and as what; of several of one identity the newest by the date inside counts. */
interface Found {
  /** Integrations by their id, anything else as in `SeedResult.others`. */
  readonly id: string;
  readonly exportedAt: number;
  readonly place: () => void;
}

const SEEDER = 'seed@example.com';

/**
 * Loads every .iar, .par (the integrations in it), .car, .jar (a library) and .csv (a lookup; one that does not tell
 * its name is called as its file) below the directory.
 * States are those of the export; connections are CONFIGURED.
 */
export const seedFromDirectory = async (simulator: Simulator, directory: string): Promise<SeedResult> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && endingOf(entry.name) in READERS);
  const newest = new Map<string, Found>();
  const refused: { file: string; reason: string }[] = [];
  for (const file of files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()) {
    const bytes = await readFile(file);
    try {
      for (const found of READERS[endingOf(file)]?.(simulator, bytes, file) ?? []) {
        const known = newest.get(found.id);
        if (!known || known.exportedAt < found.exportedAt) newest.set(found.id, found);
      }
    } catch (error) {
      if (!(error instanceof BadArchive)) throw error;
      refused.push({ file, reason: error.message });
    }
  }
  for (const { place } of newest.values()) place();
  const ids = [...newest.keys()].toSorted();
  return { loaded: ids.filter((id) => !id.includes('/')), others: ids.filter((id) => id.includes('/')), refused };
};

const endingOf = (file: string): string => extname(file).toLowerCase();

type Reader = (simulator: Simulator, bytes: Buffer, file: string) => Found[];

/** @throws BadArchive */
const readIntegration: Reader = ({ instance }, bytes) => {
  const { id, exportedAt } = readArchive(bytes).facts;
  const options = { lastUpdated: new Date(exportedAt), lastUpdatedBy: SEEDER };
  return [{ id, exportedAt, place: () => instance.add(bytes, options) }];
};

const readPackage: Reader = (simulator, bytes, file) =>
  readable(() => readZip(bytes))
    .filter(({ name }) => name.endsWith('.iar'))
    .flatMap(({ data }) => readIntegration(simulator, Buffer.from(data), file));

const readWholeProject: Reader = ({ instance }, bytes) => {
  const { code, exportedAt } = readProject(bytes);
  const options = { lastUpdated: new Date(exportedAt), lastUpdatedBy: SEEDER };
  return [{ id: `projects/${code}`, exportedAt, place: () => instance.addProject(bytes, options) }];
};

/** As Oracle exports one, or of an older shape: then it may begin with its name, which is that of the file. */
const readTable: Reader = ({ instance }, bytes, file) => {
  const first = bytes.toString('utf8').split(/[,\r\n]/, 1)[0];
  const shape = first === 'DVM' ? 'dvm' : first === basename(file, extname(file)) ? 'name-first' : 'untitled';
  const { name, description, columns, rows } = readable(() => readLookup(bytes, shape, basename(file)));
  const place = (): void => instance.saveLookup(name, columns, rows, { description });
  return [{ id: `lookups/${name}`, exportedAt: 0, place }];
};

/** As Oracle exports one, with a properties file that tells which library it is. */
const readScripts: Reader = ({ instance }, bytes) => {
  const facts = readable(() => readZip(bytes)).find(({ name }) => name.endsWith('_properties.properties'));
  const text = Buffer.from(facts?.data ?? '').toString('latin1');
  const [code, version] = ['code', 'version'].map((key) => new RegExp(`^${key}=(.+)$`, 'm').exec(text)?.[1]?.trim());
  if (!code || !version) {
    throw new BadArchive('ICS-20099', 'the library has no _properties.properties with its code and version');
  }
  const exportedAt = readExportTime(text);
  const options = { lastUpdated: new Date(exportedAt), lastUpdatedBy: SEEDER };
  const place = (): void => instance.saveLibrary(code, version, bytes, options);
  return [{ id: `libraries/${code}|${version}`, exportedAt, place }];
};

const READERS: Readonly<Record<string, Reader>> = {
  '.iar': readIntegration,
  '.par': readPackage,
  '.car': readWholeProject,
  '.csv': readTable,
  '.jar': readScripts,
};

const readable = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new BadArchive('ICS-20099', error instanceof Error ? error.message : 'the file cannot be read');
  }
};
