/** Errors told by who has to act: whoever asked, whoever uses the program, or we. */

/** It was not done, on purpose, because of the state things are in. The message says why and what to do. */
export class Refused extends Error {
  override readonly name = 'Refused';
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

/** Errors that no sentence was written for: what they tell is a mistake in this program, not in its use. */
export const isProgrammingError = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
