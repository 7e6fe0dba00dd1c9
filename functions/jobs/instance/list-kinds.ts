/**
 * What an instance holds beside integrations, as its listings tell it. A kind that the instance refuses is a warning and
 * stays out of the snapshot, one that its release does not know of stays out without; one whose listing fails otherwise
 * makes the snapshot incomplete. None of them stops the others.
 */

import { hasSecretShape } from '../../core/archive/secret-scan.ts';
import type { OddItems } from '../../core/diff/diff-kinds.ts';
import type { Integration, IntegrationId } from '../../core/integration.ts';
import type { Certificate, Library, Lookup, Package, Project } from '../../core/items.ts';
import { type IncludedKinds, KIND_NOUNS, type OtherKind } from '../../core/kinds.ts';
import type { Listing, OddItem } from '../../core/odd-item.ts';
import type { SnapshotFailure, SnapshotWarning } from '../../core/snapshot/manifest.ts';
import type {
  SnapshotAgentGroup,
  SnapshotCertificate,
  SnapshotConnection,
  SnapshotDeployment,
  SnapshotPackage,
} from '../../core/snapshot/sections.ts';
import type { Connection } from '../../oic/answers.ts';
import type { OicClient } from '../../oic/client.ts';
import { isNothingThere, isOicError, type OicError, stopsTheRun } from '../../oic/http/errors.ts';
import { ListingError } from '../../oic/listing.ts';
import { mapLimited } from '../journal/journal.ts';
import { listDeployments } from './list-deployments.ts';

export interface ListedProject extends Omit<Project, 'deployments'> {
  readonly integrations: readonly Integration[];
  /** Its integrations could not be listed. */
  readonly isUnread?: boolean;
  /** Those of its integrations that cannot be read; absent when there are none. */
  readonly odd?: readonly OddItem[] | undefined;
}

/** Small plain data, for the journal keeps it. A kind that is absent was not wanted, refused or failed. */
export interface ListedKinds {
  readonly projects?: readonly ListedProject[] | undefined;
  readonly lookups?: readonly Lookup[] | undefined;
  readonly libraries?: readonly Library[] | undefined;
  readonly packages?: readonly SnapshotPackage[] | undefined;
  readonly connections?: readonly SnapshotConnection[] | undefined;
  readonly deployments?: readonly SnapshotDeployment[] | undefined;
  readonly certificates?: readonly SnapshotCertificate[] | undefined;
  readonly agentGroups?: readonly SnapshotAgentGroup[] | undefined;
  /** What cannot be read, of kinds that have such. */
  readonly odd: OddItems;
  /** Of whole kinds, and of projects that are unread. */
  /** Kinds that this instance does not know of. */
  readonly notOnInstance: readonly OtherKind[];
  readonly failures: readonly SnapshotFailure[];
  readonly warnings: readonly SnapshotWarning[];
}

/** @param earlier deployments of the snapshot before: what was not saved since is not asked for again */
export const listKinds = async (
  oic: OicClient,
  wanted: IncludedKinds,
  concurrency: number,
  earlier: readonly SnapshotDeployment[] = [],
): Promise<ListedKinds> => {
  const failures: SnapshotFailure[] = [];
  const warnings: SnapshotWarning[] = [];
  const oddOf: Partial<Record<OtherKind, readonly OddItem[]>> = {};
  const notOnInstance: OtherKind[] = [];

  const read = async <T>(kind: OtherKind, list: () => Promise<Listing<T>>): Promise<readonly T[] | undefined> => {
    if (!wanted[kind]) return undefined;
    try {
      const { items, odd } = await list();
      if (odd.length > 0) oddOf[kind] = odd;
      return items;
    } catch (error) {
      if (error instanceof ListingError) {
        failures.push({ id: KIND_NOUNS[kind][1], kind: 'unexpected-answer', message: error.message });
        return undefined;
      }
      // Integrations were listed with these credentials, so one refused kind is that kind's affair.
      if (!isOicError(error) || (stopsTheRun(error) && error.kind !== 'unauthorized')) throw error;
      if (NEWER_KINDS.includes(kind) && isNothingThere(error)) notOnInstance.push(kind);
      else if (isRefusal(kind, error)) warnings.push(refused(kind, error));
      else failures.push({ id: KIND_NOUNS[kind][1], kind: error.kind, message: error.message });
      return undefined;
    }
  };

  const readProject = async ({ deployments: _, ...project }: Project): Promise<ListedProject> => {
    try {
      const { items, odd } = await oic.inProject(project.id).listIntegrations();
      return { ...project, integrations: items, ...(odd.length > 0 && { odd }) };
    } catch (error) {
      const isItsOwn = error instanceof ListingError || (isOicError(error) && !stopsTheRun(error));
      if (!isItsOwn) throw error;
      const kind = isOicError(error) ? error.kind : 'unexpected-answer';
      failures.push({ id: `project ${project.code}`, kind, message: error.message });
      return { ...project, integrations: [], isUnread: true };
    }
  };

  let listing: Promise<Listing<Project>> | undefined;
  const listProjects = (): Promise<Listing<Project>> => {
    listing ??= oic.listProjects();
    return listing;
  };

  const [projects, deployments, lookups, libraries, packages, connections, certificates, agentGroups] =
    await Promise.all([
      read('projects', async () => {
        const { items, odd } = await listProjects();
        return { items: await mapLimited(items, concurrency, readProject), odd };
      }),
      read('deployments', async () => {
        const found = await listDeployments(oic, (await listProjects()).items, earlier, concurrency);
        failures.push(...found.failures);
        return found;
      }),
      read('lookups', () => oic.listLookups()),
      read('libraries', () => oic.listLibraries()),
      read('packages', () => listPackages(oic)),
      read('connections', async () => mapItems(await oic.listConnections(), toConnection)),
      read('certificates', async () => {
        const { items, odd } = await oic.listCertificates();
        return { items: items.filter(({ isOracles }) => !isOracles).map(toEntry), odd };
      }),
      read('agentGroups', async () => mapItems(await oic.listAgentGroups(), ({ id, name }) => ({ id, name }))),
    ]);
  const inOrder = <T extends { readonly id: string }>(items: readonly T[]): T[] =>
    items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    projects,
    deployments,
    lookups,
    libraries,
    packages,
    connections,
    certificates,
    agentGroups,
    odd: oddOf,
    notOnInstance,
    failures: inOrder(failures),
    warnings: inOrder(warnings),
  };
};

