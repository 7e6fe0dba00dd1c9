/**
 * `/projects/{id}/deployments`: all of a project's deployments at once, in an envelope without counters, as recorded
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-projects-id-deployments-get.html).
 */

import type { Project, State } from '../holds/holdings.ts';
import { jsonAnswer, Refusal } from '../http/answer.ts';
import { wireTime } from '../http/wire.ts';
import type { Route } from './route.ts';

export const deploymentRoutes = (state: State): Route[] => [
  {
    method: 'GET',
    path: 'projects/:project/deployments',
    kind: 'deployment-list',
    handle: ({ projectId }) => {
      const project = state.projects.get(projectId);
      if (!project) throw new Refusal(404, `Project ${projectId} not found`);
      return jsonAnswer(200, { items: deploymentItems(project, wholeIntegrations) });
    },
  },
];

type Deployment = Project['file']['deployments'][number];

/** Each without its integrations unless `integrationsOf` gives them. */
export const deploymentItems = (
  project: Project,
  integrationsOf: (project: Project, deployment: Deployment) => readonly object[] | undefined,
): object[] =>
  project.file.deployments.map((deployment) => {
    const integrations = integrationsOf(project, deployment);
    const { code, name, lastUpdated = project.created } = deployment;
    return { code, ...(integrations && { integrations }), lastUpdated: wireTime(lastUpdated), name };
  });

const wholeIntegrations = ({ inside }: Project, { integrations }: Deployment): object[] =>
  integrations.map(({ code, version }) => {
    const found = inside.integrations.get(`${code}|${version}`);
    return { code, name: found?.archive.facts.name ?? code, status: found?.status, type: 'DEVELOPED', version };
  });
