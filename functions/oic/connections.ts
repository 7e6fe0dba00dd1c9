/** Connections: what they are, never their secrets, and the settings an instance's own need after an import. */
import { isMask } from '../core/archive/connection-template.ts';
import type { Listing } from '../core/odd-item.ts';
import { readDone, readItem } from './answers.ts';
import { type Connection, readTestResult, toConnection } from './connection-answers.ts';
import type { ConnectionSettings, PropertyFile, PropertySetting } from './http/credentials.ts';
import { OicError } from './http/errors.ts';
import type { Taken } from './http/request.ts';
import { orUndefined, type Requests } from './requests.ts';

export interface Connections {
  /** Properties come where Oracle's listing has them. */
  listConnections(): Promise<Listing<Connection>>;
  getConnection(id: string): Promise<Connection | undefined>;
  /** Sends what has a value and is no file; what it leaves out stays as it is. */
  updateConnection(id: string, settings: ConnectionSettings): Promise<Taken>;
  /** The file of a property such as a wallet, in place of the one it has. */
  attachToConnection(id: string, propertyName: string, file: PropertyFile): Promise<Taken>;
  /** @throws OicError when the test fails; a good test makes the connection CONFIGURED. */
  testConnection(id: string): Promise<void>;
}

/**
 * @param root path of the listing, `/connections` or below a project
 * @param where for messages: empty, or ` in project SHOP`
 */
export const connections = (requests: Requests, root = '/connections', where = ''): Connections => {
  const { instance, get, list, post, patch, upload } = requests;
  const pathOf = (id: string): string => `${root}/${encodeURIComponent(id)}`;
  return {
    listConnections: () => list(`listing the connections${where}`, root, toConnection),
    getConnection: (id) =>
      orUndefined(get(`reading connection ${id}${where}`, pathOf(id), (answer) => toConnection(readItem(answer)))),
    updateConnection: (id, settings) =>
      patch({ what: `updating connection ${id}${where}`, path: pathOf(id), read: readDone }, updateOf(settings)),
    attachToConnection: (id, propertyName, { filename, bytes }) =>
      upload({
        what: `uploading ${propertyName} of connection ${id}${where}`,
        method: 'POST',
        path: `${pathOf(id)}/attachments/${encodeURIComponent(propertyName)}`,
        filename,
        bytes,
      }),
    testConnection: async (id) => {
      const what = `testing connection ${id}${where}`;
      const path = `${pathOf(id)}/test`;
      const result = await post(what, path, undefined, readTestResult);
      if (result.status.toUpperCase() === 'SUCCESS') return;
      const message = `${what} on ${instance} failed: "${result.details}"; check its settings in the credentials document`;
      throw new OicError('rejected', message, { method: 'POST', path, oracle: result.details });
    },
  };
};

/** The four fields that Oracle honours, each property with the four keys that were recorded. */
const updateOf = ({ securityPolicy, agentGroupId, ...lists }: ConnectionSettings): object => {
  const connectionProperties = withValues(lists.connectionProperties);
  const securityProperties = withValues(lists.securityProperties);
  return {
    ...(securityPolicy && { securityPolicy }),
    ...(agentGroupId && { agentGroupId }),
    ...(connectionProperties.length > 0 && { connectionProperties }),
    ...(securityProperties.length > 0 && { securityProperties }),
  };
};

const withValues = (properties: readonly PropertySetting[] = []): object[] =>
  properties.flatMap(({ propertyGroup, propertyName, propertyType, propertyValue }) =>
    typeof propertyValue === 'string' && propertyValue !== '' && !isMask(propertyValue)
      ? [{ propertyGroup, propertyName, propertyType, propertyValue }]
      : [],
  );
