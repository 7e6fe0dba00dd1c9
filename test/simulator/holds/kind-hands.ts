/** The hand of a test on what is in a simulated instance beside integrations. */

import { readProject } from '../archives/project-archive.ts';
import { configure } from './connection.ts';
import type { Certificate, IntegrationStatus, Library, Lookup, ScheduleState, State } from './holdings.ts';
import { readLibrary, saveLibrary } from './library.ts';
import { saveLookup } from './lookup.ts';
import { digestOf, placeProject, touchProject } from './project.ts';
import { hasSchedule } from './schedule.ts';

interface ProjectSnapshot {
  readonly code: string;
  readonly name: string;
  readonly contentDigest: string;
  readonly integrations: readonly {
    readonly id: string;
    readonly status: IntegrationStatus;
    /** Null when it has none. */
    readonly schedule: ScheduleState | null;
  }[];
}

interface SavedOptions {
  readonly lastUpdated?: Date;
  readonly lastUpdatedBy?: string;
}

export interface KindHands {
  /** By name; lock them as you like. */
  readonly lookups: Map<string, Lookup>;
  /** `lastUpdated` moves. */
  readonly saveLookup: (
    name: string,
    columns: readonly string[],
    rows: readonly (readonly string[])[],
    options?: SavedOptions & { readonly description?: string },
  ) => void;
  /** By `CODE|VERSION`. */
  readonly libraries: Map<string, Library>;
  readonly saveLibrary: (code: string, version: string, bytes: Buffer, options?: SavedOptions) => void;
  /** `lastUpdated` moves. */
  readonly saveCertificate: (name: string, options?: Partial<Certificate>) => void;
  /** By name. */
  readonly certificates: Map<string, Certificate>;
  /** Adds a deployment to a project, or gives it other integrations; `lastUpdated` moves. Integrations by `CODE|VERSION`. */
  readonly saveDeployment: (project: string, code: string, integrations: readonly string[]) => void;
  readonly removeDeployment: (project: string, code: string) => void;
  /** Id to name. */
  readonly agentGroups: Map<string, string>;
  /**
   * Places a project with the states its archive tells, connections CONFIGURED; schedules are stopped. Gives its code.
   * @throws BadArchive
   */
  readonly addProject: (bytes: Buffer, options?: SavedOptions) => string;
  /** Other content of a project that is there, as after an edit; states stay. */
  readonly editProject: (code: string, bytes: Buffer, by?: string) => void;
  readonly removeProject: (code: string) => void;
  readonly setProjectSchedule: (code: string, id: string, schedule: ScheduleState) => void;
  readonly listProjects: () => ProjectSnapshot[];
  readonly connectionsIn: (project: string) => State['connections'];
}

const SOMEBODY = 'designer@example.com';

export const createKindHands = (state: State): KindHands => ({
  lookups: state.lookups,
  saveLookup: (name, columns, rows, { description = '', lastUpdated, lastUpdatedBy = SOMEBODY } = {}) => {
    saveLookup(state, { name, description, columns, rows }, lastUpdatedBy, lastUpdated?.getTime());
  },
  libraries: state.libraries,
  saveLibrary: (code, version, bytes, { lastUpdated, lastUpdatedBy = SOMEBODY } = {}) =>
    saveLibrary(
      state,
      { code, version, name: code, members: readLibrary(bytes) },
      lastUpdatedBy,
      lastUpdated?.getTime(),
    ),
  certificates: state.certificates,
  saveCertificate: (name, options = {}) => {
    const last = state.certificates.get(name)?.lastUpdated ?? 0;
    state.certificates.set(name, {
      name,
      type: 'X509',
      category: 'TRUST',
      installedType: 'USER',
      expires: new Date('2030-01-01T00:00:00Z'),
      lastUpdated: Math.max(state.now(), last + 1),
      lastUpdatedBy: SOMEBODY,
      content: `-----BEGIN CERTIFICATE-----${name}`,
      ...options,
    });
  },
  agentGroups: state.agentGroups,
  ...createProjectHands(state),
});

type ProjectHands = Pick<
  KindHands,
  | 'addProject'
  | 'editProject'
  | 'removeProject'
  | 'setProjectSchedule'
  | 'saveDeployment'
  | 'removeDeployment'
  | 'listProjects'
  | 'connectionsIn'
>;

const createProjectHands = (state: State): ProjectHands => {
  const find = (code: string) => {
    const found = state.projects.get(code);
    if (!found) throw new Error(`there is no project ${code}`);
    return found;
  };
  return {
    addProject: (bytes, { lastUpdated, lastUpdatedBy = SOMEBODY } = {}) => {
      const { code, inside } = placeProject(state, bytes, lastUpdatedBy, lastUpdated?.getTime());
      for (const connection of inside.connections.values()) configure(connection, state.secrets);
      for (const integration of inside.integrations.values()) {
        if (integration.archive.facts.persistedState === 'ACTIVATED') integration.status = 'ACTIVATED';
        inside.changed(integration);
      }
      return code;
    },
    editProject: (code, bytes, by = SOMEBODY) => {
      const project = find(code);
      project.file = readProject(bytes);
      touchProject(state, project, by);
    },
    removeProject: (code) => {
      state.projects.delete(code);
    },
    setProjectSchedule: (code, id, schedule) => {
      const { inside } = find(code);
      inside.changed(Object.assign(inside.find(id), { schedule, scheduleMoved: undefined }));
    },
    saveDeployment: (projectCode, code, integrations) => {
      const project = find(projectCode);
      const { file } = project;
      const last = file.deployments.find((deployment) => deployment.code === code);
      const saved = {
        code,
        name: last?.name ?? `Deployment ${code}`,
        integrations: integrations.map((id) => {
          const [of = '', version = ''] = id.split('|');
          return { code: of, version };
        }),
        lastUpdated: Math.max(state.now(), (last?.lastUpdated ?? project.created) + 1),
      };
      project.file = { ...file, deployments: [...file.deployments.filter((each) => each !== last), saved] };
    },
    removeDeployment: (projectCode, code) => {
      const project = find(projectCode);
      const deployments = project.file.deployments.filter((each) => each.code !== code);
      project.file = { ...project.file, deployments };
    },
    connectionsIn: (code) => find(code).inside.connections,
    listProjects: () =>
      [...state.projects.values()].map((project) => {
        project.inside.settle();
        return {
          code: project.code,
          name: project.file.name,
          contentDigest: digestOf(project),
          integrations: [...project.inside.integrations.values()]
            .map((integration) => ({
              id: integration.id,
              status: integration.status,
              schedule: hasSchedule(integration) ? integration.schedule : null,
            }))
            .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        };
      }),
  };
};
