/** Commands as people type them: what is meant when an option is not typed, and how one is told. */
import { shellWord } from '../core/plain-text.ts';

/** What is meant when an option is not typed; a command that is told to a person leaves it out. */
export const DEFAULTS = {
  '--vault': './vault',
  '--drop-box': './drop-box',
  '--existing': 'skip',
  '--activation': 'as-captured',
} as const;

/** What leads this command to its settings, and so has to be typed with every other one. */
let everywhere: Readonly<Record<string, string | undefined>> = {};

export const tellEverywhere = ({ config, credentials }: { config?: string; credentials?: string }): void => {
  everywhere = { '--config': config, '--credentials': credentials };
};

/**
 * A command as a person types it after this one, in backticks. What is undefined, false or meant anyway is left out; a list is said item by
 * item.
 */
export const commandLine = (
  words: readonly string[],
  options: Readonly<Record<string, string | boolean | readonly string[] | undefined>> = {},
): string => {
  const defaults: Readonly<Record<string, string>> = DEFAULTS;
  const said = Object.entries({ ...options, ...everywhere }).flatMap(([option, value]) =>
    [value]
      .flat()
      .filter((one) => one !== undefined && one !== false && one !== defaults[option])
      .flatMap((one) => (one === true ? [option] : [option, `${one}`])),
  );
  return `\`${['oic', ...words, ...said].map(shellWord).join(' ')}\``;
};
