/**
 * The deployments of every project, for as few requests as will do: what the listing of the projects tells of them is
 * taken, with the integrations an earlier snapshot knows of what was not saved since. Only a project whose deployments or
 * whose integrations in them are still unknown is asked, once.
 */
import * as z from 'zod/mini';
import type { IntegrationId } from '../core/integration.ts';
import type { Deployment, Project } from '../core/items.ts';
import { type Entry, LAST_CHANGE } from '../core/kinds.ts';
import type { OddItem } from '../core/odd-item.ts';
import type { SnapshotFailure } from '../core/snapshot/manifest.ts';
import { INTEGRATION_ID, TEXT } from '../core/snapshot/sections.ts';
import type { OicClient } from '../oic/client.ts';
import { isNothingThere, isOicError, type OicError, stopsTheRun } from '../oic/http/errors.ts';
import { ListingError } from '../oic/listing.ts';
import type { Asking, Kind, Listed } from './kind.ts';
import { toldOf } from './manual-steps.ts';
import { listProjectsOnce } from './projects.ts';

/** What of a project was set aside to be exported alone. The project's own archive holds all of the project. */
interface SnapshotDeployment extends Entry {
  /** `PROJECT|CODE` */
  readonly id: string;
  readonly project: string;
  readonly code: string;
  /** Absent: the instance did not tell. */
  readonly integrations?: readonly IntegrationId[] | undefined;
}

declare module '../core/kinds.ts' {
  interface Sections {
    readonly deployments: SnapshotDeployment;
  }
}

export const deployments: Kind<SnapshotDeployment> = {
  name: 'deployments',
  nouns: ['deployment', 'deployments'],
  fields: { project: TEXT, code: TEXT, integrations: z.optional(z.array(INTEGRATION_ID)) },
  facts: [
    {
      name: 'integrations',
      as: 'number',
      only: 'shown',
      value: ({ integrations }) => integrations?.length,
      inTerminal: ({ integrations = [] }) => integrations.join(', '),
    },
    LAST_CHANGE,
  ],
  members: ({ integrations }) => integrations,
  isOic3Only: true,
  isNewer: true,
  byHand: {
    order: 4,
    todo: (_entry, own) =>
      own
        ? undefined
        : 'create this deployment in its project, where the archive of the project does not bring it along',
    values: ({ project, code, integrations }) => toldOf({ project, code, integrations: integrations?.join(', ') }),
  },
  list: async (asking) => listIn(asking, (await listProjectsOnce(asking)).items),
};

/** @throws the refusal, when no project tells of any and the instance does not know of such listings */
const listIn = async (
  { oic, each, earlier }: Asking,
  projects: readonly Project[],
): Promise<Listed<SnapshotDeployment>> => {
  const known = new Map((earlier.deployments ?? []).map((deployment) => [deployment.id, deployment]));
  const listed = await each(projects, (project) => listOne(oic, project, known));
  const refusals = listed.flatMap(({ refusal }) => refusal ?? []);
  if (refusals[0] && refusals.length === projects.length) throw refusals[0];
  return {
    items: listed.flatMap(({ deployments: found }) => found),
    odd: listed.flatMap(({ odd = [] }) => odd),
    failures: listed.flatMap(({ failure }) => failure ?? []),
  };
};

interface ListedOne {
  readonly deployments: readonly SnapshotDeployment[];
  readonly odd?: readonly OddItem[];
  readonly failure?: SnapshotFailure;
  /** The instance has no such listing, or the project is gone. */
  readonly refusal?: OicError;
}

const listOne = async (
  oic: OicClient,
  project: Project,
  known: ReadonlyMap<string, SnapshotDeployment>,
): Promise<ListedOne> => {
  const told = project.deployments?.map((deployment) => withKnown(entryOf(project, deployment), known));
  if (told?.every(({ integrations }) => integrations)) return { deployments: told };
  // Better what was there last night than nothing: the snapshot says that it is incomplete.
  const failed = (kind: string, message: string): ListedOne => ({
    deployments: told ?? [...known.values()].filter(({ project: code }) => code === project.code),
    failure: { id: `project ${project.code}`, kind, message },
  });
  try {
    const { items, odd } = await oic.listDeployments(project.id);
    return {
      deployments: items.map((deployment) => entryOf(project, deployment)),
      odd: odd.map((one) => ({
        ...one,
        id: idOf(project, one.id),
        names: one.names.map((name) => idOf(project, name)),
      })),
    };
  } catch (error) {
    if (error instanceof ListingError) return failed('unexpected-answer', error.message);
    if (!isOicError(error) || stopsTheRun(error) || error.kind === 'forbidden') throw error;
    if (!isNothingThere(error)) return failed(error.kind, error.message);
    return told ? { deployments: told } : { deployments: [], refusal: error };
  }
};

const idOf = ({ code }: Project, deployment: string): string => `${code}|${deployment}`;

const entryOf = (project: Project, { code, name, lastUpdated, integrations }: Deployment): SnapshotDeployment => ({
  id: idOf(project, code),
  project: project.code,
  code,
  name,
  ...(lastUpdated !== undefined && { lastUpdated }),
  ...(integrations && { integrations: integrations.toSorted() }),
});

const withKnown = (entry: SnapshotDeployment, known: ReadonlyMap<string, SnapshotDeployment>): SnapshotDeployment => {
  const last = known.get(entry.id);
  const isUnsaved = entry.lastUpdated !== undefined && entry.lastUpdated === last?.lastUpdated;
  return !entry.integrations && isUnsaved && last?.integrations ? { ...entry, integrations: last.integrations } : entry;
};
