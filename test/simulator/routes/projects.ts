/**
 * `/projects`: list, get, export, import, replace, delete, and what is inside of one, which answers as it does outside
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-projects-get.html).
 */

import { BadArchive } from '../archives/archive-facts.ts';
import { deploymentMembers, readProject } from '../archives/project-archive.ts';
import type { Project, State } from '../holds/holdings.ts';
import { exportedProject, placeProject, replaceProject } from '../holds/project.ts';
import { isInService } from '../holds/state.ts';
import { type Answer, emptyAnswer, jsonAnswer, Refusal } from '../http/answer.ts';
import { fileAnswer, linksTo, wireTime } from '../http/wire.ts';
import { deploymentItems } from './deployments.ts';
import { listAnswer } from './kind-listing.ts';
import { type Call, type Route, readJsonBody } from './route.ts';
import { fileTitle, readFile } from './uploads.ts';

export const projectRoutes = (state: State, pageCap: number | undefined): Route[] => [
  {
    method: 'GET',
    path: 'projects',
    kind: 'project-list',
    handle: (call) =>
      listAnswer(state, call, pageCap, {
        path: 'projects',
        items: [...state.projects.values()],
        name: ({ file }) => file.name,
        toJson: (project) => projectItem(state, project),
      }),
  },
  {
    method: 'POST',
    path: 'projects/:project/archive',
    kind: 'project-export',
    handle: (call) => exportProject(state, call),
  },
  {
    method: 'POST',
    path: 'projects/archive',
    kind: 'project-import',
    isChange: true,
    identify: fileTitle,
    handle: (call) => importProject(state, call),
  },
  {
    method: 'GET',
    path: 'projects/:project',
    kind: 'project-get',
    handle: ({ projectId }) => jsonAnswer(200, projectItem(state, findProject(state, projectId))),
  },
  {
    method: 'PUT',
    path: 'projects/archive',
    kind: 'project-replace',
    isChange: true,
    identify: fileTitle,
    handle: (call) => putProject(state, call),
  },
  {
    method: 'DELETE',
    path: 'projects/:project',
    kind: 'project-delete',
    isChange: true,
    handle: ({ projectId }) => {
      const { inside } = findProject(state, projectId);
      inside.settle();
      const active = activeIn(inside);
      if (active) throw new Refusal(state.behaviour.deleteActive, `${active.id} in project ${projectId} is active`);
      state.projects.delete(projectId);
      return emptyAnswer(200);
    },
  },
];

/** The same routes below each project. @param build gives them, in one order, for whatever they are about */
export const insideProjects = (state: State, build: (inside: State) => readonly Route[]): Route[] =>
  build(state).map((route, index) => ({
    ...route,
    path: `projects/:project/${route.path}`,
    handle: (call) => {
      const { inside } = findProject(state, call.projectId);
      inside.settle();
      const found = build(inside)[index];
      if (!found) throw new Error(`no route for ${route.path}`);
      return found.handle(call);
    },
  }));

const findProject = (state: State, id: string): Project => {
  const found = state.projects.get(id);
  if (!found) throw new Refusal(404, `Project ${id} not found`);
  return found;
};

/** Without a label it is the whole project, with one that deployment. */
const exportProject = (state: State, call: Call): Answer => {
  const project = findProject(state, call.projectId);
  const { code, name, type, label } = readJsonBody(call.body);
  if (typeof name !== 'string' || type !== 'DEVELOPED') throw new Refusal(400, 'name and type are needed');
  if (code !== project.code) throw new Refusal(400, `code is not that of project ${project.code}`);
  if (typeof label !== 'string') throw new Refusal(400, 'label is needed; an empty one means the whole project');
  if (label && !project.file.deployments.some((deployment) => deployment.code === label)) {
    throw new Refusal(404, `Deployment ${label} not found`);
  }
  project.inside.settle();
  const members = label ? deploymentMembers(project.file, label) : project.file.members;
  return fileAnswer(`${project.code}${label && `-${label}`}.car`, exportedProject(state, project, members));
};

const importProject = (state: State, call: Call): Answer =>
  withArchive(state, readFile(call), (bytes, code) => {
    if (state.projects.has(code)) throw new Refusal(409, `Project ${code} already exists`);
    return jsonAnswer(200, savedProject(state, placeProject(state, bytes, call.caller)));
  });

const putProject = (state: State, call: Call): Answer => {
  const { projectPut, projectPutOnActive } = state.behaviour;
  if (projectPut !== 200) throw new Refusal(projectPut, 'There is no such call');
  return withArchive(state, readFile(call), (bytes, code) => {
    const project = findProject(state, code);
    project.inside.settle();
    const active = activeIn(project.inside);
    if (active && projectPutOnActive !== 'accept') {
      throw new Refusal(projectPutOnActive, `${active.id} in project ${code} is active`);
    }
    replaceProject(state, project, bytes, call.caller);
    return jsonAnswer(200, savedProject(state, project));
  });
};

const activeIn = (inside: State) => inside.integrations.values().find(isInService);

const withArchive = (state: State, bytes: Buffer, work: (bytes: Buffer, code: string) => Answer): Answer => {
  try {
    return work(bytes, readProject(bytes).code);
  } catch (error) {
    if (error instanceof BadArchive) throw new Refusal(state.behaviour.badArchiveStatus, error.message, error.code);
    throw error;
  }
};

/** As it is listed, and read alone (recorded). */
const projectItem = (state: State, project: Project): object => {
  const { code, file, revision } = project;
  return {
    code,
    id: code,
    links: linksTo(projectUrl(state, project)),
    name: file.name,
    origin: { builtBy: 'Oracle', type: 'R' },
    state: {
      ...listedAssets(state, project),
      ...changesOf(project),
      lockStatus: false,
      locked: {},
      projectRevisionId: revision,
      serviceInstanceId: 1,
      status: 'CONFIGURED',
    },
    type: 'DEVELOPED',
  };
};

/** What an import answers, or a replacing one (recorded). */
const savedProject = (state: State, project: Project): object => {
  const { code, file } = project;
  return {
    cloneRestrict: 'NONE',
    code,
    id: code,
    links: linksTo(projectUrl(state, project)),
    mcpEnabled: false,
    name: file.name,
    origin: {},
    simplifiedMode: false,
    smartTags: [],
    state: {
      assets: assetsOf(project, true),
      ...changesOf(project),
      projectRevisionId: 0,
      serviceInstanceId: 0,
      status: 'DRAFT',
    },
    type: 'DEVELOPED',
    viewRestricted: false,
  };
};

const projectUrl = ({ baseUrl }: State, { code }: Project): string =>
  `${baseUrl}/ic/api/integration/v1/projects/${encodeURIComponent(code)}`;

const changesOf = ({ created, createdBy, lastUpdated, lastUpdatedBy }: Project): object => {
  const updated = { by: lastUpdatedBy, date: wireTime(lastUpdated) };
  return { created: { by: createdBy, date: wireTime(created) }, latest: updated, updated };
};

const listedAssets = ({ behaviour }: State, project: Project): object =>
  behaviour.listedDeployments === 'untold'
    ? {}
    : { assets: assetsOf(project, behaviour.listedDeployments === 'whole') };

const assetsOf = (project: Project, withIntegrations: boolean): object => ({
  labelsRs: {
    items: deploymentItems(project, (_, { integrations }) => (withIntegrations ? integrations : undefined)),
  },
});
