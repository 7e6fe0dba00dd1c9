/**
 * `/monitoring/agentgroups`: all at once, without pages
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-monitoring-agentgroups-get.html).
 */
import { jsonAnswer } from './answer.ts';
import type { Route } from './route.ts';
import type { State } from './state.ts';

export const agentGroupRoutes = (state: State): Route[] => [
  {
    method: 'GET',
    path: 'monitoring/agentgroups',
    kind: 'agent-group-list',
    handle: () =>
      jsonAnswer(200, {
        hasMore: false,
        items: [...state.agentGroups].map(([id, name]) => ({
          ...(state.behaviour.agentGroupIds === 'given' && { id }),
          name,
          status: 'AVAILABLE',
          type: 'EXECUTION_AGENT',
          agents: [],
        })),
        limit: state.agentGroups.size,
        totalResults: state.agentGroups.size,
      }),
  },
];
