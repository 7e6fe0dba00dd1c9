/** Jobs and the command line know kinds by their verbs: names of theirs are in the list of kinds and in the help alone. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ALL_KINDS } from '../../functions/kinds/all-kinds.ts';

const root = join(import.meta.dirname, '..', '..');

/** Connections are also what integrations use and jobs set up; what they are as a kind is told below. */
const WORDS = ALL_KINDS.flatMap(({ name, nouns }) => (name === 'connections' ? [] : [name, ...nouns]));
const AS_A_KIND = ["kind === 'connections'", 'sections.connections', 'kinds.connections', 'scope.connections'];

/** In whatever case, as a word or as a part of a longer name: `Project`, `agentGroups`, `inProject`. */
const named = new RegExp(
  [...new Set(WORDS)]
    .map((word) => word.replace(' ', '.?'))
    .concat(AS_A_KIND.map((text) => text.replace(/[.]/g, '\\.')))
    .join('|'),
  'i',
);

/** The same letters with another meaning. */
const OTHERS: readonly (readonly [place: string, meaning: RegExp])[] = [
  [
    'functions/cli/doctor/check-way.ts',
    /import \{ lookup \} from 'node:dns|await lookup\(host\)|the certificate is trusted/,
  ],
  // What a drop is, and `oic deploy` does.
  ['functions/cli/deploy.ts', /another deployment of \$\{/],
  ['functions/jobs/deploy/', /\bdeployment of\b/],
  // A field of a connection, as Oracle calls it.
  ['functions/jobs/changes/connect.ts', /agentGroupId/],
  // What an integration uses, as the terms of its archive name it.
  ['functions/cli/diff/text.ts', /librar|lookup/],
];

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/g, (comment) => comment.replace(/[^\n]/g, ''));

/** As `file:line: text`. */
const namesIn = (file: string, text: string): string[] =>
  withoutComments(text)
    .split('\n')
    .flatMap((line, at) => (named.test(line) ? [{ line, at }] : []))
    .filter(({ line }) => !OTHERS.some(([where, meaning]) => file.startsWith(where) && meaning.test(line)))
    .map(({ line, at }) => `${file}:${at + 1}: ${line.trim()}`);

test('jobs and commands name no kind but in the help of what there is to type', () => {
  const files = globSync('functions/{jobs,cli}/**/*.ts', { cwd: root }).filter(
    (file) => !file.startsWith('functions/cli/program/'),
  );
  expect(files.length).toBeGreaterThan(60);
  expect(files.flatMap((file) => namesIn(file, readFileSync(join(root, file), 'utf8')))).toEqual([]);
});

test.each([
  ["if (kind === 'projects') return;", true],
  ['await oic.listLookups();', true],
  ['const { agentGroups } = manifest;', true],
  ["kinds.filter((kind) => kind === 'connections')", true],
  ["import { lookup } from 'node:dns/promises';", true],
  ['/** Of a project its code. */', false],
  ['const { connections } = services; // those of a project', false],
])('%s: a name is found: %s', (text, isFound) => {
  expect(namesIn('functions/jobs/made-up.ts', text).length > 0).toBe(isFound);
});
