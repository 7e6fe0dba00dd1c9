/** Which kinds a command is about: `--kind lookups`, or several with commas; the singular does too. */
import { ConfigError } from '../core/config-error.ts';
import type { OtherKind } from '../core/kinds.ts';

const SINGULARS: Readonly<Record<string, string>> = { library: 'libraries', 'agent-group': 'agent-groups' };

/** @returns undefined when nothing was said. @throws ConfigError naming the kinds there are */
export const kindsOption = <K extends string>(text: string | undefined, allowed: readonly K[]): K[] | undefined => {
  if (text === undefined) return undefined;
  return text.split(',').map((word) => {
    const wanted = word.trim().toLowerCase();
    const found = allowed.find((kind) => kind === wanted || kind === (SINGULARS[wanted] ?? `${wanted}s`));
    if (found === undefined) {
      throw new ConfigError(`"${word}" is not a kind this command knows; write one of ${allowed.join(', ')}`);
    }
    return found;
  });
};

export const ALL_KINDS = [
  'integrations',
  'projects',
  'lookups',
  'libraries',
  'packages',
  'connections',
  'agent-groups',
] as const;

/** Those an instance hands out as a file. */
export const EXPORTED_KINDS = ['integrations', 'projects', 'lookups', 'libraries', 'packages'] as const;

/** Those it takes from a file. */
export const IMPORTED_KINDS = ['integrations', 'projects', 'lookups', 'libraries'] as const;

/** As the rest of the program calls it. */
export const otherKindOf = (kind: (typeof ALL_KINDS)[number]): OtherKind | undefined => {
  if (kind === 'integrations') return undefined;
  return kind === 'agent-groups' ? 'agentGroups' : kind;
};
