/**
 * A lookup of a simulated instance: a table under a name. As a file of its own it is comma-separated; in the archive of an
 * integration it travels as a domain value map (.dvm).
 */
import { parseCsv, writeCsv } from './csv.ts';

export interface Lookup {
  readonly name: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  lockedBy: string | undefined;
  lastUpdated: number;
  lastUpdatedBy: string;
}

type Table = Pick<Lookup, 'columns' | 'rows'>;

/** @param hasTitle the first line is the name */
export const writeLookup = ({ name, columns, rows }: Lookup, hasTitle: boolean): Buffer =>
  Buffer.from(writeCsv([...(hasTitle ? [[name, '']] : []), columns, ...rows]));

/** @param name when the first line does not tell it. @throws Error saying what is wrong with the file */
export const readLookup = (bytes: Buffer, name: string | undefined): Table & { readonly name: string } => {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const records = parseCsv(text).filter((record) => record.some((cell) => cell !== ''));
  const title = name === undefined ? records.shift()?.[0] : name;
  const [columns, ...rows] = records;
  if (!title || !columns) throw new Error('the file is no lookup: it has no name or no columns');
  if (rows.some(({ length }) => length > columns.length))
    throw new Error('a row has more cells than there are columns');
  return { name: title, columns, rows };
};

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const unescaped = (text = ''): string =>
  text.replace(/&(lt|gt|amp|quot|apos);/g, (_, entity: string) => ENTITIES[entity] ?? '');

/** The table in a .dvm file. */
export const readDvm = (data: Uint8Array): Table => {
  const xml = Buffer.from(data).toString('utf8');
  const columns = [...xml.matchAll(/<column\s[^>]*?name="([^"]*)"/g)].map(([, name]) => unescaped(name));
  const rows = [...xml.matchAll(/<row>([\s\S]*?)<\/row>/g)].map(([, row = '']) =>
    [...row.matchAll(/<cell(?:>([\s\S]*?)<\/cell>|\s*\/>)/g)].map(([, cell]) => unescaped(cell)),
  );
  return { columns, rows };
};
