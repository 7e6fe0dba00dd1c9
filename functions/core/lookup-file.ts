/**
 * An exported lookup: comma-separated values as RFC 4180 has them. The first line may hold the lookup's own name (and its
 * description), the next one the columns, every other one a row. Cells may be secrets: they go into digests and nowhere else.
 */
import { ArchiveError } from './archive-error.ts';
import { sha256 } from './slices.ts';

export interface LookupFile {
  /** undefined: the file does not tell. */
  readonly name: string | undefined;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly bytes: number;
  readonly sha256: string;
  /** Digest of the meaning: columns and rows, whatever the order of rows, line ends and quotes. */
  readonly contentSha256: string;
}

/** More than any lookup there can be: a table for people, kept in memory by Oracle. */
const MAX_LOOKUP_BYTES = 64 * 2 ** 20;

/**
 * Proves that the text is whole as far as text can be: readable, with columns, and no quote left open. How Oracle lays the
 * lines out is nowhere written, so their shape is taken as it comes. Throws an `ArchiveError` that says why not.
 *
 * @param name the lookup it was asked for: a first line that begins with it is the title
 */
export const readLookup = async (bytes: Uint8Array, name?: string): Promise<LookupFile> => {
  const records = parseCsv(decode(bytes)).map(withoutEmptyEnd);
  const title = hasTitle(records, name) ? records[0] : undefined;
  const [columns = [], ...others] = title ? records.slice(1) : records;
  if (columns.length === 0) {
    throw new ArchiveError('another-kind', 'The file is not an exported lookup: its first line names no columns.');
  }
  const rows = others.filter((row) => row.length > 0);
  const lines = rows.map((row) => JSON.stringify(row)).sort();
  return {
    name: title?.[0],
    columns,
    rows,
    bytes: bytes.length,
    sha256: await sha256(bytes),
    contentSha256: await sha256([JSON.stringify([title?.slice(1) ?? [], columns]), ...lines].join('\n')),
  };
};

/** The first line is a title when it begins with the name, or when it alone is shorter than the columns below it. */
const hasTitle = (records: readonly (readonly string[])[], name: string | undefined): boolean => {
  const [first = [], second] = records;
  if (!second) return false;
  const longest = records.reduce((most, { length }) => Math.max(most, length), 0);
  return (name !== undefined && first[0] === name) || (first.length < longest && second.length === longest);
};

const UTF8 = new TextDecoder('utf-8', { fatal: true });

const decode = (bytes: Uint8Array): string => {
  if (bytes.length === 0) throw new ArchiveError('another-kind', 'The file is empty, not an exported lookup.');
  if (bytes.length > MAX_LOOKUP_BYTES) {
    throw new ArchiveError('hostile', `The lookup has ${bytes.length} bytes; at most ${MAX_LOOKUP_BYTES} are read.`);
  }
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw new ArchiveError('another-kind', 'The file is not an exported lookup: it is no readable text.');
  }
  const other = /^\s*</.test(text) ? 'XML or a web page' : /^\s*\{\s*"/.test(text) ? 'JSON' : undefined;
  if (other) throw new ArchiveError('another-kind', `The file is not an exported lookup: it begins like ${other}.`);
  if (text.includes('\0')) throw new ArchiveError('another-kind', 'The file is not an exported lookup but binary.');
  return text;
};

/** A cell in quotes, with quotes inside it doubled, or one without; then what ends it. */
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/y;

const parseCsv = (text: string): string[][] => {
  const records: string[][] = [];
  let record: string[] = [];
  CELL.lastIndex = 0;
  while (CELL.lastIndex < text.length || record.length > 0) {
    const [, quotedCell, plain = '', end] = CELL.exec(text) ?? [];
    if (end === undefined) {
      throw new ArchiveError(
        'damaged',
        `The lookup is damaged: line ${records.length + 1} has an open or stray quote.`,
      );
    }
    record.push(quotedCell?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    records.push(record);
    record = [];
    if (end === '') break;
  }
  return records;
};

/** Exports pad short rows with empty cells, or do not. */
const withoutEmptyEnd = (cells: readonly string[]): readonly string[] =>
  cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
