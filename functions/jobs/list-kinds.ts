/**
 * What an instance holds beside integrations, as its listings tell it. A kind that the instance refuses is a warning and
 * stays out of the snapshot; one whose listing fails otherwise makes the snapshot incomplete. Neither stops the others.
 */
import type { Integration } from '../core/integration.ts';
import { type IncludedKinds, KIND_NOUNS, type OtherKind } from '../core/kinds.ts';
import type { Library } from '../core/library.ts';
import type { Lookup } from '../core/lookup.ts';
import type { SnapshotFailure, SnapshotWarning } from '../core/manifest.ts';
import type { SnapshotAgentGroup, SnapshotConnection, SnapshotPackage } from '../core/manifest-kinds.ts';
import type { Project } from '../core/project.ts';
import { hasSecretShape } from '../core/secret-scan.ts';
import { isForAll, isOicError, type OicError } from '../oic/errors.ts';
import { ListingError } from '../oic/listing.ts';
import type { WholeClient } from '../oic/whole-instance.ts';
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

export const listKinds = async (oic: WholeClient, wanted: IncludedKinds, concurrency: number): Promise<ListedKinds> => {
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
    read('packages', async () => (await oic.listPackages()).map(toPackage)),
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

type Listed<K extends 'listPackages' | 'listConnections'> = Awaited<ReturnType<WholeClient[K]>>[number];

const toPackage = ({ id, name, integrations = [] }: Listed<'listPackages'>): SnapshotPackage => ({
  id,
  name,
  integrations: [...integrations].sort(),
});

/** Written out field by field: nothing of security properties may slip in, nor a value that is or holds a secret. */
const toConnection = (listed: Listed<'listConnections'>): SnapshotConnection => {
  const fields: Readonly<Record<string, unknown>> = listed;
  const optional = ['adapterType', 'role', 'securityPolicy', 'agentGroupId', 'lastUpdated', 'lastUpdatedBy'].flatMap(
    (field) => {
      const text = textOf(fields[field]);
      return text === undefined ? [] : [[field, text]];
    },
  );
  const properties: readonly Readonly<Record<string, unknown>>[] = listed.connectionProperties ?? [];
  return {
    id: listed.id,
    name: textOf(fields.name) ?? listed.id,
    status: textOf(fields.status) ?? '',
    ...Object.fromEntries(optional),
    properties: properties.map(({ propertyName, propertyType, propertyValue }) => {
      const [name, value] = [textOf(propertyName) ?? '', textOf(propertyValue)];
      const isTold =
        value !== undefined && !isSecret(`${name} ${textOf(propertyType) ?? ''}`) && !hasSecretShape(value);
      return { name, ...(isTold && { value }) };
    }),
  };
};

/** Gen 2 tells an adapter as an object with a name. */
const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value === '' ? undefined : value;
  const name = typeof value === 'object' && value !== null ? (value as { name?: unknown }).name : undefined;
  return typeof name === 'string' ? name : undefined;
};

const isSecret = (nameAndType: string): boolean =>
  /password|passphrase|secret|token|private.?key|credential/i.test(nameAndType);
