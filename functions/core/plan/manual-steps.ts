/**
 * What Oracle offers no way to restore, as work for a person, with the values the snapshot has: connections that no archive
 * brings along, agent groups, certificates, deployments of projects, what is in which package, and what a mirror would take
 * away of other kinds; and, for a whole snapshot, what it does not hold at all. Secrets are not among the values, for a
 * snapshot holds none.
 */
import { isOraclesOwn } from '../archive/connection-template.ts';
import { KIND_NOUNS, OTHER_KIND_ORDER, type OtherKind } from '../kinds.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import { absentKinds, NEVER_COVERED } from '../snapshot/not-covered.ts';
import type {
  OtherKinds,
  SnapshotAgentGroup,
  SnapshotCertificate,
  SnapshotConnection,
  SnapshotDeployment,
  SnapshotPackage,
} from '../snapshot/sections.ts';

export interface WorkByHand {
  /** `notCovered`: of all that is called so, for the snapshot holds nothing of it. */
  readonly kind: OtherKind | 'integrations' | 'notCovered';
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
  ...(snapshot.certificates ?? []).flatMap((certificate) => certificateWork(certificate, target.certificates)),
  ...(snapshot.deployments ?? []).flatMap((deployment) => deploymentWork(deployment, target.deployments)),
  ...(snapshot.packages ?? []).flatMap((one) => packageWork(one, target.packages)),
  ...(mirror ? OTHER_KIND_ORDER.flatMap((kind) => extraWork(kind, snapshot[kind], target[kind])) : []),
];

/** The kinds of which something may be left for a person, a mirror aside. */
export const KINDS_BY_HAND: readonly OtherKind[] = [
  'agentGroups',
  'connections',
  'certificates',
  'deployments',
  'packages',
];

/** What a whole snapshot does not hold, and so no restore of it brings back. */
export const notCoveredWork = (manifest: Manifest): WorkByHand[] =>
  [...absentKinds(manifest), ...NEVER_COVERED].map(({ id, what, why, todo }) => ({
    kind: 'notCovered',
    id,
    name: what,
    todo: `${why}; ${todo}`,
    values: {},
  }));

const UNREAD = 'could not be looked for in the target, which does not hand out its';

const agentGroupWork = ({ id, name }: SnapshotAgentGroup, there: OtherKinds['agentGroups']): WorkByHand[] => {
  if (there?.some((group) => group.id === id)) return [];
  const todo = there
    ? 'create this agent group with this identifier and install an agent for it: Oracle has no other way'
    : `${UNREAD} agent groups: see that it is there`;
  return [{ kind: 'agentGroups', id, name, todo, values: {} }];
};

const certificateWork = (
  { id, name, lastUpdated: _, lastUpdatedBy: __, ...facts }: SnapshotCertificate,
  there: OtherKinds['certificates'],
): WorkByHand[] => {
  if (there?.some((certificate) => certificate.id === id)) return [];
  const todo = there
    ? 'upload this certificate under this name, with its key and password where it has them: Oracle does not hand them out'
    : `${UNREAD} certificates: see that it is there`;
  return [{ kind: 'certificates', id, name, todo, values: toldOf(facts) }];
};

const deploymentWork = (
  { id, project, code, name, integrations }: SnapshotDeployment,
  there: OtherKinds['deployments'],
): WorkByHand[] => {
  if (there?.some((deployment) => deployment.id === id)) return [];
  const todo = there
    ? 'create this deployment in its project, where the archive of the project does not bring it along'
    : `${UNREAD} deployments: see that it is there`;
  return [
    { kind: 'deployments', id, name, todo, values: toldOf({ project, code, integrations: integrations?.join(', ') }) },
  ];
};

const toldOf = (facts: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).flatMap(([fact, value]) => (value === undefined ? [] : [[fact, value]])));

const connectionWork = (
  connection: SnapshotConnection,
  there: OtherKinds['connections'],
  brought: ReadonlySet<string>,
): WorkByHand[] => {
  const { id, name } = connection;
  if (isOraclesOwn(connection)) return [];
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
  return {
    ...toldOf({ adapterType, role, securityPolicy, agentGroupId }),
    ...Object.fromEntries(properties.map(({ name, value }) => [`property ${name}`, value ?? ''])),
  };
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
