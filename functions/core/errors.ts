/** Errors told by who has to act: whoever asked, whoever uses the program, or we. */

/** It was not done, on purpose, because of the state things are in. The message says why and what to do. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** What is told of a change whose end could not be found out. Sentences, without secrets. */
export interface Unknown {
  /** What was sent, and what was answered. */
  readonly sent: string;
  /** What was read afterwards. */
  readonly read: string;
  /** Where it can be seen. */
  readonly lookAt: string;
  /** What shows it. */
  readonly command: string;
}

/** Whether a change was made could not be found out. */
export class NotKnown extends Error {
  override readonly name = 'NotKnown';
  readonly unknown: Unknown;

  constructor(message: string, unknown: Unknown, options?: ErrorOptions) {
    super(message, options);
    this.unknown = unknown;
  }
}

/** What is told as not known by an error, or by what it was caused by. */
export const unknownIn = (error: unknown): Unknown | undefined => {
  if (error instanceof NotKnown) return error.unknown;
  return error instanceof Error && error.cause ? unknownIn(error.cause) : undefined;
};

/** A change that was not refused, and that the instance does not show although it was waited for. */
export class NotDone extends Error {
  override readonly name = 'NotDone';
}

/** What somebody asked for cannot be meant: wrong settings or wrong usage. Exit code 2 on the command line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** All of them at once, a line each. */
  readonly problems: readonly string[];

  constructor(headline: string, problems: readonly string[] = []) {
    super(problems.length === 0 ? headline : `${headline}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems.length === 0 ? [headline] : problems;
  }
}

/** Somebody asked for an end: what was at hand is finished or undone, and nothing more is begun. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Errors that no sentence was written for: what they tell is a mistake in this program, not in its use. */
export const isProgrammingError = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
