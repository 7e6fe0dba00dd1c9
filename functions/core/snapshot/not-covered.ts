/**
 * What a snapshot does not hold: what no snapshot can, and the kinds that this one was taken without. All of it is told once on
 * the page, so that nobody finds out on the day it is missed; after a restore what may be missing there.
 */
import { type KindFacts, manyOf } from '../kinds.ts';
import type { Manifest } from './manifest.ts';

export interface NotCovered {
  readonly id: string;
  readonly what: string;
  /** Part of a sentence, as is `todo`. */
  readonly why: string;
  readonly todo: string;
  /** It may be in the archives of containers, and may be missing where one of them was put. */
  readonly isInContainers?: true;
}

/** Whatever the instance and the settings are. */
export const NEVER_COVERED: readonly NotCovered[] = [
  {
    id: 'certificate-contents',
    what: 'certificates and their keys',
    why: 'Oracle tells that a certificate is there, and hands out neither a private key nor its password',
    todo: 'keep the files and passwords yourself, and upload them by hand',
  },
  {
    id: 'connection-secrets',
    what: 'passwords and keys of connections',
    why: 'Oracle never tells them',
    todo: 'keep them in the credentials of each instance, from where a restore sets them',
  },
  {
    id: 'agents',
    what: 'connectivity agents',
    why: 'they run on machines of your own, and Oracle knows of their groups alone',
    todo: 'install them again for the groups',
  },
  {
    id: 'ai-agents',
    isInContainers: true,
    what: 'AI agents, their tools and prompts',
    why: 'there is no export of them but what the archive of their project has',
    todo: 'look whether its archive brought them, and create by hand what it did not',
  },
  {
    id: 'robots',
    isInContainers: true,
    what: 'robots and decisions',
    why: 'there is no export of them but what the archive of their project has',
    todo: 'look whether its archive brought them, and create by hand what it did not',
  },
  {
    id: 'b2b',
    what: 'B2B: trading partners, agreements and documents',
    why: 'they belong to an interface of their own, which is not read',
    todo: 'keep what you need to set them up again by hand',
  },
];

interface AbsentKinds extends NotCovered {
  readonly kinds: readonly KindFacts[];
}

/** The kinds that a snapshot was taken without, by the reason for it. */
export const absentKinds = (manifest: Manifest, all: readonly KindFacts[]): AbsentKinds[] => {
  const absent = all.filter(({ name }) => manifest[name] === undefined);
  const byReason = Map.groupBy(absent, (kind) => reasonOf(kind, manifest));
  return REASONS.flatMap(({ id, ...reason }) => {
    const kinds = byReason.get(id);
    return kinds ? [{ id, what: manyOf(kinds), ...reason, kinds }] : [];
  });
};

const REASONS = [
  {
    id: 'failed',
    why: 'the instance gave no list of them that can be trusted',
    todo: 'see the failures of the snapshot, and take another one',
  },
  {
    id: 'refused',
    why: 'the instance does not hand them out to this client',
    todo: 'see the warnings of the snapshot, and give the client a role that may read them',
  },
  {
    id: 'not-on-instance',
    why: 'this instance does not know of them, as older releases and Gen 2 do not',
    todo: 'keep what you need to set them up again by hand',
  },
  {
    id: 'not-asked',
    why: 'they were not asked for: `include` in the settings leaves them out, Gen 2 has none, or the program that took the snapshot did not know of them',
    todo: 'look whether there are any, and bring them over by other means',
  },
] as const;

const reasonOf = ({ name, nouns: [, many] }: KindFacts, manifest: Manifest): (typeof REASONS)[number]['id'] => {
  const isTold = ({ id }: { readonly id: string }): boolean => id === many;
  if (manifest.failures.some(isTold)) return 'failed';
  if (manifest.warnings.some(isTold)) return 'refused';
  return manifest.notOnInstance?.includes(name) ? 'not-on-instance' : 'not-asked';
};
