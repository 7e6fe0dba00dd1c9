/** Fills a simulated instance with the archives of a directory, as if they had just been exported from it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadArchive } from './archive-facts.ts';
import type { Simulator } from './server.ts';
import { readArchive } from './stored-archive.ts';

export interface SeedResult {
  /** Ids, in order. */
  readonly loaded: readonly string[];
  /** Files that are no archive an instance would take, with the reason. */
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Loads every .iar below the directory. Of several exports of one integration the newest counts, by the date inside. States
 * are those of the export; connections are CONFIGURED.
 */
export const seedFromDirectory = async (simulator: Simulator, directory: string): Promise<SeedResult> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.toLowerCase().endsWith('.iar'));
  const newest = new Map<string, { readonly bytes: Buffer; readonly exportedAt: number }>();
  const refused: { file: string; reason: string }[] = [];
  for (const file of files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()) {
    const bytes = await readFile(file);
    try {
      const { facts } = readArchive(bytes);
      const known = newest.get(facts.id);
      if (!known || known.exportedAt < facts.exportedAt) newest.set(facts.id, { bytes, exportedAt: facts.exportedAt });
    } catch (error) {
      if (!(error instanceof BadArchive)) throw error;
      refused.push({ file, reason: error.message });
    }
  }
  for (const { bytes, exportedAt } of newest.values()) {
    simulator.instance.add(bytes, { lastUpdated: new Date(exportedAt), lastUpdatedBy: 'seed@example.com' });
  }
  return { loaded: [...newest.keys()].toSorted(), refused };
};
