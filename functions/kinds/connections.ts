/** Connections outside projects: their definitions, never a secret. Archives of integrations bring them along. */
import { hasSecretShape } from '../core/archive/secret-scan.ts';
import type { SnapshotConnection } from '../core/snapshot/sections.ts';
import type { Connection } from '../oic/answers.ts';
import type { Kind } from './kind.ts';

export const connections: Kind<SnapshotConnection> = {
  name: 'connections',
  list: async ({ oic }) => {
    const { items, odd } = await oic.listConnections();
    return { items: items.map(entryOf), odd };
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
      const isTold = value !== undefined && !isSecret(`${propertyName} ${propertyType}`) && !hasSecretShape(value);
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

const isSecret = (nameAndType: string): boolean =>
  /password|passphrase|secret|token|private.?key|credential/i.test(nameAndType);
