/** The house: which room may know which. Read off the imports, of types too; what is not in the table is refused. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ALLOWED, GIVEN, HANDLERS } from './house.ts';

const root = join(import.meta.dirname, '..');

type Sources = ReadonlyMap<string, string>;

const read = (pattern: string): Sources =>
  new Map(globSync(pattern, { cwd: root }).map((file) => [file, readFileSync(join(root, file), 'utf8')]));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isDynamic: boolean;
  readonly isType: boolean;
  /** As they are written; empty for a bare import. */
  readonly names: string;
}

/** Everything that loads a file of ours: `import … from`, `export … from`, `import '…'` and `import('…')`. */
const importsIn = (from: string, text: string): Import[] => {
  const resolve = (path: string): string => relative(root, join(root, dirname(from), path));
  const statics = text.matchAll(/^(?:import|export)\s+(?:(type\s+)?([^;'"]*?)\s*\bfrom\s*)?['"](\.[^'"]+)['"]/gm);
  const dynamics = text.matchAll(/\bimport\(\s*['"](\.[^'"]+)['"]/g);
  const areTypes = (names: string): boolean =>
    names !== '' &&
    names
      .replace(/[{}]/g, '')
      .split(',')
      .every((name) => /^\s*(type\s|$)/.test(name));
  return [
    ...[...statics].map(([, type, names = '', path = '']) => ({
      from,
      to: resolve(path),
      isDynamic: false,
      isType: type !== undefined || areTypes(names),
      names,
    })),
    ...[...dynamics].map(([, path = '']) => ({ from, to: resolve(path), isDynamic: true, isType: false, names: '' })),
  ];
};

const roomOf = (file: string): string => {
  const inside = relative('functions', file);
  return inside.includes('/') ? dirname(inside) : inside;
};

/** What the table does not allow, as `room -> room`. */
const refusals = (sources: Sources): string[] =>
  [...sources]
    .flatMap(([file, text]) => importsIn(file, text))
    .filter(({ to }) => to.startsWith('functions/'))
    .map(({ from, to }) => [roomOf(from), roomOf(to)] as const)
    .filter(([from, to]) => from !== to && !ALLOWED[from]?.includes(to))
    .map(([from, to]) => `${from} -> ${to}`);

const program = read('functions/**/*.ts');
const imports = [...program].flatMap(([file, text]) => importsIn(file, text));
const rooms = [...new Set([...program.keys()].map(roomOf))].sort();

describe('the rooms', () => {
  test('are those of the table, and none holds more than 18 files', () => {
    expect(program.size).toBeGreaterThan(150);
    expect(rooms).toEqual(Object.keys(ALLOWED).sort());
    const sizes = Map.groupBy([...program.keys()], (file) => dirname(file));
    expect([...sizes].filter(([, files]) => files.length > 18).map(([room]) => room)).toEqual([]);
  });

  test('know only whom the table allows', () => {
    expect(refusals(program)).toEqual([]);
  });

  const fileIn = (room: string, name: string): string =>
    `functions/${room.endsWith('.ts') ? room : `${room}/${name}.ts`}`;
  const pairs = rooms.flatMap((from) =>
    rooms.filter((to) => to !== from && !ALLOWED[from]?.includes(to)).map((to) => [from, to] as const),
  );

  test('are kept from every other pair, whichever way it is imported', () => {
    expect(pairs.length).toBeGreaterThan(500);
    for (const [from, to] of pairs) {
      const file = fileIn(from, 'made-up');
      const path = relative(dirname(file), fileIn(to, 'other')).replace(/^(?!\.)/, './');
      for (const text of [
        `import '${path}';`,
        `import { count } from '${path}';`,
        `import type { Count } from '${path}';`,
        `import {\n  type Count,\n} from '${path}';`,
        `export { count } from '${path}';`,
        `export * from '${path}';`,
        `const { count } = await import('${path}');`,
      ]) {
        expect(refusals(new Map([[file, text]])), text).toEqual([`${from} -> ${to}`]);
      }
    }
  });
});

test('jobs and handlers are given their clients and stores, and take nothing of them but types and errors', () => {
  const areGiven = (room: string): boolean => room.startsWith('jobs/') || HANDLERS.includes(room);
  const isError = (names: string): boolean =>
    names
      .replace(/[{}]/g, '')
      .split(',')
      .map((name) => name.trim())
      .every(
        (name) =>
          name === '' || name.startsWith('type ') || /^is[A-Z]|^stopsTheRun$|Error$|^PreconditionFailed$/.test(name),
      );
  const wrong = imports.filter(
    ({ from, to, isType, names }) =>
      areGiven(roomOf(from)) && GIVEN.includes(roomOf(to)) && !isType && (names === '' || !isError(names)),
  );
  expect(wrong).toEqual([]);
});

test('core reads no clock, no randomness, no files, no network', () => {
  const impure =
    /\bDate\.now\(|new Date\(\)|Math\.random|randomUUID|randomBytes|from 'node:(fs|net|http|https|child_process|timers)/;
  // Giving others a turn tells no time and changes no result.
  const turn = "import { setImmediate as nextTurn } from 'node:timers/promises';";
  const wrong = [...program].filter(
    ([file, text]) => file.startsWith('functions/core/') && impure.test(text.replace(turn, '')),
  );
  expect(wrong.map(([file]) => file)).toEqual([]);
});

test('only the command line and rehearsals load the simulator, and lazily', () => {
  const wrong = imports
    .filter(({ to }) => to.startsWith('test/'))
    .filter(({ from, isDynamic }) => !/^(cli|rehearse)/.test(roomOf(from)) || !isDynamic);
  expect(wrong).toEqual([]);
});

test('the simulator shares nothing with the program but types', () => {
  const wrong = [...read('test/simulator/**/*.ts')]
    .filter(([file]) => !file.endsWith('.test.ts'))
    .flatMap(([file, text]) => importsIn(file, text))
    .filter(({ to, isType }) => to.startsWith('functions/') && !isType);
  expect(wrong).toEqual([]);
});