const mapItems = <T, R>({ items, odd }: Listing<T>, change: (item: T) => R): Listing<R> => ({
  items: items.map(change),
  odd,
});
/** Kinds that releases before 2025 and Gen 2 do not have: that they lack them is no news every night. */
const NEWER_KINDS: readonly OtherKind[] = ['deployments', 'certificates'];

/** What an instance says of its certificates was never recorded, and there is nothing of them to back up. */
const isRefusal = (kind: OtherKind, error: OicError): boolean =>
  error.kind === 'forbidden' ||
  error.kind === 'not-found' ||
  (kind === 'certificates' && error.kind === 'unexpected-answer');

const refused = (kind: OtherKind, error: OicError): SnapshotWarning => ({
  id: KIND_NOUNS[kind][1],
  message: `are not in the snapshot, for the instance does not hand them out: ${error.message}; \`include.${kind}: false\` in the settings leaves them out without this warning`,
});

/** Where the listing of packages does not tell what they hold, that of the integrations does: each names its package. */
const listPackages = async (oic: OicClient): Promise<Listing<SnapshotPackage>> => {
  const packages = await oic.listPackages();
  const isTold = packages.items.every(({ integrations }) => integrations);
  const inPackage = Map.groupBy(isTold ? [] : (await oic.listIntegrations()).items, ({ packageName }) => packageName);
  const membersOf = ({ name, integrations }: Package): readonly IntegrationId[] =>
    integrations ?? (inPackage.get(name) ?? []).map(({ id }) => id);
  return mapItems(packages, (one) => ({ id: one.id, name: one.name, integrations: [...membersOf(one)].sort() }));
};

/** Written out field by field: nothing of its content may slip in. */
const toEntry = ({ id, name, type, category, status, expires, lastUpdated, lastUpdatedBy }: Certificate) => {
  const facts = { type, category, status, expires, lastUpdated, lastUpdatedBy };
  const told = Object.entries(facts).filter(([, value]) => value !== undefined && !hasSecretShape(value));
  return { id, name, ...Object.fromEntries(told) };
};

/** Written out field by field: nothing of security properties may slip in, nor a value that is or holds a secret. */
const toConnection = (listed: Connection): SnapshotConnection => {
  const { id, name, status = '', connectionProperties = [] } = listed;
  const optional = CONNECTION_FIELDS.flatMap((field) => (listed[field] ? [[field, listed[field]]] : []));
  return {
    id,
    name,
    status,
    ...Object.fromEntries(optional),
    properties: connectionProperties.map(({ propertyName, propertyType = '', propertyValue: value }) => {
      const isTold = value !== undefined && !isSecret(`${propertyName} ${propertyType}`) && !hasSecretShape(value);
      return { name: propertyName, ...(isTold && { value }) };
    }),
  };
};

const CONNECTION_FIELDS = [
  'adapterType',
  'role',
  'securityPolicy',
  'agentGroupId',
  'lastUpdated',
  'lastUpdatedBy',
] as const satisfies readonly (keyof Connection)[];

const isSecret = (nameAndType: string): boolean =>
  /password|passphrase|secret|token|private.?key|credential/i.test(nameAndType);
