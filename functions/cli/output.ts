/**
 * What a command says, and where: its result on stdout, as text for people or, with `--json`, as one document; progress
 * and errors on stderr. Nothing that came from an instance may steer the terminal.
 */
import { stripVTControlCharacters } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';

export interface Output {
  readonly isJson: boolean;
  /** The command's result: `document` with --json, the lines of `text` otherwise. */
  result(document: object, text: () => string | readonly string[]): void;
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
    process.stderr.write(`oic: the result could not be written to stdout (${lost})${done}\n`);
    process.exitCode ||= 1;
  });
};

export const createOutput = (isJson: boolean): Output => ({
  isJson,
  result: (document, text) => {
    process.stdout.write(`${isJson ? JSON.stringify(document, null, 2) : [text()].flat().map(printable).join('\n')}\n`);
  },
  note: (message) => {
    process.stderr.write(`${printable(message)}\n`);
  },
  progress: (title, total) => (process.stderr.isTTY ? createBar(title, total) : createTicker(title, total)),
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: removing exactly those is the point
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from elsewhere without terminal escapes, control characters and marks that turn the direction; line ends stay. */
export const printable = (text: string): string => stripVTControlCharacters(text).replace(STEERING, ' ');

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
      process.stderr.write(`${title}: ${done} of ${total}\n`);
    },
    stop: () => undefined,
  };
};

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
  table.push(...rows.map((row) => row.map(printable)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
};

/** "1 integration", "2 integrations" */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
