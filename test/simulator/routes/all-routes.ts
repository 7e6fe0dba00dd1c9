/** Every route of an instance. A kind that is to be refused answers nothing but that. */

import type { Kind } from '../behaviour.ts';
import type { State } from '../holds/holdings.ts';
import { Refusal } from '../http/answer.ts';
import { agentGroupRoutes } from './agent-groups.ts';
import { archiveRoutes } from './archives.ts';
import { certificateRoutes } from './certificates.ts';
import { connectionRoutes } from './connections.ts';
import { deploymentRoutes } from './deployments.ts';
import { integrationRoutes } from './integrations.ts';
import { libraryRoutes } from './libraries.ts';
import { lookupRoutes } from './lookups.ts';
import { packageRoutes } from './packages.ts';
import { insideProjects, projectRoutes } from './projects.ts';
import type { Route } from './route.ts';
import { scheduleRoutes } from './schedules.ts';

export const allRoutes = (state: State, pageCap: number | undefined): Route[] => {
  const ofKind = (kind: Kind, routes: readonly Route[]): Route[] =>
    routes.map((route) => ({
      ...route,
      handle: (call) => {
        const status = state.behaviour.refusedKinds[kind];
        if (status !== undefined) throw new Refusal(status, `The user may not see the ${kind} of this instance`);
        return route.handle(call);
      },
    }));
  const inside = (project: State): Route[] => [
    ...integrationRoutes(project, pageCap),
    ...scheduleRoutes(project),
    ...(state.behaviour.projectConnections === 'answer' ? connectionRoutes(project, pageCap) : []),
  ];
  return [
    ...archiveRoutes(state),
    ...integrationRoutes(state, pageCap),
    ...scheduleRoutes(state),
    ...ofKind('connections', connectionRoutes(state, pageCap)),
    ...ofKind('lookups', lookupRoutes(state, pageCap)),
    ...ofKind('libraries', libraryRoutes(state, pageCap)),
    ...ofKind('packages', packageRoutes(state, pageCap)),
    ...ofKind('agent-groups', agentGroupRoutes(state)),
    // Gen 2 has no projects and tells nothing of its certificates.
    ...(state.generation === 'gen2'
      ? []
      : [
          ...ofKind('deployments', deploymentRoutes(state)),
          ...ofKind('certificates', certificateRoutes(state, pageCap)),
          ...ofKind('projects', [...projectRoutes(state, pageCap), ...insideProjects(state, inside)]),
        ]),
  ];
};
