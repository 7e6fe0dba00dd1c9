/**
 * The journal of a person's machine: an append-only file of one JSON line a step. A run that was killed leaves it; the
 * next run of the same job with the same options does every step again, for nobody knows how long ago that was, and is given
 * the earlier results, so that what was stored need not be stored again. A line cut off by the kill counts as not written.
 */

import { appendFile, readFile, rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refused } from '../../core/errors.ts';
import { redactDocument } from '../../core/redaction.ts';
import { FREE_AFTER_MS, type Holder, type Turn, takeTurn } from '../../files/turn.ts';
import { COMMIT, type Journal, mapLimited } from './journal.ts';

export interface FileJournal extends Journal {
  /** True when an earlier run was cut off and has left something. */
  readonly isResumed: boolean;
  /** The job is done: forget it. */
  finish(): Promise<void>;
  /** Lets go of the file, keeping what it says. */
  close(): Promise<void>;
}

/** What a run is about; another job or other options begin anew. */
export type JournalSubject = Readonly<Record<string, unknown>>;

/** What an older one tells of may have been pruned meanwhile. */
const MAX_AGE_MS = 6 * 3_600_000;

/** @throws Refused when another living process is at the same job, or its journal cannot be written */
export const openFileJournal = async (
  path: string,
  subject: JournalSubject,
  now: () => number,
): Promise<FileJournal> => {
  const turn = await beginTurn(path);
  try {
    const left = await readLeft(path, subject, now());
    if (left.length === 0) {
      await rm(path, { force: true });
      await appendFile(path, `${JSON.stringify({ subject, startedAtMs: now() })}\n`, { mode: 0o600 });
    }
    return createFileJournal(path, turn, left);
  } catch (error) {
    await turn.end();
    throw error;
  }
};

const beginTurn = async (path: string): Promise<Turn> => {
  try {
    const taken = await takeTurn(`${path}.turns`);
    if ('isOurs' in taken) return taken;
    throw new Refused(describeHolder(taken));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const isInTheWay = ['ENOTDIR', 'EEXIST'].includes(code);
    const remedy = isInTheWay ? 'move the file that lies in its way' : 'give this user the right to write there';
    throw new Refused(
      `nothing was begun: the journal of this job cannot be kept in ${dirname(path)} (${code}); ${remedy}, or choose another vault`,
    );
  }
};

const describeHolder = ({ who, heardOfMsAgo }: Holder): string => {
  const process = who ? `process ${who.pid} on ${who.host}, ` : '';
  const [ago, left] = [heardOfMsAgo, FREE_AFTER_MS - heardOfMsAgo].map((ms) => Math.ceil(ms / 1000));
  return `another run of this job is under way (${process}last heard of ${ago} s ago); wait for it; if it was killed, its place is free in ${left} s`;
};

const createFileJournal = (path: string, turn: Turn, left: readonly Step[]): FileJournal => {
  let written: Promise<void> = Promise.resolve();
  const append = (line: object): Promise<void> => {
    written = written.then(() => appendFile(path, `${JSON.stringify(redactDocument(line))}\n`));
    return written.catch((error: unknown) => {
      throw stopped(path, error);
    });
  };
  const note = async (name: string, result: unknown): Promise<void> => {
    await requireTurn(turn);
    await append({ step: name, result });
  };
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    await requireTurn(turn);
    const result = await work();
    await note(name, result);
    return result;
  };
  return {
    isResumed: left.length > 0,
    leftovers: (name) => left.filter(({ step: of }) => of === name || isOneOf(name, of)).map(({ result }) => result),
    note,
    step,
    sleep: (_name, seconds) => sleep(seconds * 1000),
    all: (name, items, concurrency, work) =>
      mapLimited(items, concurrency, (item, index) => step(`${name} ${index + 1}`, () => work(item, index))),
    finish: async () => {
      if (await turn.isOurs()) await rm(path, { force: true });
      await turn.end();
    },
    close: async () => {
      await written;
      await turn.end();
    },
  };
};

/** A full disk, most often. */
const stopped = (path: string, error: unknown): Error =>
  new Error(
    `${error instanceof Error ? error.message : error}: the journal of this job cannot be kept in ${dirname(path)}; make room there, and the same command goes on with what was done so far`,
  );

/** Whether it is one of the steps of `all` under that name. */
const isOneOf = (name: string, step: string): boolean =>
  step.startsWith(`${name} `) && /^\d+$/.test(step.slice(name.length + 1));

/** A run that has lost its turn must not go on beside another one. */
const requireTurn = async (turn: Turn): Promise<void> => {
  if (await turn.isOurs()) return;
  throw new Refused(
    'this run was stopped: it was not heard of for a minute, as when a machine sleeps, and another run of the same job has taken its place; what it has stored is not lost',
  );
};

const readLeft = async (path: string, subject: JournalSubject, nowMs: number): Promise<readonly Step[]> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = parseLines(whole);
  const [first, ...steps] = (lines ?? []) as [Head?, ...Step[]];
  const isOurs = JSON.stringify(first?.subject) === JSON.stringify(subject);
  if (!first || !isOurs || nowMs - first.startedAtMs > MAX_AGE_MS || nowMs < first.startedAtMs) return [];
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
  return steps.slice(steps.findLastIndex(({ step }) => step === COMMIT) + 1);
};

interface Head {
  readonly subject: unknown;
  readonly startedAtMs: number;
}

interface Step {
  readonly step: string;
  readonly result: unknown;
}

/** undefined when a line is not whole, as a power cut may leave it: such a journal is not gone on from. */
const parseLines = (text: string): unknown[] | undefined => {
  try {
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
};
