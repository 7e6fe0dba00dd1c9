/**
 * Agent groups by name: what is in them are agents on people's own machines.
 *
 * Page: https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-monitoring-agentgroups-get.html
 */
import type { Listing } from '../core/odd-item.ts';
import { toAgentGroup } from './kind-answers.ts';
import type { Requests } from './requests.ts';
import type { AgentGroup } from './whole-instance.ts';

export const listAgentGroups = ({ list }: Requests): Promise<Listing<AgentGroup>> =>
  list('listing the agent groups', '/monitoring/agentgroups', toAgentGroup, 'whole');
