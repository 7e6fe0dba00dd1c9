/** Which kinds a command is about: `--kind lookups`, or several with commas; the singular does too. */
import { ConfigError } from '../../core/errors.ts';
import { KIND_NOUNS, OTHER_KIND_ORDER, type OtherKind } from '../../core/kinds.ts';

/** `agent-groups` for `agentGroups`. */
const wordOf = (kind: OtherKind): string => kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const SINGULARS: ReadonlyMap<string, string> = new Map(
  OTHER_KIND_ORDER.map((kind) => [KIND_NOUNS[kind][0].replace(' ', '-'), wordOf(kind)]),
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

export const ALL_KINDS: readonly string[] = ['integrations', ...OTHER_KIND_ORDER.map(wordOf)];

/** Those an instance hands out as a file. */
export const EXPORTED_KINDS = ['integrations', 'projects', 'lookups', 'libraries', 'packages'] as const;

/** Those it takes from a file. */
export const IMPORTED_KINDS = ['integrations', 'projects', 'lookups', 'libraries'] as const;

/** As the rest of the program calls it; undefined for integrations. */
export const otherKindOf = (word: string): OtherKind | undefined =>
  OTHER_KIND_ORDER.find((kind) => wordOf(kind) === word);
