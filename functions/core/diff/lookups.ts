/** What became of lookups, in names and numbers: their values may be secrets and are never told. */
import { hash } from 'node:crypto';
import type { LookupFile } from '../archive/lookup-file.ts';
import { memberMeaning } from '../archive/member-meaning.ts';
import { childElements, descendants, exactTextOf, parseXmlFile } from '../formats/xml-tree.ts';

interface Lookup {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

export interface ChangedLookup {
  readonly name: string;
  readonly columns: { readonly from: readonly string[]; readonly to: readonly string[] };
  readonly rows: { readonly from: number; readonly to: number };
  /** Rows that only the new one, or only the old one, has; a changed row counts in both. */
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
  /** Of an exported lookup with another description. */
  readonly isDescribedAnew?: true;
}

export interface LookupDiff {
  readonly added: readonly Lookup[];
  readonly removed: readonly Lookup[];
  readonly changed: readonly ChangedLookup[];
}

/** @param a lookups by name, as their files */
export const diffLookups = (a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): LookupDiff => {
  const [before, after] = [readAll(a), readAll(b)];
  return {
    added: [...after.values()].filter(({ name }) => !before.has(name)).map(summary),
    removed: [...before.values()].filter(({ name }) => !after.has(name)).map(summary),
    changed: [...before.values()].flatMap((from) => {
      const to = after.get(from.name);
      return to && meaningOf(a.get(from.name)) !== meaningOf(b.get(from.name)) ? [describeChange(from, to)] : [];
    }),
  };
};

const meaningOf = (file: Buffer | undefined): string =>
  hash('sha256', file ? memberMeaning('lookup.dvm', file, (part) => part) : '');

type Exported = Pick<LookupFile, 'description' | 'columns' | 'rows'>;

/** What became of an exported lookup. */
export const diffTables = (name: string, from: Exported, to: Exported): ChangedLookup => {
  const table = ({ columns, rows }: Exported): LookupTable => ({
    name,
    columns,
    rows: rows.map((row) => JSON.stringify(row)),
  });
  return {
    ...describeChange(table(from), table(to)),
    ...(from.description !== to.description && { isDescribedAnew: true }),
  };
};

interface LookupTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Each as JSON of its cells. */
  readonly rows: readonly string[];
}

const readAll = (files: ReadonlyMap<string, Buffer>): ReadonlyMap<string, LookupTable> =>
  new Map([...files].map(([name, file]) => [name, readTable(name, file)]));

const readTable = (name: string, file: Buffer): LookupTable => {
  const root = parseXmlFile(file);
  // A file we cannot read counts as one row: that it differs can be told all the same.
  if (!root) return { name, columns: [], rows: [file.toString('latin1')] };
  const all = descendants(root);
  return {
    name,
    columns: all.filter(({ local }) => local === 'column').map(({ attributes }) => attributes.get('name') ?? ''),
    rows: all.filter(({ local }) => local === 'row').map((row) => JSON.stringify(childElements(row).map(exactTextOf))),
  };
};

const summary = ({ name, columns, rows }: LookupTable): Lookup => ({ name, columns, rows: rows.length });

const describeChange = (from: LookupTable, to: LookupTable): ChangedLookup => ({
  name: from.name,
  columns: { from: from.columns, to: to.columns },
  rows: { from: from.rows.length, to: to.rows.length },
  rowsAdded: countMissing(to.rows, from.rows),
  rowsRemoved: countMissing(from.rows, to.rows),
});

/** How many of `rows` are not among `others`, each counted as often as it is there. */
const countMissing = (rows: readonly string[], others: readonly string[]): number => {
  const left = new Map<string, number>();
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  }).length;
};
