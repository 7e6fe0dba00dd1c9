import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileJournal } from '../../../functions/jobs/journal/file-journal.ts';
import { failureOf } from '../../oic/simulated.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oic-journal-'));
  path = join(directory, 'runs', 'backup-dev.ndjson');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const SUBJECT = { job: 'backup', instance: 'dev' };
const HOUR_MS = 3_600_000;
const unreachable = (): Promise<never> => Promise.reject(new Error('it was run again'));

const begun = async (nowMs = 0): Promise<void> => {
  const journal = await openFileJournal(path, SUBJECT, () => nowMs);
  await journal.step('list', () => Promise.resolve(['A', 'B']));
  await journal.all('batch', [1, 2], 2, (n) => Promise.resolve(n * 10));
  await journal.close();
};

test('a run that was cut off goes on: what had ended is not done again', async () => {
  await begun();

  const journal = await openFileJournal(path, SUBJECT, () => HOUR_MS);

  expect(journal.isResumed).toBe(true);
  expect(await journal.step('list', unreachable)).toEqual(['A', 'B']);
  expect(await journal.all('batch', [1, 2], 2, unreachable)).toEqual([10, 20]);
  expect(await journal.step('commit', () => Promise.resolve('done'))).toBe('done');
  await journal.close();
});

test('a step that failed is done again', async () => {
  const first = await openFileJournal(path, SUBJECT, () => 0);
  await failureOf(first.step('list', () => Promise.reject(new Error('no'))));
  await first.close();

  const second = await openFileJournal(path, SUBJECT, () => 0);
  expect(await second.step('list', () => Promise.resolve('now'))).toBe('now');
  await second.close();
});

test('a line cut off by the kill counts as not written, and the next one is whole', async () => {
  await begun();
  await appendFile(path, '{"step":"commit","resu');

  const journal = await openFileJournal(path, SUBJECT, () => 0);
  expect(await journal.step('commit', () => Promise.resolve('done'))).toBe('done');
  await journal.close();

  for (const line of (await readFile(path, 'utf8')).trim().split('\n')) JSON.parse(line);
});

test.each([
  ['another job', { ...SUBJECT, full: true }, 0],
  ['too old a run', SUBJECT, 7 * HOUR_MS],
  ['a clock that was set back', SUBJECT, -HOUR_MS],
])('%s begins anew', async (_, subject, nowMs) => {
  await begun();

  const journal = await openFileJournal(path, subject, () => nowMs);

  expect(journal.isResumed).toBe(false);
  expect(await journal.step('list', () => Promise.resolve('anew'))).toBe('anew');
  await journal.close();
});

test('a finished run leaves nothing behind', async () => {
  const journal = await openFileJournal(path, SUBJECT, () => 0);
  await journal.step('list', () => Promise.resolve(1));
  await journal.finish();
  await journal.close();

  await expect(readFile(path)).rejects.toThrow(/ENOENT/);
  await expect(readFile(`${path}.lock`)).rejects.toThrow(/ENOENT/);
});

test('two living runs of one job do not share a journal; a dead one leaves the way free', async () => {
  await begun();
  await writeFile(`${path}.lock`, '1'); // a process that lives as long as the machine
  expect((await failureOf(openFileJournal(path, SUBJECT, () => 0))).message).toMatch(
    /another run of this job is under way \(process 1\)/,
  );

  await writeFile(`${path}.lock`, '4194000'); // beyond what the system gives out
  await (await openFileJournal(path, SUBJECT, () => 0)).close();
});

test('a journal that a power cut has spoilt is not gone on from', async () => {
  await begun();
  await appendFile(path, '\0\0\0\n');

  const journal = await openFileJournal(path, SUBJECT, () => 0);

  expect(journal.isResumed).toBe(false);
  await journal.close();
});

test('a lock that is just being written is waited for, and one that stays empty is left by the dead', async () => {
  await begun();
  await writeFile(`${path}.lock`, '');
  const late = sleep(100).then(() => writeFile(`${path}.lock`, '1'));
  expect((await failureOf(openFileJournal(path, SUBJECT, () => 0))).message).toMatch(/under way \(process 1\)/);
  await late;

  await writeFile(`${path}.lock`, '');
  await (await openFileJournal(path, SUBJECT, () => 0)).close();
});

test('a place where no journal can be kept is told in a sentence', async () => {
  await writeFile(join(directory, 'runs'), 'a file');

  expect((await failureOf(openFileJournal(path, SUBJECT, () => 0))).message).toMatch(
    /^nothing was begun: the journal of this job cannot be kept in .*runs \((EEXIST|ENOTDIR)\)/,
  );
});
