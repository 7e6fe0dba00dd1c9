/**
 * Projects of Oracle Integration 3, exported, imported and replaced as a whole (.car). Oracle has no way to export one
 * integration of a project.
 *
 * Pages: https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/api-projects.html
 */

import { readProjectArchive } from '../core/archive/project-archive.ts';
import type { Project } from '../core/items.ts';
import { readItem } from './answers.ts';
import { connections } from './connections.ts';
import { placedIntegrations } from './integrations.ts';
import { toDeployment, toProject } from './kind-answers.ts';
import { orUndefined, type Requests } from './requests.ts';
import type { Projects } from './whole-instance.ts';

export const projects = (requests: Requests): Projects => {
  const { get, list, download, upload, remove } = requests;
  return {
    listProjects: () => list('listing the projects', '/projects', toProject),
    getProject: (id) =>
      orUndefined(get(`reading project ${id}`, projectPath(id), (answer) => toProject(readItem(answer)))),
    // Recorded bare: items, and nothing that tells of pages.
    listDeployments: (id) =>
      list(`listing the deployments of project ${id}`, `${projectPath(id)}/deployments`, toDeployment, 'whole'),
    exportProject: (project) =>
      download(
        `exporting project ${project.code}`,
        `${projectPath(project.id)}/archive`,
        async (bytes) => {
          const archive = await readProjectArchive(bytes);
          if (archive.code !== project.code && archive.code !== project.id) {
            throw new Error(`it is the archive of project ${archive.code}`);
          }
          return { bytes, archive };
        },
        exportOrder(project),
      ),
    importProject: (code, bytes) =>
      upload({ what: `importing project ${code}`, method: 'POST', ...archive(code, bytes) }),
    replaceProject: (code, bytes) =>
      upload({ what: `replacing project ${code}`, method: 'PUT', ...archive(code, bytes) }),
    deleteProject: (id) => remove(`deleting project ${id}`, projectPath(id)),
    inProject: (projectId) => {
      const [root, where] = [projectPath(projectId), ` in project ${projectId}`];
      return {
        ...placedIntegrations(requests, `${root}/integrations`, where),
        ...connections(requests, `${root}/connections`, where),
      };
    },
  };
};

const archive = (code: string, bytes: Uint8Array) => ({
  path: '/projects/archive',
  filename: `${code}.car`,
  bytes,
  fields: { type: 'application/octet-stream' },
});

const projectPath = (id: string): string => `/projects/${encodeURIComponent(id)}`;

/** Without a label it is the whole project, with one it would be that deployment. */
const exportOrder = ({ name, code }: Project): object => ({ name, code, type: 'DEVELOPED', builtBy: '', label: '' });
