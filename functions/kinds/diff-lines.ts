/** What differs between two files, as lines for people. */
import type { LookupDiff } from '../core/diff/lookups.ts';

export const withHeading = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [`${heading}: no difference in what they mean`] : [heading, '', ...lines];

interface Members {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

export const differingLines = (noun: string, { added, removed, changed }: Members): string[] => [
  ...added.map((name) => `added    ${noun} ${name}`),
  ...removed.map((name) => `removed  ${noun} ${name}`),
  ...changed.map((name) => `changed  ${noun} ${name}`),
];

export const rowsOf = (rows: number): string => `${rows} row${rows === 1 ? '' : 's'}`;

export const lookupLines = ({ added, removed, changed }: LookupDiff): string[] => [
  ...added.map(({ name, columns, rows }) => `lookup ${name}: added (${columns.join(', ')}; ${rowsOf(rows)})`),
  ...removed.map(({ name, columns, rows }) => `lookup ${name}: removed (${columns.join(', ')}; ${rowsOf(rows)})`),
  ...changed.map(({ name, columns, rows, rowsAdded, rowsRemoved }) => {
    const [before, after] = [columns.from.join(', '), columns.to.join(', ')];
    const rowText = `${rows.from} -> ${rowsOf(rows.to)} (${rowsAdded} new, ${rowsRemoved} gone)`;
    return `lookup ${name}: ${before === after ? '' : `columns ${before} -> ${after}; `}${rowText}`;
  }),
];
