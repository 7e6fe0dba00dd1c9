/**
 * An exported lookup: comma-separated values as RFC 4180 has them. Oracle's first line is `DVM,<name>,<description>`
 * (recorded in 2024), the next one has the columns, every other one a row. Files of other shapes are read as well: the
 * first line without `DVM`, or no such line at all. Cells may be secrets: they go into digests and nowhere else.
 */
import { ArchiveError } from '../formats/archive-error.ts';
import { sha256 } from '../formats/hashing.ts';

export interface LookupFile {
  /** undefined: the file does not tell. */
  readonly name: string | undefined;
  /** An empty text when there is none. */
  readonly description: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly bytes: number;
  readonly sha256: string;
  /** Digest of the meaning: description, columns and rows, whatever the order of rows, line ends and quotes. */
  readonly contentSha256: string;
  /** The digest of this file in snapshots of before `DVM` was known, when that is another: the title counted as columns. */
  readonly formerContentSha256: string | undefined;
  /** The same: an instance stamps nothing on a lookup. */
  readonly designSha256: string;
}

/** More than any lookup there can be: a table for people, kept in memory by Oracle. */
const MAX_LOOKUP_BYTES = 64 * 2 ** 20;

/**
 * Proves that the text is whole as far as text can be: readable, with columns, and no quote left open. Throws an
 * `ArchiveError` that says why not. Whether `name` of the result is the lookup asked for is for the caller to see.
 *
 * @param name the lookup it was asked for: it tells what a first line is that could be title or columns
 */
export const readLookup = async (bytes: Uint8Array, name?: string): Promise<LookupFile> => {
  const lines = parseCsv(decode(bytes));
  const records = lines.map(withoutEmptyEnd);
  const title = readTitle(records, lines[0]?.length ?? 0, name);
  if (title && records.length === 1) {
    throw new ArchiveError('damaged', 'The lookup is damaged: it ends after its first line, before its columns.');
  }
  const [columns = [], ...rows] = title ? records.slice(1) : records;
  if (columns.length === 0) {
    throw new ArchiveError('another-kind', 'The file is not an exported lookup: its first line names no columns.');
  }
  const { description = [] } = title ?? {};
  const contentSha256 = await digestOf(description, columns, rows);
  return {
    name: title?.name || undefined,
    description: description.join(','),
    columns,
    rows: rows.filter(hasCells),
    bytes: bytes.length,
    sha256: await sha256(bytes),
    contentSha256,
    designSha256: contentSha256,
    formerContentSha256: title?.isMarked ? await formerDigestOf(records, name) : undefined,
  };
};

const digestOf = (
  description: readonly string[],
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<string> => {
  const lines = rows.filter(hasCells).map((row) => JSON.stringify(row));
  return sha256([JSON.stringify([description, columns]), ...lines.sort()].join('\n'));
};

const formerDigestOf = ([first = [], second = [], ...rows]: readonly Cells[], name: string | undefined) =>
  name === MARK ? digestOf(first.slice(1), second, rows) : digestOf([], first, [second, ...rows]);

type Cells = readonly string[];

const hasCells = (row: Cells): boolean => row.length > 0;

/** What the first line of an export begins with: a domain value map, Oracle's older name of a lookup. */
const MARK = 'DVM';

interface Title {
  readonly name: string | undefined;
  /** One cell, or several when its commas came without quotes. */
  readonly description: Cells;
  readonly isMarked: boolean;
}

/**
 * The first line, unless it has the columns. A first column may happen to be called `DVM`, and so may a lookup: what was
 * asked for decides, else the number of cells, which is three in Oracle's title even when the description is empty. What
 * can be read either way (three columns of which the first is `DVM`) is the title of another lookup, for a foreign file
 * that is taken does more harm than one that is refused.
 *
 * @param cells of the first line, with the empty ones at its end
 */
const readTitle = (records: readonly Cells[], cells: number, name: string | undefined): Title | undefined => {
  const [first = [], second] = records;
  const marked: Title | undefined =
    first[0] === MARK && first[1] ? { name: first[1], description: first.slice(2), isMarked: true } : undefined;
  const isAsOracleHasIt = name === undefined ? first.length <= 3 : cells === 3;
  if (marked && (marked.name === name || isAsOracleHasIt)) return marked;
  if (!second) return undefined;
  const plain: Title = { name: first[0], description: first.slice(1), isMarked: false };
  if (name !== undefined && first[0] === name) return plain;
  const longest = records.reduce((most, { length }) => Math.max(most, length), 0);
  return first.length < longest && second.length === longest ? (marked ?? plain) : undefined;
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
const withoutEmptyEnd = (cells: Cells): Cells => cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
