/**
 * `npm run bench`: how fast and how polite, each figure a ratio of things measured in one run, as a table and in
 * bench.json. `npm run bench -- 2 5` runs only those; all take some ten minutes, most of it the sequential scripts.
 */
import { writeFile } from 'node:fs/promises';
import Table from 'cli-table3';
import { measureDrops } from './drops.ts';
import {
  measureBackup,
  measureBucket,
  measureLarge,
  measureLimited,
  measureOverhead,
  measureRestore,
  measureUnchanged,
  type Row,
} from './measurements.ts';

const MEASUREMENTS: Readonly<Record<string, () => Promise<Row[]>>> = {
  1: () => measureBackup(600),
  2: () => measureOverhead(600),
  3: () => measureUnchanged([100, 1_000, 10_000]),
  4: () => measureRestore(600, 16),
  5: () => measureLimited(600),
  6: () => measureLarge(40),
  7: () => measureBucket(3_000),
  8: () => measureDrops(),
};

const isMet = ({ value, atLeast, atMost }: Row): boolean =>
  value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);

const wanted = process.argv.slice(2);
const rows: Row[] = [];
for (const [number, measure] of Object.entries(MEASUREMENTS)) {
  if (wanted.length > 0 && !wanted.includes(number)) continue;
  process.stderr.write(`measuring ${number}\n`);
  rows.push(...(await measure()));
}

const table = new Table({ head: ['', 'measured', 'wanted', '', 'from'], style: { head: [], border: [] } });
for (const row of rows) {
  const { what, value, atLeast, atMost, from } = row;
  const bound = atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : '';
  table.push([what, value.toFixed(2), bound, bound && (isMet(row) ? 'met' : 'MISSED'), from]);
}
process.stdout.write(`${table}\n`);
await writeFile(
  'bench.json',
  `${JSON.stringify({ measuredAt: new Date().toISOString(), node: process.version, rows }, null, 2)}\n`,
);
process.exitCode = rows.every(isMet) ? 0 : 1;
