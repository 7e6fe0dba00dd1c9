/** A new kind is one module, one line in the list of kinds, and one route of the simulator: then every command knows it. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rounds } from '../rounds.ts';
import { type CopiedProgram, copyWithRecipes } from './made-up-kind.ts';

/** Types the commands one after the other, in one process, and tells what each of them said. */
const SCRIPT = `
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDesk } from './test/cli/typed.ts';
import { startSimulator } from './test/simulator/server.ts';

const [dev, dr] = [await startSimulator(), await startSimulator()];
const desk = await openDesk();
await desk.configure({ dev, dr });
const recipe = (text: string) => desk.write('SOUP.json', { name: 'SOUP', text });
const said: Record<string, unknown> = {};
const type = async (name: string, ...args: string[]) => {
  said[name] = await desk.oic(...args);
};
await recipe('of the first day');
await type('import', 'import', 'dev', 'SOUP.json', '--kind', 'recipe');
await type('list', 'list', 'dev', '--kind', 'recipes');
await type('backup', 'backup', 'dev', '--json');
await type('again', 'backup', 'dev', '--json');
await type('verify', 'verify', 'dev', '--kind', 'recipes', '--rehearse', '--json');
await type('dry run', 'restore', 'dev', '--to', 'dr', '--dry-run');
await type('restore', 'restore', 'dev', '--to', 'dr');
await type('export', 'export', 'dr', 'SOUP', '--kind', 'recipe', '--out', 'back.json');
said.exported = await readFile(join(desk.directory, 'back.json'), 'utf8');
await recipe('of the next day');
await type('replace', 'import', 'dev', 'SOUP.json', '--kind', 'recipe');
await type('diff', 'diff', 'dev@latest', 'dev');
await type('next', 'backup', 'dev', '--json');
await type('replacing', 'restore', 'dev', '--to', 'dr', '--existing', 'replace');
said.page = await readFile(join(desk.directory, 'vault/reports/dev/latest.html'), 'utf8');
said.archives = await readdir(join(desk.directory, 'vault/recipes/dev'));
said.copies = await readdir(join(desk.directory, 'vault/safety/dr/recipes'));
await Promise.all([desk.close(), dev.close(), dr.close()]);
await writeFile('said.json', JSON.stringify(said));
`;

interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a made-up kind', () => {
  let program: CopiedProgram;
  let said: Readonly<Record<string, Said>> & Readonly<Record<'exported' | 'page', string>> & { archives: string[] };
  beforeAll(async () => {
    program = await copyWithRecipes();
    await writeFile(join(program.directory, 'script.ts'), SCRIPT);
    await promisify(execFile)(process.execPath, ['script.ts'], { cwd: program.directory });
    const file = join(program.directory, 'said.json');
    said = (await import(file, { with: { type: 'json' } })).default;
  });
  afterAll(() => program?.remove());

  test.runIf(rounds(false, true))('passes the compiler', async () => {
    const config = JSON.parse(await readFile(join(program.directory, 'tsconfig.json'), 'utf8'));
    const mine = ['functions/kinds/*.ts', 'functions/cli.ts', 'test/simulator/routes/*.ts'];
    await writeFile(join(program.directory, 'tsconfig.json'), JSON.stringify({ ...config, include: mine }));
    const tsc = join(program.directory, 'node_modules', '.bin', 'tsc');
    await promisify(execFile)(tsc, [], { cwd: program.directory });
  });

  test('is listed', () => {
    expect(said.list?.stdout).toMatch(/ID +NAME +UPDATED +BY\nSOUP +SOUP +\d{4}-/);
    expect(said.list?.stdout).toContain('1 recipe on dev');
  });

  test('is backed up, and not again as long as it stays as it is', () => {
    expect(JSON.parse(said.backup?.stdout ?? '')).toMatchObject({ others: { counts: { recipes: 1 }, exported: 1 } });
    expect(JSON.parse(said.again?.stdout ?? '')).toMatchObject({ others: { exported: 0, unchanged: 1 } });
    expect(said.archives).toContain('SOUP.json');
  });

  test('is verified, and rehearsed', () => {
    expect(said.verify?.exitCode).toBe(0);
    expect(JSON.parse(said.verify?.stdout ?? '')).toMatchObject({
      checked: 1,
      damaged: [],
      rehearsal: { others: { recipes: 1 }, differences: [] },
    });
  });

  test('is restored where it is missing, replaced where it differs, with a copy kept first', () => {
    expect(said['dry run']?.stdout).toContain('import         recipe SOUP  (the target does not have it)');
    expect(said.restore?.stdout).toContain('recipes   1 created, 0 replaced, 0 skipped');
    expect(said.exported).toContain('of the first day');
    expect(said.replacing?.stdout).toContain('recipes   0 created, 1 replaced, 0 skipped');
    expect(said.copies).toEqual(expect.arrayContaining(['SOUP.json']));
  });

  test('is compared, and told on the page', () => {
    expect(said.import?.stdout).toContain('SOUP imported on dev');
    expect(said.replace?.stdout).toContain('SOUP replaced on dev');
    expect(said.diff?.stdout).toContain('changed  recipe SOUP: content');
    expect(said.diff?.stdout).toContain('recipes: 0 added, 0 removed, 1 changed, 0 the same');
    expect(said.page).toContain('<summary>1 recipe</summary>');
    expect(said.page).toMatch(/<b>SOUP<\/b> recipe<br><span class="what">content<\/span>/);
  });
});
