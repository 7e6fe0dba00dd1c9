/**
 * `/monitoring/agentgroups`, whose envelope has no links
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-monitoring-agentgroups-get.html).
 */
import type { State } from '../holds/holdings.ts';
import { wireTime } from '../http/wire.ts';
import { pageAnswer } from './listing.ts';
import type { Route } from './route.ts';

export const agentGroupRoutes = (state: State): Route[] => [
  {
    method: 'GET',
    path: 'monitoring/agentgroups',
    kind: 'agent-group-list',
    handle: ({ query }) =>
      pageAnswer({
        found: [...state.agentGroups],
        query,
        toJson: ([id, name]) => JSON.stringify(agentGroupItem(state, id, name)),
        path: 'monitoring/agentgroups',
        state,
        pageCap: undefined,
        hasLinks: false,
      }),
  },
];

/** By Oracle's pages; without an id as that of OIC 3 prints it. */
const agentGroupItem = ({ behaviour, now }: State, id: string, name: string): object => ({
  agents: [],
  createdBy: 'ada@example.com',
  createdDate: wireTime(now()),
  displayStatus: 'Available',
  ...(behaviour.agentGroupIds === 'given' && { id }),
  lastUpdatedBy: 'ada@example.com',
  lastUpdatedDate: wireTime(now()),
  name,
  status: 'AVAILABLE',
  type: 'EXECUTION_AGENT',
  version: '1.0',
});
