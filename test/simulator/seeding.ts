/** Fills a simulated instance with the archives of a directory, as if they had just been exported from it. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { BadArchive } from './archive-facts.ts';
import { readLookup } from './lookup.ts';
import { readProject } from './project-archive.ts';
import type { Simulator } from './server.ts';
import { readArchive } from './stored-archive.ts';
import { readZip } from './zip.ts';

export interface SeedResult {
  /** Ids of integrations, in order; those in projects are not among them. */
  readonly loaded: readonly string[];
  /** Files that are nothing an instance would take, with the reason. */
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
}

/** What is to be put there, and as what; of several of one identity the newest by the date inside counts. */
interface Found {
  readonly id: string;
  readonly exportedAt: number;
  readonly place: () => void;
}

const SEEDER = 'seed@example.com';

/**
 * Loads every .iar, .par (the integrations in it), .car and .csv (a lookup, by the name of the file) below the directory.
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
  return { loaded: [...newest.keys()].filter((id) => id.includes('|')).toSorted(), refused };
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
  return [{ id: `project ${code}`, exportedAt, place: () => instance.addProject(bytes, options) }];
};

/** An export may begin with the name of the lookup, or not. */
const readTable: Reader = ({ instance }, bytes, file) => {
  const name = basename(file, extname(file));
  const isTitled = bytes.toString('utf8').split(/[,\r\n]/, 1)[0] === name;
  const { columns, rows } = readable(() => readLookup(bytes, isTitled ? undefined : name));
  return [{ id: `lookup ${name}`, exportedAt: 0, place: () => instance.saveLookup(name, columns, rows) }];
};

const READERS: Readonly<Record<string, Reader>> = {
  '.iar': readIntegration,
  '.par': readPackage,
  '.car': readWholeProject,
  '.csv': readTable,
};

const readable = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new BadArchive('ICS-20099', error instanceof Error ? error.message : 'the file cannot be read');
  }
};
