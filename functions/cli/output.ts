/**
 * What a command says, and where: its result on stdout, as text for people or, with `--json`, as one document; progress
 * and errors on stderr. The one gate to both: whatever came from outside is one line that steers no terminal, and no secret
 * gets through in any form.
 */
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { oneLine, visibleJson } from '../core/plain-text.ts';
import { redact, redactDocument } from '../core/redaction.ts';

export interface Output {
  readonly isJson: boolean;
  /** The command's result: `document` with --json, the lines of `text` otherwise. */
  result(document: object, text: () => string | readonly string[]): void;
  /** One of many results, as a line of JSON. */
  record(document: object): void;
  /** Something a person wants to know meanwhile; on stderr. */
  note(message: string): void;
  progress(title: string, total: number): Progress;
}

export interface Progress {
  tick(): void;
  /** To be called also when the work failed. */
  stop(): void;
}

/** By which a person, a closed terminal or the system asks for an end, with the exit code that shells expect of it. */
export const STOPPED = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export const STOP_SIGNALS = Object.keys(STOPPED) as (keyof typeof STOPPED)[];

let isChanging = false;

/** From now on what is asked for is more than to look: lost output does not undo it. */
export const nowChanging = (): void => {
  isChanging = true;
};

/**
 * Output that cannot be written never stops what is being done. A reader that has gone and a closed terminal are nobody's
 * trouble; a result that could not be written for another reason, such as a full disk, is told at the end.
 */
export const bearLostOutput = (): void => {
  let lost: string | undefined;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', ({ code = 'for an unknown reason' }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE' && code !== 'EIO') lost ??= code;
  });
  process.once('exit', () => {
    if (lost === undefined) return;
    const done = isChanging ? '; what was to be done was not stopped by that' : '';
    say(`oic: the result could not be written to stdout (${lost})${done}`);
    process.exitCode ||= 1;
  });
};

export const createOutput = (isJson: boolean): Output => ({
  isJson,
  result: (document, text) => {
    print(isJson ? jsonOf(document, 2) : [text()].flat().map(lineOf).join('\n'));
  },
  record: (document) => print(jsonOf(document)),
  note: say,
  progress: (title, total) => {
    const shown = lineOf(title);
    return process.stderr.isTTY ? createBar(shown, total) : createTicker(shown, total);
  },
});

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** One line to a person. */
export function say(message: string): void {
  process.stderr.write(`${lineOf(message)}\n`);
}

/** What was put together around an escape can be a secret again, so it is looked at before and after. */
const lineOf = (text: string): string => redact(oneLine(redact(text)));

const jsonOf = (document: object, indent?: number): string =>
  visibleJson(JSON.stringify(redactDocument(document, NO_NAMES), null, indent));

const NO_NAMES: ReadonlySet<string> = new Set();

const createBar = (title: string, total: number): Progress => {
  const bar = new SingleBar(
    {
      format: `${title} [{bar}] {value}/{total} {eta_formatted}`,
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: true,
    },
    Presets.rect,
  );
  // The cursor is hidden meanwhile, and must not stay so when the program is ended from outside.
  const stop = (): void => {
    bar.stop();
    for (const signal of STOP_SIGNALS) process.removeListener(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    stop();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  for (const signal of STOP_SIGNALS) process.once(signal, onSignal);
  bar.start(total, 0);
  return { tick: () => bar.increment(), stop };
};

/** Elsewhere than on a terminal a line now and then is enough: at the most one in five seconds. */
const createTicker = (title: string, total: number): Progress => {
  let done = 0;
  let saidAt = Date.now();
  return {
    tick: () => {
      done++;
      if (Date.now() - saidAt < 5_000) return;
      saidAt = Date.now();
      say(`${title}: ${done} of ${total}`);
    },
    stop: () => undefined,
  };
};

/** One hostile name must not push all columns apart; the longest of Oracle's own are below it. */
const MAX_CELL = 300;

/** Columns without borders, as wide as their contents. */
export const formatTable = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const bare = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
  };
  const none = {
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const table = new Table({
    head: [...head],
    chars: { ...bare, ...none },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => row.map((cell) => oneLine(redact(cell), MAX_CELL))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
};

/** "1 integration", "2 integrations" */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
