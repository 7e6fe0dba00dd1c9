/** Every kind of item beside integrations outside projects, in the order people see them. */
import type { OtherKind } from '../core/kinds.ts';
import { agentGroups } from './agent-groups.ts';
import { certificates } from './certificates.ts';
import { connections } from './connections.ts';
import { deployments } from './deployments.ts';
import { hasArchive, type Kind, type RestoredKind } from './kind.ts';
import { libraries } from './libraries.ts';
import { lookups } from './lookups.ts';
import { packages } from './packages.ts';
import { projects } from './projects.ts';

export const ALL_KINDS: readonly Kind[] = [
  projects,
  deployments,
  lookups,
  libraries,
  packages,
  connections,
  certificates,
  agentGroups,
];

const isRestored = (kind: Kind): kind is RestoredKind => hasArchive(kind) && kind.restore !== undefined;

/** Those that a restore puts into an instance, in the order in which it does. */
export const RESTORED_KINDS: readonly RestoredKind[] = (['before', 'after'] as const).flatMap((when) =>
  ALL_KINDS.filter(isRestored).filter(({ restore }) => restore.when === when),
);

export const kindOf = (name: OtherKind): Kind => {
  const found = ALL_KINDS.find((kind) => kind.name === name);
  if (!found) throw new RangeError(`no kind is called ${name}`);
  return found;
};
