/** A library of a simulated instance: JavaScript in a zip. Each export packs it anew, so that its bytes differ. */
import { createExporter } from '../archives/exporter.ts';
import { type CompressedEntry, readCompressed } from '../archives/zip.ts';
import type { Library, State } from './holdings.ts';

/** @throws Error when it is no zip with something in it. */
export const readLibrary = (bytes: Buffer): readonly CompressedEntry[] => {
  const members = readCompressed(bytes);
  if (members.length === 0) throw new Error('the library is empty');
  return members;
};

export const writeLibrary = ({ members }: Library, exportedAt: Date, entrySeed: number): Buffer =>
  createExporter(members)({ exportedAt, entrySeed });

interface Carried {
  readonly code: string;
  readonly version: string;
  readonly members: readonly CompressedEntry[];
}

/** Those an integration's archive brings along, each in a folder `<CODE><VERSION>`. */
export const librariesIn = (members: readonly CompressedEntry[]): Carried[] => {
  const folders = Map.groupBy(members, ({ name }) => /^icspackage\/apilibrary\/([^/]+)\/[^/]+$/.exec(name)?.[1] ?? '');
  return [...folders].flatMap(([folder, files]) => {
    const [, code, version] = /^(.+?)(\d\d\.\d\d\.\d{4})$/.exec(folder) ?? [];
    if (!code || !version) return [];
    const own = files.map((file) => ({ ...file, name: file.name.slice(file.name.lastIndexOf('/') + 1) }));
    return [{ code, version, members: own }];
  });
};

/** Puts a library there, whatever was there before. */
export const saveLibrary = (
  state: State,
  { code, version, name, members }: Pick<Library, 'code' | 'version' | 'name' | 'members'>,
  by: string,
  at?: number,
): void => {
  const id = `${code}|${version}`;
  const lastUpdated = at ?? Math.max(state.now(), (state.libraries.get(id)?.lastUpdated ?? 0) + 1);
  state.libraries.set(id, { id, code, version, name, members, lastUpdated, lastUpdatedBy: by });
};
