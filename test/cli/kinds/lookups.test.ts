/** Lookups as people handle them: files that were downloaded twice, edited, or are none of Oracle's. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Behaviour } from '../../simulator/behaviour.ts';
import type { Simulator } from '../../simulator/server.ts';
import { useDesk } from '../use-desk.ts';

const desk = useDesk();
const start = (behaviour: Partial<Behaviour> = {}): Promise<Simulator> => desk.startInstance({ behaviour });

/** As recorded, made anew. */
const FOLDERS = 'DVM,FOLDERS,\nKind,Path\nInput,inbox=a;b\n';

const importInto = (instance: string, file: string) => desk.oic('import', instance, file, '--kind', 'lookup');

test('a file that was downloaded twice becomes the lookup that its title names', async () => {
  const dev = await start();
  await desk.configure({ dev });
  const again = await desk.write('FOLDERS (1).csv', FOLDERS);

  expect((await importInto('dev', again)).stdout).toMatch(/^FOLDERS imported on dev/);
  expect((await importInto('dev', again)).stdout).toMatch(/^FOLDERS unchanged on dev/);
  await desk.write('FOLDERS (1).csv', FOLDERS.replace('inbox', 'in'));
  expect((await importInto('dev', again)).stdout).toMatch(/^FOLDERS replaced on dev/);
  expect([...dev.instance.lookups.values()]).toMatchObject([
    { name: 'FOLDERS', columns: ['Kind', 'Path'], rows: [['Input', 'in=a;b']] },
  ]);
  expect((await desk.oic('list', 'dev', '--kind', 'lookups')).stdout).toMatch(/FOLDERS .*\n\n1 lookup on dev/);
});

test('a lookup is exported as Oracle has it, under its own name, and is the same when it is imported', async () => {
  const dev = await start();
  dev.instance.saveLookup('FOLDERS', ['Kind', 'Path'], [['Input', 'inbox=a;b']]);
  await desk.configure({ dev });

  const exported = await desk.oic('export', 'dev', 'FOLDERS', '--kind', 'lookup', '--out', desk.directory);

  expect(exported.exitCode).toBe(0);
  expect(await readFile(join(desk.directory, 'FOLDERS.csv'), 'utf8')).toBe(FOLDERS);
  expect((await importInto('dev', join(desk.directory, 'FOLDERS.csv'))).stdout).toMatch(/^FOLDERS unchanged on dev/);
});

test('a file goes out under the name of its lookup, whatever it is called here', async () => {
  // This instance takes the name of a lookup from that of the file.
  const dev = await start({ lookupShape: 'untitled' });
  await desk.configure({ dev });

  await importInto('dev', await desk.write('DVM.csv', FOLDERS));

  expect([...dev.instance.lookups.keys()]).toEqual(['FOLDERS']);
});

test.each([
  ['does not tell its name', 'ISO,Name\nDE,Germany\n', /CODES\.csv was not sent: it does not tell .*DVM,<name>,<desc/],
  ['tells it and ends', 'DVM,CODES,\n', /CODES\.csv was not sent: .*before its columns/],
])('a file that %s is not sent, whatever its own name is', async (_, text, words) => {
  const dev = await start();
  await desk.configure({ dev });

  const { exitCode, stderr } = await importInto('dev', await desk.write('CODES.csv', text));

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(words);
  expect(dev.instance.lookups.size).toBe(0);
});

test("a file that begins with its own name, as was taken for Oracle's shape before, is still taken", async () => {
  const dev = await start({ lookupShape: 'name-first' });
  await desk.configure({ dev });

  const imported = await importInto('dev', await desk.write('CODES.csv', 'CODES,of countries\nISO,Name\nDE,Germany\n'));

  expect(imported.stdout).toMatch(/^CODES imported on dev/);
  expect(dev.instance.lookups.get('CODES')).toMatchObject({ description: 'of countries', columns: ['ISO', 'Name'] });
});
