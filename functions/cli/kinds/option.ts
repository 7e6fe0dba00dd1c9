/** Which kinds a command is about: `--kind lookups`, or several with commas; the singular does too. */
import { ConfigError } from '../../core/errors.ts';
import type { KindFacts } from '../../core/kinds.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import type { Kind } from '../../kinds/kind.ts';

/** `agent-groups` for `agentGroups`. */
const wordOf = ({ name }: KindFacts): string => name.replace(/[A-Z]/g, (letter: string) => `-${letter.toLowerCase()}`);

const SINGULARS: ReadonlyMap<string, string> = new Map(
  ALL_KINDS.map((kind) => [kind.nouns[0].replace(' ', '-'), wordOf(kind)]),
);

/** @returns undefined when nothing was said. @throws ConfigError naming the kinds there are */
export const kindsOption = <K extends string>(text: string | undefined, allowed: readonly K[]): K[] | undefined => {
  if (text === undefined) return undefined;
  return text.split(',').map((word) => {
    const wanted = word.trim().toLowerCase();
    const found = allowed.find((kind) => kind === wanted || kind === (SINGULARS.get(wanted) ?? `${wanted}s`));
    if (found === undefined) {
      throw new ConfigError(`"${word}" is not a kind this command knows; write one of ${allowed.join(', ')}`);
    }
    return found;
  });
};

export const KIND_WORDS: readonly string[] = ['integrations', ...ALL_KINDS.map(wordOf)];

/** Those an instance hands out as a file. */
export const EXPORTED_KINDS: readonly string[] = [
  'integrations',
  ...ALL_KINDS.filter((kind) => kind.download).map(wordOf),
];

/** Those it takes from a file. */
export const IMPORTED_KINDS: readonly string[] = [
  'integrations',
  ...ALL_KINDS.filter((kind) => kind.restore).map(wordOf),
];

/** undefined for integrations. */
export const otherKindOf = (word: string): Kind | undefined => ALL_KINDS.find((kind) => wordOf(kind) === word);

const eitherOf = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** As people read them, beside integrations: "project, lookup or library". */
export const EITHER = {
  exported: eitherOf(ALL_KINDS.filter(({ download }) => download).map(({ nouns: [one] }) => one)),
  imported: eitherOf(ALL_KINDS.filter(({ restore }) => restore).map(({ nouns: [, many] }) => many)),
  archived: eitherOf(ALL_KINDS.filter(({ file }) => file).map(({ nouns: [, many] }) => many)),
};
