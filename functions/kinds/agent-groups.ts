/** Agent groups, by name: what is in them are agents on people's own machines. */
import type { Kind } from './kind.ts';

export const agentGroups: Kind = {
  name: 'agentGroups',
  list: ({ oic }) => oic.listAgentGroups(),
};
