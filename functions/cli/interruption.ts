/**
 * What a signal does to a command that changes something. The first one: what is at hand is finished or undone, nothing
 * more is begun, and the last line on stderr says what is left and which command goes on. A second one ends at once, with
 * the same line.
 */
import { Interrupted } from '../core/errors.ts';
import { nowChanging, type Output, STOP_SIGNALS, STOPPED } from './output.ts';

/** What is left, as a sentence that says which command goes on; undefined when all was done. */
export type Left = () => string | undefined;

/** A command that was ended by a signal before its end. */
export class Ended extends Error {
  override readonly name = 'Ended';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * @param work is given what is aborted by the first signal, with an `Interrupted`
 * @returns the exit code
 * @throws Ended when it could not go on to a result
 */
export const untilInterrupted = async (
  out: Output,
  left: Left,
  work: (stop: AbortSignal) => Promise<number>,
): Promise<number> => {
  if (left() !== undefined) nowChanging();
  const stop = new AbortController();
  let exitCode: number | undefined;
  const lastLine = (): string => left() ?? 'nothing is left to do';
  const onSignal = (signal: NodeJS.Signals): void => {
    if (exitCode !== undefined) {
      out.note(`oic: ended at once by a second ${signal}, so what was at hand may be half done. ${lastLine()}`);
      process.exit(exitCode);
    }
    exitCode = STOPPED[signal as keyof typeof STOPPED];
    out.note(`${signal}: what is at hand is brought to its end; once more ends at once`);
    stop.abort(new Interrupted(`interrupted by ${signal}`));
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  try {
    const result = await work(stop.signal);
    const rest = left();
    if (exitCode === undefined || rest === undefined) return result;
    out.note(`oic: interrupted. ${rest}`);
    return exitCode;
  } catch (error) {
    if (exitCode === undefined || !(error instanceof Error)) throw error;
    const cause = error instanceof Interrupted ? 'interrupted' : error.message.replace(/\.$/, '');
    throw new Ended(`${cause}. ${lastLine()}`, exitCode);
  } finally {
    for (const signal of STOP_SIGNALS) process.removeListener(signal, onSignal);
  }
};

/**
 * How far a command came with what it does one after the other.
 * @param ended how many of `all`; undefined before the first is begun. @param goOn the command that does the rest
 */
export const restLine = (all: string, ended: number | undefined, goOn: string): string =>
  ended === undefined ? nothingBegun(goOn) : `Of ${all} ${ended} were seen to; ${goOn} goes on`;

export const nothingBegun = (command: string): string => `Nothing was changed; ${command} begins anew`;
