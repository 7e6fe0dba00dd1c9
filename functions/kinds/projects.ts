/** Projects of Oracle Integration 3, stored as a whole; what runs in them is told of each integration in them. */
import * as z from 'zod/mini';
import { callOrderIn } from '../core/archive/calls-inside.ts';
import { LOCAL_CALLS } from '../core/archive/connection-template.ts';
import { readProjectArchive } from '../core/archive/project-archive.ts';
import { diffProjects } from '../core/diff/diff-projects.ts';
import { Refused } from '../core/errors.ts';
import type { Integration } from '../core/integration.ts';
import type { Project } from '../core/items.ts';
import { type Entry, type IntegrationInside, SAVED } from '../core/kinds.ts';
import { type Listing, type OddItem, withKnown } from '../core/odd-item.ts';
import { describeIntegration, mustAskSchedule } from '../core/plan/plan-backup.ts';
import type { Stored } from '../core/snapshot/archived-items.ts';
import type { SnapshotFailure } from '../core/snapshot/manifest.ts';
import { INTEGRATION_FIELDS, TEXT } from '../core/snapshot/sections.ts';
import { isActive } from '../core/status.ts';
import type { OicClient } from '../oic/client.ts';
import { isOicError, stopsTheRun } from '../oic/http/errors.ts';
import { ListingError } from '../oic/listing.ts';
import { differingLines, lookupLines, withHeading } from './diff-lines.ts';
import type { Asking, FileDiff, Kind, ReadFile } from './kind.ts';
import { type Asked, describeSchedule, unknownSchedule } from './read-schedule.ts';

export interface ListedProject extends Omit<Project, 'deployments'> {
  readonly integrations: readonly Integration[];
  readonly isUnread?: boolean;
  readonly odd?: readonly OddItem[] | undefined;
}

interface Seen {
  /** Of the integrations in it that were asked, by id. */
  readonly schedules: Readonly<Record<string, Asked>>;
}

export interface SnapshotProject extends Entry {
  readonly code: string;
  readonly integrations: readonly IntegrationInside[];
}

declare module '../core/kinds.ts' {
  interface Sections {
    readonly projects: Stored<SnapshotProject>;
  }
}

export const projects: Kind<ListedProject, SnapshotProject, Seen> = {
  name: 'projects',
  nouns: ['project', 'projects'],
  fields: { code: TEXT, integrations: z.array(z.looseObject(INTEGRATION_FIELDS)) },
  file: { ending: '.car', parts: 1, partsOf: ({ code }) => [code] },
  nameOf: ({ code }) => code,
  facts: [
    { name: 'integrations', as: 'number', only: 'shown', value: ({ integrations }) => integrations.length },
    { name: 'active', as: 'number', only: 'shown', value: ({ integrations }) => integrations.filter(isActive).length },
    ...SAVED,
  ],
  integrationsIn: ({ integrations }) => integrations,
  isOic3Only: true,
  list: async (asking) => {
    const { items, odd } = await listProjectsOnce(asking);
    const read = await asking.each(items, (project) => readProject(asking.oic, project));
    return { items: read.map(({ project }) => project), odd, failures: read.flatMap(({ failure }) => failure ?? []) };
  },
  archive: {
    stamp: stampOfProject,
    itemsOn: (oic) => oic.listProjects(),
    itemOn: async (oic, code) => {
      const found = await oic.getProject(code);
      return found?.code === code ? found : undefined;
    },
    export: (oic, project) => oic.exportProject(project),
    read: async (bytes) => {
      const { entry, ...read } = await readFile(bytes);
      return { ...read, id: entry.code };
    },
    mustObserve: ({ integrations }) => integrations.some(mustAskSchedule),
    observe: async ({ oic, item, unsaved, hasParameters }) => {
      const without = unsaved?.integrations.filter(({ scheduleParameters }) => scheduleParameters?.length === 0);
      const mayHaveParameters = (id: string): boolean => hasParameters && !without?.some((one) => one.id === id);
      return { schedules: await schedulesIn(oic, item, mayHaveParameters) };
    },
    describe: ({ id, code, name, integrations, isUnread, odd }, { schedules = {} }, _last, before) => {
      // Better what was there last night than nothing: the snapshot says that it is incomplete.
      const earlier = isUnread || odd ? before()?.integrations : undefined;
      const now = integrations.map((one) => integrationEntry(one, schedules[one.id]));
      return { id, code, name, integrations: isUnread ? (earlier ?? []) : withKnown(now, earlier, odd) };
    },
    warnings: (label, _entry, { schedules = {} }) =>
      Object.entries(schedules).flatMap(([id, asked]) =>
        asked.trouble === undefined ? [] : [{ id: `${id} in ${label}`, message: unknownSchedule(asked) }],
      ),
  },
  restore: {
    when: 'after',
    add: (oic, { code }, bytes) => oic.importProject(code, bytes),
    replace: (oic, { code }, bytes) => oic.replaceProject(code, bytes),
    readFile: (bytes) => readFile(bytes),
    container: {
      inside: (oic, { id }) => oic.inProject(id),
      remove: (oic, { id }) => oic.deleteProject(id),
    },
  },
  download: {
    ending: '.car',
    check: readProjectArchive,
    diff: diffFiles,
    get: async (oic, id) => {
      const project = (await oic.listProjects()).items.find((one) => one.code === id || one.id === id);
      if (project) return oic.exportProject(project);
      throw new Refused(
        `${oic.instance} has no project ${id}; \`oic list ${oic.instance} --kind projects\` shows what it has`,
      );
    },
  },
};

