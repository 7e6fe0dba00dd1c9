/**
 * A lookup of a simulated instance: a table under a name. As a file of its own it is comma-separated; in the archive of an
 * integration it travels as a domain value map (.dvm).
 */

import { parseCsv, writeCsv } from '../archives/csv.ts';
import type { Behaviour } from '../behaviour.ts';
import type { Lookup, State } from './holdings.ts';

type Table = Pick<Lookup, 'columns' | 'rows'>;
type Content = Table & Pick<Lookup, 'name' | 'description'>;
type Shape = Behaviour['lookupShape'];

export const writeLookup = ({ name, description, columns, rows }: Content, shape: Shape): Buffer => {
  const titles = { dvm: [['DVM', name, description]], 'name-first': [[name, description]], untitled: [] };
  return Buffer.from(writeCsv([...titles[shape], columns, ...rows], shape === 'dvm' ? '\n' : '\r\n'));
};

/** @param filename tells the name of an untitled one. @throws Error saying what is wrong with the file */
export const readLookup = (bytes: Buffer, shape: Shape, filename = ''): Content => {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const records = parseCsv(text).filter((record) => record.some((cell) => cell !== ''));
  const title = shape === 'untitled' ? [filename.replace(/\.csv$/i, '')] : (records.shift() ?? []);
  if (shape === 'dvm' && title.shift() !== 'DVM') throw new Error('the file is no lookup: it does not begin with DVM');
  const [name, description = ''] = title;
  const [columns, ...rows] = records;
  if (!name || !columns) throw new Error('the file is no lookup: it has no name or no columns');
  if (rows.some(({ length }) => length > columns.length))
    throw new Error('a row has more cells than there are columns');
  return { name, description, columns, rows };
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

/** Puts a lookup there, whatever was there before. */
export const saveLookup = (
  state: State,
  { name, description = '', columns, rows }: Table & Pick<Lookup, 'name'> & Partial<Pick<Lookup, 'description'>>,
  by: string,
  at = Math.max(state.now(), (state.lookups.get(name)?.lastUpdated ?? 0) + 1),
): Lookup => {
  const lookup: Lookup = { name, description, columns, rows, lockedBy: undefined, lastUpdated: at, lastUpdatedBy: by };
  state.lookups.set(name, lookup);
  return lookup;
};
