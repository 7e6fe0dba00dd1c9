/** Comma-separated values as RFC 4180 has them: quotes where they are needed, and doubled inside. */

export const writeCsv = (records: readonly (readonly string[])[], lineEnd: '\n' | '\r\n'): string =>
  records.map((cells) => `${cells.map(writeCell).join(',')}${lineEnd}`).join('');

const writeCell = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** @throws Error when a quote is left open. */
export const parseCsv = (text: string): string[][] => {
  const records: string[][] = [];
  let record: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (pattern.lastIndex < text.length || record.length > 0) {
    const found = pattern.exec(text);
    if (!found) throw new Error('a quote is left open');
    record.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
};
