/** What is installed is what was locked, on every platform, under a licence that is known. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Locked {
  readonly integrity?: string;
  readonly license?: string;
  /** It comes inside another package, whose integrity is its own. */
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8'));
const { '': _, ...packages } = read('package-lock.json').packages as Record<string, Locked>;
const namesOf = (isMeant: (one: Locked) => boolean): string[] =>
  Object.entries(packages).flatMap(([name, one]) => (isMeant(one) ? [name.replace(/^.*node_modules\//, '')] : []));

test('every package is locked with a digest, for every platform', () => {
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(namesOf(({ integrity, inBundle }) => !inBundle && !integrity?.startsWith('sha512-'))).toEqual([]);
});

test('only these run a script when they are installed', () => {
  expect(namesOf(({ hasInstallScript = false }) => hasInstallScript).sort()).toEqual(
    Object.keys(read('package.json').allowScripts).sort(),
  );
});

/** They ask for no more than that their words are kept. */
const LICENCES = ['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'MIT-0', 'MIT OR Apache-2.0'];
/** Taken under the first of the two. */
const CHOSEN = '(MIT OR GPL-3.0-or-later)';

test('every licence is one of those known to do no harm', () => {
  expect(namesOf(({ license = '' }) => ![...LICENCES, CHOSEN].includes(license))).toEqual([]);
});
