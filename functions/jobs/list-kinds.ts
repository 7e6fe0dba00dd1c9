/**
 * What an instance holds beside integrations, as its listings tell it. A kind that the instance refuses is a warning and
 * stays out of the snapshot; one whose listing fails otherwise makes the snapshot incomplete. Neither stops the others.
 */
import type { Integration, IntegrationId } from '../core/integration.ts';
import { type IncludedKinds, KIND_NOUNS, type OtherKind } from '../core/kinds.ts';
import type { Library } from '../core/library.ts';
import type { Lookup } from '../core/lookup.ts';
import type { SnapshotFailure, SnapshotWarning } from '../core/manifest.ts';
import type { SnapshotAgentGroup, SnapshotConnection, SnapshotPackage } from '../core/manifest-kinds.ts';
import type { Package } from '../core/package.ts';
import type { Project } from '../core/project.ts';
import { hasSecretShape } from '../core/secret-scan.ts';
import type { Connection } from '../oic/answers.ts';
import type { OicClient } from '../oic/client.ts';
import { isForAll, isOicError, type OicError } from '../oic/errors.ts';
import { ListingError } from '../oic/listing.ts';
import { mapLimited } from './journal.ts';

export interface ListedProject extends Project {
  readonly integrations: readonly Integration[];
  /** Its integrations could not be listed. */
  readonly isUnread?: boolean;
}

/** Small plain data, for the journal keeps it. A kind that is absent was not wanted, refused or failed. */
export interface ListedKinds {
  readonly projects?: readonly ListedProject[] | undefined;
  readonly lookups?: readonly Lookup[] | undefined;
  readonly libraries?: readonly Library[] | undefined;
  readonly packages?: readonly SnapshotPackage[] | undefined;
  readonly connections?: readonly SnapshotConnection[] | undefined;
  readonly agentGroups?: readonly SnapshotAgentGroup[] | undefined;
  readonly failures: readonly SnapshotFailure[];
  readonly warnings: readonly SnapshotWarning[];
}

export const listKinds = async (oic: OicClient, wanted: IncludedKinds, concurrency: number): Promise<ListedKinds> => {
  const failures: SnapshotFailure[] = [];
  const warnings: SnapshotWarning[] = [];

  const read = async <T>(kind: OtherKind, list: () => Promise<T>): Promise<T | undefined> => {
    if (!wanted[kind]) return undefined;
    try {
      return await list();
    } catch (error) {
      if (error instanceof ListingError) {
        failures.push({ id: KIND_NOUNS[kind][1], kind: 'unexpected-answer', message: error.message });
        return undefined;
      }
      // Integrations were listed with these credentials, so one refused kind is that kind's affair.
      if (!isOicError(error) || (isForAll(error) && error.kind !== 'unauthorized')) throw error;
      if (error.kind === 'forbidden' || error.kind === 'not-found') warnings.push(refused(kind, error));
      else failures.push({ id: KIND_NOUNS[kind][1], kind: error.kind, message: error.message });
      return undefined;
    }
  };

  const readProject = async (project: Project): Promise<ListedProject> => {
    try {
      return { ...project, integrations: await oic.inProject(project.id).listIntegrations() };
    } catch (error) {
      const isItsOwn = error instanceof ListingError || (isOicError(error) && !isForAll(error));
      if (!isItsOwn) throw error;
      const kind = isOicError(error) ? error.kind : 'unexpected-answer';
      failures.push({ id: `project ${project.code}`, kind, message: error.message });
      return { ...project, integrations: [], isUnread: true };
    }
  };

  const [projects, lookups, libraries, packages, connections, agentGroups] = await Promise.all([
    read('projects', async () => mapLimited(await oic.listProjects(), concurrency, readProject)),
    read('lookups', () => oic.listLookups()),
    read('libraries', () => oic.listLibraries()),
    read('packages', () => listPackages(oic)),
    read('connections', async () => (await oic.listConnections()).map(toConnection)),
    read('agentGroups', async () => (await oic.listAgentGroups()).map(({ id, name }) => ({ id, name }))),
  ]);
  const inOrder = <T extends { readonly id: string }>(items: readonly T[]): T[] =>
    items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    projects,
    lookups,
    libraries,
    packages,
    connections,
    agentGroups,
    failures: inOrder(failures),
    warnings: inOrder(warnings),
  };
};

const refused = (kind: OtherKind, error: OicError): SnapshotWarning => ({
  id: KIND_NOUNS[kind][1],
  message: `are not in the snapshot, for the instance does not hand them out: ${error.message}; \`include.${kind}: false\` in the settings leaves them out without this warning`,
});

/** Where the listing of packages does not tell what they hold, that of the integrations does: each names its package. */
const listPackages = async (oic: OicClient): Promise<SnapshotPackage[]> => {
  const packages = await oic.listPackages();
  const isTold = packages.every(({ integrations }) => integrations);
  const inPackage = Map.groupBy(isTold ? [] : await oic.listIntegrations(), ({ packageName }) => packageName);
  const membersOf = ({ name, integrations }: Package): readonly IntegrationId[] =>
    integrations ?? (inPackage.get(name) ?? []).map(({ id }) => id);
  return packages.map((one) => ({ id: one.id, name: one.name, integrations: [...membersOf(one)].sort() }));
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
