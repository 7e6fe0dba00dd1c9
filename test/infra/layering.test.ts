/** The infrastructure takes from the program names, keys, kinds and settings; the program knows nothing of it. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const importsOf = (pattern: string): (readonly [string, string])[] =>
  globSync(pattern, { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
      ([, path = '']) => [file, path.startsWith('.') ? relative(root, join(root, dirname(file), path)) : path] as const,
    ),
  );

test('infra takes from functions only names, keys, pure rules, kinds and settings', () => {
  const taken = importsOf('infra/**/*.ts').filter(([, path]) => path.startsWith('functions/'));
  expect(taken.length).toBeGreaterThan(10);
  const allowed = /^functions\/(core\/[\w/-]+|kinds\/all-kinds|settings\/[\w-]+|lambda\/names|settings)\.ts$/;
  expect(taken.filter(([, path]) => !allowed.test(path))).toEqual([]);
});

test('functions know neither infra nor what it is made of', () => {
  const forbidden = /^(infra\/|aws-cdk-lib|constructs|cdk-nag)/;
  expect(importsOf('functions/**/*.ts').filter(([, path]) => forbidden.test(path))).toEqual([]);
});

test('only handlers and what is theirs knows Lambda and its tools', () => {
  const tools = /^@aws-lambda-powertools|^@aws\/durable/;
  const wrong = importsOf('functions/**/*.ts').filter(
    ([file, path]) =>
      tools.test(path) && !/^functions\/(lambda\/|(approval|backup|deploy|rehearsal|restore|scrub)\.ts$)/.test(file),
  );
  expect(wrong).toEqual([]);
});
