/**
 * What Oracle offers no way to restore, as work for a person, with the values the snapshot has: connections that no archive
 * brings along, agent groups, what is in which package, and what a mirror would take away of other kinds. Secrets are not
 * among the values, for a snapshot holds none.
 */
import { KIND_NOUNS, OTHER_KIND_ORDER, type OtherKind } from './kinds.ts';
import type { OtherKinds, SnapshotAgentGroup, SnapshotConnection, SnapshotPackage } from './manifest-kinds.ts';

export interface WorkByHand {
  readonly kind: OtherKind | 'integrations';
  readonly id: string;
  readonly name: string;
  /** A sentence that says what to do. */
  readonly todo: string;
  /** What the snapshot says of it, to copy from. */
  readonly values: Readonly<Record<string, string>>;
}

export interface ByHandOptions {
  /** Connections that archives bring along which are not there yet. */
  readonly brought: ReadonlySet<string>;
  /** What is told of a connection by its own: it is configured by this run, or told as unready. */
  readonly mirror: boolean;
}

/** @param target an absent kind could not be read there; it is told as a whole */
export const leftByHand = (
  snapshot: OtherKinds,
  target: OtherKinds,
  { brought, mirror }: ByHandOptions,
): WorkByHand[] => [
  ...(snapshot.agentGroups ?? []).flatMap((group) => agentGroupWork(group, target.agentGroups)),
  ...(snapshot.connections ?? []).flatMap((connection) => connectionWork(connection, target.connections, brought)),
  ...(snapshot.packages ?? []).flatMap((one) => packageWork(one, target.packages)),
  ...(mirror ? OTHER_KIND_ORDER.flatMap((kind) => extraWork(kind, snapshot[kind], target[kind])) : []),
];

const UNREAD = 'could not be looked for in the target, which does not hand out its';

const agentGroupWork = ({ id, name }: SnapshotAgentGroup, there: OtherKinds['agentGroups']): WorkByHand[] => {
  if (there?.some((group) => group.id === id)) return [];
  const todo = there
    ? 'create this agent group with this identifier and install an agent for it: Oracle has no other way'
    : `${UNREAD} agent groups: see that it is there`;
  return [{ kind: 'agentGroups', id, name, todo, values: {} }];
};

const connectionWork = (
  connection: SnapshotConnection,
  there: OtherKinds['connections'],
  brought: ReadonlySet<string>,
): WorkByHand[] => {
  const { id, name } = connection;
  const own = there?.find((one) => one.id === id);
  if (own?.status === 'CONFIGURED' || (own && connection.status !== 'CONFIGURED')) return [];
  const work = (todo: string): WorkByHand[] => [{ kind: 'connections', id, name, todo, values: valuesOf(connection) }];
  if (own) return work(`is ${own.status}: give it its settings and its secrets, and test it`);
  if (!there) return work(`${UNREAD} connections: see that it is there`);
  if (brought.has(id)) return work('comes with what uses it, as a draft: give it its settings and its secrets');
  return work('create this connection, with its secrets: no archive brings it along');
};

const valuesOf = (connection: SnapshotConnection): Record<string, string> => {
  const { adapterType, role, securityPolicy, agentGroupId, properties } = connection;
  const facts = { adapterType, role, securityPolicy, agentGroupId };
  return Object.fromEntries([
    ...Object.entries(facts).flatMap(([fact, value]) => (value === undefined ? [] : [[fact, value]])),
    ...properties.map(({ name, value }) => [`property ${name}`, value ?? '']),
  ]);
};

const packageWork = ({ id, name, integrations }: SnapshotPackage, there: OtherKinds['packages']): WorkByHand[] => {
  const own = there?.find((one) => one.id === id);
  const missing = integrations.filter((it) => !own?.integrations.includes(it));
  if (own && missing.length === 0) return [];
  const values: Record<string, string> = missing.length > 0 ? { integrations: missing.join(', ') } : {};
  const work = (todo: string): WorkByHand[] => [{ kind: 'packages', id, name, todo, values }];
  if (!there) return work(`${UNREAD} packages: see that it is there`);
  if (own) return work('put these integrations into the package');
  return integrations.length === 0
    ? work('create this package: it holds nothing')
    : work('put these integrations into a package of this name');
};

const extraWork = (
  kind: OtherKind,
  snapshot: readonly { readonly id: string }[] | undefined,
  target: readonly { readonly id: string; readonly name: string }[] | undefined,
): WorkByHand[] => {
  if (!snapshot || !target) return [];
  const ids = new Set(snapshot.map(({ id }) => id));
  return target
    .filter(({ id }) => !ids.has(id))
    .map(({ id, name }) => ({
      kind,
      id,
      name,
      todo: `the snapshot does not hold this ${KIND_NOUNS[kind][0]}: delete it if a mirror of the snapshot is meant`,
      values: {},
    }));
};
