/** Every kind of item beside integrations outside projects, in the order people see them. */
import { agentGroups } from './agent-groups.ts';
import { certificates } from './certificates.ts';
import { connections } from './connections.ts';
import { deployments } from './deployments.ts';
import type { Kind } from './kind.ts';
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
