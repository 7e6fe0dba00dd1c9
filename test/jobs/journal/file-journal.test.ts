import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
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

const begun = async (nowMs = 0): Promise<void> => {
  const journal = await openFileJournal(path, SUBJECT, () => nowMs);
  await journal.step('list', () => Promise.resolve(['A', 'B']));
  await journal.all('batch', [1, 2], 1, (n) => Promise.resolve(n * 10));
  await journal.close();
};

test('a run that was cut off leaves what its steps came to, and every step is done anew', async () => {
  await begun();

  const journal = await openFileJournal(path, SUBJECT, () => HOUR_MS);

  expect(journal.isResumed).toBe(true);
  expect(journal.leftovers('list')).toEqual([['A', 'B']]);
  expect(journal.leftovers('batch')).toEqual([10, 20]);
  expect(journal.leftovers('bat')).toEqual([]);
  expect(await journal.step('list', () => Promise.resolve(['C']))).toEqual(['C']);
  expect(await journal.all('batch', [3], 2, (n) => Promise.resolve(n * 10))).toEqual([30]);
  await journal.close();

  // Cut off once more: what both have left is there.
  const again = await openFileJournal(path, SUBJECT, () => HOUR_MS);
  expect(again.leftovers('list')).toEqual([['A', 'B'], ['C']]);
  expect(again.leftovers('batch')).toEqual([10, 20, 30]);
  await again.finish();
  await again.close();
  const third = await openFileJournal(path, SUBJECT, () => HOUR_MS);
  expect(third.leftovers('batch')).toEqual([]);
  await third.close();
});

test('what a step noted before it was cut off is left too, beside what steps of that name came to', async () => {
  const first = await openFileJournal(path, SUBJECT, () => 0);
  await first.step('batch', () => Promise.resolve(10));
  await first.note('batch', 20);
  await first.close();

  const again = await openFileJournal(path, SUBJECT, () => 0);
  expect(again.leftovers('batch')).toEqual([10, 20]);
  await again.close();
});

test('a run that was cut off after its commit is over: it leaves nothing', async () => {
  await begun();
  const first = await openFileJournal(path, SUBJECT, () => 0);
  await first.step('commit', () => Promise.resolve('done'));
  await first.close();

  const second = await openFileJournal(path, SUBJECT, () => 0);
  expect(second.isResumed).toBe(false);
  expect(second.leftovers('batch')).toEqual([]);
  await second.close();
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
  expect(journal.leftovers('list')).toEqual([]);
  expect(await journal.step('list', () => Promise.resolve('anew'))).toBe('anew');
  await journal.close();
});

test('a finished run leaves nothing to go on from, and the way free', async () => {
  const journal = await openFileJournal(path, SUBJECT, () => 0);
  await journal.step('list', () => Promise.resolve(1));
  await journal.finish();
  await journal.close();

  await expect(readFile(path)).rejects.toThrow(/ENOENT/);
  await (await openFileJournal(path, SUBJECT, () => 0)).close();
});

test('two living runs of one job do not share a journal; a dead one leaves the way free', async () => {
  const living = await openFileJournal(path, SUBJECT, () => 0);
  expect((await failureOf(openFileJournal(path, SUBJECT, () => 0))).message).toMatch(
    `another run of this job is under way (process ${process.pid} on ${hostname()}, last heard of`,
  );
  expect((await failureOf(openFileJournal(path, SUBJECT, () => 0))).message).toMatch(/its place is free in \d+ s$/);

  await living.close();
  await (await openFileJournal(path, SUBJECT, () => 0)).close();
});

test('a run that slept for so long that another took its place does nothing more', async () => {
  const slept = await openFileJournal(path, SUBJECT, () => 0);
  await slept.step('list', () => Promise.resolve(1));
  await mkdir(join(`${path}.turns`, '0000000002'));
  await writeFile(join(`${path}.turns`, '0000000002', 'holder.json'), '');

  let isDone = false;
  const commit = slept.step('commit', async () => {
    isDone = true;
  });

  expect((await failureOf(commit)).message).toMatch(/^this run was stopped: .* another run of the same job has taken/);
  expect(isDone).toBe(false);
  await slept.finish();
  expect(await readFile(path, 'utf8')).toContain('"step":"list"');
});

test('a journal that a power cut has spoilt is not gone on from', async () => {
  await begun();
  await appendFile(path, '\0\0\0\n');

  const journal = await openFileJournal(path, SUBJECT, () => 0);

  expect(journal.isResumed).toBe(false);
  expect(journal.leftovers('list')).toEqual([]);
  await journal.close();
});

test('a place where no journal can be kept is told in a sentence', async () => {
  await writeFile(join(directory, 'runs'), 'a file');

  expect((await failureOf(openFileJournal(path, SUBJECT, () => 0))).message).toMatch(
    /^nothing was begun: the journal of this job cannot be kept in .*runs \((EEXIST|ENOTDIR)\)/,
  );
});

test('a place where nothing can be made is told in a sentence, and not waited for', async () => {
  expect((await failureOf(openFileJournal('/proc/oic/backup.ndjson', SUBJECT, () => 0))).message).toMatch(
    /^nothing was begun: the journal of this job cannot be kept in \/proc\/oic \(E[A-Z]+\)/,
  );
});

test('a disk that takes no more is told with the place and with what goes on', async () => {
  const journal = await openFileJournal(path, SUBJECT, () => 0);
  await rm(path);
  await mkdir(path);

  const { message } = await failureOf(journal.step('list', () => Promise.resolve(['A'])));

  expect(message).toMatch(
    /^EISDIR: .*: the journal of this job cannot be kept in .*runs; make room there, and the same/,
  );
  await journal.close().catch(() => undefined);
});
