/**
 * A project of a simulated instance (Oracle Integration 3): a small instance inside the instance, with integrations and
 * connections of its own. What is in it changes by the same rules as outside.
 */
import type { ArchiveFacts } from '../archives/archive-facts.ts';
import { projectDigest, readProject, writeProject } from '../archives/project-archive.ts';
import type { StoredArchive } from '../archives/stored-archive.ts';
import type { ZipEntry } from '../archives/zip.ts';
import { createConnection } from './connection.ts';
import type { Integration, Project, State } from './holdings.ts';
import { placeArchive } from './importing.ts';
import { createState, persistedStatus } from './state.ts';

/** Puts a project there as an import does: nothing active, no schedule started, connections without secrets. @throws BadArchive */
export const placeProject = (state: State, bytes: Buffer, by: string, at = state.now()): Project => {
  const file = {
    ...readProject(bytes),
    ...(state.behaviour.importedDeployments === 'left-behind' && { deployments: [] }),
  };
  const inner = createState(state);
  const project: Project = {
    code: file.code,
    file,
    inside: {
      ...inner,
      projectId: file.code,
      secrets: state.secrets,
      orderedFailures: state.orderedFailures,
      oddities: state.oddities,
      updated: (integration: Integration, who: string) => {
        inner.updated(integration, who);
        if (state.behaviour.savedIntegration === 'moves-project') touchProject(state, project, who);
      },
    },
    created: at,
    createdBy: by,
    lastUpdated: at,
    lastUpdatedBy: by,
    revision: 0,
  };
  for (const facts of file.connections) {
    const connection = createConnection(facts, by, at);
    if (state.behaviour.importedConnection === 'CONFIGURED') connection.status = 'CONFIGURED';
    project.inside.connections.set(facts.id, connection);
  }
  for (const facts of file.integrations) placeArchive(project.inside, storedIn(facts), by, at);
  state.projects.set(file.code, project);
  return project;
};

/**
 * Other content in the place of what is there, as a replacing import brings it: connections keep their settings, and what
 * was active and is still in it stays so.
 */
export const replaceProject = (state: State, project: Project, bytes: Buffer, by: string): void => {
  const file = readProject(bytes);
  const { inside } = project;
  const keepsPasswords = state.behaviour.projectPutPasswords === 'stay';
  for (const id of inside.connections.keys()) {
    if (!keepsPasswords || !file.connections.some((facts) => facts.id === id)) inside.connections.delete(id);
  }
  for (const facts of file.connections) {
    if (!inside.connections.has(facts.id)) inside.connections.set(facts.id, createConnection(facts, by, state.now()));
  }
  for (const id of [...inside.integrations.keys()]) {
    if (!file.integrations.some((facts) => facts.id === id)) inside.drop(id);
  }
  for (const facts of file.integrations) {
    const there = inside.integrations.get(facts.id);
    if (there) inside.updated(Object.assign(there, { archive: storedIn(facts) }), by);
    else placeArchive(inside, storedIn(facts), by);
  }
  project.file = file;
  project.revision += 1;
  touchProject(state, project, by);
};

/** Somebody saved something in it. */
export const touchProject = (state: State, project: Project, by: string): void => {
  project.lastUpdated = Math.max(state.now(), project.lastUpdated + 1);
  project.lastUpdatedBy = by;
};

export const exportedProject = (state: State, { inside }: Project, members: readonly ZipEntry[]): Buffer =>
  writeProject(members, {
    exportedAt: new Date(state.now()),
    entrySeed: state.random.below(2 ** 31),
    stamps: state.stamps,
    states: new Map([...inside.integrations.values()].map(({ id, status }) => [id, persistedStatus(status)])),
  });

export const digestOf = ({ file }: Project): string => projectDigest(file.members);

/** An integration of a project has no archive of its own: Oracle exports it with its project only. */
const storedIn = (facts: ArchiveFacts): StoredArchive => ({
  facts,
  contentDigest: facts.id,
  members: [],
  write: () => {
    throw new Error(`${facts.id} is in a project and is exported with it`);
  },
});
