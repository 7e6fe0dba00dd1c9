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