const readFile = async (bytes: Uint8Array): Promise<ReadFile<SnapshotProject>> => {
  const { code, contentSha256, designSha256, connections, integrations } = await readProjectArchive(bytes);
  const others = connections.filter(({ type }) => type !== LOCAL_CALLS);
  return {
    entry: { id: code, code, name: code, integrations: [] },
    contentSha256,
    designSha256,
    connections: others.map(({ id, type }) => ({ id, type })),
    integrations: integrations.map(({ id }) => ({ id })),
    callOrder: callOrderIn(integrations),
  };
};

const listings = new WeakMap<Asking, Promise<Listing<Project>>>();

/** Who asks with the same question is answered by one listing: it tells of deployments as well. */
export const listProjectsOnce = (asking: Asking): Promise<Listing<Project>> => {
  const listing = listings.get(asking) ?? asking.oic.listProjects();
  listings.set(asking, listing);
  return listing;
};

const readProject = async (
  oic: OicClient,
  { deployments: _, ...project }: Project,
): Promise<{ readonly project: ListedProject; readonly failure?: SnapshotFailure }> => {
  try {
    const { items, odd } = await oic.inProject(project.id).listIntegrations();
    return { project: { ...project, integrations: items, ...(odd.length > 0 && { odd }) } };
  } catch (error) {
    const isItsOwn = error instanceof ListingError || (isOicError(error) && !stopsTheRun(error));
    if (!isItsOwn) throw error;
    const kind = isOicError(error) ? error.kind : 'unexpected-answer';
    return {
      project: { ...project, integrations: [], isUnread: true },
      failure: { id: `project ${project.code}`, kind, message: error.message },
    };
  }
};

/** A project may keep its time when an integration in it is saved, so theirs count too. */
function stampOfProject({ lastUpdated, integrations, ...rest }: ListedProject | SnapshotProject): string | undefined {
  // Of an integration that cannot be read nothing tells whether it was saved.
  if ('odd' in rest && rest.odd) return undefined;
  const parts = integrations.map((it) => (it.lastUpdated === undefined ? undefined : `${it.id} ${it.lastUpdated}`));
  if (lastUpdated === undefined || parts.includes(undefined)) return undefined;
  return [lastUpdated, ...parts.sort()].join('\n');
}

/** One after the other: a project has few, and other projects are at work beside it. */
const schedulesIn = async (
  oic: OicClient,
  { id, integrations }: ListedProject,
  mayHaveParameters: (id: string) => boolean,
): Promise<Seen['schedules']> => {
  const asked: [string, Asked][] = [];
  for (const integration of integrations.filter(mustAskSchedule)) {
    const may = mayHaveParameters(integration.id);
    asked.push([integration.id, await describeSchedule(oic.inProject(id), integration, may)]);
  }
  return Object.fromEntries(asked);
};

/** Who saved one inside is not in a snapshot: the project's own time and author stand for all of it. */
const integrationEntry = (integration: Integration, asked: Asked | undefined): IntegrationInside =>
  describeIntegration({ ...integration, lastUpdatedBy: undefined }, asked?.state, asked?.parameters);

async function diffFiles(from: Uint8Array, to: Uint8Array, [a, b]: readonly [string, string]): Promise<FileDiff> {
  const diff = await diffProjects(from, to);
  const lines = [
    ...differingLines('integration', diff.integrations),
    ...differingLines('connection', diff.connections),
    ...lookupLines(diff.lookups),
    ...differingLines('file', diff.others),
  ];
  return { diff, lines: withHeading(`project ${diff.from} (${a}) -> project ${diff.to} (${b})`, lines) };
}
