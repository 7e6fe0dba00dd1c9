/** Connections outside projects: their definitions, never a secret. Archives of integrations bring them along. */
import * as z from 'zod/mini';
import { isOraclesOwn } from '../core/archive/connection-template.ts';
import { isHarmless } from '../core/harmless-value.ts';
import type { Entry } from '../core/kinds.ts';
import { MAYBE_TEXT, TEXT } from '../core/snapshot/sections.ts';
import type { Connection } from '../oic/connection-answers.ts';
import type { Kind } from './kind.ts';
import { toldOf } from './manual-steps.ts';

/** A definition, never a secret: of security properties not even the names are kept. */
interface SnapshotConnection extends Entry {
  readonly adapterType?: string | undefined;
  readonly role?: string | undefined;
  readonly status: string;
  readonly securityPolicy?: string | undefined;
  readonly agentGroupId?: string | undefined;
  readonly properties: readonly { readonly name: string; readonly value?: string | undefined }[];
}

declare module '../core/kinds.ts' {
  interface Sections {
    readonly connections: SnapshotConnection;
  }
}

export const connections: Kind<SnapshotConnection> = {
  name: 'connections',
  nouns: ['connection', 'connections'],
  fields: {
    adapterType: MAYBE_TEXT,
    role: MAYBE_TEXT,
    status: TEXT,
    securityPolicy: MAYBE_TEXT,
    agentGroupId: MAYBE_TEXT,
    properties: z.array(z.looseObject({ name: TEXT, value: MAYBE_TEXT })),
  },
  facts: [
    { name: 'adapter', value: ({ adapterType }) => adapterType },
    { name: 'role', only: 'compared', value: ({ role }) => role },
    { name: 'status', as: 'status', value: ({ status }) => status },
    { name: 'security policy', short: 'security', value: ({ securityPolicy }) => securityPolicy },
    { name: 'agent group', value: ({ agentGroupId }) => agentGroupId },
  ],
  hidden: ({ properties }) => Object.fromEntries(properties.map(({ name, value = '' }) => [name, value])),
  list: async ({ oic }) => {
    const { items, odd } = await oic.listConnections();
    return { items: items.map(entryOf), odd };
  },
  byHand: {
    order: 2,
    isMeant: (connection) => !isOraclesOwn(connection),
    todo: ({ status }, own, isBrought) => {
      if (own?.status === 'CONFIGURED' || (own && status !== 'CONFIGURED')) return undefined;
      if (own) return `is ${own.status}: give it its settings and its secrets, and test it`;
      return isBrought
        ? 'comes with what uses it, as a draft: give it its settings and its secrets'
        : 'create this connection, with its secrets: no archive brings it along';
    },
    values: ({ adapterType, role, securityPolicy, agentGroupId, properties }) => ({
      ...toldOf({ adapterType, role, securityPolicy, agentGroupId }),
      ...Object.fromEntries(properties.map(({ name, value }) => [`property ${name}`, value ?? ''])),
    }),
  },
};

/** Written out field by field: nothing of security properties may slip in, nor a value that is or holds a secret. */
const entryOf = (listed: Connection): SnapshotConnection => {
  const { id, name, status = '', connectionProperties = [] } = listed;
  const optional = OPTIONAL_FIELDS.flatMap((field) => (listed[field] ? [[field, listed[field]]] : []));
  return {
    id,
    name,
    status,
    ...Object.fromEntries(optional),
    properties: connectionProperties.map(({ propertyName, propertyType = '', propertyValue: value }) => {
      const isTold = value !== undefined && isHarmless(`${propertyName} ${propertyType}`, value);
      return { name: propertyName, ...(isTold && { value }) };
    }),
  };
};

const OPTIONAL_FIELDS = [
  'adapterType',
  'role',
  'securityPolicy',
  'agentGroupId',
  'lastUpdated',
  'lastUpdatedBy',
] as const satisfies readonly (keyof Connection)[];
