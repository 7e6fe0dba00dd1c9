/** The house's layers (README, "The house"), read off the imports. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
  readonly names: string;
}

const importsIn = (file: string): Import[] => {
  const text = readFileSync(join(root, file), 'utf8');
  const statics = text.matchAll(/^(?:import|export)\s+(type\s+)?([^;]*?)\s+from\s+'(\.[^']+)'/gm);
  const dynamics = text.matchAll(/import\('(\.[^']+)'\)/g);
  const resolve = (path: string): string => relative(root, join(root, dirname(file), path));
  return [
    ...[...statics].map(([, type, names = '', path = '']) => ({
      from: file,
      to: resolve(path),
      isType:
        type !== undefined ||
        names
          .replace(/[{}]/g, '')
          .split(',')
          .every((name) => /^\s*(type\s|$)/.test(name)),
      names,
    })),
    ...[...dynamics].map(([, path = '']) => ({ from: file, to: resolve(path), isType: false, names: 'dynamic' })),
  ];
};

const files = globSync('functions/**/*.ts', { cwd: root });
const imports = files.flatMap(importsIn);
const roomOf = (path: string): string => /^functions\/(core|jobs|oic|store|cli)\//.exec(path)?.[1] ?? path;

const offending = (room: string, isAllowed: (found: Import) => boolean): string[] =>
  imports
    .filter(({ from }) => roomOf(from) === room)
    .filter((found) => roomOf(found.to) !== room && !isAllowed(found))
    .map(({ from, to }) => `${from} -> ${to}`);

test('the files read for this test are the program', () => {
  expect(files.length).toBeGreaterThan(30);
  expect(imports.length).toBeGreaterThan(60);
});

test('core imports nothing of ours', () => {
  expect(offending('core', () => false)).toEqual([]);
});

test('oic and store import core only', () => {
  expect(offending('oic', ({ to }) => roomOf(to) === 'core')).toEqual([]);
  expect(offending('store', ({ to }) => roomOf(to) === 'core')).toEqual([]);
});

test('jobs import core, and from oic and store only types and errors', () => {
  const isError = (names: string): boolean =>
    names
      .replace(/[{}]/g, '')
      .split(',')
      .map((name) => name.trim())
      .every((name) => name === '' || name.startsWith('type ') || /^is[A-Z]|Error$|^PreconditionFailed$/.test(name));
  const isAllowed = ({ to, isType, names }: Import): boolean =>
    roomOf(to) === 'core' || (['oic', 'store'].includes(roomOf(to)) && (isType || isError(names)));
  expect(offending('jobs', isAllowed)).toEqual([]);
});

test('nothing below the command line imports it, the handlers or the runtime', () => {
  const above = /^functions\/(cli\/|cli\.ts|runtime\.ts|backup\.ts|deploy\.ts|restore\.ts)/;
  const wrong = imports.filter(({ from, to }) => /^functions\/(core|jobs|oic|store)\//.test(from) && above.test(to));
  expect(wrong).toEqual([]);
});

test('core reads no clock, no randomness, no files, no network', () => {
  const impure =
    /\bDate\.now\(|new Date\(\)|Math\.random|randomUUID|randomBytes|from 'node:(fs|net|http|https|child_process|timers)/;
  // Giving others a turn tells no time and changes no result.
  const turn = "import { setImmediate as nextTurn } from 'node:timers/promises';";
  const textOf = (file: string): string => readFileSync(join(root, file), 'utf8').replace(turn, '');
  const wrong = files.filter((file) => roomOf(file) === 'core' && impure.test(textOf(file)));
  expect(wrong).toEqual([]);
});

test('only the command line loads the simulator, and lazily', () => {
  const wrong = imports
    .filter(({ to }) => to.startsWith('test/'))
    .filter(({ from, names }) => roomOf(from) !== 'cli' || names !== 'dynamic');
  expect(wrong).toEqual([]);
});

test('the simulator shares nothing with the program but types', () => {
  const wrong = globSync('test/simulator/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap(importsIn)
    .filter(({ to, isType }) => to.startsWith('functions/') && !isType);
  expect(wrong).toEqual([]);
});
