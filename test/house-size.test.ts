/** What keeps a house a place to find one's way in: no long files, no crowded folders. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const MOST_LINES = 250;
const MOST_FILES = 18;

const sources = globSync('{functions,infra,test}/**/*.ts', { cwd: root });
const lines = new Map(
  sources
    .filter((file) => !file.startsWith('test/'))
    .map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1]),
);

test(`no file of the program has more than ${MOST_LINES} lines`, () => {
  const long = [...lines].filter(([, count]) => count > MOST_LINES);
  expect(long, 'split it where it is about two things').toEqual([]);
});

test('and half of them have less than a hundred', () => {
  const sorted = [...lines.values()].toSorted((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(100);
});

test(`no folder holds more than ${MOST_FILES} files`, () => {
  const folders = Map.groupBy(sources, (file) => dirname(file));
  const full = [...folders].filter(([, files]) => files.length > MOST_FILES).map(([folder]) => folder);
  expect(full, 'make a folder of what belongs together').toEqual([]);
});
