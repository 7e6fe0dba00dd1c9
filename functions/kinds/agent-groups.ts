/** Agent groups, by name: what is in them are agents on people's own machines. */
import type { Kind } from './kind.ts';

declare module '../core/kinds.ts' {
  interface Sections {
    readonly agentGroups: Entry;
  }
}

export const agentGroups: Kind = {
  name: 'agentGroups',
  nouns: ['agent group', 'agent groups'],
  fields: {},
  facts: [],
  byHand: {
    order: 1,
    todo: (_entry, own) =>
      own
        ? undefined
        : 'create this agent group with this identifier and install an agent for it: Oracle has no other way',
  },
  list: ({ oic }) => oic.listAgentGroups(),
};
