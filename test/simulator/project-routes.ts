/**
 * `/projects`: list, export, import, delete, and what is inside of one, which answers as it does outside
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-projects-get.html).
 */
import { type Answer, emptyAnswer, jsonAnswer, Refusal } from './answer.ts';
import { BadArchive } from './archive-facts.ts';
import { listAnswer } from './kind-listing.ts';
import { exportedProject, type Project, placeProject } from './project.ts';
import { deploymentMembers, readProject } from './project-archive.ts';
import { type Call, type Route, readJsonBody } from './route.ts';
import type { State } from './state.ts';
import { readFile } from './uploads.ts';
import { fileAnswer, wireTime } from './wire.ts';

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
        toJson: projectItem,
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
    handle: (call) => importProject(state, call),
  },
  {
    method: 'DELETE',
    path: 'projects/:project',
    kind: 'project-delete',
    isChange: true,
    handle: ({ projectId }) => {
      const { inside } = findProject(state, projectId);
      inside.settle();
      const active = inside.integrations.values().find(({ status }) => /^ACTIVAT/.test(status));
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

const importProject = (state: State, call: Call): Answer => {
  const bytes = readFile(call);
  try {
    const { code } = readProject(bytes);
    if (state.projects.has(code)) throw new Refusal(409, `Project ${code} already exists`);
    return jsonAnswer(200, projectItem(placeProject(state, bytes, call.caller)));
  } catch (error) {
    if (error instanceof BadArchive) throw new Refusal(state.behaviour.badArchiveStatus, error.message, error.code);
    throw error;
  }
};

const projectItem = ({ code, file, created, createdBy, lastUpdated, lastUpdatedBy }: Project): object => ({
  id: code,
  code,
  name: file.name,
  type: 'DEVELOPED',
  builtBy: '',
  cloneRestrict: 'NONE',
  viewRestricted: false,
  origin: {},
  smartTags: [],
  state: {
    status: 'DRAFT',
    created: { by: createdBy, date: wireTime(created) },
    updated: { by: lastUpdatedBy, date: wireTime(lastUpdated) },
  },
});
